"""The fortnight played: the assembled service with its terminal door, a virtual clock, ids in order."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from pydantic import SecretStr

from agents.listener import Listener, Silence
from bot.adapters.base import Adapter
from bot.adapters.terminal.adapter import TerminalAdapter
from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.greeting import CHOICES, HELLO, choice_of, welcome_back
from bot.app import App, open_app
from bot.exports import Exports
from bot.settings import Settings
from store.client import Database, ObjectId, Raw
from store.documents.own import OutboxItem, Platform
from store.repositories.accounts import Accounts
from store.repositories.turns import Limits
from tests.clock import FixedClock
from tests.fortnight.script import Day, Line

ACCOUNT = "nora"
EXPORTS = "~/.local/share/prepmate/exports"
"""Where the transcript says that an export was saved: the folder that it goes to outside of tests."""


@dataclass(frozen=True)
class Said:
    """One exchange as it was seen: when, what the student said, what was answered and the receipts beside it."""

    at: datetime
    line: Line
    text: str
    receipts: tuple[Raw, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sitting:
    """One day's sitting: how it was greeted, and what was said in it."""

    day: Day
    greeting: str
    said: tuple[Said, ...]


@dataclass
class Paper:
    """A screen that remembers what a person would see."""

    items: list[OutboxItem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def show(self, item: OutboxItem) -> None:
        """Keep an answer."""
        self.items.append(item)

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        """Nothing is missed in a session that lives through it all."""
        raise AssertionError(f"{item.id} was not shown in its session ({question})")

    def note(self, sentence: str) -> None:
        """Keep a sentence of the door's own."""
        self.notes.append(sentence)

    def preview(self) -> Listener:
        """Show no previews."""
        return Silence()


@dataclass
class Ids:
    """Ids in the order in which they are asked for, the same in every run."""

    clock: FixedClock
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __call__(self) -> ObjectId:
        """Return the next id, made at the clock's time."""
        seconds = int(self.clock().timestamp())
        return ObjectId(f"{seconds:08x}{next(self._numbers):016x}")


class Service:
    """The running service, and one terminal at its door."""

    def __init__(self, app: App, adapter: TerminalAdapter, paper: Paper, clock: FixedClock, exports: Path) -> None:
        self.app, self._paper, self._clock, self._exports = app, paper, clock, exports
        self._conversation = Conversation(app, adapter, ACCOUNT, ACCOUNT.title())

    async def play(self, days: Sequence[Day]) -> list[Sitting]:
        """Play days, one after the other."""
        return [await self._sit(day) for day in days]

    async def _sit(self, day: Day) -> Sitting:
        self._clock.time = day.begins
        greeting = await self._greet()
        chosen_from_menu = greeting.startswith(HELLO)
        said = []
        for line in day.lines:
            text = (choice_of(line.text) if chosen_from_menu else None) or line.text
            chosen_from_menu = False
            said.append(await self._say(day.moment(line.at), line, text))
        return Sitting(day, greeting, tuple(said))

    async def _greet(self) -> str:
        app = self.app
        student = await Accounts(app.database, clock=app.clock, ids=app.ids).find("terminal", ACCOUNT)
        if student is not None:
            return await welcome_back(app, student)
        choices = "\n".join(f"  {number}  {label}" for number, (label, _) in enumerate(CHOICES, start=1))
        return f"{HELLO}\n\n{choices}"

    async def _say(self, at: datetime, line: Line, text: str) -> Said:
        assert at >= self._clock(), f"{line.text!r} is said before what was said last"
        self._clock.time = at
        seen, noted = len(self._paper.items), len(self._paper.notes)
        accepted = await self._conversation.send(text)
        assert await self._conversation.wait(accepted), f"{text!r} was not answered"
        (item,) = self._paper.items[seen:]
        notes = [_told(note.replace(str(self._exports), EXPORTS)) for note in self._paper.notes[noted:]]
        turn = await self._conversation.turn_of(accepted)
        assert turn is not None
        assert turn.reason is None, f"{text!r} failed: {turn.reason}"
        return Said(at, line, item.text, tuple(item.receipts), tuple(notes))


def _told(note: str) -> str:
    """Return a note of the door without what any new id in the program would change: the end of a file's name."""
    return re.sub(r"-[0-9a-f]{6}\.json", "-….json", note)


@asynccontextmanager
async def open_service(uri: str, database_name: str, directory: Path, begins: datetime) -> AsyncIterator[Service]:
    """Run the service on a fresh database, with nothing but the clock and the ids in the test's hands."""
    clock, paper = FixedClock(begins), Paper()
    ids, exports = Ids(clock), directory / "exports"
    made: list[TerminalAdapter] = []

    def adapters(database: Database) -> Mapping[Platform, Adapter]:
        keeper = Exports(database, exports, clock)
        made.append(TerminalAdapter(database, paper, account=ACCOUNT, session="fortnight", exports=keeper))
        return {"terminal": made[0]}

    settings = Settings(
        mongodb_uri=SecretStr(uri), mongodb_database=database_name, data_dir=directory, openai_api_key=None
    )
    limits = Limits(per_minute=1000)
    async with open_app(settings, adapters, clock=clock, ids=ids, limits=limits) as app, made[0].alive(adopting=False):
        yield Service(app, made[0], paper, clock, exports)
