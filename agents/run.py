"""One turn being answered: what the agent, its tools and its middleware are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from agents.errors import AgentError
from agents.listener import Listener
from agents.usage import Bill
from store.documents.own import Action, Turn
from store.work import StudentWork
from tools.context import MentorContext

OFFLINE_COACH = "offline coach"
"""The model's name in what the coach answers."""

PREPMATE = "prepmate"
QUESTION, UNDERSTOOD = "question", "understood"
"""The keys under which an answer's metadata say what it asks back, and whether it gave up."""
"""The model's name in what no model answered: sentences of our own."""


class CallOrder:
    """Lets the tool calls of one step run one after the other, in the order in which the model made them."""

    def __init__(self, calls: Sequence[str]) -> None:
        self._calls = tuple(calls)
        self._done = {call: asyncio.Event() for call in calls}

    @asynccontextmanager
    async def place_of(self, call: str) -> AsyncIterator[None]:
        """Wait for the call before this one; a call that raises lets none follow, because it ends the turn."""
        place = self._calls.index(call)
        if place:
            await self._done[self._calls[place - 1]].wait()
        yield
        self._done[call].set()


@dataclass(frozen=True)
class Ran:
    """A verb that was called, with what, and its result, which is JSON: empty where it was refused (not `ok`)."""

    verb: str
    result: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    ok: bool = True


@dataclass
class Progress:
    """What happens while one turn is answered and is not worth keeping: nothing of it survives a takeover.

    `heard` is what the model has sent of its running call: its text is `written`, `message_id` its message. `said`
    tells whether the student was shown any of it. `bill` is what the call that has just succeeded cost, for the
    journal to write down. `out_of_reach` says why the model was given up for the rest of the turn. `ran` are the verbs
    so far: a replay runs them again.
    """

    heard: str = ""
    written: str = ""
    message_id: str | None = None
    said: bool = False
    bill: Bill | None = None
    out_of_reach: AgentError | None = None
    ran: list[Ran] = field(default_factory=list)
    orders: dict[int, CallOrder] = field(default_factory=dict)


@dataclass(frozen=True)
class TurnRun:
    """A turn, the student's work under its lease, and who watches. LangChain hands it to tools as their context.

    `turn` holds the journal as it was when the turn was claimed; `context` reads outside any transaction. `owns_key`:
    whoever asks set up the model themselves, and is told what is wrong with it.
    """

    work: StudentWork
    turn: Turn
    context: MentorContext
    listener: Listener
    owns_key: bool = False
    progress: Progress = field(default_factory=Progress, compare=False, repr=False)


@dataclass(frozen=True)
class Answer:
    """What the student is told, by which model ("offline coach" where none was asked), and which verbs ran for it.

    `actions` are the taps below it where whoever answered knows them; they follow from what ran where there are none.
    `question` is what it asks back, by the slot that the reply is to fill; not `understood`: it says that it gave up.
    """

    text: str
    model: str
    ran: tuple[Ran, ...] = ()
    actions: tuple[Action, ...] = ()
    question: str | None = None
    understood: bool = True
