"""Which taps stand below an answer: from what the turn's verbs returned, whoever chose them, model or coach.

What a tap says is one message that the coach takes word for word, and it names what it is about: a problem, a topic,
a question, a change. So a tap below an old message does what it says, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from agents.coach import code, picking, stumbling
from agents.coach.details import UNCLEAR, Arguments
from agents.coach.dialogue import CHECK, GUESS, understand
from agents.coach.intents import Request
from agents.coach.naming import name_problem, name_topic
from agents.coach.outcomes import read_result
from agents.run import Ran
from store.client import ObjectId
from store.documents.own import Action, Effect
from texts import say
from tools.catching_up import CatchUpReceipt
from tools.context import Result
from tools.hints import HintReceipt
from tools.import_results import ImportPreview, ImportReceipt
from tools.mastery import MasteryExplanation, MasteryOverview
from tools.placement import PlacementReceipt
from tools.planning import PlanItem, TodayPlan
from tools.practice import AttemptReceipt, StartReceipt
from tools.problems import ProblemBrief, ProblemMatches
from tools.profile import Profile, ProfileReceipt
from tools.reminders import ReminderView
from tools.revising import RecallReceipt, RevisionReceipt
from tools.revision import DueRevisions
from tools.suggestion import NextProblem

LABEL: Final = 20
"""Characters of a tap's label at most."""
_GLIMPSE: Final = 60
_CHOICES: Final = 4

By = Literal["model", "coach", "nobody"]


@dataclass(frozen=True)
class Happened:
    """What stands behind an answer: the turn and what was said in it, the verbs that ran, their effects, who answered.

    Of the offline coach's look-ups some only lead up to its question; a model's own words are asked about.
    """

    turn: ObjectId
    ran: Sequence[Ran] = ()
    effects: Sequence[Effect] = ()
    said: str = ""
    by: By = "nobody"


def actions_of(happened: Happened, *, public: bool = False) -> list[Action]:
    """Return the taps below an answer: those of the last result that has any, then what takes changes back.

    Where others read along there are none: a tap is the student's own.
    """
    if public:
        return []
    below = next((taps for ran in reversed(happened.ran) if (taps := _below(ran, happened))), [])
    taps = [*(_dated(tap, happened.turn) for tap in below), *_undo(happened.effects)]
    return taps or (feedback_actions(happened.turn) if happened.by == "model" else [])


def _dated(tap: Action, turn: ObjectId) -> Action:
    """Return a tap that logs something with the turn it stands below: what was logged since is not logged twice."""
    return tap.model_copy(update={"says": f"{tap.says} {turn}"}) if tap.says.startswith("/log ") else tap


def _below(ran: Ran, happened: Happened) -> list[Action]:
    result = read_result(ran.verb, ran.result)
    if isinstance(result, ImportPreview):
        return _preview(result, happened.turn)
    if isinstance(result, ProblemMatches) and happened.by == "coach":
        if CHECK.items() <= ran.arguments.items():
            return _reported(result, happened.said)
        if GUESS.items() <= ran.arguments.items() and not result.exact:
            return []
    if isinstance(result, TodayPlan) and happened.by == "coach":
        return _looked_up(result, happened.said)
    return _TAPS[type(result)](result) if result is not None and type(result) in _TAPS else []


def _reported(result: ProblemMatches, said: str) -> list[Action]:
    """Return the answers to how it went, or to which problem it was, with the minutes and the day told already."""
    report = understand((), said)
    told = report.arguments if isinstance(report, Request) else {}
    if result.exact:
        return _outcomes(result.matches[0], _beside(told))[:3]
    return _named(result.matches[:_CHOICES], told)


def _named(problems: Sequence[ProblemBrief], told: Arguments) -> list[Action]:
    """Return the problems that a report may be about, each with what was told of it."""
    how = f" {told['outcome']}" if told.get("outcome") not in (None, UNCLEAR) else ""
    return [
        Action(label=_cut(problem.title), says=f"/log {name_problem(problem)}{how}{_beside(told)}")
        for problem in problems
    ]


def _beside(told: Arguments) -> str:
    """Return the minutes and the day of a report as a tap says them."""
    minutes = told.get("minutes")
    took = f" {minutes:g} min" if isinstance(minutes, int | float) else ""
    return f"{took} {told['day']}" if "day" in told else took


def _looked_up(plan: TodayPlan, said: str) -> list[Action]:
    """Return what begins with a plan's items: below a plan, or below what the coach looked one up for."""
    if code.is_code(said):
        return _outcomes(code.started_in(plan))[:3]
    if (told := picking.report_of(said)) is not None:
        return _named(picking.candidates(plan), told)
    wanted = understand((), said)
    asked = isinstance(wanted, Request) and wanted.verb == "plan_today"
    return _plan(plan if asked else plan.model_copy(update={"items": plan.items[: stumbling.MOST]}))


def _undo(effects: Iterable[Effect]) -> list[Action]:
    """Return what takes back each change of the turn, under its own name, the last one first."""
    changes = [(effect.undo_id, _undo_label(effect)) for effect in effects if effect.undo_id is not None]
    labels = [say("Undo")] if len(changes) == 1 else [_cut(say("Undo {what}", what=label)) for _, label in changes]
    return [
        Action(label=button, says=f"/undo {_glimpse(label)} {change}", group=f"undo {change}")
        for button, (change, label) in reversed(list(zip(labels, changes, strict=True)))
    ][:_CHOICES]


def _undo_label(effect: Effect) -> str:
    result = read_result(effect.verb, effect.result)
    return str(getattr(result, "undo_label", None) or effect.verb)


def feedback_actions(turn: ObjectId) -> list[Action]:
    """Return the thumbs for the answer to a turn. Of no group: who changes their mind taps the other one."""
    return [
        Action(label="👍", says=f"/feedback up {turn}", group=None),
        Action(label="👎", says=f"/feedback down {turn}", group=None),
    ]


# --- problems


def _next(result: NextProblem) -> list[Action]:
    if result.problem is None:
        return []
    name = name_problem(result.problem)
    return [
        Action(label=say("Start"), says=f"/start {name}"),
        Action(label=say("Seen it"), says=f"/seen {name}"),
        Action(label=say("Easier"), says=f"/easier than {name}"),
        Action(label=say("Harder"), says=f"/harder than {name}"),
    ]


def _started(result: StartReceipt) -> list[Action]:
    return _outcomes(result.problem)


def _outcomes(problem: ProblemBrief | None, took: str = "") -> list[Action]:
    if problem is None:
        return []
    name = name_problem(problem)
    return [
        Action(label=say("Unaided"), says=f"/log {name} unaided{took}"),
        Action(label=say("With help"), says=f"/log {name} with-help{took}"),
        Action(label=say("Stuck"), says=f"/log {name} stuck{took}"),
        Action(label=say("Hint"), says=f"/hint {name}", group=None),
    ]


def _hint(result: HintReceipt) -> list[Action]:
    """Return how it went, and the next rung; what was seen makes a solve one with help."""
    name = name_problem(result.problem)
    went = [
        Action(label=say("With help"), says=f"/log {name} with-help"),
        Action(label=say("Stuck"), says=f"/log {name} stuck"),
    ]
    if result.step == "ask":
        return []
    if result.step == "confirm" or (result.step == "rung" and result.rung == result.rungs):
        return [*went, Action(label=say("The solution"), says=f"/solution {name}", group=None)]
    if result.step == "rung":
        return [*went, Action(label=say("Next hint"), says=f"/hint {name}", group=None)]
    return went


def _attempted(_: AttemptReceipt) -> list[Action]:
    return [Action(label=say("Next problem"), says="/next", group="next")]


def _imported(_: ImportReceipt) -> list[Action]:
    return [Action(label=say("Next problem"), says="/next", group="next")]


def _found(result: ProblemMatches) -> list[Action]:
    found = result.matches[: 1 if result.exact else _CHOICES]
    if len(found) == 1:
        return [Action(label=say("Start"), says=f"/start {name_problem(found[0])}")]
    return [Action(label=_cut(problem.title), says=f"/start {name_problem(problem)}") for problem in found]


# --- revisions


def _due(result: DueRevisions) -> list[Action]:
    if not result.due or not (topic := name_topic(result.due[0].topic)):
        return []
    return [
        Action(label=say("Start revision"), says=f"/revise {topic}"),
        Action(label=say("Snooze to tomorrow"), says=f"/snooze {topic} tomorrow"),
    ]


def _revision(result: RevisionReceipt) -> list[Action]:
    return _outcomes(result.problem)


def _recalled(result: RecallReceipt) -> list[Action]:
    if result.review is None or not (topic := name_topic(result.review.topic)):
        return _outcomes(result.problem)
    return [
        Action(label=say("Again"), says=f"/rate again {topic}"),
        Action(label=say("Hard"), says=f"/rate hard {topic}"),
        Action(label=say("Good"), says=f"/rate good {topic}"),
        Action(label=say("Easy"), says=f"/rate easy {topic}"),
    ]


def _caught_up(result: CatchUpReceipt) -> list[Action]:
    first = next((topic for day in result.days for topic in day.topics), None)
    topic = name_topic(first) if first else None
    return [Action(label=say("Start revision"), says=f"/revise {topic}")] if topic else []


# --- where the student stands


def _placement(result: PlacementReceipt) -> list[Action]:
    if result.ask is None:
        return []
    topic = result.ask.topic
    back = [Action(label=say("Back"), says=f"/tap back on {topic}")] if result.ask.number > 1 else []
    enough = [Action(label=say("Place me now"), says=f"/tap stop on {topic}")] if result.answered else []
    return [
        Action(label=say("Unaided"), says=f"/tap unaided on {topic}"),
        Action(label=say("With help"), says=f"/tap with help on {topic}"),
        Action(label=say("Not yet"), says=f"/tap not yet on {topic}"),
        Action(label=say("Skip"), says=f"/tap skip on {topic}"),
        *back,
        *enough,
        Action(label=say("Later"), says=f"/tap cancel on {topic}"),
    ]


def _overview(result: MasteryOverview) -> list[Action]:
    if result.practised:
        return []
    return [Action(label=say("Give me one"), says="/next"), Action(label=say("Find my level"), says="/placement")]


def _explained(result: MasteryExplanation) -> list[Action]:
    topic = name_topic(result.topic)
    return [Action(label=say("Practise it"), says=f"/next {topic}")] if topic else []


def _preview(result: ImportPreview, turn: ObjectId) -> list[Action]:
    if not result.ready and not result.near:
        return []
    cancel = Action(label=say("Cancel"), says=f"/cancelimport {turn}")
    if not result.ready:
        return [cancel]
    return [Action(label=say("Import {count}", count=result.ready), says=f"/confirmimport {turn}"), cancel]


def _plan(result: TodayPlan) -> list[Action]:
    return [tap for number, item in enumerate(result.items, start=1) if (tap := _begin(number, item))][:_CHOICES]


def _begin(number: int, item: PlanItem) -> Action | None:
    """Return what begins with an item of the plan; a task has no clock to start."""
    label = _cut(f"{number} {item.title}")
    if item.kind == "revision" and item.topic:
        topic = name_topic(item.topic)
        return Action(label=label, says=f"/revise {topic}", group=None) if topic else None
    return Action(label=label, says=f"/start {name_problem(item.problem)}", group=None) if item.problem else None


def _profile(result: Profile) -> list[Action]:
    return _introduction(result.missing)


def _profile_changed(result: ProfileReceipt) -> list[Action]:
    if result.offers_reminder:
        return _reminder()
    return _introduction(result.profile.missing) if result.changed else []


def _reminder() -> list[Action]:
    return [
        Action(label=say("Remind me at 8:00"), says="/remind 8:00"),
        Action(label=say("At 19:00"), says="/remind 19:00"),
        Action(label=say("No, thanks"), says="/profile no reminder"),
    ]


def _reminders(result: ReminderView) -> list[Action]:
    return [] if result.on else _reminder()[:2]


def _introduction(missing: Sequence[str]) -> list[Action]:
    """Return what a tap can answer of what is asked about the student."""
    if not missing:
        return []
    minutes = [
        Action(
            label=say("{count} min a day", count=count), says=f"/profile {count} minutes a day", group="minutes a day"
        )
        for count in (30, 45, 60)
        if "minutes_per_day" in missing
    ]
    return [*minutes, Action(label=say("Skip"), says="/profile later", group="skip")]


_TAPS: Final[dict[type[Result], Callable[[Any], list[Action]]]] = {
    NextProblem: _next,
    StartReceipt: _started,
    HintReceipt: _hint,
    AttemptReceipt: _attempted,
    ProblemMatches: _found,
    DueRevisions: _due,
    RevisionReceipt: _revision,
    RecallReceipt: _recalled,
    CatchUpReceipt: _caught_up,
    PlacementReceipt: _placement,
    MasteryOverview: _overview,
    MasteryExplanation: _explained,
    TodayPlan: _plan,
    ImportReceipt: _imported,
    Profile: _profile,
    ProfileReceipt: _profile_changed,
    ReminderView: _reminders,
}


def _glimpse(label: str) -> str:
    """Return a change's name on one line, for whoever reads what was said."""
    line = " ".join(label.split())
    return line if len(line) <= _GLIMPSE else f"{line[: _GLIMPSE - 1]}…"


def _cut(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LABEL else f"{line[: LABEL - 1].rstrip()}…"
