"""One message, one answer, and out: for scripts and for other programs."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import nullcontext
from typing import Any

from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.convert import clean, plain
from bot.adapters.terminal.screen import RichScreen
from bot.adapters.terminal.signals import interrupts_to
from bot.commands import CANCEL, STOP, local_command
from bot.turns import Accepted
from store.documents.own import Turn
from store.errors import StoreError
from store.repositories.accounts import Accounts
from texts import say
from tools.request import Request


async def ask(conversation: Conversation, said: str | Request, *, as_json: bool, screen: RichScreen | None) -> int:
    """Have one message or request answered; return the exit status, 0 when it was. Raises: Refused, StoreError.

    With a `screen` the answer has been shown there; without, it goes to standard output, as JSON if asked for. An
    answer that failed goes to standard error.
    """
    if isinstance(said, str) and (command := local_command(said)) is not None:
        stopped = command in (CANCEL, STOP) and await _cancel(conversation)
        sys.stderr.write(f"{say('Stopped.') if stopped else say('Nothing is being answered right now.')}\n")
        return 0 if stopped else 1
    accepted = await conversation.send(said)
    stopping: set[asyncio.Task[None]] = set()

    def stop() -> None:
        stopping.add(asyncio.ensure_future(conversation.stop(accepted)))

    with interrupts_to(stop), screen.answering() if screen else nullcontext():
        await conversation.wait(accepted)
    turn = await ended(conversation, accepted)
    if turn.reason or (isinstance(said, Request) and not all(one.ok for one in turn.tried)):
        if not screen:
            sys.stderr.write(plain(turn.reply or turn.reason or "", turn.receipts) + "\n")
        return 1
    if not screen:
        sys.stdout.write(as_json_line(turn) if as_json else plain(turn.reply or "", turn.receipts) + "\n")
        sys.stdout.flush()
    return 0


def as_json_line(turn: Turn) -> str:
    """Return what `--json` prints of an answered turn: a line of JSON, with "failed" where it ended in a failure."""
    answer: dict[str, Any] = {
        "reply": clean(turn.reply or ""),
        "requests": [{"verb": one.verb, "arguments": json.loads(one.arguments), "ok": one.ok} for one in turn.tried],
        "question": {"slot": turn.question} if turn.question else None,
        "receipts": turn.receipts,
        "understood": turn.understood,
        "tokens": turn.tokens,
        "model": turn.model,
        "conversation_id": turn.conversation_id,
        "turn_id": str(turn.id),
    }
    if turn.reason:
        answer["failed"] = turn.reason
    return json.dumps(answer, ensure_ascii=False) + "\n"


async def ended(conversation: Conversation, accepted: Accepted) -> Turn:
    """Return a turn that was answered. Raises: StoreError."""
    turn = await conversation.turn_of(accepted)
    if turn is None:
        raise StoreError("The answer was made, but the database does not give it out right now; ask again.")
    return turn


async def _cancel(conversation: Conversation) -> bool:
    app = conversation.app
    student = await Accounts(app.database, clock=app.clock, ids=app.ids).find("terminal", conversation.account)
    return student is not None and await app.turns.cancel(student)
