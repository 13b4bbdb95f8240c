"""Who speaks through a platform's account, for the service: the door from a platform's identity to a student."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from store.client import Database, ObjectId, Session
from store.documents.own import Admission, ChannelAccount, Platform, StudentSettings
from store.documents.people import User
from store.errors import DuplicateKey, StoreError, StoreUnavailable
from store.work import Clock, IdFactory

NAME_CHARACTERS = 100


class Deactivated(StoreError):
    """Whoever runs the service has closed this student's account (`isActive` is false)."""


class Accounts:
    """Finds students by their platform accounts, and lets new ones in."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        ids: IdFactory,
        secret: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._database, self._clock, self._ids, self._secret = database, clock, ids, secret
        self._accounts = database.collection(ChannelAccount.collection)

    async def find(self, platform: Platform, account: str) -> ObjectId | None:
        """Return the student behind a platform's account, or None if nobody is known by it."""
        raw = await self._accounts.find_one({"_id": f"{platform}:{account}"})
        return ChannelAccount.read(raw).user_id if raw is not None else None

    async def resolve(self, platform: Platform, account: str, display_name: str) -> ObjectId:
        """Return the student behind a platform's account; the first contact makes one. Safe from many at once.

        Raises: Deactivated, StoreUnavailable.
        """
        for _ in range(2):
            if student := await self.find(platform, account):
                await self._check_active(student)
                return student
            try:
                return await self._welcome(platform, account, display_name)
            except DuplicateKey:
                continue  # another process welcomed them at the same moment
        raise StoreUnavailable("the account could not be opened; try again in a moment")

    async def _check_active(self, student: ObjectId) -> None:
        users = self._database.collection(User.collection)
        if await users.find_one({"_id": student, "isActive": False}, fields={"_id": 1}):
            raise Deactivated("this account was deactivated")

    async def _welcome(self, platform: Platform, account: str, display_name: str) -> ObjectId:
        now, student = self._clock(), self._ids()
        name = _storable(display_name).strip()[:NAME_CHARACTERS].strip() or "Student"
        stamps = {"created_at": now, "updated_at": now}
        user = User(
            id=student,
            name=name,
            # Nobody can sign in with it or write to it: RFC 6761 keeps .invalid from ever being a domain.
            email=f"{self._secret()}@chat.prepmate.invalid",
            preparation_start_date=now,
            **stamps,
        )
        link = ChannelAccount(
            id=f"{platform}:{account}", user_id=student, platform=platform, display_name=name, **stamps
        )
        settings = StudentSettings(id=student, **stamps)
        admission = Admission(id=student, **stamps)

        async def attempt(session: Session) -> ObjectId:
            for document in (link, user, settings, admission):
                await self._database.collection(document.collection).insert(document.to_mongo(), session=session)
            return student

        return await self._database.transact(attempt)


def _storable(name: str) -> str:
    """Return a name without what MongoDB cannot hold: platforms pass on what people call themselves."""
    return name.replace("\x00", "").encode(errors="ignore").decode()
