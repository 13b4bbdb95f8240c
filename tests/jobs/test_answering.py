"""A reply to a reminder is the answer to its question, for the coach and for the model."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents.coach.dialogue import Exchange, decide
from agents.coach.intents import Request
from agents.coach.questions import RECALL, START_IT
from agents.hearing import read_unheard
from agents.history import read_tail
from store.documents.own import OutboxItem
from store.documents.reminders import SentReminder
from store.documents.revisions import RevisionRun
from store.documents.sessions import AIMentorConversation, PracticeSession
from tests.agents.test_coach_alive import Chat
from tests.jobs.stage import Class, Pupil
from tests.jobs.test_making import EIGHT, owe
from tools.undo import UndoReceipt


async def remind(pupils: Class, *, due: bool = True) -> Pupil:
    """Let a pupil be reminded at eight, of graphs or of a problem; it is five past eight."""
    pupil = await pupils.enrol()
    if due:
        await owe(pupil)
    pupils.clock.at = EIGHT
    await pupils.tick()
    await pupil.deliver()
    pupils.clock.forward(minutes=5)
    return pupil


async def conversation(pupil: Pupil) -> AIMentorConversation:
    """Return the only conversation, its sums checked."""
    (raw,) = await pupil.all(AIMentorConversation)
    found = AIMentorConversation.read(raw)
    messages = found.message_history
    assert found.total_messages == len(messages)
    assert found.total_tokens == sum(message.tokens or 0 for message in messages) > 0
    return found


async def test_the_question_is_answered_right_there(pupils: Class) -> None:
    """What is said next is compared with the card's points and begins the revision's problem; undo takes both back."""
    pupil = await remind(pupils)
    async with pupil.awake() as student:
        answer = await Chat(student).say("visited set and a queue, O(V+E)")
        assert "None of the 3 points yet, as far as I can tell." in answer
        assert "The clock is running." in answer
    talk = await conversation(pupil)
    (item,) = await pupil.items()
    assert [message.role for message in talk.message_history] == ["assistant", "user", "assistant"]
    assert talk.message_history[0].content == item["text"]
    assert talk.message_history[0].timestamp == EIGHT
    (run,) = await pupil.all(RevisionRun)
    (sent,) = await pupil.all(SentReminder)
    assert (run["phase"], run["cards"], sent["heard"]) == ("problem", sent["cards"], True)
    await pupil.do(UndoReceipt, "undo_last")
    assert [await pupil.all(kind) for kind in (RevisionRun, PracticeSession)] == [[], []]


async def test_the_problem_is_started_right_there(pupils: Class) -> None:
    """ "start it" after a reminder that brought a problem starts that one."""
    pupil = await remind(pupils, due=False)
    async with pupil.awake() as student:
        assert (await pupil.items())[0]["text"].endswith(START_IT.text)
        assert "The clock is running on [" in await Chat(student).say("start it")
    (session,) = await pupil.all(PracticeSession)
    assert session["problemIds"]


@pytest.mark.parametrize("words", ["not today", "snooze the reminder for an hour", "whats due", "remind me tonight"])
def test_other_wishes_are_no_answers(words: str) -> None:
    """What plainly is something else leaves the question open."""
    decided = decide([Exchange("", f"**Graphs.** When?\n\n{RECALL.text}")], words)
    assert isinstance(decided, Request)
    assert decided.verb != "answer_recall"


async def test_what_was_not_shown_yet_was_not_heard(pupils: Class) -> None:
    """A reminder that waits is in no conversation; once shown it is in the prompt, and then in the tail, once."""
    pupil = await pupils.enrol()
    pupils.clock.at = EIGHT - timedelta(minutes=10)
    await pupils.tick()
    async with pupil.awake() as student:
        assert await read_unheard(student.work.reading(), pupils.clock()) == []
        await Chat(student).say("hello")
        assert len((await conversation(pupil)).message_history) == 2
    pupils.clock.at = EIGHT + timedelta(minutes=1)
    query = {"userId": pupil.id}
    sent = {"$set": {"status": "sent", "sentAt": pupils.clock()}}
    await pupils.database.collection(OutboxItem.collection).update_many(query, sent)
    pupils.clock.forward(minutes=1)
    async with pupil.awake() as student:
        unit = student.work.reading()
        assert len(await read_unheard(unit, pupils.clock())) == 1
        chat = Chat(student)
        chat.seq = 10
        await chat.say("thanks")
        assert await read_unheard(unit, pupils.clock()) == []
        assert [message.type for message in (await read_tail(unit)).messages] == ["human", "ai", "ai", "human", "ai"]
