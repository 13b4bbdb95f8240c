"""The offline coach's words for each kind of result and refusal; every figure in them comes from the result."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage

from agents.coach import OfflineCoach, questions, wording
from agents.coach.outcomes import RESULTS
from tests.agents.reminder_phrasings import REMINDERS_AND_WORDS
from tools.account import ErasureQuestion, ErasureReceipt, ExportReceipt
from tools.catching_up import CatchUpDay, CatchUpReceipt
from tools.context import Result
from tools.conversations import ConversationBrief, ConversationHits, ConversationList, ConversationReceipt
from tools.daywork import DoneItem
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.hints import HintReceipt
from tools.import_results import ImportCancelled, ImportLine, ImportPreview, ImportReceipt, NotRead
from tools.mastery import MasteryExplanation, MasteryOverview, Term, TopicMastery
from tools.notes import NoteBrief, NoteList, NoteReceipt
from tools.placement import PlacedTopic, PlacementAsk, PlacementReceipt
from tools.planning import LeftOut, PlanItem, TodayPlan
from tools.practice import AttemptReceipt, StartReceipt, TopicChange
from tools.problems import ProblemBrief, ProblemMatches
from tools.profile import Profile, ProfileReceipt
from tools.progress import Progress, Solved, WeekSum
from tools.proposals import SeenReceipt
from tools.questions import RecalledCard
from tools.rating import RatedTopic, RatingReceipt
from tools.revising import RecallReceipt, ReviewDone, RevisionReceipt
from tools.revision import DueRevision, DueRevisions
from tools.suggestion import NextProblem
from tools.tasklist import TaskBrief
from tools.tasks import TaskList, TaskReceipt
from tools.undo import UndoReceipt

TWO_SUM = ProblemBrief(
    id="1",
    title="Two Sum",
    platform="leetcode",
    slug="two-sum",
    difficulty="easy",
    topics=("Hashing",),
    url="https://leetcode.com/problems/two-sum/",
)
HANDMADE = ProblemBrief(id="2", title="Two Sum", platform="custom", difficulty="hard")
HASHING = TopicChange(
    topic_id="7",
    topic="Hashing",
    mastery_before=0.42,
    mastery_after=0.47,
    reviewed=True,
    next_revision="2026-12-03",
    interval_days=4,
    why="first review: solved unaided",
)
ATTEMPT = AttemptReceipt(
    line="Two Sum · solved",
    undo_label="Two Sum · solved",
    submission_id="9",
    problem=TWO_SUM,
    outcome="unaided",
    minutes=12,
    minutes_measured=False,
    tries=1,
    predicted=0.38,
    topics=(HASHING,),
)
PROFILE = Profile(
    name="Ada",
    target_date="2027-03-03",
    days_left=98,
    minutes_per_day=45,
    time_zone="UTC",
    time_zone_known=False,
    target_companies=("Google",),
    today="2026-11-25",
    missing=("time_zone",),
)
TASK = TaskBrief(number=2, id="3", title="Review heaps", status="overdue", due="2026-11-20", priority=3, minutes=30)
MASTERED = TopicMastery(
    topic="Hashing", mastery=0.61, confidence=40, retention=0.9, trend="stable", attempted=3, solved=2
)
DUE = DueRevision(
    topic="Hashing",
    due="2026-11-22",
    days_overdue=3,
    retention=0.71,
    priority=4,
    interval_days=4,
    problem=TWO_SUM,
    why="…",
)
HINT = HintReceipt(line="x", problem=TWO_SUM, step="rung", rung=1, kind="question", text="What is missing?")
NOTE = NoteBrief(number=2, id="5", text="map[x] = i\nO(n)", about="Two Sum", written="2026-11-25")
NOTED = NoteReceipt(line="x", done="added", note=NOTE, total=2)
PLAN = TodayPlan(
    today="2026-11-25",
    budget=45,
    budget_from="profile",
    minutes_done=12,
    minutes_left=33,
    minutes_planned=19,
    items=(
        PlanItem(kind="revision", title="Hashing", minutes=18, why="due today", problem=TWO_SUM, topic="Hashing"),
        PlanItem(kind="task", title="read", minutes=1, why="on your list without a day", task=1),
    ),
    done=(DoneItem(kind="problem", title="Jump Game", how="solved unaided", minutes=12),),
    left_out=(LeftOut(kind="problem", title="Course Schedule", minutes=25, why="…"),),
    left_out_total=3,
)
WEEK = WeekSum(first="2026-11-23", last="2026-11-25", attempts=1, newly_solved=1, days=1, minutes=12)
EMPTY_WEEK = WEEK.model_copy(update={"attempts": 0, "newly_solved": 0, "days": 0, "minutes": 0})
PROGRESS = Progress(
    today="2026-11-25",
    time_zone="UTC",
    attempts=9,
    tried=5,
    solved=3,
    with_help=1,
    by_difficulty=(
        Solved(name="easy", tried=4, solved=3, with_help=1),
        Solved(name="hard", tried=0, solved=0, with_help=0),
    ),
    by_topic=(Solved(name="Hashing", tried=5, solved=3, with_help=1),),
    topics_practised=1,
    streak=4,
    longest_streak=6,
    today_counts=False,
    this_week=WEEK,
    last_week=WEEK.model_copy(update={"attempts": 6}),
    last_week_so_far=WEEK.model_copy(update={"attempts": 2, "days": 2}),
    revisions_due=1,
    tasks_overdue=0,
    next_step="A revision is due: do it.",
)
NOTHING_DUE = DueRevisions(today="2026-11-25", time_zone="UTC", overdue=(), due_today=(), upcoming=(), total_due=0)
EXPLAINED = MasteryExplanation(
    topic="Hashing",
    mastery=0.61,
    confidence=40,
    retention=0.9,
    trend="stable",
    attempted=3,
    solved=2,
    attempts=4,
    next_revision=None,
    terms=(Term(name="you overall", value=0.4, points=9.6, words="across all topics you are above average"),),
    words="You would solve a medium problem of Hashing unaided with a chance of 61%.",
)

REVISION = RevisionReceipt(
    line="x",
    topic="Stacks",
    session_id="1",
    why="It is due.",
    retention=0.71,
    questions=("When?", "Cost?"),
    problem_follows=True,
)
RECALLED = RecallReceipt(
    line="x",
    topic="Stacks",
    cards=(RecalledCard(question="When?", made=("brackets",), missed=("constant time",)),),
    made=1,
    points=2,
    problem=TWO_SUM,
)
REVIEWED = ReviewDone(
    topic="Stacks",
    grade="good",
    reviewed=True,
    next_revision="2026-12-03",
    interval_days=8,
    why="you recalled 8 of 9 points",
)
RATED = RatedTopic(
    topic="Stacks", grade_before="good", next_revision="2026-12-03", interval_days=8, why="you rated it easy"
)
PLANNED = CatchUpDay(day="2026-11-26", topics=("Stacks", "Graphs"), already=1)
TALK = ConversationBrief(
    number=1, title="Trees", type="problem-help", messages=4, last="2026-11-23", active=True, problem="Two Sum"
)

ASK = PlacementAsk(
    number=2, of=5, topic="Hashing", problem=TWO_SUM, concept="collisions", share=0.04, why="it tells most"
)
PLACED = PlacedTopic(topic="Hashing", answer="not-yet", before=0.5, after=0.43, moved=-0.05)

PREVIEW = ImportPreview(
    given=9,
    lines=7,
    unread=(NotRead(text="", reason="the row is empty", count=2),),
    ready=2,
    dated=1,
    with_help=0,
    stuck=0,
    how="unaided",
    repeated=1,
    ambiguous=0,
    ambiguous_example=None,
    near=(
        ImportLine(number=2, text="Max Stack", choices=("Min Stack",), reason="not certain"),
        ImportLine(
            number=8, text="Candy · Meh", choices=("Candy",), reason="I do not know what “Meh” means", unclear=True
        ),
    ),
    corrected=(ImportLine(number=3, text="Vaild Anagram", title="Valid Anagram", day="2026-03-01"),),
    unknown=(ImportLine(number=4, text="gfg x", reason="GeeksforGeeks is not in the catalogue"),),
    known=("5 3Sum",),
    not_solved=("6 Candy",),
    left_out=(),
    exact=("1 Two Sum",),
)
IMPORTED = ImportReceipt(
    line="x",
    undo_label="x",
    imported=2,
    solved=2,
    with_help=0,
    stuck=0,
    dated=1,
    undated=1,
    known=0,
    unanswered=1,
    unknown=1,
    unread=2,
    topics=("Hashing", "Arrays"),
    revisions=2,
    first_revision="2026-11-24",
    last_revision="2026-11-25",
)
RESULTS_AND_WORDS: list[tuple[Result, tuple[str, ...]]] = [
    (
        NextProblem(problem=TWO_SUM, why="It is number 1.", running="Jump Game"),
        ("[Two Sum](https://leetcode.com/problems/two-sum/) · easy · Hashing", "It is number 1.",
         "**Jump Game** is still", "start it"),
    ),
    (NextProblem(problem=None, why="There is no hard problem.", nothing_left=True), ("There is no hard problem.",)),
    (
        PlacementReceipt(ask=ASK, roadmap="PrepMate 75", answered=1, before=0.5, after=0.5),
        ("Question 2 of 5, on **Hashing**: how would you do with a problem like [Two Sum]", "1. Solve it unaided",
         "Why this one: of what is still uncertain", "Answer 1, 2 or 3"),
    ),
    (
        PlacementReceipt(
            ask=ASK.model_copy(update={"problem": None}), roadmap="Core", answered=1, before=0.5, after=0.5
        ),
        ("how would you do with a question about collisions?",),
    ),
    (PlacementReceipt(ask=None, roadmap="Core", answered=0, before=0.5, after=0.5), ("nothing changed",)),
    (
        PlacementReceipt(line="x", ask=None, roadmap="Core", answered=1, before=0.5, after=0.62, topics=(PLACED,)),
        ("with a chance of 62% (I began at 50%)", "- Hashing: mastery 43% (“not yet” by itself: -5 points)"),
    ),
    (
        SeenReceipt(line="x", problem=TWO_SUM, already=False, proposed=False),
        ("won't propose [Two Sum]", "no solve of today"),
    ),
    (SeenReceipt(line="", problem=TWO_SUM, already=True, proposed=False), ("I knew that already",)),
    (
        PREVIEW,
        ("I read 7 of the 9 lines, 2 not (1 said twice)", "the row is empty (2 times)",
         "**2a** Min Stack", "**Choose those that you solved:**", "**8a** Candy, solved",
         "“Vaild Anagram”: Valid Anagram, 2026-03-01"),
    ),
    (PREVIEW.model_copy(update={"ambiguous": 1, "ambiguous_example": "3Sum 3/4/2026"}), ("`day first` or `month",)),
    (PREVIEW.model_copy(update={"ready": 0, "near": ()}), ("There is nothing new to import.",)),
    (IMPORTED, ("2 topics get a first revision between 24 Nov and 25 Nov",
                "1 not chosen, 1 not found and 2 not read.")),
    (IMPORTED.model_copy(update={"imported": 0, "known": 5}), ("nothing changed. 5 of them",)),
    (ImportCancelled(line="", lines=3), ("nothing of it was stored",)),
    (
        StartReceipt(line="x", undo_label="x", problem=HANDMADE, session_id="1", started_at="now"),
        ("The clock is running on **Two Sum**.",),
    ),
    (StartReceipt(line="x", problem=TWO_SUM, session_id="1", started_at="now"), ("It was running already",)),
    (ATTEMPT, ("only 38%", "**Hashing**: mastery 42% → 47%; comes back on 3 Dec (first review: solved unaided)")),
    (
        ATTEMPT.model_copy(update={"topics": (HASHING.model_copy(update={"assumed": True}),)}),
        ("**Hashing**: mastery 47% (assumed until now: 42%); comes back on 3 Dec",),
    ),
    (ATTEMPT.model_copy(update={"outcome": "stuck"}), ("happens to everyone",)),
    (ATTEMPT.model_copy(update={"outcome": "with-help", "skipped_topics": ("Magic",)}), ("with help", "Magic")),
    (UndoReceipt(line="x", label="x", verb="add_task", documents=1), ("as it was before",)),
    (EXPLAINED, ("chance of 61%", "- you overall: +10 points (across all topics you are above average)")),
    (
        MasteryOverview(strongest=(MASTERED,), weakest=(), practised=1, unpractised=54),
        ("Hashing: 61% (2 of 3 unaided)", "54 topics"),
    ),
    (MasteryOverview(strongest=(), weakest=(), practised=0, unpractised=55), ("haven't logged any problem",)),
    (
        NOTHING_DUE.model_copy(update={"overdue": (DUE,), "total_due": 1}),
        ("One revision is due:", "1. Hashing (3 days overdue, 71% chance that you remember it): [Two Sum]",
         "Say `revise` to begin"),
    ),
    (
        NOTHING_DUE.model_copy(update={"overdue": (DUE,), "total_due": 9, "left_out": 8}),
        ("9 revisions are due, the most urgent 1 first:", "8 left out for today: you do at most 5 a day."),
    ),
    (NOTHING_DUE.model_copy(update={"total_due": 9, "left_out": 9}), ("the 5 revisions of today. 9 more are due",)),
    (
        NOTHING_DUE.model_copy(update={"total_due": 9, "left_out": 9, "paused_until": "2027-01-03"}),
        ("paused until 3 Jan 2027. 9 wait.",),
    ),
    (NOTHING_DUE.model_copy(update={"upcoming": (DUE.model_copy(update={"due": "2026-12-01"}),)}), ("Hashing 1 Dec",)),
    (NOTHING_DUE, ("Nothing is due today.",)),
    (REVISION, ("**Stacks**. It is due. Chance that you still remember it: 71%.", "2. Cost?", "Answer from memory")),
    (REVISION.model_copy(update={"problem": TWO_SUM, "retention": None}), ("Your problem: [Two Sum](", "is running")),
    (RECALLED, ("You had 1 of 2 points", "- ✓ brackets", "- missing: constant time", "Your problem: [Two Sum](")),
    (RECALLED.model_copy(update={"made": 0}), ("None of the 2 points yet", "Here they are:")),
    (RECALLED.model_copy(update={"problem": None, "review": REVIEWED}), ("comes back on 3 Dec (you", "/rate")),
    (
        RatingReceipt(line="x", grade="easy", topics=(RATED,)),
        ("**Stacks** comes back on 3 Dec (you rated it easy; it had been good)",),
    ),
    (
        RatingReceipt(line="x", grade="good", topics=(RATED,)),
        ("**Stacks** comes back on 3 Dec, as before: it was graded good already",),
    ),
    (SnoozeReceipt(line="x", topic="Stacks", until="2026-11-27 00:00", due_before="2026-11-25"), ("`revise stacks`",)),
    (PauseReceipt(line="x", paused_until="2027-01-03", due_now=0), ("`resume revisions` ends the pause",)),
    (PauseReceipt(line="x", paused_until=None, due_now=7), ("`help me catch up`",)),
    (CapReceipt(line="x", per_day=3, due_now=1), ("1 revision is due now",)),
    *REMINDERS_AND_WORDS,
    (
        CatchUpReceipt(line="x", total=3, days=(PLANNED,), per_day_at_most=2, beyond=1),
        ("- Thu 26 Nov: Stacks, Graphs, beside 1 that stood there", "1 did not fit at 2 a day"),
    ),
    (ProblemMatches(query="two", matches=(TWO_SUM, HANDMADE), exact=False), ("1. [Two Sum](", "2. **Two Sum** · hard")),
    (ProblemMatches(query="two", matches=(TWO_SUM,), exact=True), ("start it",)),
    (ProblemMatches(query="quux", matches=(), exact=False), ("There is no such problem",)),
    (TaskReceipt(line="x", task=TASK.model_copy(update={"problem": "Two Sum"})), ("number 2", "when you log Two Sum")),
    (TaskReceipt(line="x", task=TASK.model_copy(update={"status": "completed"}), change="completed"), ("One less",)),
    (TaskReceipt(line="x", task=TASK, change="completed", next_due="2026-11-26"), ("comes again on Thursday 26 Nov",)),
    (TaskReceipt(line="x", task=TASK, change="moved"), ("number 2 on your list now",)),
    (TaskReceipt(line="x", task=TASK, change="deleted"), ("off your list",)),
    (TaskReceipt(line="x", task=TASK.model_copy(update={"repeat": "daily"})), ("it comes again",)),
    (
        TaskList(today="2026-11-25", status="open", tasks=(TASK.model_copy(update={"repeat": "weekdays"}),), total=1),
        ("due 20 Nov (overdue) · every weekday · 30 min",),
    ),
    (
        TaskList(today="2026-11-25", status="open", tasks=(TASK,), total=1),
        ("You have 1 open task:", "- **2** Review heaps · due 20 Nov (overdue) · 30 min"),
    ),
    (TaskList(today="2026-11-25", status="all", tasks=(), total=0), ("You have no tasks.",)),
    (
        StartReceipt(line="x", undo_label="x", problem=TWO_SUM, session_id="1", started_at="now", notes=("a\nb",)),
        ("Your notes:\n\n- a b\n\nWhen you're done",),
    ),
    (
        NOTHING_DUE.model_copy(
            update={"due_today": (DUE.model_copy(update={"notes": ("a\nb",)}),), "total_due": 1}
        ),
        ("(your note: “a b”)",),
    ),
    (HINT, ("Hint 1 of 3 for [Two Sum]", "What is missing?", "`next hint`")),
    (HINT.model_copy(update={"rung": 3, "again": True}), ("That hint again", "`show me the solution`")),
    (HINT.model_copy(update={"step": "ask", "text": ""}), ("[Two Sum]", "What have you tried so far?")),
    (HINT.model_copy(update={"step": "confirm", "text": "1. Look"}), ("all 3 hints", "Do you really want")),
    (HINT.model_copy(update={"step": "solution", "text": "1. Look"}), ("no written solution", "1. Look")),
    (ATTEMPT.model_copy(update={"outcome": "with-help", "hints": 2, "corrected": True}), ("You saw 2 hints",)),
    (NOTED, ("note 2", "when Two Sum comes up")),
    (NOTED.model_copy(update={"done": "changed"}), ("note 2",)),
    (NOTED.model_copy(update={"done": "removed"}), ("`undo` brings it back",)),
    (NOTED.model_copy(update={"done": "kept", "line": ""}), ("says already",)),
    (NoteList(about="graphs", notes=(), total=0), ("no notes on “graphs”",)),
    (NoteList(about=None, notes=(NOTE,), total=3), ("You have 3 notes:", "- **2** Two Sum: map[x] = i O(n)", "2 more")),
    (PROFILE, ("Interview: 3 Mar 2027 (98 days left)", "45 minutes a day", "Google", "which city")),
    (ProfileReceipt(line="x", profile=PROFILE, changed=("target_date",)), ("Noted. That leaves 98 days.",)),
    (ProfileReceipt(line="x", profile=PROFILE, changed=()), ("had already",)),
    (
        PLAN,
        ("plan for 45 minutes (your minutes a day), 12 minutes of them done:", "- ✓ Jump Game (solved unaided, 12 min",
         "1. revise Hashing: [Two Sum](", "about 18 minutes: due today", "2. task 1: read · about 1 minute: on your",
         "Not in this time: Course Schedule (about 25 minutes) and 2 more.", "Say a number to begin"),
    ),
    (PLAN.model_copy(update={"items": (), "minutes_left": 0}), ("You have used today's 45 minutes",)),
    (PLAN.model_copy(update={"items": (), "done": (), "budget_from": "said"}), ("Nothing fits into 45 minutes",)),
    (
        PROGRESS,
        ("**3 solved unaided**, 1 more with help, of 5 tried (easy 3 of 4).", "- Hashing: 3 of 5 unaided, 1 with help",
         "Streak: 4 days, if you practise today, your longest is 6 days.", "This week: 1 attempt on 1 day, 1 newly",
         "Last week by Wednesday: 2 attempts on 2 days", "(in all: 6 attempts)", "Next: A revision is due: do it."),
    ),
    (
        PROGRESS.model_copy(update={"last_week": EMPTY_WEEK, "last_week_so_far": EMPTY_WEEK, "this_week": EMPTY_WEEK}),
        ("This week: nothing yet. Last week: nothing.",),
    ),
    (PROGRESS.model_copy(update={"streak": 0}), ("No streak at the moment; your longest is 6 days.",)),
    (PROGRESS.model_copy(update={"attempts": 0, "next_step": "Solve one."}), ("Solve one. Say `give me one`",)),
    (ConversationReceipt(line="Trees", conversation=TALK), ("Trees", "4 messages")),
    (ConversationList(today="2026-11-23", conversations=(TALK,), total=1), ("Trees", "problem-help", "today")),
    (ConversationHits(today="2026-11-23", text="heap", hits=(), total=0), ("never said", "heap")),
    (ExportReceipt(line="x"), ("one JSON file", "index", "passwords")),
    (ErasureQuestion(code="4821", minutes=10), ("delete 4821", "10 minutes")),
    (ErasureReceipt(line="x"), ("being deleted now",)),
]  # fmt: skip


def coach_after(
    verb: str, *replies: ToolMessage | tuple[str, Result], arguments: dict[str, Any] | None = None
) -> AIMessage:
    """Return what the coach says once a verb has answered."""
    messages: list[Any] = [HumanMessage("something")]
    for number, reply in enumerate(replies, 1):
        name = reply[0] if isinstance(reply, tuple) else verb
        call = ToolCall(name=name, args=arguments or {}, id=f"coach-{number}", type="tool_call")
        messages.append(AIMessage("", tool_calls=[call]))
        if isinstance(reply, tuple):
            messages.append(ToolMessage(reply[1].model_dump_json(), tool_call_id=f"coach-{number}", name=name))
        else:
            messages.append(reply)
    return OfflineCoach().answer(messages)


def refused(sentence: str, *choices: str, kind: str = "retry") -> ToolMessage:
    """Return a refusal as the toolbox sends it."""
    details = {"kind": kind, "sentence": sentence, "choices": list(choices)}
    return ToolMessage(f"{sentence} …", tool_call_id="coach-1", status="error", artifact=details)


@pytest.mark.parametrize(
    ("result", "parts"),
    RESULTS_AND_WORDS,
    ids=[f"{number}-{type(result).__name__}" for number, (result, _) in enumerate(RESULTS_AND_WORDS)],
)
def test_a_result_is_told_in_its_own_figures(result: Result, parts: tuple[str, ...]) -> None:
    """Each result becomes words that hold its figures, ask at most one question and invent no percentage."""
    said = wording.word(result)
    for part in parts:
        assert part in said
    listed = "".join(getattr(result, "questions", ()))  # a revision's own questions are asked together
    assert said.count("?") - listed.count("?") <= 1
    known = result.model_dump_json()
    for percent in re.findall(r"(\d+)%", said):
        assert f"0.{int(percent):02d}" in known or f"{percent}%" in known or f"0.{int(percent) // 10}," in known


def test_every_result_has_its_words() -> None:
    """No verb of the table can come back with a result that the coach has no words for."""
    told = {type(result) for result, _ in RESULTS_AND_WORDS}
    assert told == set(RESULTS.values())


def test_the_first_attempt_asks_what_is_not_known() -> None:
    """After a student's first attempt the profile is looked up, and only what it lacks is asked for, in one line."""
    first = ATTEMPT.model_copy(update={"first_ever": True})
    looked_up = coach_after("record_attempt", ("record_attempt", first))
    assert [(call["name"], call["id"]) for call in looked_up.tool_calls] == [("get_profile", "coach-2")]
    said = coach_after("record_attempt", ("record_attempt", first), ("get_profile", PROFILE)).text
    assert "comes back on 3 Dec" in said
    assert said.endswith(f"I'd like to know which city or time zone you are in. {questions.INTRODUCE.text}")
    whole = PROFILE.model_copy(update={"missing": ()})
    assert "I'd like to know" not in coach_after("x", ("record_attempt", first), ("get_profile", whole)).text


def test_a_task_about_an_unknown_problem_is_added_without_it() -> None:
    """A title that only looked like a problem's is no reason to lose the task."""
    said = coach_after(
        "add_task", refused("No such problem."), arguments={"title": "solve it all", "problem": "it all"}
    )
    assert [(call["name"], call["args"]) for call in said.tool_calls] == [("add_task", {"title": "solve it all"})]


def test_a_note_about_no_problem_is_one_about_a_topic() -> None:
    """A name that is no problem's is tried as a topic's; if it is neither, the choices that there are are offered."""
    wish = {"problem": "sub", "text": "look"}
    unknown = refused("I am not sure which problem “sub” is. Did you mean A or B?", "A", "B")
    again = coach_after("add_note", unknown, arguments=wish)
    assert [(call["name"], call["args"]) for call in again.tool_calls] == [
        ("add_note", {"topic": "sub", "text": "look"})
    ]


def test_a_problem_in_a_topics_place_is_found() -> None:
    """ "Give me two sum" finds the problem; a name that is neither keeps the refusal of the topic."""
    wish = {"topic": "two sum"}
    looked_up = coach_after("next_problem", refused("I know no topic."), arguments=wish)
    assert [(call["name"], call["args"]) for call in looked_up.tool_calls] == [
        ("find_problem", {"query": "two sum", "limit": 1})
    ]
    found = ("find_problem", ProblemMatches(query="two sum", matches=(TWO_SUM,), exact=True))
    assert "[Two Sum]" in coach_after("next_problem", refused("I know no topic."), found, arguments=wish).text
    lost = ("find_problem", ProblemMatches(query="two sum", matches=(), exact=False))
    guess = {"topic": "x", "query": "x", "limit": 1}
    said = coach_after("next_problem", refused("I know no topic."), lost, arguments=guess).text
    assert said == f"I know no topic. {questions.AGAIN.text}"


def test_choices_become_a_numbered_list() -> None:
    """A refusal with choices names them once each, numbered, and says how to answer."""
    said = coach_after(
        "record_attempt",
        refused("I am not sure which problem “sub” is. Did you mean A or B?", "A", "B"),
        arguments={"outcome": "unaided", "problem": "sub"},
    ).text
    assert said == f"I am not sure which problem “sub” is.\n\n1. A\n2. B\n\n{questions.CHOOSE.text}"


@pytest.mark.parametrize(
    ("verb", "arguments", "refusal", "said"),
    [
        ("undo_last", {}, refused("There is nothing to undo.", kind="failed"), "There is nothing to undo."),
        (
            "record_attempt",
            {"outcome": "stuck", "problem": "x", "minutes": -5},
            refused("Nothing was done. Wrong arguments: minutes: Input should be greater than 0."),
            "I can't take that: minutes should be greater than 0. Nothing was changed.",
        ),
        (
            "record_attempt",
            {"outcome": "stuck", "problem": "x", "minutes": 99_999},
            refused("Nothing was done. Wrong arguments: minutes: Input should be less than or equal to 1440."),
            "I can't take that: minutes should be at most 1440. Nothing was changed.",
        ),
        (
            "complete_task",
            {"which": "heap"},
            refused("Which task is “heap”: 1 (A) and 2 (B)? Say its number.", "1", "2"),
            f"Which task is “heap”: 1 (A) and 2 (B)?\n\n{questions.CHOOSE.text}",
        ),
        (
            "start_problem",
            {"problem": "quux"},
            refused("There is no problem “quux” in the catalogue."),
            f"There is no problem “quux” in the catalogue. {questions.AGAIN.text}",
        ),
    ],
)
def test_a_refusal_is_said_as_it_is(verb: str, arguments: dict[str, Any], refusal: ToolMessage, said: str) -> None:
    """A refusal keeps the verb's own sentence, without Python in it, and says what can be answered."""
    assert coach_after(verb, refusal, arguments=arguments).text == said


def test_a_term_of_no_weight_is_left_out() -> None:
    """What moves the chance by no point explains nothing; without any such line the list goes, too."""
    nothing = Term(name="this topic", value=0.0, points=-0.2, words="about average")
    some = wording.word(EXPLAINED.model_copy(update={"terms": (*EXPLAINED.terms, nothing)}))
    assert "you overall: +10 points" in some
    assert "this topic" not in some
    none = wording.word(EXPLAINED.model_copy(update={"terms": (nothing,)}))
    assert none == f"{EXPLAINED.words}\n\nTo work on it: `give me a problem on Hashing`."


def test_topics_that_stand_alike_are_neither_strong_nor_weak() -> None:
    """Strongest and weakest are said only where the shown figures differ."""
    other = MASTERED.model_copy(update={"topic": "Arrays"})
    alike = MasteryOverview(strongest=(other,), weakest=(MASTERED,), practised=2, unpractised=53)
    said = wording.word(alike)
    assert said.startswith("**So far**\n\n- Arrays: 61%")
    assert "- Hashing: 61%" in said
    assert "est**" not in said
    worse = MASTERED.model_copy(update={"mastery": 0.4})
    said = wording.word(alike.model_copy(update={"weakest": (worse,)}))
    assert said.index("**Strongest**") < said.index("Arrays: 61%") < said.index("**Weakest**")
    assert said.index("**Weakest**") < said.index("Hashing: 40%")


def test_what_cannot_be_read_is_not_guessed() -> None:
    """A result in a form that the coach does not know is admitted, not made up."""
    broken = ToolMessage(json.dumps({"odd": 1}), tool_call_id="coach-1", name="get_profile")
    assert coach_after("get_profile", broken).text == wording.UNREADABLE
