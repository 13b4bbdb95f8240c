"""Talking with a program: each line of standard input is a message or a request, each answer a line of JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.convert import decode
from bot.adapters.terminal.names import NameRefused, account_of
from bot.adapters.terminal.once import as_json_line, ended
from bot.adapters.terminal.pipe import lines_of, send_in_time
from bot.errors import Refused
from bot.replies import sentence_for
from store.errors import StoreError
from texts import say
from tools.errors import ToolRetry
from tools.request import Request, read_request


async def talk_json(conversation: Conversation, fd: int = 0) -> int:
    """Answer the lines of `fd` one after the other until it ends; return the exit status.

    A line that begins with "{" is {"text": "…"} or {"request": {"verb": "…", "arguments": {…}}}, and may name its
    "user"; any other is what was said. A line that is not taken in is answered with {"error": "…"}.
    """
    students = _Students(conversation)
    async for line in lines_of(fd):
        try:
            said, student = students.read(decode(line))
            accepted = await send_in_time(student, said, _note)
            await student.wait(accepted)
            told = as_json_line(await ended(student, accepted))
        except (Refused, StoreError, ToolRetry) as exc:
            told = json.dumps({"error": sentence_for(exc)}, ensure_ascii=False) + "\n"
        sys.stdout.write(told)
        sys.stdout.flush()
    return 0


def _note(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


@dataclass
class _Students:
    """The conversations of everybody a program speaks for; a line that names nobody is the caller's own."""

    own: Conversation
    others: dict[str, Conversation] = field(default_factory=dict)

    def read(self, line: str) -> tuple[str | Request, Conversation]:
        """Return what a line says and whose it is. Raises: Refused, ToolRetry."""
        if not line.lstrip().startswith("{"):
            return line, self.own
        try:
            said: Any = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise Refused(say("A line that begins with a brace has to be JSON, and this is none.")) from exc
        wishes = [name for name in ("text", "request") if name in said]
        if len(wishes) != 1 or not said.keys() <= {"text", "request", "user"}:
            raise Refused(say("A line holds a “text” or a “request”, and may name its “user”."))
        return self._said(said), self._whose(said.get("user"))

    def _said(self, said: dict[str, Any]) -> str | Request:
        if "request" in said:
            return read_request(said["request"])
        if not isinstance(said["text"], str):
            raise Refused(say("The “text” of a line is a string."))
        return said["text"]

    def _whose(self, user: Any) -> Conversation:
        if user is None:
            return self.own
        if not isinstance(user, str):
            raise Refused(say("The “user” of a line is a string."))
        try:
            account = account_of(user)
        except NameRefused as exc:
            raise Refused(str(exc)) from exc
        if account == self.own.account:
            return self.own
        if account not in self.others:
            self.others[account] = Conversation(self.own.app, self.own.adapter, account, user.strip())
        return self.others[account]
