"""What a person sees: rich in a terminal, plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.spinner import Spinner
from rich.text import Text

from agents.listener import Listener, Silence
from bot.adapters.terminal.convert import clean, plain, rich_answer
from store.documents.own import OutboxItem

THINKING = "thinking…"
WRITING = "writing…"
_ROOM = 6
"""Lines of the window that a preview leaves free."""


class PlainScreen:
    """Answers as plain text on standard output, one after the other, an empty line between two."""

    def __init__(self) -> None:
        self._begun = False

    def show(self, item: OutboxItem) -> None:
        """Write an answer."""
        self._write(plain(item.text, item.receipts))

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        """Write an answer that a dead session owed."""
        self._write(f"(while you were away) {_asked(question)}\n{plain(item.text, item.receipts)}")

    def preview(self) -> Listener:
        """Show no previews."""
        return Silence()

    def note(self, sentence: str) -> None:
        """Write a sentence of the door's own."""
        self._write(clean(sentence))

    def _write(self, text: str) -> None:
        sys.stdout.write(("\n" if self._begun else "") + text + "\n")
        sys.stdout.flush()
        self._begun = True


class SilentScreen:
    """Shows nothing: what is asked for is printed from the turn itself, as JSON."""

    def show(self, item: OutboxItem) -> None:
        """Show nothing."""

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        """Show nothing; a session that shows nothing adopts nothing."""

    def note(self, sentence: str) -> None:
        """Show nothing."""

    def preview(self) -> Listener:
        """Show no previews."""
        return Silence()


class RichScreen:
    """A person's terminal: Markdown, and a preview that vanishes when the answer comes."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None
        self._activity, self._said = THINKING, ""
        self._spinner = Spinner("dots", style="cyan")

    def show(self, item: OutboxItem) -> None:
        """Print an answer in the preview's place."""
        self._end_preview()
        self.print(rich_answer(item.text, item.receipts))

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        """Print an answer that a dead session owed, above whatever is going on."""
        self.console.print(Rule(Text("while you were away", style="dim"), align="left", style="dim"))
        if question:
            self.console.print(Text(_asked(question), style="dim"))
        self.print(rich_answer(item.text, item.receipts))
        self.console.print(Rule(style="dim"))

    def print(self, what: RenderableType) -> None:
        """Print something with room around it."""
        self.console.print(Group(Text(), what, Text()))

    def note(self, sentence: str) -> None:
        """Print a sentence of the door's own."""
        self.console.print(Text(clean(sentence), style="yellow"))

    def preview(self) -> Listener:
        """Return this screen, which is its own preview."""
        return self

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Show previews while the block runs."""
        self._activity, self._said = THINKING, ""
        live = Live(
            console=self.console,
            get_renderable=self._picture,
            transient=True,
            refresh_per_second=10,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live = live
        live.start()
        try:
            yield
        finally:
            self._end_preview()

    async def doing(self, activity: str) -> None:
        """Show what is being done."""
        self._activity = clean(activity).rstrip(".…") + "…"

    async def say(self, text: str) -> None:
        """Show more of the answer."""
        self._said += clean(text)
        self._activity = WRITING

    async def restart(self) -> None:
        """Forget what was said so far."""
        self._said, self._activity = "", THINKING

    def _end_preview(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _picture(self) -> RenderableType:
        """The last lines of what was said, as many as the window holds, and what is being done."""
        self._spinner.update(text=Text(f"{self._activity}  (Ctrl-C stops)", style="dim"))
        if not self._said:
            return self._spinner
        width, height = self.console.size
        lines = Text(self._said).wrap(self.console, width)
        room = max(1, height - _ROOM)
        return Group(Text(), *lines[-room:], self._spinner)


def _asked(question: str | None) -> str:
    if not question:
        return ""
    line = " ".join(clean(question).split())
    return f"you asked: {line if len(line) <= 100 else line[:99] + '…'}"
