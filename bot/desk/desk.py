"""The desk: what only the service itself can answer, around the mentors who answer everything else.

A turn for the desk is a turn like any other (accepted, worked in order, kept in the conversation), but costs no model
call. Where others read along the desk answers nothing: everything it knows is somebody's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import httpx2

from agents.coach import is_hello
from agents.run import PREPMATE, Answer, TurnRun
from bot.access import Access
from bot.commands import split_command
from bot.desk.administration import Administration, name_administration
from bot.desk.feedback import take_feedback
from bot.desk.language import choose_language
from bot.desk.privacy import explain_privacy
from bot.greeting import greeting
from bot.settings import Settings
from bot.worker import Answerer
from store.client import Database
from store.documents.learner import Attempt
from store.documents.own import Action, ChannelAccount
from texts import say

ADMINISTRATION: Final = frozenset({"stats", "health", "ban", "unban"})

Reply = Callable[[TurnRun, str], Awaitable[Answer]]


class Desk:
    """Answers turns: some by itself, private ones through one mentor, public ones through another."""

    def __init__(
        self,
        private: Answerer,
        public: Answerer,
        *,
        database: Database,
        settings: Settings,
        http: httpx2.AsyncClient,
    ) -> None:
        self._private, self._public, self._settings = private, public, settings
        self._access = Access.of(settings)
        self._administration = Administration(database, settings, http)
        self._replies: dict[str, Reply] = {
            "start": self._greet,
            "privacy": self._explain_privacy,
            "language": self._choose_language,
            "feedback": self._take_feedback,
        }

    async def answer(self, run: TurnRun) -> Answer:
        """Return the answer to a turn. Raises: AgentError, StoreError."""
        if run.turn.public:
            return await self._public.answer(run)
        command, rest = split_command(run.turn.text)
        if command in ADMINISTRATION and await self._is_admin(run):
            return _said(await self._administration.answer(run, command, rest))
        if run.turn.seq == 1 and run.turn.platform != "terminal" and is_hello(run.turn.text):
            return await self._greet(run, "")
        if command == "help" and not rest and await self._is_admin(run):
            answer = await self._private.answer(run)
            return replace(answer, text=f"{answer.text}\n\n{name_administration()}")
        reply = self._replies.get(command)
        # "/start two sum" starts a problem.
        if reply is None or (command == "start" and rest):
            return await self._private.answer(run)
        return await reply(run, rest)

    async def _is_admin(self, run: TurnRun) -> bool:
        """Return whether the student administers the service from the platform on which they speak."""
        mine = await run.context.work.of(ChannelAccount).find({"platform": run.turn.platform})
        return any(account.id in self._access.admins for account in mine)

    async def _greet(self, run: TurnRun, rest: str) -> Answer:
        """Greet who has logged nothing yet with what this is, and who comes back with what to go on with."""
        del rest
        if not await run.context.work.of(Attempt).count({}, limit=1):
            text, actions = greeting()
            return _said(text, *actions)
        return _said(
            say("Welcome back! Everything you saved is here."),
            Action(label=say("What is due"), says="/due", group=None),
            Action(label=say("Give me one"), says="/next", group=None),
            Action(label=say("Plan today"), says="/plan", group=None),
        )

    async def _explain_privacy(self, run: TurnRun, rest: str) -> Answer:
        del rest
        return _said(explain_privacy(self._settings, run.turn.platform))

    async def _choose_language(self, run: TurnRun, rest: str) -> Answer:
        return _said(await choose_language(run, rest, model=self._settings.openai_api_key is not None))

    async def _take_feedback(self, run: TurnRun, rest: str) -> Answer:
        text, actions = await take_feedback(run, rest)
        return _said(text, *actions)


def _said(text: str, *actions: Action) -> Answer:
    return Answer(text, PREPMATE, actions=actions)
