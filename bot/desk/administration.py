"""What those who run the service ask of it in a chat: figures, health, and closing an account. No names of students."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from importlib import metadata
from typing import Final

import httpx2

from agents.run import TurnRun
from bot.access import Access, name_account
from bot.checks.endpoint import check_endpoint
from bot.settings import Settings
from store.client import Database, ObjectId
from store.documents.own import ChannelAccount
from store.faults import Faults
from store.repositories.accounts import Accounts
from store.repositories.figures import Figures, Waiting
from store.repositories.outbox import Outbox
from store.repositories.turns import Limits, TurnQueue
from texts import say

log = logging.getLogger(__name__)

WEEK: Final = timedelta(days=7)


def name_administration() -> str:
    """Return the commands that only administrators have."""
    return say(
        "You run this service, so you also have:\n\n"
        "- /stats: how many use it, and how much\n"
        "- /health: database, model, and what waits\n"
        "- /ban ACCOUNT and /unban ACCOUNT: close and open a student's account"
    )


class Administration:
    """Answers administrators. Whether somebody is one has been seen to before."""

    def __init__(self, database: Database, settings: Settings, http: httpx2.AsyncClient) -> None:
        self._database, self._settings, self._http = database, settings, http
        self._access, self._figures = Access.of(settings), Figures(database)

    async def answer(self, run: TurnRun, command: str, rest: str) -> str:
        """Return the answer to /stats, /health, /ban or /unban. Raises: StoreError."""
        if command == "stats":
            return await self._stats(run)
        if command == "health":
            return await self._health(run)
        return await self._set_active(run, rest, active=command == "unban")

    async def _stats(self, run: TurnRun) -> str:
        now, figures = run.context.now(), self._figures
        midnight = datetime.combine(now.astimezone(run.context.zone).date(), time(), tzinfo=run.context.zone)
        since = now - WEEK
        today, week = await figures.activity(midnight), await figures.activity(since)
        failed = ", ".join(f"{reason} {count}" for reason, count in week.failures) or say("none")
        on, sent = await figures.reminders(since, now)
        up, down, worded = await figures.feedback(since)
        lines = [
            say(
                "Students: {all}, active today {today}, in 7 days {week}",
                all=await figures.students(),
                today=today.students,
                week=week.students,
            ),
            say(
                "Turns: today {today}, in 7 days {week}; not answered: {failed}",
                today=today.turns,
                week=week.turns,
                failed=failed,
            ),
            await self._tokens(since),
            say("Reminders: {on} students, {sent} in 7 days", on=on, sent=sent),
            say("Feedback in 7 days: {up} 👍 {down} 👎, {worded} in words", up=up, down=down, worded=worded),
        ]
        return "\n".join(f"- {line}" for line in lines)

    async def _tokens(self, since: datetime) -> str:
        shares = await self._figures.models(since)
        total = sum(share.tokens for share in shares)
        if not total:
            return say("Tokens in 7 days: none")
        parts = ", ".join(f"{share.model} {share.tokens / total:.0%}" for share in shares)
        return say("Tokens in 7 days: {total} ({parts})", total=f"{total:,}", parts=parts)

    async def _health(self, run: TurnRun) -> str:
        now = run.context.now()
        model = (await check_endpoint(self._settings, self._http, run.context.clock))[0]
        queue, outbox = await self._figures.queue(), await self._figures.outbox(now)
        holders = await self._figures.holders()
        lines = [
            say("Version: {version}", version=_version()),
            say("Database: answers"),
            say("Model: {sentence}", sentence=model.sentence),
            say("Turns waiting or at work, this one included: {depth}", depth=_depth(queue, now)),
            say("Outbox: {depth}", depth=_depth(outbox, now)),
            say("Processes at work: {count} ({names})", count=len(holders), names=", ".join(holders)),
        ]
        return "\n".join(f"- {line}" for line in lines)

    async def _set_active(self, run: TurnRun, said: str, *, active: bool) -> str:
        """Close or open a student's account. Both may be said twice."""
        accounts = Accounts(self._database, clock=run.context.clock, ids=ObjectId)
        student = await self._student_of(accounts, run, said.strip())
        if student is None:
            return say(
                "Say whose: /ban telegram:123456, or the student's id. There is no such student; to keep somebody out "
                "who never wrote, set PREPMATE_ACCESS."
            )
        if not active and await self._administers(student):
            return say("That is an administrator; take them out of PREPMATE_ADMINS first.")
        await accounts.set_active(student, active=active)
        log.warning("the account of student %s was %s by an administrator", student, "opened" if active else "closed")
        if active:
            return say("Their account is open again.")
        await TurnQueue(self._database, limits=Limits(), faults=Faults()).ask_to_cancel(student)
        await Outbox(self._database).drop_all(student, "the account was closed")
        return say("Their account is closed: what they write is refused, and nothing is sent to them. /unban opens it.")

    async def _student_of(self, accounts: Accounts, run: TurnRun, said: str) -> ObjectId | None:
        """Return the student behind an account ("telegram:123456", or "123456" here) or an id."""
        name = said if ":" in said else name_account(run.turn.platform, said)
        if student := await accounts.find_by_name(name):
            return student
        return ObjectId(said) if ObjectId.is_valid(said) and await accounts.knows(ObjectId(said)) else None

    async def _administers(self, student: ObjectId) -> bool:
        links = await self._database.collection(ChannelAccount.collection).find({"userId": student}, fields={"_id": 1})
        return any(link["_id"] in self._access.admins for link in links)


def _depth(waiting: Waiting, now: datetime) -> str:
    if not waiting.count or waiting.since is None:
        return say("none")
    seconds = max(0.0, (now - waiting.since).total_seconds())
    return say("{count}, the oldest for {seconds} s", count=waiting.count, seconds=f"{seconds:,.0f}")


def _version() -> str:
    try:
        return metadata.version("prepmate")
    except metadata.PackageNotFoundError:
        return say("a source tree")
