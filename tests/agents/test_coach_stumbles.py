"""What newcomers stumbled over: numbers after their list, dates, code, nothing understood, a placement left."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.messages import AnyMessage, HumanMessage, ToolMessage

from agents.coach import OfflineCoach, questions, talk
from agents.coach.code import LOOK, is_code
from agents.coach.dialogue import Exchange, Say, decide
from agents.coach.intents import Request
from agents.coach.level_wording import tell_placement
from agents.coach.stumbling import ENGLISH_ONLY, MOST, is_foreign
from tests.agents.test_coach_dialogue import COIN_CHANGE_URL, FOUND, INTRODUCE, PLACING, PLANNED, UNSURE
from tools.context import Result
from tools.placement import PlacementReceipt
from tools.planning import PlanItem, TodayPlan
from tools.problems import ProblemBrief, ProblemMatches

TWO_SUM = ProblemBrief(
    id="1", title="Two Sum", platform="leetcode", difficulty="easy", url="https://leetcode.com/problems/two-sum/"
)
LINK = "[Two Sum](https://leetcode.com/problems/two-sum/)"
CODE = "def two_sum(nums, target):\n    seen = {}\n    for i, n in enumerate(nums):\n        seen[n] = i\n    return []"
KEPT = f"That is code. I keep it with {LINK}.\n\n{questions.HOW.text}"
TASKS = "You have 2 tasks:\n\n- **1** read\n- **2** write\n\nSay `done with task 1` when it's finished."
NOTES = "You have 1 note:\n\n- **1** Two Sum: look\n\nSay `delete note 1` to remove one."
LEFT = tell_placement(PlacementReceipt(line="", ask=None, roadmap="Core", answered=2, before=0.5, after=0.5, left=True))
TWO_DAYS = (
    f"Which day is “3/4/2027”: 4 March 2027 or 3 April 2027?\n\n1. 4 March 2027\n2. 3 April 2027\n\n"
    f"{questions.CHOOSE.text}"
)
THANKED = Exchange("thanks", talk.THANKS)


def told(past: list[Exchange], text: str) -> str:
    """Return what is said without a call."""
    decided = decide(past, text)
    assert isinstance(decided, Say), decided
    return decided.text


def asked(past: list[Exchange], text: str) -> tuple[str, dict[str, Any]]:
    """Return the call that is made."""
    decided = decide(past, text)
    assert isinstance(decided, Request), decided
    return decided.verb, decided.arguments


@pytest.mark.parametrize(
    ("student", "answer", "reply", "verb", "arguments"),
    [
        ("plan today", PLANNED, "1", "start_revision", {"topic": "Hashing"}),
        ("plan today", PLANNED, "number 2", "start_problem", {"problem": COIN_CHANGE_URL}),
        ("plan today", PLANNED, "start 2", "start_problem", {"problem": COIN_CHANGE_URL}),
        ("find coin", FOUND, "2", "start_problem", {"problem": "Coin Change II"}),
        ("place me", PLACING, "1", "start_placement", {}),
    ],
)
def test_a_number_some_turns_later_is_an_entry_of_the_last_list(
    student: str, answer: str, reply: str, verb: str, arguments: dict[str, Any]
) -> None:
    """Three answers later the number still means the list, and a greeting between brings no numbers of its own."""
    past = [Exchange(student, answer), THANKED, Exchange("hi", told([THANKED], "hi"))]
    assert asked(past, reply) == (verb, arguments)


@pytest.mark.parametrize(
    ("past", "said", "part"),
    [
        ([THANKED], "1", "`find 1` looks up the problem"),
        ([THANKED], "2", "If you mean what I greeted you with: `import my solves`."),
        ([Exchange("plan today", PLANNED), *[THANKED] * 4], "2", "I showed you no list lately"),
        ([Exchange("plan today", PLANNED), THANKED], "7", "from 1 to 3; there is no 7"),
        ([Exchange("plan today", PLANNED)], "4", "from 1 to 3; there is no 4"),
        ([Exchange("solved maximum sub", UNSURE)], "3", "from 1 to 2; there is no 3"),
        ([Exchange("solved maximum sub alone", UNSURE), THANKED], "1", "I have done nothing"),
        ([Exchange("my tasks", TASKS)], "2", "`done with task 2` ticks it off"),
        ([Exchange("my notes", NOTES), THANKED], "1", "`delete note 1` removes it"),
        ([Exchange("/import", f"1. a\n2. b\n\n{questions.IMPORT_YES.text}")], "2", "`all but 2` leaves it out"),
    ],
)
def test_a_number_that_names_nothing_to_begin_with_is_asked_about(past: list[Exchange], said: str, part: str) -> None:
    """No problem is started or logged by a number that may mean something else: it is said what would do it."""
    assert part in told(past, said)


def test_a_number_beyond_a_list_leaves_its_question_open() -> None:
    """After a slip the next number is read as if it had come at once."""
    unsure = Exchange("solved maximum sub alone", UNSURE)
    slip = Exchange("9", told([unsure], "9"))
    assert asked([unsure, slip], "2") == (
        "record_attempt",
        {"problem": "Maximum Product Subarray", "outcome": "unaided"},
    )


def test_numbers_of_problems_can_still_be_named() -> None:
    """Three digits, and a number with a word for what it is, find the problem."""
    assert asked([THANKED], "find 1") == ("find_problem", {"query": "1"})
    assert asked([THANKED], "146")[0] == "find_problem"


@pytest.mark.parametrize(
    ("reply", "day"),
    [
        ("15.3.2027", "15.3.2027"),
        ("15/03/2027", "15/03/2027"),
        ("15-03-2027", "15-03-2027"),
        ("2027-03-15", "2027-03-15"),
        ("March 15 2027", "march 15 2027"),
        ("March 15, 2027", "march 15 2027"),
        ("15. march 2027", "15 march 2027"),
        ("it's on 15 March", "15 march"),
        ("in 3 weeks", "in 3 weeks"),
        ("next spring", "next spring"),
    ],
)
def test_a_day_is_taken_as_a_day(reply: str, day: str) -> None:
    """Asked when the interview is, every way of writing a day is one, and what is none is no city either."""
    past = [Exchange("set my interview date", questions.WHEN.text)]
    assert asked(past, reply) == ("set_profile", {"target_date": day})


def test_today_in_passing_is_no_interview_date() -> None:
    """A sentence about something else that names a day changes nothing about the student."""
    past = [Exchange("solved x alone", INTRODUCE)]
    assert told(past, "hmm the weather is quite fine here today i think") == talk.NOT_UNDERSTOOD
    assert asked(past, "tomorrow, 45 minutes")[1] == {"target_date": "tomorrow", "minutes_per_day": 45}


def test_a_day_among_other_answers_is_taken_as_a_day() -> None:
    """Beside minutes and a city a date with a comma in it stays whole."""
    assert asked([Exchange("solved x alone", INTRODUCE)], "March 15, 2027, 45 minutes, Berlin") == (
        "set_profile",
        {"target_date": "march 15 2027", "minutes_per_day": 45, "time_zone": "Berlin"},
    )


KNOWS_DAY = f"Noted. To plan around you I'd like to know how many minutes a day you have. {questions.INTRODUCE.text}"
NO_ZONE = f"I know no time zone “minich”; name a big city near you, such as Berlin. {questions.AGAIN.text}"
PAST_DAY = f"2026-03-15 is in the past (today is 2026-11-23); give a day from today on. {questions.AGAIN.text}"
DAYED = Exchange("my interview is on 15.3.2027", KNOWS_DAY)


@pytest.mark.parametrize(
    ("past", "said", "arguments"),
    [
        ([DAYED], "I have half an hour on weekdays and 2 hours on saturday", {"minutes_per_day": 30}),
        ([DAYED], "30 minutes on monday and tuesday, Munich", {"minutes_per_day": 30, "time_zone": "Munich"}),
        ([DAYED], "30 minutes a day, 5 days a week", {"minutes_per_day": 30}),
        ([], "an hour a day, friday", {"minutes_per_day": 60}),
        (
            [Exchange("solved x alone", INTRODUCE)],
            "30 minutes, 5 days a week, Munich",
            {"minutes_per_day": 30, "time_zone": "Munich"},
        ),
        ([DAYED], "45 minutes, Munich, tomorrow", {"minutes_per_day": 45, "time_zone": "Munich"}),
        ([DAYED], "45 minutes, the interview is on friday", {"minutes_per_day": 45, "target_date": "friday"}),
        (
            [DAYED, Exchange("30 minutes on saturday, minich", NO_ZONE)],
            "Munich",
            {"minutes_per_day": 30, "time_zone": "Munich"},
        ),
        ([DAYED, Exchange("i live in minich", NO_ZONE)], "munich, on saturday", {"time_zone": "munich"}),
        (
            [Exchange("solved x alone", INTRODUCE)],
            "I have 30 minutes on Monday and Tuesday, Munich",
            {"minutes_per_day": 30, "time_zone": "Munich"},
        ),
        ([Exchange("solved x alone", INTRODUCE)], "friday, Munich", {"target_date": "friday", "time_zone": "Munich"}),
        (
            [Exchange("my interview is on 15.3.2026, 45 minutes a day, Munich", PAST_DAY)],
            "actually its on 15.3.2027",
            {"target_date": "15.3.2027", "minutes_per_day": 45, "time_zone": "Munich"},
        ),
        ([DAYED], "actually its on 16.3.2027", {"target_date": "16.3.2027"}),
        ([DAYED], "no sorry, i meant 16 march", {"target_date": "16 march"}),
        ([Exchange("x", questions.WHEN.text)], "mid march", {"target_date": "mid march"}),
    ],
)
def test_a_weekday_beside_minutes_is_no_interview_date(
    past: list[Exchange], said: str, arguments: dict[str, Any]
) -> None:
    """A known day of the interview changes by words about it, or where it is asked for; days of practice are none."""
    assert asked(past, said) == ("set_profile", arguments)


def test_a_day_is_put_right_only_after_a_day() -> None:
    """The same words after something else are no interview's date."""
    assert told([THANKED], "well its on 16.3.2027 and i think it rains") == talk.NOT_UNDERSTOOD
    assert asked([THANKED], "actually its on 16.3.2027")[0] == "find_problem"


@pytest.mark.parametrize(
    ("said", "foreign"),
    [
        ("ich habe heute keine zeit für aufgaben", True),
        ("was ist ein heap und wie benutze ich ihn", True),
        ("quiero un problema de grafos para hoy", True),
        ("je suis en retard, donne moi un problème pour demain", True),
        ("the weather in june has been quite lovely here", False),
        ("find la la land de luxe for me and my friend please", False),
        ("i was in den haag when mit came", False),
        ("", False),
    ],
)
def test_another_language_is_noticed(said: str, foreign: bool) -> None:
    """German, Spanish and French are told once that English is read; English never is."""
    assert is_foreign(said) is foreign
    if foreign:
        messages: list[AnyMessage] = []
        assert talk_on(messages, f"{said} lalala lalala") == ENGLISH_ONLY
        assert talk_on(messages, f"{said} lalala lalala", plan()) != ENGLISH_ONLY


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("my interview is on 3/4/2027", "target_date"),
        ("move task 1 to 3/4/2027", "due"),
        ("add a task: read by 3/4/2027", "due"),
    ],
)
def test_of_two_days_the_chosen_one_is_taken(said: str, slot: str) -> None:
    """The number of a day replaces the day, not what else was said."""
    before = asked([], said)
    assert asked([Exchange(said, TWO_DAYS)], "2") == (before[0], before[1] | {slot: "3 April 2027"})


def test_a_number_in_a_title_is_no_day() -> None:
    """A chapter is not the day by which it is to be read."""
    assert asked([], "add a task: read chapter 3.4") == ("add_task", {"title": "read chapter 3.4"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CODE, True),
        (f"sol.py:\n```python\n{CODE}\n```", True),
        ("is this right?\n```\nreturn 1\n```", True),
        ("class Solution {\n  public int f(int[] a) {\n    return 1;\n  }\n}", True),
        ("def f(x): return x", True),
        ("#include <vector>\nusing namespace std;\nint main() {}", True),
        ("i solved two sum\nin 12 minutes\nwith help", False),
        ("two sum\nvalid anagram\ncoin change", False),
        ("1. matching brackets, undo\n2. last in first out\n3. no idea", False),
        ("import my solves", False),
        ("/import\ntwo sum, 2026-01-01\n3sum, 2026-01-02", False),
        ("return to the plan", False),
        ("let me try it\nfrom tomorrow on\nusing hints", False),
        ("import sys\nn = int(input())\nprint(n * 2)", True),
        ("", False),
        ("```\n```", False),
    ],
)
def test_code_is_noticed(text: str, code: bool) -> None:
    """Functions, classes and fences are code; reports, lists and answers are not."""
    assert is_code(text) is code


@pytest.mark.parametrize("begun", ["{gap}b", "class {word}", "while{gap}b"])
def test_long_lines_are_looked_at_once(monkeypatch: pytest.MonkeyPatch, begun: str) -> None:
    """Whatever a line is like, the look at it ends: with a look per character these lines would take many minutes."""
    monkeypatch.setattr("agents.coach.code._WIDTH", 1_000_000)
    line = begun.format(gap="a" + " " * 200_000, word="a" * 200_000)
    assert is_code(f"{line}\n{line}\nhello") is False


@pytest.mark.parametrize("text", [CODE, f"sol.py:\n```python\n{CODE}\n```"])
def test_code_is_kept_with_the_attempt(text: str) -> None:
    """What was sent while a problem is worked on goes with how it went, said in words, by number or by tap."""
    assert asked([], text) == ("plan_today", LOOK)
    past = [Exchange(text, KEPT)]
    for reply, problem in (("alone", TWO_SUM.url), ("1", TWO_SUM.url), ("/log Two Sum unaided", "Two Sum")):
        assert asked([*past, *([THANKED] if reply.startswith("/") else [])], reply) == (
            "record_attempt",
            {"problem": problem, "outcome": "unaided", "code": CODE},
        )


def test_code_goes_with_its_own_attempt_only() -> None:
    """Neither another problem nor a second attempt gets it."""
    past = [Exchange(CODE, KEPT)]
    assert asked(past, "/log Coin Change unaided") == (
        "record_attempt",
        {"problem": "Coin Change", "outcome": "unaided"},
    )
    logged = [*past, Exchange("alone", "Nice, all by yourself.")]
    assert asked(logged, "/log Two Sum unaided") == ("record_attempt", {"problem": "Two Sum", "outcome": "unaided"})


def test_code_may_come_with_a_report_or_be_what_was_tried() -> None:
    """Beside its report it is kept at once; asked what was tried, it is that."""
    report = f"solved two sum alone in 9 min\n```python\n{CODE}\n```"
    assert asked([], report) == (
        "record_attempt",
        {"problem": "two sum", "outcome": "unaided", "minutes": 9, "code": CODE},
    )
    tried = [Exchange("hint", f"Gladly. First about {LINK}: {questions.TRIED.text}")]
    assert asked(tried, CODE) == ("give_hint", {"problem": TWO_SUM.url, "tried": CODE})


def plan(*kinds: str) -> TodayPlan:
    """Return a plan with an item of each kind."""
    items = tuple(
        PlanItem.model_validate({"kind": kind, "title": "Two Sum", "minutes": 20, "why": "y", "problem": TWO_SUM})
        for kind in kinds
    )
    figures = dict.fromkeys(("minutes_done", "minutes_left", "minutes_planned", "left_out_total"), 0)
    lists = {"items": items, "done": (), "left_out": ()}
    return TodayPlan.model_validate({"today": "2026-11-23", "budget": 45, "budget_from": "default", **figures, **lists})


def talk_on(messages: list[AnyMessage], text: str, *results: Result) -> str:
    """Say something to the coach, give its calls these results in turn, and return its answer."""
    turn: list[AnyMessage] = [*messages, HumanMessage(text)]
    for result in results:
        call = OfflineCoach().answer(turn)
        assert call.tool_calls, call.text
        answer = ToolMessage(
            result.model_dump_json(), tool_call_id=str(call.tool_calls[0]["id"]), name=call.tool_calls[0]["name"]
        )
        turn += [call, answer]
    said = OfflineCoach().answer(turn)
    assert not said.tool_calls, said.tool_calls
    messages += [HumanMessage(text), said]
    return said.text


def test_what_is_not_understood_again_is_answered_anew() -> None:
    """The second and the third time it is shorter, other words, and the student's own next things to begin with."""
    nothing = ProblemMatches(query="x", matches=(), exact=False)
    today = plan("running", "revision", "problem", "more")
    messages: list[AnyMessage] = []
    answers = [
        talk_on(messages, "the weather in june has been quite lovely here"),
        talk_on(messages, "colourless green ideas sleep so furiously tonight", today),
        talk_on(messages, "qwertz uiop", nothing, today),
    ]
    assert answers[0] == talk.NOT_UNDERSTOOD
    assert len(set(answers)) == 3
    for answer in answers[1:]:
        assert (answer.count("\n1. ") + answer.count("\n2. ") + answer.count("\n3. "), "\n4. " in answer) == (
            MOST,
            False,
        )
        assert answer.endswith(questions.BEGIN.text)
        assert len(re.sub(r"\(http\S+\)", "", answer)) < len(answers[0])
    started = OfflineCoach().answer([*messages, HumanMessage("1")]).tool_calls[0]
    assert (started["name"], started["args"]) == ("start_problem", {"problem": TWO_SUM.url})
    assert talk_on(messages, "plan today", today).startswith("Your plan for")


def test_what_is_not_understood_without_a_plan_is_short() -> None:
    """Where there is nothing to plan, three commands stand in its place."""
    messages: list[AnyMessage] = []
    talk_on(messages, "the weather in june has been quite lovely here")
    assert "`give me one`" in talk_on(messages, "lovely indeed was the weather in june", plan())
    unexplained: list[AnyMessage] = []
    assert talk_on(unexplained, "explain dijkstra") == talk.NEEDS_MODEL
    assert talk_on(unexplained, "explain heaps", plan("problem")).startswith("I can't explain that")


def test_code_is_not_judged() -> None:
    """The coach says that it cannot, and asks how it went, or which problem it was where none is started."""
    assert talk_on([], CODE, plan("revision", "running")).endswith(questions.HOW.text)
    assert LINK in talk_on([], CODE, plan("running"))
    assert talk_on([], CODE, plan("revision")).endswith(questions.WHICH_SOLVED.text)
    assert talk_on([], "i have 24 hours", plan("running")).startswith("Your plan for")


@pytest.mark.parametrize("said", ["cancel", "quit", "later", "never mind", "/tap cancel on Graphs"])
def test_a_placement_can_be_left(said: str) -> None:
    """To leave is not to stop: nothing is placed, and "go on" goes on."""
    verb, arguments = asked([Exchange("place me", PLACING)], said)
    assert (verb, arguments["answer"]) == ("answer_placement", "cancel")
    assert "Your 2 answers are kept, and your level is as it was." in LEFT
    for reply in ("go on", "continue", "yes", "ok lets go on"):
        assert asked([Exchange(said, LEFT)], reply) == ("start_placement", {})
    assert asked([Exchange(said, LEFT), THANKED], "go on with the placement") == ("start_placement", {})


def test_to_stop_a_placement_is_to_be_placed() -> None:
    """Its question says so, and so does the answer."""
    assert "`stop` places you" in PLACING
    assert asked([Exchange("place me", PLACING)], "place me now") == ("answer_placement", {"answer": "stop"})


def test_hello_again_has_no_list() -> None:
    """Only the first greeting is numbered."""
    assert told([], "hi") == talk.GREETING
    assert told([THANKED], "hi") == told([THANKED], "/start") == talk.HELLO_AGAIN
