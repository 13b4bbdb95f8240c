"""A stage for one student: a real database, a lease, verbs small enough to read, and a fake OpenAI server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx2
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, SecretStr

from agents.endpoint import ModelSettings, build_model
from agents.history import Window, append_exchange
from agents.mentor import OFFLINE_COACH, Answer, Mentor, TurnRun
from agents.tokens import TokenCounter
from prompts import load
from store.client import Database, ObjectId
from store.documents.own import Attachment, Effect, Turn, UsageRow
from store.documents.people import User
from store.documents.sessions import AIMentorConversation, PreparationTask
from store.faults import Faults
from store.leases import Hold, Leases, student_lease
from store.work import StudentWork, UnitOfWork
from tests.fakes.openai import FakeOpenAI
from tools.context import MentorContext, Receipt, Result, Verb
from tools.errors import ToolFailed, ToolRetry
from tools.request import Request

NOON = datetime(2025, 12, 3, 12, 0, tzinfo=UTC)


class Counted(Result):
    tasks: int


class Jotted(Receipt):
    title: str


class Flood(Result):
    text: str


async def count_tasks(context: MentorContext) -> Counted:
    """Count the student's tasks."""
    return Counted(tasks=await context.work.of(PreparationTask).count({}))


async def jot(
    context: MentorContext,
    title: Annotated[str, Field(max_length=50, description="What is to be done.")],
    minutes: int | None = None,
    priority: int = 3,
) -> Jotted:
    """Write a task down."""
    if title == "nothing":
        raise ToolRetry("A task needs a real title.", choices=("rest", "read"))
    if title == "impossible":
        raise ToolFailed("The task list is closed today.")
    tasks = context.work.of(PreparationTask)
    number = await tasks.count({})
    task = PreparationTask(
        id=context.work.new_id(),
        user_id=context.student,
        task_type="practice",
        title=f"{number}: {title}",
        estimated_duration_minutes=minutes,
        priority=priority,
    )
    await tasks.add(task)
    return Jotted(line=f"{title} · noted", undo_label=title, title=title)


async def flood(context: MentorContext, size: int = 20_000) -> Flood:
    """Say a lot."""
    return Flood(text="x" * size)


VERBS = (
    Verb(count_tasks, doing="counting your tasks…"),
    Verb(jot, doing="writing it down…", writes=True),
    Verb(flood, doing="rambling…"),
)


class LittleCoach(BaseChatModel):
    """An offline coach of three sentences: "/jot X" and "jot X" call the tool, anything else is echoed."""

    @property
    def _llm_type(self) -> str:
        return "little-coach"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        student = next(message for message in reversed(messages) if isinstance(message, HumanMessage))
        words, note = student.additional_kwargs["student_text"], student.additional_kwargs.get("coach_note", "")
        last = messages[-1]
        if isinstance(last, ToolMessage):
            answer = AIMessage(f"Offline: {last.text}")
        elif words.lstrip("/").startswith("jot "):
            answer = AIMessage("", tool_calls=[{"name": "jot", "args": {"title": words.split(" ", 1)[1]}, "id": "c1"}])
        else:
            answer = AIMessage(f"{note} Offline, I heard: {words}".strip())
        answer.response_metadata = {"model_name": OFFLINE_COACH}
        return ChatResult(generations=[ChatGeneration(message=answer)])


class Audience:
    """A listener that writes down what it was shown."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.spoken_to = asyncio.Event()

    async def doing(self, activity: str) -> None:
        self.events.append(("doing", activity))

    async def say(self, text: str) -> None:
        self.events.append(("say", text))
        self.spoken_to.set()

    async def restart(self) -> None:
        self.events.append(("restart", ""))

    @property
    def shown(self) -> str:
        """What stands on the student's screen in the end."""
        text = ""
        for kind, words in self.events:
            text = "" if kind == "restart" else text + words if kind == "say" else text
        return text


class Stage:
    """One student with a lease on a real database; `mentor` answers, `retake` is another process taking over."""

    def __init__(self, database: Database, fake: FakeOpenAI | None, http: httpx2.AsyncClient) -> None:
        self.database, self.http = database, http
        self._fake = fake
        self.student = ObjectId()
        self.now = NOON
        self.waits: list[float] = []
        self.faults = Faults()
        self.counter = TokenCounter(None)
        self.hold = Hold("", "", 0)
        self.seq = 0

    async def begin(self) -> None:
        """Create the student and take their lease."""
        user = User(
            id=self.student,
            name="Ada <b>Lovelace</b>",
            email=f"{self.student}@chat.invalid",
            preparation_target_date=NOON + timedelta(days=44),
        )
        unit = UnitOfWork(self.database, self.student, clock=self.clock, ids=ObjectId)
        await unit.of(User).add(user)
        await self.take_lease("first")

    async def take_lease(self, holder: str) -> None:
        """Take the student's lease from whoever holds it."""
        leases = Leases(self.database, ttl=-1 if holder == "first" else 60)
        hold = await leases.take(student_lease(self.student), holder)
        assert hold is not None
        self.hold = hold

    @property
    def fake(self) -> FakeOpenAI:
        """The server behind the model."""
        assert self._fake is not None
        return self._fake

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def work(self) -> StudentWork:
        return StudentWork(self.database, self.student, self.hold, clock=self.clock, ids=ObjectId, faults=self.faults)

    def mentor(self, *, key: str | None = None, url: str | None = None, window: Window | None = None) -> Mentor:
        """Return a mentor on the fake server, or one without a model where there is no fake."""
        model = None
        if self._fake is not None:
            settings = ModelSettings(
                api_key=SecretStr(key or self.fake.key),
                name=self.fake.model,
                base_url=url or self.fake.url,
                timeout_s=5,
            )
            model = build_model(settings, self.http)
        return Mentor(
            model=model,
            coach=LittleCoach(),
            verbs=VERBS,
            prompt=load("mentor"),
            counter=self.counter,
            window=window,
            sleep=self.sleep,
        )

    async def accept(self, said: str | Request, *, public: bool = False, attachment: Attachment | None = None) -> Turn:
        """Store a turn that is being worked: a message, or a request."""
        self.seq += 1
        turn = Turn(
            id=ObjectId(),
            key=f"t:{self.student}:{self.seq}",
            user_id=self.student,
            platform="probe",
            address="here",
            seq=self.seq,
            text=said.in_words if isinstance(said, Request) else said,
            request=said.as_json() if isinstance(said, Request) else None,
            attachment=attachment,
            public=public,
            status="working",
            fence=self.hold.fence,
            attempts=1,
            accepted_at=self.now,
        )
        await self.work.reading().of(Turn).add(turn)
        return turn

    def run_of(self, turn: Turn, audience: Audience | None = None, *, owns_key: bool = False) -> TurnRun:
        """Return what the mentor is given for a turn."""
        work = self.work
        context = MentorContext(work=work.reading(), clock=self.clock, zone=ZoneInfo("Asia/Kolkata"))
        return TurnRun(work=work, turn=turn, context=context, listener=audience or Audience(), owns_key=owns_key)

    async def answer(
        self,
        said: str | Request,
        *,
        mentor: Mentor | None = None,
        audience: Audience | None = None,
        public: bool = False,
        owns_key: bool = False,
    ) -> Answer:
        """Take a message through the mentor and into the conversation, as the life of a turn does."""
        turn = await self.accept(said, public=public)
        answer = await (mentor or self.mentor()).answer(self.run_of(turn, audience, owns_key=owns_key))
        await self.keep(turn, answer)
        return answer

    async def keep(self, turn: Turn, answer: Answer) -> None:
        """Write an exchange into the conversation."""

        async def append(unit: UnitOfWork) -> None:
            await append_exchange(
                unit, turn=turn, answer=answer.text, model=answer.model, counter=self.counter, now=self.now
            )
            ended = {"status": "answered", "reply": answer.text}
            await unit.of(Turn).amend(turn.id, {"$set": ended})

        await self.work.commit(append)

    async def retake(self, turn: Turn) -> Turn:
        """Let another process take the student over and claim the turn; return it as that process reads it."""
        await self.take_lease("second")
        current = await self.work.reading().of(Turn).get(turn.id)
        assert current is not None
        current.attempts, current.fence = current.attempts + 1, self.hold.fence
        return current

    async def usage(self) -> list[UsageRow]:
        return await self.work.reading().of(UsageRow).find({}, sort=[("_id", 1)])

    async def effects(self) -> list[Effect]:
        return await self.work.reading().of(Effect).find({}, sort=[("createdAt", 1)])

    async def tasks(self) -> list[str]:
        return [task.title for task in await self.work.reading().of(PreparationTask).find({}, sort=[("_id", 1)])]

    async def conversations(self) -> list[AIMentorConversation]:
        return await self.work.reading().of(AIMentorConversation).find({}, sort=[("_id", 1)])
