"""Running a sequence of calls as in production, and watching the database around each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, get_type_hints
from zoneinfo import ZoneInfo

from store.client import ObjectId
from store.documents.own import ChannelAccount, Effect, StudentSettings, Turn, UndoEntry
from store.documents.problems import Submission
from store.documents.sessions import AIMentorConversation, Message, PreparationTask
from store.documents.study import Note
from store.work import EffectKey, Outcome, UnitOfWork
from tests.tools.harness import BY_NAME, School, Student
from tests.tools.sequences.calls import Call, Stored
from tests.tools.sequences.invariants import check_documents, check_student, reviews
from tests.tools.sequences.world import Catalogue, World, difference, read_worlds, touched, undone_part
from tools.context import MentorContext, Receipt, Result
from tools.errors import ToolError, ToolRetry

NOT_UNDONE: Final[Mapping[str, frozenset[str]]] = {
    "give_hint": frozenset({"hint_states"}),
    "next_problem": frozenset({"proposals"}),
    "mark_seen": frozenset({"proposals"}),
    "start_placement": frozenset({"placement_runs"}),
    "answer_placement": frozenset({"placement_runs"}),
    "new_conversation": frozenset({"aimentorconversations", "conversation_titles"}),
    "resume_conversation": frozenset({"aimentorconversations"}),
    **dict.fromkeys(
        ("preview_import", "adjust_import", "confirm_import", "cancel_import"), frozenset({"pending_imports"})
    ),
    "erase_me": frozenset({"erasures", "channel_accounts", "admissions", "turns"}),
}
"""Verbs that may change something without leaving a way back, and where."""
SAID: Final[Mapping[str, str]] = {"erase_me": "code", "preview_import": "text"}
"""Verbs that ask for the student's own words, and the argument that must be among them."""


@dataclass(frozen=True)
class Done:
    """A call that was done, with the student's documents before and after it."""

    call: Call
    arguments: Mapping[str, Any]
    result: Result
    before: World
    after: World
    now: datetime
    zone: ZoneInfo
    catalogue: Catalogue

    @property
    def today(self) -> date:
        """Return the student's day."""
        return self.now.astimezone(self.zone).date()

    def day(self, moment: datetime) -> date:
        """Return the student's day at another moment."""
        return moment.astimezone(self.zone).date()


@dataclass
class Play:
    """Some students, what each did, and what the database was like before it."""

    school: School
    catalogue: Catalogue
    students: list[Student]
    checks: Mapping[str, Any]
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    days: dict[tuple[ObjectId, ObjectId], date] = field(default_factory=dict)
    snapshots: dict[ObjectId, World] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    last: str = ""
    seen: list[World] | None = None
    """The documents of all students as they are, where nothing was written since they were read."""

    async def run(self, calls: list[Call]) -> None:
        """Make all the calls, then undo what can be undone."""
        for call in calls:
            self.school.clock.forward(minutes=call.wait)
            await self.make(call)
        for place in range(len(self.students)):
            await self.unwind(place)

    async def look(self) -> list[World]:
        """Read the documents of all students."""
        self.seen = await read_worlds(self.school.database, [student.id for student in self.students])
        return self.seen

    async def make(self, call: Call) -> None:
        """Make one call and what is to come right after it."""
        student = self.students[call.student]
        arguments = {name: await self._argument(value, call.student) for name, value in call.arguments.items()}
        words = SAID.get(call.verb)
        turn = await self._say(student, str(arguments[words])) if words else ObjectId()
        key = EffectKey(turn, 1, "call")
        done = await self._attempt(call, arguments, key)
        if done and call.then == "repeat" and BY_NAME[call.verb].writes:
            await self._repeat(student, done, key)
        if done and call.then == "undo" and isinstance(done.result, Receipt) and done.result.undo_label:
            await self._attempt(Call("undo_last", {}, call.student), {}, EffectKey(ObjectId(), 1, "call"))
            now = (self.seen or await self.look())[call.student]
            stays = NOT_UNDONE.get(call.verb, frozenset())
            missed = difference(undone_part(done.before, without=stays), undone_part(now, without=stays))
            assert not missed, f"undo of {call.verb} left a difference in {missed}"
            await self._attempt(call, arguments, EffectKey(ObjectId(), 1, "call"))
        if words:
            await self.school.database.collection(Turn.collection).delete({"_id": turn})
            self.seen = None

    async def _attempt(self, call: Call, arguments: Mapping[str, Any], key: EffectKey) -> Done | None:
        student, verb = self.students[call.student], BY_NAME[call.verb]
        before = self.seen or await self.look()
        self.last = call.verb
        try:
            result = await run_verb(student, call.verb, arguments, key)
        except ToolError as refusal:
            check_sentence(str(refusal))
            self.choices = refusal.choices if isinstance(refusal, ToolRetry) else ()
            await self._take_choices(student, call.verb, arguments, str(refusal))
            self._same(before, await self.look(), f"{call.verb} was refused")
            self.refused[call.verb] = self.refused.get(call.verb, 0) + 1
            return None
        after = await self.look()
        mine = call.student
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            if place != mine or not verb.writes:
                self._same([old], [new], f"{call.verb} of student {mine} touched student {place}")
        self.done[call.verb] = self.done.get(call.verb, 0) + 1
        now, zone = student.clock(), student.zone
        done = Done(call, arguments, result, before[mine], after[mine], now, zone, self.catalogue)
        if verb.writes:
            self._check_writing(done, key)
        if check := self.checks.get(call.verb):
            check(done)
        student.zone = after[mine].zone
        return done

    async def _take_choices(self, student: Student, verb: str, arguments: Mapping[str, Any], sentence: str) -> None:
        """What a refusal offers is understood, word for word, in the place of what was not."""
        said = [name for name, value in arguments.items() if isinstance(value, str)]
        for choice in self.choices[:3]:
            tried = [await try_verb(student, verb, {**arguments, name: choice}) for name in said]
            assert not tried or any(again != sentence for again in tried), f"{choice!r} was offered by {sentence!r}"

    def _check_writing(self, done: Done, key: EffectKey) -> None:
        receipt = done.result
        assert isinstance(receipt, Receipt)
        if receipt.line:
            check_line(receipt.line)
        effect = done.after.documents[Effect.collection, str(key)]
        assert (effect["verb"], effect["userId"]) == (done.call.verb, done.after.student)
        entries = [raw for raw in done.after.all(UndoEntry) if not done.before.get(UndoEntry, raw["_id"])]
        said = [receipt.undo_label] if receipt.undo_label else []
        assert [entry["label"] for entry in entries] == said, f"{done.call.verb} says {said}, undo is told {entries}"
        for entry in entries:
            self.snapshots[entry["_id"]] = done.before
        if not said and done.call.verb != "undo_last":
            changed = touched(done.before, done.after) - NOT_UNDONE.get(done.call.verb, frozenset())
            assert not changed, f"{done.call.verb} cannot be undone, but changed {changed}"
        check_documents(done.before, done.after, done.now)
        check_student(done.after, self.catalogue, done.now)
        self._check_days(done)

    def _check_days(self, done: Done) -> None:
        """A topic is reviewed once a local day, wherever the student is."""
        stands = reviews(done.after)
        for review, moment in stands.items():
            self.days.setdefault(review, done.day(moment))
        seen: set[tuple[ObjectId, date]] = set()
        for owner, topic in stands:
            place = topic, self.days[owner, topic]
            assert place not in seen, f"two reviews of one topic on {place[1]}"
            seen.add(place)

    async def _repeat(self, student: Student, done: Done, key: EffectKey) -> None:
        """A call that comes again under its key gives back what it gave, and changes nothing."""
        before = self.seen or await self.look()
        again = await run_verb(student, done.call.verb, done.arguments, key)
        assert again == done.result
        self._same(before, await self.look(), f"{done.call.verb} was done twice")

    async def unwind(self, place: int) -> None:
        """Undo everything, the last first: each change goes, to the bit, and none stands in another's way."""
        for _ in range(200):
            before = (self.seen or await self.look())[place]
            if not [raw for raw in before.all(UndoEntry) if "undoneAt" not in raw]:
                return
            done = await run_verb(self.students[place], "undo_last", {}, EffectKey(ObjectId(), 1, "call"))
            after = (await self.look())[place]
            entry = next(raw for raw in after.all(UndoEntry) if not _undone(before, raw) and raw.get("undoneAt"))
            was = self.snapshots[entry["_id"]].images()
            restored, label = after.images(), getattr(done, "label", "")
            for change in entry["touched"]:
                key = change["place"], change["documentId"]
                assert restored.get(key) == was.get(key), f"undo of “{label}” did not put {key} back"
            check_student(after, self.catalogue, self.school.clock())

    def _same(self, before: list[World], after: list[World], what: str) -> None:
        for old, new in zip(before, after, strict=True):
            changed = difference(old.images(), new.images())
            assert not changed, f"{what}, yet it changed {changed}"

    async def _argument(self, value: Any, mine: int) -> Any:
        if isinstance(value, list):
            return [await self._argument(item, mine) for item in value]
        if not isinstance(value, Stored):
            return value
        place = (mine + 1) % len(self.students) if value.others else mine
        world = (self.seen or await self.look())[place]
        match value.what:
            case "choice":
                return self.choices[value.place % len(self.choices)] if self.choices else "1"
            case "code":
                return getattr(await run_verb(self.students[mine], "ask_to_erase_me", {}, None), "code")  # noqa: B009
            case "task":
                found = [raw for raw in world.all(PreparationTask) if raw["status"] != "completed"]
                said = [[str(raw["_id"]), raw["title"]] for raw in found]
            case "note":
                said = [[str(raw["_id"]), raw["text"]] for raw in world.all(Note)]
            case "conversation" | "change":
                kind = AIMentorConversation if value.what == "conversation" else UndoEntry
                said = [[str(raw["_id"])] for raw in world.all(kind)]
            case "problem":
                said = [[str(raw["problemId"])] for raw in world.all(Submission)]
            case "topic":
                said = [[str(raw["name"])] for raw in list(self.catalogue.topics.values())[:3]]
        options = [str(value.place + 1), *(way for ways in said for way in ways)]
        return options[value.place % len(options)]

    async def _say(self, student: Student, words: str) -> ObjectId:
        """Let the student be in the middle of a message with these words; return its turn."""
        turn = Turn(
            id=ObjectId(),
            key=f"probe:{ObjectId()}",
            user_id=student.id,
            platform="probe",
            address="a",
            seq=1,
            text="".join(char for char in f"please: {words}" if char != "\x00" and not 0xD800 <= ord(char) <= 0xDFFF),
            status="working",
            accepted_at=student.clock(),
        )
        await student.database.collection(Turn.collection).insert(turn.to_mongo())
        self.seen = None
        return turn.id


def _undone(before: World, entry: Any) -> bool:
    known = before.get(UndoEntry, entry["_id"])
    return bool(known and known.get("undoneAt"))


async def begin(
    school: School, catalogue: Catalogue, start: datetime, zones: tuple[str, ...], checks: Mapping[str, Any]
) -> Play:
    """Take one student in for each zone, with a conversation behind them, at a moment."""
    school.clock.at = start
    students = []
    for name, zone in zip(("Ada", "Grace", "Edsger"), zones, strict=False):
        student = await school.enrol(name, zone)
        settings = StudentSettings(
            id=student.id, time_zone=zone, time_zone_known=True, created_at=start, updated_at=start
        )
        await school.database.collection(StudentSettings.collection).insert(settings.to_mongo())
        account = ChannelAccount(
            id=f"probe:{student.id}", user_id=student.id, platform="probe", display_name=name, address=str(student.id)
        )
        await school.database.collection(ChannelAccount.collection).insert(account.to_mongo())
        talk = AIMentorConversation(
            id=ObjectId(),
            user_id=student.id,
            conversation_id=str(ObjectId()),
            message_history=[
                Message(role="user", content="Tell me about heaps: push in O(log n)?", timestamp=start, tokens=9),
                Message(role="assistant", content="A heap keeps its least element on top.", timestamp=start, tokens=9),
            ],
            total_messages=2,
            total_tokens=18,
            last_message_time=start,
            created_at=start,
            updated_at=start,
        )
        await school.database.collection(AIMentorConversation.collection).insert(talk.to_mongo())
        students.append(student)
    return Play(school, catalogue, students, checks)


async def run_verb(student: Student, name: str, arguments: Mapping[str, Any], key: EffectKey | None) -> Result:
    """Run a verb as a turn does, a writing one under a key. Raises: ToolError."""
    verb = BY_NAME[name]
    kind: type[Result] = get_type_hints(verb.run)["return"]
    if not verb.writes or key is None:
        found = await verb(student.reading(), **arguments)
        assert isinstance(found, kind)
        assert kind.model_validate_json(found.model_dump_json()) == found
        return found

    async def body(unit: UnitOfWork) -> Outcome:
        result = await verb(MentorContext(unit, student.clock, student.zone, key.turn), **arguments)
        assert isinstance(result, Receipt)
        return Outcome(result.model_dump_json(), bool(result.line), result.undo_label)

    return kind.model_validate_json(await student.work.once(key, name, body))


class _Enough(Exception):
    """Ends a transaction in which a verb was only tried."""


async def try_verb(student: Student, name: str, arguments: Mapping[str, Any]) -> str | None:
    """Run a verb and take back whatever it did; return the sentence with which it was refused, or None."""

    async def body(unit: UnitOfWork) -> None:
        await BY_NAME[name](MentorContext(unit, student.clock, student.zone, ObjectId()), **arguments)
        raise _Enough

    try:
        await student.work.commit(body)
    except _Enough:
        return None
    except ToolError as refusal:
        return str(refusal)
    return None


def check_sentence(sentence: str) -> None:
    """A refusal is a sentence for a person: begun and ended like one, on one line."""
    assert 5 < len(sentence) < 700, sentence
    assert sentence[0].isupper() or sentence[0] in "“0123456789", sentence
    assert sentence[-1] in ".?!", sentence
    check_line(sentence)


def check_line(line: str) -> None:
    """What a student is shown in one line holds no control character and no other line."""
    odd = [char for char in line if not char.isprintable() and char != " "]
    assert not [char for char in odd if char in "\n\r\t\v\f\x85\u2028\u2029" or ord(char) < 32 or ord(char) == 127], (
        f"control characters in {line!r}"
    )
