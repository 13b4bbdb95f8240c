"""Hints: a ladder of three rungs to a problem, climbed one rung a message. The code holds it, not the model.

What is locked is in no result. What was shown is kept per student and problem, and counts as help in the next attempt.
What the student is asked, they answer in a later message: nobody answers in their place within the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from store.catalogue.hints import Ladder, hint_ladder
from store.client import ObjectId
from store.documents.learner import Attempt
from store.documents.own import Turn
from store.documents.problems import Problem
from store.documents.sessions import PracticeSession
from store.documents.study import HintState, ShownRung
from tools import sessions
from tools.arguments import clean_text
from tools.consent import OwnWords, read_own_words
from tools.context import MentorContext, Receipt, Verb
from tools.errors import ToolFailed, ToolRetry
from tools.matching import spell
from tools.problems import ProblemBrief, brief, resolve_problem
from tools.topics import read_topics

RUNGS: Final = 3
SOLUTION: Final = 4
"""The step after the last rung, counted like one: the solution may be explained."""
TRIED_LIMIT: Final = 1000
REMEMBERED: Final = timedelta(days=1)
"""How long a climb waits for the student when its problem is not running: after it the ladder starts over."""

Step = Literal["ask", "rung", "confirm", "solution"]
_KINDS: Final = ("question", "pattern", "outline")
_KEPT: Final = 40
_TELLING: Final = frozenset({"tried", "trying", "attempted"})
"""Words with which a message tells what was tried before anybody asked."""
_NO: Final = (
    "no nope nah never not dont stop wait nein nicht non pas nee niet nej nie ei não нет не ні όχι hayır "
    "tidak nahi नहीं 아니 아니요 아니오 لا לא không 不 不要 不用 不了 いいえ いや"
)
_REFUSALS: Final = frozenset(spell(word) for word in _NO.split())
"""Words that plainly say no where a message begins with one; in a language that is missing here, the model decides."""


class HintReceipt(Receipt):
    """Where the student stands on a problem's ladder, and what this call unlocked.

    `step`: ask (say what you tried first; nothing was unlocked), rung (`text` is rung number `rung` of `rungs`, a
    question, the pattern or the outline), confirm (all rungs were shown: the solution takes a clear yes) or solution.
    `text` of the last two is the outline. Only when `solution_unlocked` is true may the solution be explained.
    """

    problem: ProblemBrief
    step: Step
    rung: int = 0
    rungs: int = RUNGS
    kind: Literal["question", "pattern", "outline"] | None = None
    text: str = ""
    again: bool = False
    solution_unlocked: bool = False


async def give_hint(
    context: MentorContext,
    problem: Annotated[
        str | None, Field(max_length=500, description="Title, slug, number or url; leave out for the started one.")
    ] = None,
    tried: Annotated[
        str | None,
        Field(max_length=TRIED_LIMIT, description="What the student said they tried, in their own words."),
    ] = None,
    solution: Annotated[
        bool, Field(description="True only when the student clearly said yes to seeing the solution.")
    ] = False,
) -> HintReceipt:
    """Give the next hint to a problem, one rung a message: a question, then the pattern, then an outline.

    Use it whenever the student wants a hint, is stuck, or wants the solution. "ask" and "confirm" are questions: put
    them and end your answer; what the student says in their next message is `tried`, or their yes to `solution`. Give
    the rung's text and no more than it. Hints count as help in the next record_attempt, and cannot be taken back.
    """
    chosen = await _chosen(context, problem)
    ladder = await ladder_of(context, chosen)
    states = context.work.of(HintState)
    state = await states.find_one({"problemId": chosen.id}) or HintState(
        id=context.work.new_id(), user_id=context.student, problem_id=chosen.id
    )
    since = await _climbing_since(context, chosen.id)
    climbed = [rung for rung in state.shown if rung.at > since]
    if climbed and context.turn and climbed[-1].turn_id == context.turn:
        return _shown(chosen, ladder, climbed[-1].rung, again=True)
    said = clean_text(tried, "what was tried", limit=TRIED_LIMIT) if tried is not None else None
    own = await read_own_words(context)
    if context.by_model and not _wants_more(own, state, said=None if climbed else said):
        return _unasked(chosen, ladder, climbed)
    message = await _message(context)
    asked = _later(context, state.asked_at, state.asked_turn_id, since)
    if said is not None and (climbed or asked or (state.asked_turn_id != context.turn and _is_told(said, message))):
        state.tried, state.tried_at = said, context.now()
    if not climbed and (state.tried_at is None or state.tried_at <= since):
        return await _ask(context, state, chosen, since)
    rung = max((item.rung for item in climbed), default=0) + 1
    if rung > SOLUTION:
        return _shown(chosen, ladder, SOLUTION, again=True)
    if rung == SOLUTION:
        offered = _later(context, state.offered_at, state.offered_turn_id, climbed[-1].at)
        if not (solution and offered) or _refuses(message):
            return await _offer(context, state, chosen, ladder, climbed[-1].at)
    receipt = _shown(chosen, ladder, rung)
    shown = ShownRung(rung=rung, at=context.now(), turn_id=context.turn)
    state.shown = [*state.shown, shown][-_KEPT:]
    await states.save(state)
    return receipt


async def hints_used(context: MentorContext, problem: ObjectId, past: Sequence[Attempt], until: datetime) -> int:
    """Return how many rungs were shown for a problem since its last attempt and until a moment; `past` are those."""
    state = await context.work.of(HintState).find_one({"problemId": problem})
    if state is None:
        return 0
    last = max((attempt.at for attempt in past if attempt.at and attempt.at <= until), default=None)
    return len({rung.rung for rung in state.shown if (last is None or rung.at > last) and rung.at <= until})


def _wants_more(own: OwnWords, state: HintState, *, said: str | None) -> bool:
    """Return whether the student's own words ask for a hint, answer what they tried, or say yes to an offer."""
    if own.asks_for_hint or (said is not None and own.tells(said)):
        return True
    return state.offered_at is not None and own.agrees


def _unasked(problem: Problem, ladder: Ladder, climbed: Sequence[ShownRung]) -> HintReceipt:
    """Return where the ladder stands: the student's own words ask for nothing that goes further."""
    if climbed:
        return _shown(problem, ladder, climbed[-1].rung, again=True)
    return HintReceipt(line="", problem=brief(problem), step="ask")


async def _ask(context: MentorContext, state: HintState, problem: Problem, since: datetime) -> HintReceipt:
    """Note that the student is asked what they tried; asked twice, the first time counts."""
    if state.asked_at is None or state.asked_at <= since:
        state.asked_at, state.asked_turn_id = context.now(), context.turn
        await context.work.of(HintState).save(state)
    return HintReceipt(line="", problem=brief(problem), step="ask")


async def _offer(
    context: MentorContext, state: HintState, problem: Problem, ladder: Ladder, since: datetime
) -> HintReceipt:
    """Note that the student is asked whether they want the solution; asked twice, the first time counts."""
    if state.offered_at is None or state.offered_at <= since:
        state.offered_at, state.offered_turn_id = context.now(), context.turn
        await context.work.of(HintState).save(state)
    return HintReceipt(line="", problem=brief(problem), step="confirm", rung=RUNGS, text=ladder.outline)


def _later(context: MentorContext, at: datetime | None, turn: ObjectId | None, since: datetime) -> bool:
    """Return whether a question was put in this climb, and before the message that is being answered."""
    return at is not None and at > since and (turn is None or turn != context.turn)


async def _message(context: MentorContext) -> str:
    """Return the student's own message that is being answered, in plain words; "" where there is none."""
    turn = await context.work.of(Turn).get(context.turn) if context.turn else None
    return spell(turn.text) if turn else ""


def _is_told(tried: str, message: str) -> bool:
    """Return whether the student's own message tells, word for word, what is said to have been tried."""
    before, found, _ = f" {message} ".partition(f" {spell(tried)} ")
    return bool(found and _TELLING.intersection(before.split() + found.split()))


def _refuses(message: str) -> bool:
    """Return whether a message plainly says no."""
    return bool(_REFUSALS.intersection(message.split()[:1]))


def _shown(problem: Problem, ladder: Ladder, rung: int, *, again: bool = False) -> HintReceipt:
    """Return what a rung says; the only place where a ladder's text leaves it."""
    if rung >= SOLUTION:
        line, step, text = f"{problem.title} · solution unlocked", "solution", ladder.outline
    else:
        line, step = f"{problem.title} · hint {rung} of {RUNGS}", "rung"
        text = (ladder.question, ladder.pattern, ladder.outline)[rung - 1]
    return HintReceipt(
        line="" if again else line,
        problem=brief(problem),
        step="solution" if step == "solution" else "rung",
        rung=min(rung, RUNGS),
        kind=_KINDS[rung - 1] if rung <= RUNGS else None,
        text=text,
        again=again,
        solution_unlocked=rung >= SOLUTION,
    )


async def _chosen(context: MentorContext, said: str | None) -> Problem:
    if said is not None:
        return await resolve_problem(context, said)
    started = sessions.running_problem(await sessions.running_sessions(context)) or await _last_hinted(context)
    problem = await context.work.shared(Problem).get(started) if started else None
    if problem is None:
        raise ToolRetry("Which problem do you want a hint for? None is started, so name it by its title or url.")
    return problem


async def _last_hinted(context: MentorContext) -> ObjectId | None:
    """Return the problem of the last hint, while it still counts."""
    recent = {"updatedAt": {"$gt": context.now() - REMEMBERED}}
    state = await context.work.of(HintState).find_one(recent, sort=[("updatedAt", -1), ("_id", -1)])
    return state.problem_id if state else None


async def ladder_of(context: MentorContext, problem: Problem) -> Ladder:
    """Return the hints to a problem. Raises: ToolFailed where there are none."""
    book = await read_topics(context)
    topics, _ = book.sort_out(problem.topics)
    slug = problem.platform_id if problem.platform == "leetcode" else None
    ladder = hint_ladder(slug, [book.names[topic] for topic in topics])
    if ladder is None:
        raise ToolFailed(f"There are no hints for {problem.title} yet.")
    return ladder


async def _climbing_since(context: MentorContext, problem: ObjectId) -> datetime:
    """Return from when on rungs belong to the climb that goes on: a solved problem's ladder starts over."""
    running = await sessions.running_sessions(context)
    session = next((item for item in running if item.problem_ids == [problem]), None)
    solved = await context.work.of(Attempt).find({"problemId": problem, "outcome": {"$ne": "stuck"}})
    return _since(context, session, [attempt.at for attempt in solved if attempt.at])


def _since(context: MentorContext, session: PracticeSession | None, ends: Sequence[datetime]) -> datetime:
    """Return the moment after which a climb goes on: a day ago, or the start of what runs, but after the last solve."""
    remembered = context.now() - REMEMBERED
    if session is not None:
        # A rung at the very moment of the start belongs to what runs.
        remembered = min(remembered, session.start_time - timedelta(milliseconds=1))
    return max([remembered, *ends])


HINTS = (Verb(give_hint, doing="looking for a hint", writes=True),)
