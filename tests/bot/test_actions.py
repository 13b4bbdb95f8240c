"""The taps below an answer: each is one message that the coach takes word for word, about what it names."""

from __future__ import annotations

from typing import Any

import pytest

from agents.coach.code import LOOK
from agents.coach.dialogue import CHECK, GUESS, decide, understand
from agents.coach.intents import Request
from agents.coach.questions import WHEN
from agents.coach.talk import NO_REMINDER, SKIPPED
from agents.run import Ran
from bot.actions import LABEL, Happened, actions_of
from bot.greeting import choices, greeting, introduce
from store.catalogue.facts import shipped_catalogue
from store.client import ObjectId
from store.documents.own import Action, Effect
from tools.catching_up import CatchUpDay, CatchUpReceipt
from tools.context import Result
from tools.hints import HintReceipt
from tools.import_results import ImportPreview
from tools.mastery import MasteryOverview
from tools.matching import fold
from tools.placement import PlacementAsk, PlacementReceipt
from tools.planning import PlanItem, TodayPlan
from tools.practice import StartReceipt
from tools.problems import ProblemBrief, ProblemMatches
from tools.profile import Profile, ProfileReceipt
from tools.proposals import SeenReceipt
from tools.revising import RecallReceipt, ReviewDone, RevisionReceipt
from tools.revision import DueRevision, DueRevisions
from tools.suggestion import NextProblem

TURN = ObjectId("65f0c0de1a2b3c4d5e6f7a8b")
CHANGE = ObjectId("65f0c0de1a2b3c4d5e6f7a8c")
TWO_SUM = ProblemBrief(
    id="1",
    title="Two Sum",
    platform="leetcode",
    slug="two-sum",
    difficulty="easy",
    url="https://leetcode.com/problems/two-sum/",
)
KINDS = ("unaided", "with-help", "stuck")


def taps_of(verb: str, result: Result, arguments: Any = (), **more: Any) -> list[Action]:
    """Return the taps below the answer to a turn in which one verb ran."""
    return actions_of(Happened(TURN, [Ran(verb, result.model_dump_json(), dict(arguments))], **more))


def brief(problem: Any) -> ProblemBrief:
    """Return a problem of the catalogue as results name it."""
    return ProblemBrief(
        id=problem.slug,
        title=problem.title,
        platform=problem.platform,
        slug=problem.slug,
        difficulty=problem.difficulty,
        url=problem.url,
    )


def meant(says: str) -> tuple[str, dict[str, Any]] | str:
    """Return what the coach makes of a message that comes out of nowhere: a verb and its arguments, or its reply."""
    decided = decide((), says)
    return (decided.verb, decided.arguments) if isinstance(decided, Request) else decided.text


def asked(topic: str, number: int = 2) -> PlacementReceipt:
    """Return a placement's question about a topic."""
    ask = PlacementAsk(number=number, of=5, topic=topic, problem=TWO_SUM, concept=None, share=0.2, why="")
    return PlacementReceipt(ask=ask, roadmap="75", answered=1, before=0.5, after=0.5)


def due(topic: str) -> DueRevisions:
    """Return a list with one topic due."""
    one = DueRevision(
        topic=topic, due="2026-11-23", days_overdue=0, retention=0.9, priority=3, interval_days=2, problem=None, why=""
    )
    return DueRevisions(today="2026-11-23", time_zone="UTC", overdue=(), due_today=(one,), upcoming=(), total_due=1)


def preview(ready: int) -> ImportPreview:
    """Return a preview of a list with so many lines to import."""
    numbers = dict.fromkeys(("dated", "with_help", "stuck", "repeated", "ambiguous"), 0)
    lists = dict.fromkeys(("near", "corrected", "unknown", "known", "not_solved", "left_out", "exact", "unread"), ())
    counts = dict.fromkeys(("given", "lines", "ready"), ready)
    return ImportPreview.model_validate({**counts, "ambiguous_example": None, "how": "unaided", **numbers, **lists})


def start_receipt(problem: ProblemBrief = TWO_SUM) -> StartReceipt:
    """Return the receipt of a problem that was started."""
    return StartReceipt(line="started", problem=problem, session_id="1", started_at="2026-11-23")


def hint(step: str, rung: int = 1) -> HintReceipt:
    """Return a hint."""
    return HintReceipt.model_validate({"line": "", "problem": TWO_SUM, "step": step, "rung": rung})


def profile(*missing: str) -> Profile:
    """Return a profile in which something is not known."""
    return Profile(
        name="Ada",
        target_date=None,
        days_left=None,
        minutes_per_day=None,
        time_zone="UTC",
        time_zone_known=False,
        target_companies=(),
        today="2026-11-23",
        missing=missing,
    )


LOGGED = [("record_attempt", {"outcome": kind, "problem": "Two Sum", "asked_in": str(TURN)}) for kind in KINDS]
HINTED = ("give_hint", {"problem": "Two Sum"})
REVIEW = ReviewDone(topic="Deadlocks", grade="good", reviewed=True, next_revision="2026-11-25", interval_days=2, why="")
MINUTES = [("set_profile", {"minutes_per_day": count}) for count in (30, 45, 60)]

BELOW: list[tuple[str, Result, list[Any]]] = [
    (
        "next_problem",
        NextProblem(problem=TWO_SUM, why=""),
        [
            ("start_problem", {"problem": "Two Sum"}),
            ("mark_seen", {"problem": "Two Sum"}),
            ("next_problem", {"instead": "easier", "than": "Two Sum"}),
            ("next_problem", {"instead": "harder", "than": "Two Sum"}),
        ],
    ),
    ("next_problem", NextProblem(problem=None, why="nothing left"), []),
    ("start_problem", start_receipt(), [*LOGGED, HINTED]),
    ("give_hint", hint("ask"), []),
    ("give_hint", hint("rung"), [*LOGGED[1:], HINTED]),
    ("give_hint", hint("rung", 3), [*LOGGED[1:], ("give_hint", {"problem": "Two Sum", "solution": True})]),
    ("give_hint", hint("confirm"), [*LOGGED[1:], ("give_hint", {"problem": "Two Sum", "solution": True})]),
    ("give_hint", hint("solution"), LOGGED[1:]),
    (
        "find_problem",
        ProblemMatches(query="two", matches=(TWO_SUM, TWO_SUM), exact=False),
        [("start_problem", {"problem": "Two Sum"})] * 2,
    ),
    (
        "list_due_revisions",
        due("Two Pointers"),
        [
            ("start_revision", {"topic": "Two Pointers"}),
            ("snooze_revision", {"until": "tomorrow", "topic": "Two Pointers"}),
        ],
    ),
    (
        "answer_recall",
        RecallReceipt(line="", topic="Deadlocks", cards=(), made=1, points=2, review=REVIEW),
        [("rate_revision", {"grade": grade, "topic": "Deadlocks"}) for grade in ("again", "hard", "good", "easy")],
    ),
    (
        "answer_recall",
        RecallReceipt(line="", topic="Hashing", cards=(), made=1, points=2, problem=TWO_SUM),
        [*LOGGED, HINTED],
    ),
    (
        "start_revision",
        RevisionReceipt(
            line="", topic="Hashing", session_id="1", why="", retention=None, questions=("?",), problem_follows=True
        ),
        [],
    ),
    (
        "plan_catch_up",
        CatchUpReceipt(
            line="",
            total=1,
            days=(CatchUpDay(day="2026-11-23", topics=("Heaps",), already=0),),
            per_day_at_most=5,
            beyond=0,
        ),
        [("start_revision", {"topic": "Heaps"})],
    ),
    (
        "answer_placement",
        asked("Depth-First Search"),
        [
            ("answer_placement", {"answer": answer, "topic": "Depth-First Search"})
            for answer in ("unaided", "with-help", "not-yet", "skip", "back", "stop", "cancel")
        ],
    ),
    (
        "preview_import",
        preview(12),
        [("confirm_import", {"shown": str(TURN)}), ("cancel_import", {"shown": str(TURN)})],
    ),
    ("adjust_import", preview(0), []),
    (
        "list_mastery",
        MasteryOverview(strongest=(), weakest=(), practised=0, unpractised=9),
        [("next_problem", {}), ("start_placement", {})],
    ),
    (
        "get_profile",
        profile("target_date", "minutes_per_day", "time_zone"),
        [*MINUTES, SKIPPED],
    ),
    ("get_profile", profile("time_zone"), [SKIPPED]),
    ("get_profile", profile(), []),
    (
        "set_profile",
        ProfileReceipt(line="profile", changed=("time_zone_known",), profile=profile(), offers_reminder=True),
        [("set_reminder", {"at": "8:00"}), ("set_reminder", {"at": "19:00"}), NO_REMINDER],
    ),
    (
        "set_profile",
        ProfileReceipt(line="profile", changed=("time_zone",), profile=profile("minutes_per_day")),
        [*MINUTES, SKIPPED],
    ),
]


@pytest.mark.parametrize(("verb", "result", "leads_to"), BELOW, ids=[f"{row[0]}-{n}" for n, row in enumerate(BELOW)])
def test_each_tap_leads_to_one_verb_with_its_arguments(verb: str, result: Result, leads_to: list[Any]) -> None:
    """What a tap says is taken as the verb and the arguments that its label promises, whatever was said before."""
    taps = taps_of(verb, result)
    assert [meant(tap.says) for tap in taps] == leads_to
    assert all(len(tap.label) <= LABEL for tap in taps)
    assert len({tap.label for tap in taps}) == len(taps) or verb == "find_problem"


def test_a_report_is_completed_by_a_tap_with_its_minutes() -> None:
    """Where the coach asks how a problem went, or which it was, the taps keep the minutes; a vain guess has none."""
    found = ProblemMatches(query="tow sum", matches=(TWO_SUM,), exact=True)
    said = {"said": "solved tow sum in 12 min", "by": "coach"}
    taps = taps_of("find_problem", found, CHECK, **said)
    assert [meant(tap.says) for tap in taps] == [(verb, {**args, "minutes": 12}) for verb, args in LOGGED]
    unsure = found.model_copy(update={"exact": False, "matches": (TWO_SUM, TWO_SUM)})
    (tap, _) = taps_of("find_problem", unsure, CHECK, **said)
    decided = understand((), tap.says)
    assert isinstance(decided, Request)
    assert (decided.verb, decided.arguments) == (
        "record_attempt",
        {"problem": "Two Sum", "minutes": 12, "asked_in": str(TURN)},
    )
    assert taps_of("find_problem", unsure, GUESS, by="coach") == []


def test_every_problem_is_named_so_that_the_coach_keeps_its_name() -> None:
    """Of no problem does a tap lose part of the name: where the title would suffer, the address is said."""
    wrong = []
    for fact in shipped_catalogue().problems:
        problem = brief(fact)
        ways = {problem.title, problem.url, problem.slug}
        taps = [
            *taps_of("next_problem", NextProblem(problem=problem, why="")),
            *taps_of("start_problem", start_receipt(problem)),
        ]
        named = [meant(tap.says) for tap in taps]
        wrong += [
            one for one in named if isinstance(one, str) or not {one[1].get("problem"), one[1].get("than")} & ways
        ]
        assert [one[0] for one in named] == [
            "start_problem",
            "mark_seen",
            *["next_problem"] * 2,
            *["record_attempt"] * 3,
            "give_hint",
        ]
    assert wrong == []


def test_every_topic_is_named_so_that_the_coach_keeps_its_name() -> None:
    """Of each topic in the catalogue the taps of its revision, its rating and its placement carry the whole name."""
    for topic in shipped_catalogue().topics:
        recalled = RecallReceipt(
            line="",
            topic=topic.name,
            cards=(),
            made=1,
            points=2,
            review=REVIEW.model_copy(update={"topic": topic.name}),
        )
        taps = [*taps_of("list_due_revisions", due(topic.name)), *taps_of("answer_recall", recalled)]
        taps += taps_of("answer_placement", asked(topic.name))
        assert len(taps) == 13, topic.name
        for tap in taps:
            found = meant(tap.says)
            assert isinstance(found, tuple)
            assert fold(found[1]["topic"]) == fold(topic.name)


def effect(label: str, change: ObjectId | None) -> Effect:
    """Return the effect of a task that was added, with the change that undo knows."""
    result = SeenReceipt(line=label, undo_label=label, problem=TWO_SUM, already=False, proposed=False)
    return Effect(
        id=f"{TURN}:0:{label}",
        user_id=TURN,
        turn_id=TURN,
        step=0,
        fence=1,
        verb="mark_seen",
        result=result.model_dump_json(),
        receipt=True,
        undo_id=change,
    )


def test_undo_names_the_very_change() -> None:
    """Each change of a turn has a tap with its own id, the last one first; what cannot be undone has none."""
    one = actions_of(Happened(TURN, effects=[effect("buy milk", CHANGE), effect("nothing", None)]))
    assert [(tap.label, meant(tap.says)) for tap in one] == [("Undo", ("undo_last", {"change": str(CHANGE)}))]
    two = actions_of(Happened(TURN, effects=[effect("do the one before\nlunch", TURN), effect("b", CHANGE)]))
    assert [meant(tap.says) for tap in two] == [("undo_last", {"change": str(one)}) for one in (CHANGE, TURN)]
    assert len({tap.group for tap in two}) == 2


def test_feedback_is_asked_only_of_a_models_own_words() -> None:
    """A free answer without any other tap has thumbs; the coach's, and one with taps, have none."""
    assert [tap.says for tap in actions_of(Happened(TURN, by="model"))] == [
        f"/feedback up {TURN}",
        f"/feedback down {TURN}",
    ]
    assert actions_of(Happened(TURN)) == []
    ran = [Ran("start_problem", start_receipt().model_dump_json())]
    assert not [tap for tap in actions_of(Happened(TURN, ran, by="model")) if "feedback" in tap.says]


def test_a_newcomer_begins_by_a_tap() -> None:
    """The greeting's taps lead to a first problem, to the question for a list and to that for the interview's date."""
    text, taps = greeting()
    assert introduce() in text
    assert [meant(tap.says) for tap in taps] == [("next_problem", {}), ("preview_import", {}), WHEN.text]
    assert [meant(words) for _, words in choices()] == [meant(tap.says) for tap in taps]


def test_nothing_can_be_tapped_where_others_read_along() -> None:
    """In public places an answer has no taps at all."""
    ran = [Ran("start_problem", start_receipt().model_dump_json())]
    assert actions_of(Happened(TURN, ran, [effect("a", CHANGE)], by="model"), public=True) == []


def test_a_result_that_cannot_be_read_has_no_taps() -> None:
    """What an older version stored, or a verb that nobody knows, costs an answer nothing but its taps."""
    assert actions_of(Happened(TURN, [Ran("start_problem", "{}"), Ran("gone", "{}")])) == []


def test_below_code_stands_how_its_problem_went() -> None:
    """The plan that was looked up for code brings the outcomes of the started problem, and of nothing else."""
    item = {"title": "Two Sum", "minutes": 20, "why": "", "problem": TWO_SUM}
    kinds = ("revision", "running", "problem", "more")
    plan = TodayPlan(
        today="2026-11-23",
        budget=1440,
        budget_from="said",
        minutes_done=0,
        minutes_left=1440,
        minutes_planned=80,
        items=tuple(PlanItem.model_validate({"kind": kind, **item}) for kind in kinds),
        done=(),
        left_out=(),
        left_out_total=0,
    )
    code = taps_of("plan_today", plan, LOOK, said="def two_sum(nums): return []", by="coach")
    assert [meant(tap.says) for tap in code] == LOGGED
    puzzled = taps_of("plan_today", plan, said="colourless green ideas sleep", by="coach")
    asked_for = taps_of("plan_today", plan, said="plan today", by="coach")
    assert (len(puzzled), len(asked_for)) == (3, 4)
