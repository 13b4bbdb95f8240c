"""The offline coach's questions and the replies to them, understood from the conversation alone."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from agents.coach import CHOICES, COMMANDS, GREETING, SERVICE, OfflineCoach, questions, talk
from agents.coach.dialogue import CHECK, Exchange, Say, decide
from agents.coach.intents import BY_NAME, INTENTS, Request
from agents.coach.outcomes import RESULTS
from agents.coach.questions import QUESTIONS
from agents.run import OFFLINE_COACH
from tools.registry import VERBS

SUGGESTED = f"[Two Sum](https://leetcode.com/problems/two-sum/) · easy\n\nBecause.\n\n{questions.START_IT.text}"
COIN_CHANGE = "[Coin Change](https://leetcode.com/problems/coin-change/)"
COIN_CHANGE_URL = "https://leetcode.com/problems/coin-change/"
ASKED = f"Gladly, one small step at a time. First about {COIN_CHANGE}: {questions.TRIED.text}"
HINTED = f"Hint 1 of 3 for {COIN_CHANGE}:\n\nLook.\n\n{questions.NEXT_HINT.text}"
PLANNED = (
    "Your plan for 45 minutes (your minutes a day):\n\n"
    f"1. revise Hashing: [Two Sum](https://leetcode.com/problems/two-sum/) · about 18 minutes: due today\n"
    f"2. {COIN_CHANGE} · about 25 minutes: because\n3. task 1: read · about 2 minutes: on your list\n\n"
    f"{questions.BEGIN.text}"
)
CONFIRM = f"You have seen all 3 hints for {COIN_CHANGE}. {questions.SOLUTION.text}"
FOUND = (
    "These come closest:\n\n1. [Coin Change](https://leetcode.com/problems/coin-change/) · medium\n"
    f"2. **Coin Change II** · medium\n\n{questions.START_ONE.text}"
)
UNSURE = (
    "I am not sure which problem “maximum sub” is.\n\n1. Maximum Subarray\n2. Maximum Product Subarray\n\n"
    f"{questions.CHOOSE.text}"
)
PLACING = (
    "Question 2 of 5, on **Graphs**: how would you do with a problem like [Clone Graph](https://x.y/clone-graph/) "
    "(medium)?\n\n1. Solve it unaided\n2. Solve it with help\n3. Not yet\n\n"
    f"Why this one: it tells most.\n\n{questions.PLACE.text}"
)
WHICH_ZONE = f"Which time zone is “ist”?\n\n1. Asia/Kolkata\n2. Europe/Dublin\n\n{questions.CHOOSE.text}"
INTRODUCE = f"To plan around you I'd like to know a few things. {questions.INTRODUCE.text}"
TWO_SUM_URL = "https://leetcode.com/problems/two-sum/"


def converse(*said: str) -> Request | Say:
    """Talk to the coach, hearing its own questions, and return what the last sentence leads to."""
    past: list[Exchange] = []
    for text in said[:-1]:
        reply = hear(decide(past, text))
        assert isinstance(reply, Say), reply
        past.append(Exchange(text, reply.text))
    return hear(decide(past, said[-1]))


def hear(decided: Request | Say) -> Request | Say:
    """Return what is said once a check has found the problem there."""
    checked = isinstance(decided, Request) and decided.arguments.items() >= CHECK.items()
    return Say(questions.HELPED.text) if checked else decided


def test_a_task_of_the_plan_is_begun_by_doing_it() -> None:
    """The number of a task starts no clock: the coach says how to tick it off."""
    decided = decide([Exchange("plan today", PLANNED)], "3")
    assert isinstance(decided, Say)
    assert "`done with task 1`" in decided.text


@pytest.mark.parametrize(
    ("said", "verb", "arguments"),
    [
        (("solved two sum in 12 min", "with help"), "record_attempt",
         {"problem": "two sum", "minutes": 12, "outcome": "with-help"}),
        (("solved two sum", "Alone!"), "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
        (("solved two sum", "1"), "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
        (("i solved valid anagram in 10 min", "without help of course"), "record_attempt",
         {"problem": "valid anagram", "minutes": 10, "outcome": "unaided"}),
        (("solved two sum", "obviously all by myself"), "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
        (("solved two sum", "alone i think"), "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
        (("solved two sum", "with help from my friend"), "record_attempt",
         {"problem": "two sum", "outcome": "with-help"}),
        (("solved two sum", "stuck on word ladder"), "record_attempt", {"problem": "word ladder", "outcome": "stuck"}),
        (("solved two sum", "blue", "alone"), "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
        (("done, 20 minutes", "needed a hint on the 2nd try"), "record_attempt",
         {"minutes": 20, "tries": 2, "outcome": "with-help"}),
        (("done", "hmm", "by myself"), "record_attempt", {"outcome": "unaided"}),
        (("solved two sum in 99999 minutes", "20", "alone"), "record_attempt",
         {"problem": "two sum", "minutes": 20, "outcome": "unaided"}),
        (("solved two sum in -5 minutes", "no idea", "alone"), "record_attempt",
         {"problem": "two sum", "outcome": "unaided"}),
        (("stuck", "yes please"), "record_attempt", {"outcome": "stuck"}),
        (("start", "valid parentheses"), "start_problem", {"problem": "valid parentheses"}),
        (("find", "find median from data stream"), "find_problem", {"query": "median from data stream"}),
        (("add a task", "review heaps by friday"), "add_task", {"title": "review heaps", "due": "friday"}),
        (("/done", "the second one"), "complete_task", {"which": "2"}),
        (("1",), "next_problem", {}),
        (("add a note on two sum", "map[x] = i\n→ O(n)"), "add_note",
         {"problem": "two sum", "text": "map[x] = i\n→ O(n)"}),
        (("edit note 2", "it is O(n)"), "edit_note", {"which": "2", "text": "it is O(n)"}),
        (("delete my note", "2"), "remove_note", {"which": "2"}),
        (("add a note", "whats due"), "list_due_revisions", {}),
        (("hi", "1"), "next_problem", {}),
        (("hi", "the first one"), "next_problem", {}),
        (("hi", "3", "3 march 2027"), "set_profile", {"target_date": "3 march 2027"}),
        (("hi", "3", "in 6 weeks"), "set_profile", {"target_date": "in 6 weeks"}),
        (("solved two sum", "whats due"), "list_due_revisions", {}),
        (("start", "undo"), "undo_last", {}),
        (("add a task", "/due"), "list_due_revisions", {}),
        (("solved two sum", "i solved word break alone"), "record_attempt",
         {"problem": "word break", "outcome": "unaided"}),
    ],
)  # fmt: skip
def test_a_reply_completes_what_was_asked_about(said: tuple[str, ...], verb: str, arguments: dict[str, Any]) -> None:
    """The reply to a question of the coach joins what was said before it; a new subject leaves it behind."""
    decided = converse(*said)
    assert isinstance(decided, Request), decided
    assert (decided.verb, decided.arguments) == (verb, arguments)


@pytest.mark.parametrize(
    ("student", "answer", "reply", "verb", "arguments"),
    [
        ("give me one", SUGGESTED, "start it", "start_problem", {"problem": TWO_SUM_URL}),
        ("give me one", SUGGESTED, "give me a hint", "give_hint", {"problem": TWO_SUM_URL}),
        ("give me one", SUGGESTED, "ok, let's go", "start_problem", {"problem": TWO_SUM_URL}),
        ("give me one", SUGGESTED, "solved it alone in 8m", "record_attempt",
         {"problem": TWO_SUM_URL, "minutes": 8, "outcome": "unaided"}),
        ("give me one", SUGGESTED, "another one", "next_problem", {"instead": "another"}),
        ("give me one", SUGGESTED, "next", "next_problem", {"instead": "another"}),
        ("give me one", SUGGESTED, "skip", "next_problem", {"instead": "another"}),
        ("give me one", SUGGESTED, "easier", "next_problem", {"instead": "easier"}),
        ("give me one", SUGGESTED, "already solved it", "mark_seen", {"problem": TWO_SUM_URL}),
        ("give me one", SUGGESTED, "seen it", "mark_seen", {"problem": TWO_SUM_URL}),
        ("give me one", SUGGESTED, "already solved it alone", "record_attempt",
         {"problem": TWO_SUM_URL, "outcome": "unaided"}),
        ("hint for coin change", ASKED, "sorted, then took the biggest", "give_hint",
         {"problem": COIN_CHANGE_URL, "tried": "sorted, then took the biggest"}),
        ("hint", ASKED, "i tried a greedy approach", "give_hint",
         {"problem": COIN_CHANGE_URL, "tried": "a greedy approach"}),
        ("hint", ASKED, "nothing", "give_hint", {"problem": COIN_CHANGE_URL, "tried": "nothing"}),
        ("hint", ASKED, "nothing really, i am stuck", "give_hint",
         {"problem": COIN_CHANGE_URL, "tried": "nothing really, i am stuck"}),
        ("hint", ASKED, "just tell me the solution", "give_hint", {"problem": COIN_CHANGE_URL, "solution": True}),
        ("hint", ASKED, "whats due", "list_due_revisions", {}),
        ("hint", ASKED, "done alone, took 12 minutes", "record_attempt",
         {"problem": COIN_CHANGE_URL, "minutes": 12, "outcome": "unaided"}),
        ("hint", ASKED, "gave up after 40 min", "record_attempt",
         {"problem": COIN_CHANGE_URL, "minutes": 40, "outcome": "stuck"}),
        ("hint", ASKED, "solved it with help", "record_attempt", {"problem": COIN_CHANGE_URL, "outcome": "with-help"}),
        ("hint", ASKED, "give me another one", "next_problem", {"instead": "another"}),
        ("hint", ASKED, "what should i do next", "next_problem", {}),
        ("hint", ASKED, "my interview is on 3 march", "set_profile", {"target_date": "3 march"}),
        ("hint", ASKED, "/due", "list_due_revisions", {}),
        ("hint", ASKED, "next hint", "give_hint", {"problem": COIN_CHANGE_URL, "tried": "next hint"}),
        ("hint", ASKED, "hint", "give_hint", {"problem": COIN_CHANGE_URL, "tried": "hint"}),
        ("hint", ASKED, "hint for coin change", "give_hint",
         {"problem": COIN_CHANGE_URL, "tried": "hint for coin change"}),
        ("hint", ASKED, "hint for two sum", "give_hint", {"problem": "two sum"}),
        ("stuck", talk.STUCK, "hint", "give_hint", {"tried": "hint"}),
        ("hint", HINTED, "next", "give_hint", {"problem": COIN_CHANGE_URL}),
        ("hint", HINTED, "10 min", "record_attempt",
         {"problem": COIN_CHANGE_URL, "minutes": 10, "outcome": "with-help"}),
        ("hint", HINTED, "still stuck", "give_hint", {"problem": COIN_CHANGE_URL}),
        ("hint", HINTED, "next hint", "give_hint", {"problem": COIN_CHANGE_URL}),
        ("hint", HINTED, "solved it", "record_attempt", {"problem": COIN_CHANGE_URL, "outcome": "with-help"}),
        ("plan today", PLANNED, "1", "start_revision", {"topic": "Hashing"}),
        ("plan today", PLANNED, "start it", "start_revision", {"topic": "Hashing"}),
        ("plan today", PLANNED, "the second one", "start_problem", {"problem": COIN_CHANGE_URL}),
        ("plan today", PLANNED, "done with task 1", "complete_task", {"which": "1"}),
        ("hint", HINTED, "solved it alone", "record_attempt", {"problem": COIN_CHANGE_URL, "outcome": "unaided"}),
        ("hint", HINTED, "show me the solution", "give_hint", {"problem": COIN_CHANGE_URL, "solution": True}),
        ("hint", CONFIRM, "yes please", "give_hint", {"problem": COIN_CHANGE_URL, "solution": True}),
        ("find coin", FOUND, "1", "start_problem", {"problem": "https://leetcode.com/problems/coin-change/"}),
        ("find coin", FOUND, "start the second", "start_problem", {"problem": "Coin Change II"}),
        ("solved maximum sub alone in 9 min", UNSURE, "2", "record_attempt",
         {"problem": "Maximum Product Subarray", "minutes": 9, "outcome": "unaided"}),
        ("start maximum sub", UNSURE, "maximum subarray", "start_problem", {"problem": "maximum subarray"}),
        ("i'm in ist", WHICH_ZONE, "1", "set_profile", {"time_zone": "Asia/Kolkata"}),
        ("solved x alone", INTRODUCE, "3 march 2027, 45 minutes, Berlin", "set_profile",
         {"target_date": "3 march 2027", "minutes_per_day": 45, "time_zone": "Berlin"}),
        ("solved x alone", INTRODUCE, "in 6 weeks and an hour a day", "set_profile",
         {"target_date": "in 6 weeks", "minutes_per_day": 60}),
        ("solved x alone", INTRODUCE, "whats due", "list_due_revisions", {}),
        ("done", questions.WHICH_SOLVED.text, "two sum, alone in 10 min", "record_attempt",
         {"problem": "two sum", "minutes": 10, "outcome": "unaided"}),
        ("import my solves", questions.WHAT_LIST.text, "two sum, 3sum", "preview_import", {}),
        ("import my solves", questions.WHAT_LIST.text, "Two Sum\nsomething else", "preview_import", {}),
        ("import my solves", questions.WHAT_LIST.text, "give me one", "next_problem", {}),
        ("/import", questions.IMPORT_YES.text, "yes", "confirm_import", {}),
        ("/import", questions.IMPORT_YES.text, "yes, 2a and 5b", "confirm_import", {"choices": "2a 5b"}),
        ("/import", questions.IMPORT_YES.text, "all but 3 and 7-9", "confirm_import", {"leave_out": "3 and 7-9"}),
        ("/import", questions.IMPORT_YES.text, "yes, with help", "confirm_import", {"how": "with-help"}),
        ("/import", questions.IMPORT_YES.text, "2a", "adjust_import", {"choices": "2a"}),
        ("/import", questions.IMPORT_YES.text, "leave 3 out", "adjust_import", {"leave_out": "3"}),
        ("/import", questions.IMPORT_YES.text, "month first", "adjust_import", {"dates": "month-first"}),
        ("/import", questions.IMPORT_YES.text, "show it again", "adjust_import", {}),
        ("/import", questions.IMPORT_YES.text, "no", "cancel_import", {}),
        ("/import", questions.IMPORT_YES.text, "whats due", "list_due_revisions", {}),
    ],
)  # fmt: skip
def test_a_reply_to_what_was_shown_is_understood(
    student: str, answer: str, reply: str, verb: str, arguments: dict[str, Any]
) -> None:
    """Numbers pick from a list that was shown, "it" is the problem that was shown, and refusals can be put right."""
    decided = decide([Exchange(student, answer)], reply)
    assert isinstance(decided, Request), decided
    assert (decided.verb, decided.arguments) == (verb, arguments)


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (("solved two sum", "never mind"), talk.CANCELLED),
        (("stuck", "no"), talk.KEEP_GOING),
        (("hi", "2"), talk.ASK_LIST),
        (("hi", "3"), questions.WHEN.text),
        (("done", "blue"), f"I didn't catch that. {questions.HOW.text}"),
        (("x" * 1001,), talk.TOO_LONG),
        (
            ("solved two sum in 99999 minutes",),
            f"Minutes can be at most 1440, which is a whole day. {questions.HOW_LONG.text}",
        ),
        (("",), talk.EMPTY),
        (("start", "what am i supposed to know"), talk.NEEDS_MODEL),
        (("hi", "2", "what did i do yesterday"), talk.NEEDS_MODEL),
    ],
)
def test_a_dialogue_ends_in_the_expected_words(said: tuple[str, ...], reply: str) -> None:
    """Cancelling, declining and what stays unclear get their own short answers."""
    assert converse(*said) == Say(reply)


@pytest.mark.parametrize(
    "said",
    ["start from both ends and move inwards", "i failed to find the base case", "nothing done", "no",
     "find the maximum", "maybe it is a graph problem", "aiming for o(n) with a heap", "did brute force in 20 min",
     "i cant solve it", "solved it partly", "mark visited cells as done", "used two pointers on it"],
)  # fmt: skip
def test_what_was_tried_is_taken_as_that(said: str) -> None:
    """Whatever else its words may mean, a description of an attempt is one, and gets the hint."""
    assert decide([Exchange("hint", ASKED)], said) == Request(
        BY_NAME["hint"], {"problem": COIN_CHANGE_URL, "tried": said}
    )


@pytest.mark.parametrize(
    ("said", "minutes"), [("done", {}), ("10 min", {"minutes": 10}), ("done, took 12 minutes", {"minutes": 12})]
)
def test_a_report_in_place_of_what_was_tried_is_asked_how_it_went(said: str, minutes: dict[str, Any]) -> None:
    """After the question before a hint a report without an outcome is completed, and belongs to the same problem."""
    asked = [Exchange("hint", ASKED)]
    assert hear(decide(asked, said)) == Say(questions.HELPED.text)
    told = decide([*asked, Exchange(said, questions.HELPED.text)], "alone")
    assert told == Request(BY_NAME["log"], {"problem": COIN_CHANGE_URL, **minutes, "outcome": "unaided"})


@pytest.mark.parametrize(("said", "answer"), [("stuck", talk.STUCK), ("i'm stuck", talk.STUCK), ("help", talk.HELP)])
def test_small_talk_in_place_of_what_was_tried_costs_no_hint(said: str, answer: str) -> None:
    """Who only says that they are stuck, or asks for help, has told nothing that was tried."""
    assert decide([Exchange("hint", ASKED)], said) == Say(answer)


@pytest.mark.parametrize(
    "said", ["I dont understand the hint", "i don't get it", "what does that mean?", "but i still do not get this hint"]
)
def test_a_hint_that_is_not_understood_is_shown_again(said: str) -> None:
    """It is no wish for the next rung: the same hint comes again, and the next one is offered."""
    told = decide([Exchange("hint", HINTED)], said)
    assert told == Say(f"{talk.HINT_AGAIN}\n\n{HINTED}")


def test_the_onboarding_line_can_be_skipped() -> None:
    """One word leaves the questions about date, minutes and zone for another day."""
    assert decide([Exchange("solved x alone", INTRODUCE)], "skip") == Say(talk.SKIPPED)


def test_every_question_is_recognised_and_is_the_only_one_in_its_message() -> None:
    """No text of the coach asks two things at once, and each question is found again at the end of a message."""
    for question in QUESTIONS:
        assert questions.find_question(f"Something first.\n\n{question.text}\n") is question
        assert question.text.count("?") <= 1
    texts = [text for text in vars(talk).values() if isinstance(text, str)]
    assert all(text.count("?") <= 1 for text in texts)
    assert GREETING.endswith(f"3. {CHOICES[2]}")


def test_the_table_names_every_verb_there_is() -> None:
    """Each verb of the registry can be reached by a command of the coach, and the coach names no other."""
    reached = {verb for intent in INTENTS if intent.command for verb in (intent.verb, intent.bare_verb) if verb}
    for words in ("", "8", "snooze 1h", "not today", "pause until friday", "resume"):
        if isinstance(request := decide((), f"/remind {words}"), Request):
            reached.add(request.verb)
    assert reached == {verb for intent in INTENTS for verb in (intent.verb, intent.bare_verb) if verb}
    assert reached == {verb.name for verb in VERBS}
    assert reached == set(RESULTS)


def test_commands_are_unique_and_lead_to_intents() -> None:
    """Each slash command has its own name, a summary, and a row of the table or the help behind it."""
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    for command in COMMANDS:
        assert command.summary
        assert command.intent in {*BY_NAME, "help"}
        assert isinstance(decide((), f"/{command.name}"), Request | Say)


@pytest.mark.parametrize(
    "said",
    ["ok let me think a bit more", "please no", "yes but not yet", "okay wait", "right, still trying", "please dont"],
)
def test_only_a_clear_yes_is_one(said: str) -> None:
    """What begins like a yes and goes on otherwise neither unlocks a solution nor records that one is stuck."""
    for asked in (CONFIRM, f"That happens. {questions.LOG_STUCK.text}"):
        wanted = decide((Exchange("hint", asked),), said)
        assert not (
            isinstance(wanted, Request) and (wanted.arguments.get("solution") or wanted.verb == "record_attempt")
        )


@pytest.mark.parametrize("text", ["O(n²) with n½ 👩‍💻", "def f(x):\n    if x:\n        return 1\n\treturn 2"])
def test_a_note_is_kept_as_it_was_written(text: str) -> None:
    """Signs, joined emoji and the indentation of code stay as they are, however the note is brought."""
    for said in (f"/note two sum: {text}", f"add a note on two sum:\n{text}", f"note: {text}"):
        wanted = decide((), said)
        assert isinstance(wanted, Request)
        assert (wanted.verb, wanted.arguments["text"]) == ("add_note", text)


@pytest.mark.parametrize(
    "lead", ["edit note", "note on", "/note", "add a note for two sum", "note", "please note down that"]
)
@pytest.mark.parametrize("space", [" ", "\n", "\t \n"])
def test_a_run_of_white_space_costs_nothing(lead: str, space: str) -> None:
    """A message of the longest kind that is nearly all white space is read like any other; it once took minutes."""
    assert isinstance(decide((), lead + space * 5000 + "x"), Request | Say)


def test_help_names_every_command_once_and_tells_about_one() -> None:
    """All commands stand in the help; with a name it says how that one is written and what it does."""
    for command in (*COMMANDS, *SERVICE):
        assert len(re.findall(rf"/{command.name}\b", talk.HELP)) == (2 if command.name == "help" else 1)
        told = decide((), f"/help {command.name}")
        assert isinstance(told, Say)
        assert told.text == f"`{command.said}`: {command.summary}."
    assert decide((), "/help nxt") == Say(
        "There is no such command; the nearest is `/next [TOPIC] [easy|medium|hard]`."
    )


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(max_size=300) | st.text(alphabet="solved twmi12 -,./?'$\x00\ud800\u202e😀", max_size=60),
    answer=st.sampled_from(["", SUGGESTED, FOUND, UNSURE, INTRODUCE, WHICH_ZONE, *(one.text for one in QUESTIONS)]),
)
def test_no_text_is_too_strange(text: str, answer: str) -> None:
    """Any text, after any question, leads to a storable call or a reply that asks at most one thing."""
    said = OfflineCoach().answer([HumanMessage("solved two sum"), AIMessage(answer), HumanMessage(text)])
    assert bool(said.tool_calls) != bool(said.text)
    assert said.text.count("?") <= 1
    repr(said.tool_calls).encode()
    assert "\x00" not in repr(said.tool_calls)


def test_the_same_messages_get_the_same_answer() -> None:
    """The coach is a function of the messages: call ids included, so that a replay finds its effects."""
    coach = OfflineCoach()
    messages = [SystemMessage("You are…"), HumanMessage("undo that")]
    first, second = coach.invoke(messages), coach.invoke(messages)
    assert isinstance(first, AIMessage)
    assert isinstance(second, AIMessage)
    assert first.tool_calls == second.tool_calls
    assert first.tool_calls[0]["id"] == "coach-1"
    assert first.response_metadata["model_name"] == OFFLINE_COACH


def test_the_students_own_words_count() -> None:
    """Facts that the mentor puts around a message are not read as part of it."""
    message = HumanMessage("<today>Wednesday</today>\n\nwhats due", additional_kwargs={"student_text": "whats due"})
    assert OfflineCoach().answer([message]).tool_calls[0]["name"] == "list_due_revisions"


def test_a_fallback_says_so_first() -> None:
    """When the model is away, the answer begins with one sentence that says who answers."""
    message = HumanMessage("hi", additional_kwargs={"coach_note": "The model endpoint could not be reached."})
    assert OfflineCoach().answer([message]).text.startswith(talk.UNREACHABLE)


def test_only_bound_tools_are_called() -> None:
    """A verb that the agent does not offer is declined in words."""
    coach = OfflineCoach().bind_tools([{"type": "function", "function": {"name": "next_problem"}}])
    assert coach.answer([HumanMessage("give me one")]).tool_calls
    assert coach.answer([HumanMessage("undo")]).text == talk.NOT_HERE


@pytest.mark.parametrize(
    ("reply", "verb", "arguments"),
    [
        ("1", "answer_placement", {"answer": "unaided"}),
        ("2", "answer_placement", {"answer": "with-help"}),
        ("3", "answer_placement", {"answer": "not-yet"}),
        ("3.", "answer_placement", {"answer": "not-yet"}),
        ("option 2 please", "answer_placement", {"answer": "with-help"}),
        ("by myself", "answer_placement", {"answer": "unaided"}),
        ("with a hint", "answer_placement", {"answer": "with-help"}),
        ("not yet", "answer_placement", {"answer": "not-yet"}),
        ("no idea", "answer_placement", {"answer": "not-yet"}),
        ("i have never heard of heaps", "answer_placement", {"answer": "not-yet"}),
        ("never heard of it", "answer_placement", {"answer": "not-yet"}),
        ("i dont know that topic", "answer_placement", {"answer": "not-yet"}),
        ("I don't know what a heap is", "answer_placement", {"answer": "not-yet"}),
        ("skip", "answer_placement", {"answer": "skip"}),
        ("stop", "answer_placement", {"answer": "stop"}),
        ("back", "answer_placement", {"answer": "back"}),
        ("oops", "answer_placement", {"answer": "back"}),
        ("undo that", "answer_placement", {"answer": "back"}),
        ("thats enough", "answer_placement", {"answer": "stop"}),
        ("whats due", "list_due_revisions", {}),
        ("start over the placement", "start_placement", {"anew": True}),
        ("/tap 2", "answer_placement", {"answer": "with-help"}),
        ("/tap not yet", "answer_placement", {"answer": "not-yet"}),
        ("/next", "next_problem", {}),
    ],
)
def test_an_answer_to_a_placements_question(reply: str, verb: str, arguments: dict[str, Any]) -> None:
    """1, 2 and 3 are answers while a question of the placement is open; anything else still works."""
    decided = decide([Exchange("place me", PLACING)], reply)
    assert isinstance(decided, Request), decided
    assert (decided.verb, decided.arguments) == (verb, arguments)


def test_the_numbers_of_a_placement_stay_its_own() -> None:
    """Elsewhere the same numbers mean what they meant; what is no answer keeps the question open."""
    unclear = decide([Exchange("place me", PLACING)], "four")
    assert isinstance(unclear, Say)
    again = decide([Exchange("place me", PLACING), Exchange("four", unclear.text)], "2")
    assert isinstance(again, Request)
    assert (again.verb, again.arguments) == ("answer_placement", {"answer": "with-help"})
    left = [Exchange("place me", PLACING), Exchange("find coin", FOUND)]
    picked = decide(left, "1")
    assert isinstance(picked, Request)
    assert picked.verb == "start_problem"
    recalled = decide([Exchange("place me", PLACING), Exchange("/answer", questions.WHAT_ANSWER.text)], "1")
    assert isinstance(recalled, Request)
    assert (recalled.verb, recalled.arguments) == ("answer_recall", {"answer": "1"})
    asked = decide((), "/tap")
    assert asked == Say(questions.PLACE.text)
    told = decide([*left, Exchange("solved two sum", questions.HELPED.text)], "3")
    assert isinstance(told, Request)
    assert (told.verb, told.arguments["outcome"]) == ("record_attempt", "stuck")
