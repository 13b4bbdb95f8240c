"""The mentor, as a table of contents: model, tools, middleware, prompt, and the one `create_agent` call.

The request is built for the provider's prompt cache: system prompt and tools first and never changing, then the
conversation's tail (see `agents.history`), then the student's message with today's facts in it (`agents.snapshot`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langsmith import tracing_context

from agents.hearing import read_unheard
from agents.history import Window, read_tail
from agents.middleware.journal import Journal
from agents.middleware.limit import StepLimit
from agents.middleware.metering import Metering
from agents.middleware.routing import Routing
from agents.middleware.tidying import Tidying, clean
from agents.public import ask_in_public, read_public_tail
from agents.requests import answer_request
from agents.run import OFFLINE_COACH, PREPMATE, QUESTION, UNDERSTOOD, Answer, TurnRun
from agents.snapshot import ask
from agents.speech import Speech
from agents.steps import model_of
from agents.tokens import TokenCounter
from agents.toolbox import build_tools
from prompts import LoadedPrompt
from tools.context import Verb

__all__ = ["OFFLINE_COACH", "PREPMATE", "Answer", "Mentor", "TurnRun"]

EMPTY_ANSWER = "The model came back with an empty answer. Please ask again, perhaps in other words."


class Mentor:
    """Answers turns, any number at once. `model` None: the offline coach answers everything.

    `coach` speaks through the same loop; `counter` counts what no provider reported; `sleep` waits between tries.
    `public`: it answers where others read along, and is told nothing of the student: its verbs are to be those of
    `tools.public`. One that is not answers nothing there.
    """

    def __init__(
        self,
        *,
        model: BaseChatModel | None,
        coach: BaseChatModel,
        verbs: Sequence[Verb],
        prompt: LoadedPrompt,
        counter: TokenCounter,
        window: Window | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        public: bool = False,
    ) -> None:
        self._public = public
        self._verbs = {verb.name: verb for verb in verbs}
        self._model_name = name_of(model)
        self._window = window or Window()
        self._agent = create_agent(
            model or coach,
            build_tools(verbs),
            system_prompt=prompt.text,
            context_schema=TurnRun,
            # The first is the outermost: what it returns without asking, none below it ever sees.
            middleware=[
                StepLimit(),  # stops a model that goes on calling tools
                Journal(),  # replays a known step; writes a new one down, with its bill, before its tools run
                Routing(  # model or coach; falls back
                    model=model, coach=coach, writing=[verb.name for verb in verbs if verb.writes]
                ),
                Metering(coach=coach, model_name=self._model_name, counter=counter, sleep=sleep),  # tries and rows
                Tidying(),  # makes safe what arrives
            ],
        )

    async def answer(self, run: TurnRun) -> Answer:
        """Answer a turn, from wherever its journal says it stands.

        Raises: AgentError; StoreError when the database is away or the student's lease was lost.
        """
        if run.turn.public is not self._public:
            raise ValueError("a mentor for private chats answers nothing in public places, nor the other way round")
        if run.turn.request is not None:
            return await answer_request(self._held_back(run), self._verbs)
        messages: list[Any] = await self._messages_of(run)
        run = self._held_back(run)
        speech = Speech(run.listener, run.progress)
        final: AIMessage | None = None
        parts: AsyncIterator[Any] = self._agent.astream(
            {"messages": messages}, context=run, stream_mode=["messages", "values"]
        )
        # What students write is not to leave for a tracing service because an environment variable happens to be set.
        with tracing_context(enabled=False):
            async for mode, part in parts:
                if mode == "messages":
                    if isinstance(part[0], AIMessage):
                        await speech.hear(part[0])
                elif isinstance(last := part["messages"][-1], AIMessage):
                    final = last
                    if last.tool_calls:
                        await speech.take_back()
        await speech.end()
        return self._answer_of(final, run)

    async def _messages_of(self, run: TurnRun) -> list[AnyMessage]:
        """Return the conversation as the model gets it, with the message that is to be answered."""
        text, quotes = run.turn.text, run.turn.quotes
        if self._public:
            return [*await read_public_tail(run.work.reading(), run.turn), ask_in_public(text, quotes)]
        unit = run.context.work
        tail, heard, question = await asyncio.gather(
            read_tail(unit, self._window), read_unheard(unit, run.turn.accepted_at), ask(text, run.context, quotes)
        )
        return [*tail.messages, *(AIMessage(one.text) for one in heard), question]

    def _held_back(self, run: TurnRun) -> TurnRun:
        """Return the run without anything of the student's where others read along."""
        return replace(run, context=run.context.within(run.context.work.shared_only())) if self._public else run

    def _answer_of(self, final: AIMessage | None, run: TurnRun) -> Answer:
        text = clean(final.text).strip() if final is not None else ""
        model = (model_of(final) if final is not None else None) or self._model_name
        told = final.response_metadata if final is not None else {}
        ran = tuple(run.progress.ran)
        return Answer(
            text or EMPTY_ANSWER, model, ran, question=told.get(QUESTION), understood=told.get(UNDERSTOOD, True)
        )


def name_of(model: BaseChatModel | None) -> str:
    """Return the name under which a model is asked for."""
    name: Any = getattr(model, "model_name", None)
    return str(name) if name else OFFLINE_COACH
