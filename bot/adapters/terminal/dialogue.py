"""A person at the keyboard: the prompt with its history and completion, one exchange after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from rich.text import Text

from agents.coach import Command
from bot.adapters.terminal.conversation import ELSEWHERE, Conversation
from bot.adapters.terminal.greeting import CHOICES, HELLO, choice_of, welcome_back
from bot.adapters.terminal.screen import RichScreen
from bot.adapters.terminal.signals import interrupts_to, unechoed
from bot.commands import LOCAL, QUIT, STOP, complete, local_command
from bot.errors import Refused
from bot.replies import sentence_for
from store.client import ObjectId
from store.errors import StoreError
from store.repositories.accounts import Accounts
from texts import later, say

PROMPT = FormattedText([("bold ansicyan", "you › ")])
LEAVE = later("Ctrl-C again to leave.")
NOTHING_BY_ITSELF = later("This terminal sends nothing by itself, so there is nothing else to stop.")


class Dialogue:
    """A person's session, from the greeting to the goodbye."""

    def __init__(self, conversation: Conversation, screen: RichScreen, history: Path) -> None:
        self._conversation, self._screen = conversation, screen
        self._prompt: PromptSession[str] = PromptSession(
            history=open_history(history),
            completer=CommandCompleter(),
            complete_while_typing=True,
            key_bindings=_keys(),
        )
        self._choosing = False

    async def run(self) -> int:
        """Talk until the person leaves; return the exit status."""
        await self._greet()
        while (text := await self.ask()) is not None:
            command = local_command(text)
            if command is QUIT:
                break
            if command is not None:
                await self._cancel(command)
            elif text.strip():
                await self._exchange(self._chosen(text))
        self._screen.console.print(Text(say("Bye! Everything you logged is saved."), style="dim"))
        return 0

    async def _greet(self) -> None:
        student = await self._student()
        if student is not None:
            self._screen.print(Text(await welcome_back(self._conversation.app, student)))
            return
        choices = "\n".join(f"  {number}  {label}" for number, (label, _) in enumerate(CHOICES, start=1))
        self._screen.print(Text(f"{HELLO}\n\n{choices}"))
        self._choosing = True

    async def ask(self) -> str | None:
        """Return what the person wrote, or None when they leave: by Ctrl-D, or by Ctrl-C twice in a row."""
        # A Ctrl-C that was meant to stop an answer may come when that has just ended.
        for last in (False, True):
            try:
                with patch_stdout(raw=True):
                    return await self._prompt.prompt_async(PROMPT)
            except EOFError:
                return None
            except KeyboardInterrupt:
                if not last:
                    self._screen.note(say(LEAVE))
        return None

    def _chosen(self, text: str) -> str:
        """Return the message that a number stands for right after the greeting, or the text itself."""
        chosen = choice_of(text) if self._choosing else None
        self._choosing = False
        if chosen:
            self._screen.console.print(Text(f"      {chosen}", style="dim"))
        return chosen or text

    async def _exchange(self, text: str) -> None:
        """Have one message answered. Ctrl-C stops the answer; a second one stops waiting for it."""
        try:
            accepted = await self._conversation.send(text)
        except (Refused, StoreError) as exc:
            self._screen.note(sentence_for(exc))
            return
        waiting = asyncio.ensure_future(self._conversation.wait(accepted))
        stopping: list[asyncio.Task[None]] = []

        def stop() -> None:
            if stopping:
                waiting.cancel()
            stopping.append(asyncio.ensure_future(self._conversation.stop(accepted)))

        with unechoed(), interrupts_to(stop), self._screen.answering():
            await asyncio.wait({waiting})
        if waiting.cancelled():
            self._screen.note(say("Stopping it takes a moment; what it comes to is shown here as soon as it is known."))
        elif not waiting.result():
            self._screen.note(say(ELSEWHERE))
        if text.strip().lower() == "/help":
            self._show_local_commands()

    def _show_local_commands(self) -> None:
        commands = ", ".join(f"/{command.name} ({command.summary})" for command in LOCAL)
        self._screen.console.print(
            Text(f"In this terminal also: {commands}, Ctrl-C stops an answer, ↑ brings back what you wrote.", "dim")
        )

    async def _cancel(self, command: Command) -> None:
        try:
            student = await self._student()
            stopped = student is not None and await self._conversation.app.turns.cancel(student)
        except StoreError as exc:
            self._screen.note(sentence_for(exc))
            return
        said = say("Stopping it…") if stopped else say("Nothing is being answered right now.")
        self._screen.note(f"{said} {say(NOTHING_BY_ITSELF)}" if command is STOP else said)

    async def _student(self) -> ObjectId | None:
        app = self._conversation.app
        return await Accounts(app.database, clock=app.clock, ids=app.ids).find("terminal", self._conversation.account)


class CommandCompleter(Completer):
    """Completes the name of a command, and what may follow it."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Yield what could stand where the cursor is."""
        del complete_event
        for found in complete(document.text_before_cursor):
            yield Completion(found.text, start_position=-found.replaces, display_meta=found.meaning)


def open_history(path: Path) -> FileHistory:
    """Return the history kept in a file that only its owner can read. Raises: OSError."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    return FileHistory(str(path))


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt(), style="class:aborting")

    return keys
