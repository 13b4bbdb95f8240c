"""The offline coach in the mentor's own loop, with the real verbs on a real database."""

from __future__ import annotations

import re

import pytest

from agents.coach import OfflineCoach, questions, talk
from agents.coach.code import KEPT
from agents.history import append_exchange
from agents.listener import Silence
from agents.mentor import OFFLINE_COACH, Mentor, TurnRun
from agents.tokens import TokenCounter
from prompts import load
from store.catalogue.hints import Ladder
from store.client import ObjectId
from store.documents.intelligence import RevisionSchedule
from store.documents.learner import Attempt, LearnerTopic
from store.documents.level import Proposal, SeenProblem
from store.documents.own import Turn
from store.documents.problems import Submission
from store.documents.sessions import PreparationTask
from store.work import UnitOfWork
from tests.tools.harness import School, Student
from tools.registry import VERBS


class Chat:
    """A student talking to the coach; every answer goes into their conversation."""

    def __init__(self, student: Student) -> None:
        self.student = student
        self.counter = TokenCounter(None)
        self.mentor = Mentor(model=None, coach=OfflineCoach(), verbs=VERBS, prompt=load("mentor"), counter=self.counter)
        self.seq = 0

    async def say(self, text: str, *, asks: int = 1) -> str:
        """Say something and return the answer, which asks at most so many questions."""
        turn = await self.accept(text)
        run = TurnRun(self.student.work, turn, self.student.reading(), Silence())
        answer = await self.mentor.answer(run)
        assert answer.model == OFFLINE_COACH

        async def keep(unit: UnitOfWork) -> None:
            await append_exchange(
                unit, turn=turn, answer=answer.text, model=answer.model, counter=self.counter, now=self.student.clock()
            )

        await self.student.work.commit(keep)
        assert re.sub(r"`[^`]*`", "", answer.text).count("?") <= asks
        return answer.text

    async def accept(self, text: str) -> Turn:
        """Store a turn that is being worked."""
        self.seq += 1
        turn = Turn(
            id=ObjectId(),
            key=f"t:{self.student.id}:{self.seq}",
            user_id=self.student.id,
            platform="probe",
            address="here",
            seq=self.seq,
            text=text,
            status="working",
            fence=self.student.work.hold.fence,
            attempts=1,
            accepted_at=self.student.clock(),
        )
        await self.student.work.reading().of(Turn).add(turn)
        return turn


@pytest.fixture
async def chat(school: School) -> Chat:
    """A new student's first conversation."""
    return Chat(await school.enrol(zone="Europe/Berlin"))


async def test_a_first_day(chat: Chat) -> None:
    """A student asks, starts, sends code, says how it went, introduces themselves, and takes it all back."""
    suggestion = await chat.say("give me one")
    assert suggestion.endswith('Say "start it" and I\'ll keep the time.')
    title = re.search(r"\[(.+?)\]", suggestion)
    assert title
    assert title[1] in await chat.say("start it")
    chat.student.clock.forward(minutes=17)
    code = "def solve(nums):\n    return sorted(nums)"
    assert title[1] in (await chat.say(f"sol.py:\n```python\n{code}\n```"))
    assert await chat.say("done!") == questions.HELPED.text
    told = await chat.say("i needed a hint")
    assert [raw["outcome"] for raw in await chat.student.all(Attempt)] == ["with-help"]
    assert [(raw["timeTaken"], raw["code"]) for raw in await chat.student.all(Submission)] == [(17 * 60, code)]
    assert "comes back on" in told
    assert "when your interview is, how many minutes a day you have and which city or time zone you are in" in told
    noted = await chat.say("10 march 2027, 45 minutes, Berlin")
    assert "That leaves" in noted
    profile = await chat.say("who am i")
    assert "10 Mar 2027" in profile
    assert "45 minutes a day" in profile
    assert "Europe/Berlin" in profile
    assert "Everything is as it was" in await chat.say("undo that")
    assert "Everything is as it was" in await chat.say("undo that")
    assert await chat.student.all(Attempt) == []
    assert await chat.student.all(RevisionSchedule) == []


async def test_a_suggestion_is_turned_down(chat: Chat) -> None:
    """Another one, a harder one, one that is new: each is another problem, with a why that says how it relates."""

    def named(answer: str) -> str:
        title = re.search(r"\[(.+?)\]", answer)
        assert title
        return title[1]

    first = await chat.say("give me one")
    second = await chat.say("skip")
    assert f"Instead of {named(first)}: " in second
    third = await chat.say("hmm, something harder")
    assert f"Harder than {named(second)}: " in third
    fourth = await chat.say("seen it already")
    assert f"Instead of {named(third)}: " in fourth
    assert len({named(answer) for answer in (first, second, third, fourth)}) == 4
    assert [raw["reply"] for raw in (await chat.student.all(Proposal))[:3]] == ["another", "harder", "seen"]
    assert len(await chat.student.all(SeenProblem)) == 1
    assert "Everything is as it was" in await chat.say("undo")
    assert await chat.student.all(SeenProblem) == []
    assert named(fourth) in await chat.say("give me one")
    assert named(fourth) in await chat.say("start it")


async def test_a_placement_in_five_taps(chat: Chat) -> None:
    """Five numbers place a student and lead to a first problem at that level; undo takes all of it back."""
    answer = await chat.say("find my level")
    for number in range(1, 5):
        assert f"Question {number} of 5, on **" in answer
        answer = await chat.say("1")
    assert "Question 5 of 5" in answer
    assert await chat.student.all(LearnerTopic) == []
    placed = await chat.say("1")
    assert "That places you." in placed
    assert "Your first problem at that level: [" in placed
    assert placed.endswith(questions.START_IT.text)
    assert len(await chat.student.all(LearnerTopic)) == 5
    assert "Everything is as it was" in await chat.say("undo that")
    assert await chat.student.all(LearnerTopic) == []
    assert await chat.say("place me") == answer
    assert "nothing changed" not in await chat.say("stop")
    assert len(await chat.student.all(LearnerTopic)) == 4


async def test_a_choice_is_offered_and_taken(chat: Chat) -> None:
    """A name that may mean two problems is asked about, and a number settles it with all that was said before."""
    asked = await chat.say("i solved maximum alone in 9 minutes")
    assert "1. " in asked
    assert await chat.student.all(Attempt) == []
    told = await chat.say("2")
    assert [raw["outcome"] for raw in await chat.student.all(Attempt)] == ["unaided"]
    assert [raw["timeTaken"] for raw in await chat.student.all(Submission)] == [9 * 60]
    assert "mastery" in told


async def test_tasks_by_their_words(chat: Chat) -> None:
    """Tasks are added, listed and ticked off; one about a problem ticks itself off; one about none is kept anyway."""
    assert "number 1" in await chat.say("add a task: review heaps by friday")
    assert "ticks itself off when you log Two Sum" in await chat.say("remind me to solve two sum today")
    assert "on your list" in await chat.say("add task solve the great riddle of being")
    listed = await chat.say("what are my tasks")
    assert "You have 3 open tasks" in listed
    await chat.say("i did two sum by myself in 10 min")
    await chat.say("done with task 1")
    tasks = await chat.student.all(PreparationTask)
    assert [raw["title"] for raw in tasks if raw["status"] != "completed"] == ["solve the great riddle of being"]


async def test_where_a_student_stands(chat: Chat) -> None:
    """Mastery and revisions are told from the data, and from nothing else."""
    assert "haven't logged any problem yet" in await chat.say("how good am i")
    assert "Nothing is due today" in await chat.say("whats due")
    await chat.say("solved number of islands unaided in 20 min")
    assert "You have not tried Heaps yet" in await chat.say("how good am i at heaps?")
    assert "- you overall: " in await chat.say("/mastery maticres")
    chat.student.clock.forward(days=30)
    due = await chat.say("waht's due")
    assert "overdue" in due
    assert re.search(r"1\. .*\[(.+?)\]", due)
    assert "Say `revise`" in due


async def test_a_revision_is_asked_answered_solved_and_rated(chat: Chat) -> None:
    """The questions come first, the answer is compared and the problem started, its outcome and a rating follow."""
    asked = await chat.say("revise stacks", asks=3)
    assert asked.endswith(questions.RECALL.text)
    assert "1. " in asked
    assert "3. " in asked
    compared = await chat.say("1. matching brackets, undo\n2. last in first out\n3. no idea", asks=0)
    assert "points, as far as I can tell from your words" in compared
    assert "- ✓ " in compared
    assert "- missing: " in compared
    assert "Your problem: [" in compared
    chat.student.clock.forward(minutes=12)
    assert "comes back on" in await chat.say("done alone")
    assert "(first review: you rated it hard" in await chat.say("that was hard")
    await chat.say("undo")
    assert "waits" in await chat.say("snooze stacks until 3 february")
    assert "Enjoy the break" in await chat.say("pause revisions until 3 jan")
    assert "paused until 3 Jan" in await chat.say("whats due")


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("i solved two sum alone in -5 min", "minutes should be greater than 0"),
        ("i solved the unsolvable quux alone", "Say it another way"),
        ("find coin chang", "Coin Change"),
        ("valid anagram", "[Valid Anagram]"),
        ("give me valid anagram", "[Valid Anagram]"),
        ("the weather is lovely", talk.NOT_UNDERSTOOD),
        ("undo", "There is nothing to undo."),
        ("done with task 1", "no open task"),
        ("my interview is on 3 march 1999", "in the past"),
        ("i'm in Atlantis", "time zone"),
        ("how good am i at basket weaving", "topic"),
        ("$where: 1", ""),
        ("\u202eevil\u202c {'$ne': null}", ""),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(chat: Chat, said: str, part: str) -> None:
    """Unknown names, wrong numbers and odd texts get a clear sentence and change nothing."""
    assert part in await chat.say(said)
    assert await chat.student.all(Attempt) == []


async def test_a_report_of_no_problem_is_not_asked_how_it_went(chat: Chat) -> None:
    """What is no problem's title is said to be none at once; a title put right, its minutes are still known."""
    refused = await chat.say("i solved foobar blarg in 10 min")
    assert "foobar blarg" in refused
    assert questions.HELPED.text not in refused
    assert await chat.say("two sum") == questions.HELPED.text
    assert "Nice, all by yourself." in await chat.say("alone")
    assert [raw["timeTaken"] for raw in await chat.student.all(Submission)] == [10 * 60]


async def test_a_task_that_is_reported_finished_is_ticked_off(chat: Chat) -> None:
    """Words that are an open task's title, and no problem's, complete the task, whatever form the verb is in."""
    await chat.say("add a task: read about tries")
    assert (await chat.say("finished reading about tries")).startswith("One less to do!")
    assert [task.status for task in await chat.student.work.reading().of(PreparationTask).find({})] == ["completed"]


async def test_a_ladder_is_climbed_in_words(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked, tried, hint after hint: no answer and nothing that is stored holds a word of a later rung."""
    ladder = Ladder("Does PLANTED-ONE help?", "It is PLANTED-TWO.", "1. PLANTED-THREE.")
    monkeypatch.setattr("tools.hints.hint_ladder", lambda _slug, _topics: ladder)
    words = [b"PLANTED-ONE", b"PLANTED-TWO", b"PLANTED-THREE"]
    said = ["give me a hint for coin change", "i tried a greedy approach", "still stuck", "just tell me the solution"]
    for unlocked, text in enumerate(said):
        answer = await chat.say(text)
        known = answer.encode() + b"".join((await chat.student.everything()).values())
        assert [word in known for word in words] == [rung < unlocked for rung in range(3)], text
        chat.student.clock.forward(minutes=1)
    assert (await chat.say("next hint")).endswith("Do you really want to go on to the solution?")
    assert "PLANTED-THREE" in await chat.say("yes")
    chat.student.clock.forward(minutes=1)
    assert "You saw 4 hints" in await chat.say("solved coin change by myself in 30 minutes")


async def test_code_in_place_of_what_was_tried_is_kept(chat: Chat) -> None:
    """Code gets the hint that was asked for, one alone, and goes with how the problem went; a report is no attempt."""
    await chat.say("start two sum")
    await chat.say("hint")
    code = "def two_sum(nums, target):\n    for n in nums:\n        return n"
    assert (await chat.say(code)).startswith(f"{KEPT}\n\nHint 1 of 3")
    chat.student.clock.forward(minutes=9)
    assert "Hint 1 of 3" in await chat.say("i dont understand the hint")
    assert "You saw 1 hint for it" in await chat.say("done alone")
    assert [raw["code"] for raw in await chat.student.all(Submission)] == [code]
    await chat.say("start valid anagram")
    await chat.say("hint")
    assert await chat.say("done, took 12 minutes") == questions.HELPED.text
    assert "Nice, all by yourself." in await chat.say("alone")


async def test_notes_are_kept_and_come_back(chat: Chat) -> None:
    """A note on a problem and one on a topic are kept as written, listed, shown at the start, removed and undone."""
    assert "note 1" in await chat.say("note on two sum: map[x] = i → O(n)")
    assert "note 2" in await chat.say("note on hashing: mind the collisions")
    started = await chat.say("start two sum")
    assert "- map[x] = i → O(n)\n- mind the collisions" in started
    assert "**1** Two Sum: map[x] = i → O(n)" in await chat.say("my notes on two sum")
    assert "It's gone" in await chat.say("delete note 2")
    assert "Everything is as it was" in await chat.say("undo")
    assert "You have 2 notes" in await chat.say("my notes")


async def test_a_postponed_interview_moves_from_its_own_day(chat: Chat) -> None:
    """Later is later and earlier is earlier, from the day that was set; what may be either is asked about."""
    await chat.say("my interview is on 15 january 2027")
    await chat.say("they postponed my interview by a week")
    assert "Interview: 22 Jan 2027" in await chat.say("/profile")
    await chat.say("it got pushed back 3 days")
    assert "Interview: 25 Jan 2027" in await chat.say("/profile")
    await chat.say("my interview was brought forward by 10 days")
    assert "Interview: 15 Jan 2027" in await chat.say("/profile")
    assert "1. 13 January 2027\n2. 17 January 2027" in await chat.say("my interview was moved by 2 days")
    await chat.say("2")
    assert "Interview: 17 Jan 2027" in await chat.say("/profile")
    assert await chat.say("my interview was postponed") == questions.WHEN.text
    await chat.say("a week later")
    assert "Interview: 24 Jan 2027" in await chat.say("/profile")


async def test_a_day_that_is_not_certain_is_asked_about(chat: Chat) -> None:
    """Nothing is logged until the day is known; the answer completes the report."""
    assert (await chat.say("i solved two sum alone last week")).endswith(questions.WHICH_DAY.text)
    assert "has not come yet" in await chat.say("tomorrow")
    assert await chat.student.all(Attempt) == []
    await chat.say("on friday")
    (attempt,) = await chat.student.all(Attempt)
    assert attempt["at"].date().isoformat() == "2026-11-20"


async def test_a_name_that_nobody_knows_is_asked_for_once(chat: Chat) -> None:
    """After a second miss the question is gone, and what is said next is no name."""
    await chat.say("start something like blorpify")
    await chat.say("/find")
    assert (await chat.say("zzqxv")).endswith(questions.AGAIN.text)
    assert await chat.say("qqwzx vv") == talk.NOT_UNDERSTOOD
