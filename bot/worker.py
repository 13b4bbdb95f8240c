"""One turn, from being taken up to its answer or visible failure, under the student's lease."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from pydantic import ValidationError

from agents.errors import AgentError
from agents.history import append_exchange
from agents.listener import Listener, Silence
from agents.run import OFFLINE_COACH, PREPMATE, Answer, Ran, TurnRun
from agents.speech import break_off
from agents.tokens import TokenCounter
from agents.usage import close_left_open
from bot import replies
from bot.actions import By, Happened, actions_of
from bot.adapters.base import Adapter, owns_the_service
from store.documents.own import Action, Effect, OutboxItem, Platform, StudentSettings, Tried, Turn, TurnStatus
from store.errors import FenceLost, StoreError
from store.work import Clock, StudentWork, UnitOfWork
from texts import say, speaking, spoken
from tools.context import MentorContext
from tools.zones import zone_of

log = logging.getLogger(__name__)


class Answerer(Protocol):
    """Who answers a turn: `agents.mentor.Mentor`."""

    async def answer(self, run: TurnRun) -> Answer:
        """Return the answer. Raises: AgentError, StoreError."""


@dataclass
class InHand:
    """The turn that a student's worker has in hand: its id and the answer being made, if one is."""

    turn: Turn | None = None
    answering: asyncio.Task[Answer] | None = None

    def stop_answering(self) -> None:
        """Stop the answer that is being made; the turn then ends as cancelled."""
        if self.answering:
            self.answering.cancel()


@dataclass(frozen=True)
class End:
    """How a turn ends: what the student reads, why or by which model, and which verbs ran for it."""

    text: str
    status: TurnStatus
    reason: str | None = None
    model: str | None = None
    ran: tuple[Ran, ...] = ()
    actions: tuple[Action, ...] = ()
    question: str | None = None
    understood: bool = True


_BY: Final[dict[str | None, By]] = {None: "nobody", PREPMATE: "nobody", OFFLINE_COACH: "coach"}
TOO_OFTEN = "too many attempts"
SECOND: Final = timedelta(seconds=1)
KEPT: Final = timedelta(days=2)


def _broken_off(run: TurnRun, sentence: str, reason: str) -> End:
    """Return the end of an answer that was not finished: what its student has read of it stays."""
    written = run.progress.written if run.progress.said else ""
    return End(break_off(written, sentence), "failed", reason=reason, ran=tuple(run.progress.ran))


def tried_of(ran: Ran) -> Tried:
    """Return a call as the turn keeps it."""
    return Tried(verb=ran.verb, arguments=json.dumps(dict(ran.arguments), default=str), ok=ran.ok)


def clock_of(turn: Turn, clock: Clock) -> Clock:
    """Return the clock by which a turn's verbs tell the time: it stood while the message waited on its platform.

    Platforms tell whole seconds, so the end of that second is meant. What was sent in the future, or longer ago than
    any platform keeps a message, was not.
    """
    now = clock()
    sent = turn.sent_at + SECOND if turn.sent_at is not None else now
    waited = now - sent if now - KEPT < sent < now else timedelta(0)
    return lambda: clock() - waited


class TurnWorker:
    """Works single turns. `seconds` bounds one answer; after `attempts` a turn that kills its worker is given up."""

    def __init__(
        self,
        *,
        answerer: Answerer,
        counter: TokenCounter,
        adapters: Mapping[Platform, Adapter],
        clock: Clock,
        seconds: float,
        attempts: int,
        on_answer: Callable[[], None],
    ) -> None:
        self._answerer, self._counter, self._adapters, self._clock = answerer, counter, adapters, clock
        self._seconds, self._attempts, self._on_answer = seconds, attempts, on_answer

    async def work(self, turn: Turn, work: StudentWork, hand: InHand) -> None:
        """Take one turn to its answer or to a visible failure.

        Raises: FenceLost when another replica took over; StoreError when the database is away (the turn stays open).
        """
        turn = await self._begin(turn, work)
        hand.turn = turn
        try:
            settings = await work.reading().of(StudentSettings).own() or StudentSettings(id=turn.user_id)
            with speaking(settings.language):
                await self._close(turn, work, await self._end_of(turn, work, hand, settings))
        finally:
            hand.turn = hand.answering = None

    async def _close(self, turn: Turn, work: StudentWork, end: End) -> None:
        """Store how a turn ended: what cannot be stored becomes a failure that can."""
        try:
            await self._finish(turn, work, end)
        except ValidationError:
            log.exception("the answer to turn %s cannot be stored", turn.id)
            await self._finish(turn, work, End(say(replies.FAILED), "failed", reason="ValidationError"))
        except StoreError as exc:
            if exc.transient or isinstance(exc, FenceLost) or end.reason != TOO_OFTEN:
                raise
            log.exception("turn %s cannot be written into its conversation", turn.id)
            await self._finish(turn, work, end, said=False)

    async def _begin(self, turn: Turn, work: StudentWork) -> Turn:
        async def begin(unit: UnitOfWork) -> Turn:
            current = await unit.of(Turn).get(turn.id)
            if current is None:
                raise StoreError("the turn is not there any more")
            current.status, current.fence = "working", work.hold.fence
            current.attempts += 1
            await unit.of(Turn).save(current)
            return current

        return await work.commit(begin)

    async def _end_of(self, turn: Turn, work: StudentWork, hand: InHand, settings: StudentSettings) -> End:
        """Have a turn answered, whatever comes of it. Raises: StoreError, CancelledError: the turn stays open."""
        if turn.cancel_requested:
            return End(say(replies.CANCELLED), "failed", reason="cancelled")
        if turn.attempts > self._attempts:
            return End(say(replies.GAVE_UP), "failed", reason=TOO_OFTEN)
        run = self._run_of(turn, work, settings)
        hand.answering = asyncio.create_task(self._answer_in_time(run), name=f"answer {turn.id}")
        try:
            answer = await hand.answering
        except asyncio.CancelledError:
            hand.answering.cancel()
            await asyncio.gather(hand.answering, return_exceptions=True)
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # the worker itself stops: the turn stays open for another
            await work.settle()
            return _broken_off(run, say(replies.CANCELLED), "cancelled")
        except StoreError:
            raise
        except TimeoutError:
            await work.settle()
            return _broken_off(run, say(replies.TOOK_TOO_LONG), "too slow")
        except AgentError as exc:
            return _broken_off(run, replies.sentence_for(exc), type(exc).__name__)
        except Exception as exc:
            log.exception("turn %s failed", turn.id)
            return _broken_off(run, replies.sentence_for(exc), type(exc).__name__)
        return End(
            answer.text,
            "answered",
            model=answer.model,
            ran=answer.ran,
            actions=answer.actions,
            question=answer.question,
            understood=answer.understood,
        )

    async def _answer_in_time(self, run: TurnRun) -> Answer:
        async with asyncio.timeout(self._seconds):
            return await self._answerer.answer(run)

    def _run_of(self, turn: Turn, work: StudentWork, settings: StudentSettings) -> TurnRun:
        clock = clock_of(turn, self._clock)
        context = MentorContext(work=work.reading(), clock=clock, zone=zone_of(settings), turn=turn.id)
        owns = owns_the_service(turn.platform)
        return TurnRun(work=work, turn=turn, context=context, listener=self._listener(turn), owns_key=owns)

    def _listener(self, turn: Turn) -> Listener:
        adapter = self._adapters.get(turn.platform)
        return adapter.listener(turn.id, turn.address) if adapter else Silence()

    async def _finish(self, turn: Turn, work: StudentWork, end: End, *, said: bool = True) -> None:
        """Commit the end of a turn: both messages, the turn's state and the outbox item, all or nothing.

        `said` False leaves the conversation as it is, for one that takes nothing more.
        """

        async def finish(unit: UnitOfWork) -> None:
            current = await unit.of(Turn).get(turn.id)
            if current is None:
                raise StoreError("the turn is not there any more")
            now = self._clock()
            if turn.attempts > 1 or end.status == "failed":
                await close_left_open(unit, turn, None, now)
            effects = await unit.of(Effect).find(
                {"turnId": turn.id, "receipt": True}, sort=[("step", 1), ("createdAt", 1)]
            )
            # Where others read along nothing is changed; should anything be, it is not shown there.
            current.receipts = [replies.receipt_of(effect) for effect in effects if not turn.public]
            if said:
                exchange = await append_exchange(
                    unit, turn=turn, answer=end.text, model=end.model or PREPMATE, counter=self._counter, now=now
                )
                current.conversation_id, current.tokens = exchange.conversation_id, exchange.tokens
            current.status, current.reply = end.status, end.text
            current.reason, current.model = end.reason, end.model
            current.question, current.understood = end.question, end.understood
            current.tried = [tried_of(ran) for ran in end.ran]
            current.answered_at = now
            await unit.of(Turn).save(current)
            by = _BY.get(end.model, "model")
            ran = end.ran if end.status == "answered" else ()
            happened = Happened(turn.id, ran, effects, said=turn.text, by=by)
            item = OutboxItem(
                id=f"answer:{turn.id}",
                user_id=turn.user_id,
                turn_id=turn.id,
                turn_key=turn.key,
                platform=turn.platform,
                address=turn.address,
                seq=turn.seq,
                text=replies.with_heard(turn, end.text),
                receipts=current.receipts,
                actions=list(end.actions) or actions_of(happened, public=turn.public),
                public=turn.public,
                reply_to=turn.reply_to,
                language=spoken(),
                next_attempt_at=now,
            )
            await unit.of(OutboxItem).add(item)

        await work.commit(finish, crash_point="answer.before-commit")
        work.faults.reach("answer.after-commit")
        self._on_answer()
