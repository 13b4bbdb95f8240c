"""The offline coach: a chat model without a model. It reads the messages, calls verbs, and words their results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool

from agents.coach import code, picking, stumbling, talk, wording
from agents.coach.dialogue import Exchange, Say, decide
from agents.coach.intents import BY_NAME, Request
from agents.coach.outcomes import Outcome, read_outcome
from agents.coach.questions import AGAIN, find_question
from agents.run import OFFLINE_COACH, QUESTION, UNDERSTOOD
from agents.steps import since_student, step_of
from tools.planning import TodayPlan
from tools.practice import NONE_STARTED

_ASIDE = "/feedback "
NOTE = "coach_note"
"""The key under which a student's message says why the mentor's model is not answering it."""


class OfflineCoach(BaseChatModel):
    """A deterministic chat model: the same messages always get the same answer, and nothing leaves the process.

    `known_tools` are the names of the verbs it may call, once it has been told; it keeps nothing else.
    """

    known_tools: frozenset[str] | None = None

    @property
    def _llm_type(self) -> str:
        return "offline-coach"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002  the base class's signature, here and below
        **kwargs: Any,  # noqa: ARG002
    ) -> OfflineCoach:
        """Return a coach that calls these tools only; it chooses by itself among them."""
        return self.model_copy(update={"known_tools": frozenset(_name_of(tool) for tool in tools)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: Any = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        # Without this the base class would take a thread for a millisecond's work.
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages))])

    def answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """Return the next message of a turn: a tool call, or the answer."""
        known: list[Any] = list(messages)
        running: list[AnyMessage] = since_student(known)
        before = known[: len(known) - len(running)]
        if not before or not isinstance(before[-1], HumanMessage):
            return _message(talk.GREETING)
        student = before[-1]
        results = [message for message in running if isinstance(message, ToolMessage)]
        decided = self._word(results, running, before[:-1], student) if results else self._decide(before[:-1], student)
        if isinstance(decided, Say):
            note = student.additional_kwargs.get(NOTE)
            away = "" if note is None else f"{talk.UNREACHABLE} {note}".rstrip() + "\n\n"
            return _message(f"{away}{decided.text}", **_read(decided.text))
        call = ToolCall(name=decided.verb, args=decided.arguments, id=f"coach-{step_of(known) + 1}", type="tool_call")
        return _message("", call)

    def _decide(self, before: Sequence[AnyMessage], student: HumanMessage) -> Request | Say:
        decided = decide(_exchanges(before), words_of(student))
        if isinstance(decided, Request) and self.known_tools is not None and decided.verb not in self.known_tools:
            return Say(talk.NOT_HERE)
        if isinstance(decided, Say) and stumbling.is_stumble(decided.text):
            first = Say(stumbling.tell_first(words_of(student), decided.text))
            return self._stumble(stumbling.count_stumbles(_exchanges(before))) or first
        return decided

    def _stumble(self, times: int) -> Request | Say | None:
        """Return what is looked up, or said, where nothing was understood so many times before."""
        if not times:
            return None
        can_plan = self.known_tools is None or "plan_today" in self.known_tools
        return Request(BY_NAME["plan"], {}) if can_plan else Say(stumbling.tell_again(times, None))

    def _word(
        self,
        results: Sequence[ToolMessage],
        running: Sequence[AnyMessage],
        before: Sequence[AnyMessage],
        student: HumanMessage,
    ) -> Request | Say:
        calls = {
            call["id"]: call for message in running if isinstance(message, AIMessage) for call in message.tool_calls
        }
        outcomes = [read_outcome(result, calls.get(result.tool_call_id)) for result in results]
        follow_up = wording.follow_up(outcomes)
        if follow_up and (self.known_tools is None or follow_up.verb in self.known_tools):
            return follow_up
        return self._tell(outcomes, _exchanges(before), words_of(student))

    def _tell(self, outcomes: Sequence[Outcome], past: Sequence[Exchange], text: str) -> Request | Say:
        """Word what came back; a plan that was looked up for code, or because nothing was understood, is no answer."""
        last, times = outcomes[-1], stumbling.count_stumbles(past)
        if last.verb == "plan_today":
            wanted, plan = decide(past, text), last.result if isinstance(last.result, TodayPlan) else None
            asked = outcomes[-2].refusal if len(outcomes) > 1 else None
            if picking.report_of(text) == {} or (asked and asked.sentence.startswith(NONE_STARTED)):
                return Say(picking.ask(plan))
            if code.is_code(text) and wanted == Request(BY_NAME["plan"], code.LOOK):
                return Say(code.tell_kept(code.started_in(plan) if plan else None))
            if times and not (isinstance(wanted, Request) and wanted.verb == "plan_today"):
                return Say(stumbling.tell_again(times, plan, wanted.text if isinstance(wanted, Say) else ""))
        told = wording.tell(outcomes)
        if last.verb == "give_hint" and last.result is not None and code.is_code(text):
            told = f"{code.KEPT}\n\n{told}"
        if past and past[-1].answer.endswith(AGAIN.text):
            # A question that was asked twice is let go.
            told = told.removesuffix(AGAIN.text).rstrip()
        if stumbling.is_stumble(told):
            return self._stumble(times) or Say(stumbling.tell_first(text, told))
        return Say(told)


def words_of(message: HumanMessage) -> str:
    """Return what the student wrote, without the facts that the mentor adds to it."""
    said = message.additional_kwargs.get("student_text")
    return said if isinstance(said, str) else str(message.text)


def _exchanges(messages: Sequence[AnyMessage]) -> list[Exchange]:
    """Return a conversation as pairs of what was said and answered; calls and results of earlier turns are left out."""
    exchanges: list[Exchange] = []
    student = ""
    for message in messages:
        if isinstance(message, HumanMessage):
            student = words_of(message)
        elif isinstance(message, AIMessage) and not message.tool_calls:
            # A thumb tapped below an answer does not come between the answer's question and the reply to it.
            if not student.startswith(_ASIDE):
                exchanges.append(Exchange(student, str(message.text)))
            student = ""
    return exchanges


def _read(text: str) -> dict[str, Any]:
    """Return what programs are told of an answer: what it asks back, and whether it gave up."""
    question = find_question(text)
    return {QUESTION: question.slot if question else None, UNDERSTOOD: not stumbling.is_stumble(text)}


def _message(text: str, *calls: ToolCall, **told: Any) -> AIMessage:
    metadata = {"model_name": OFFLINE_COACH, "finish_reason": "tool_calls" if calls else "stop", **told}
    return AIMessage(text, tool_calls=list(calls), response_metadata=metadata)


def _name_of(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool) -> str:
    if isinstance(tool, dict):
        return str(tool.get("name") or tool.get("function", {}).get("name", ""))
    return str(getattr(tool, "name", None) or getattr(tool, "__name__", ""))
