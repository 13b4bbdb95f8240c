"""Who speaks through a platform's account, for the service: the door from a platform's identity to a student."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from store.client import Database, ObjectId, Raw, Session
from store.documents.own import Admission, ChannelAccount, Platform, StudentSettings, Turn
from store.documents.people import User
from store.errors import DuplicateKey, StoreError, StoreUnavailable
from store.expressions import pushed
from store.names import clean_name
from store.repositories.base import read_one, spellings
from store.work import Clock, IdFactory

_DONE_REMEMBERED = 20
ENGLISH = "en"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


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
        link = await self.link_of(platform, account)
        return link.user_id if link is not None else None

    async def link_of(self, platform: Platform, account: str) -> ChannelAccount | None:
        """Return what is known of a platform's account, or None."""
        return await self._read(f"{platform}:{account}")

    async def _read(self, name: str) -> ChannelAccount | None:
        return read_one(ChannelAccount, await self._accounts.find_one({"_id": name}), self._accounts)

    async def heard_from(self, link: ChannelAccount, address: str) -> None:
        """Note where an account's owner has just written in private; where nothing changes, nothing is written."""
        if link.address != address or link.dead_at is not None:
            change: Raw = {"$set": {"address": address, "updatedAt": self._clock()}, "$unset": {"deadAt": ""}}
            await self._accounts.update({"_id": link.id, "userId": spellings(link.user_id)}, change)

    async def stop(self, link: ChannelAccount) -> None:
        """Note that an account's owner wants nothing more until they say /start."""
        now = self._clock()
        change: Raw = {"$set": {"stoppedAt": now, "updatedAt": now}}
        await self._accounts.update({"_id": link.id, "userId": spellings(link.user_id)}, change)

    async def start(self, link: ChannelAccount) -> None:
        """Note that an account's owner wants to be answered again."""
        change: Raw = {"$set": {"updatedAt": self._clock()}, "$unset": {"stoppedAt": "", "deadAt": ""}}
        await self._accounts.update({"_id": link.id, "userId": spellings(link.user_id)}, change)

    async def note_done(self, link: ChannelAccount, key: str) -> None:
        """Note that a message was done that is no turn, so that it is not done again when it comes again."""
        change: list[Raw] = [{"$set": {"done": pushed("$done", [key], keep=_DONE_REMEMBERED)}}]
        await self._accounts.update({"_id": link.id, "userId": spellings(link.user_id)}, change)

    async def mark_dead(self, platform: Platform, address: str) -> int:
        """Note that the platform lets nothing more through to whoever is written to at an address; return how many."""
        now = self._clock()
        there: Raw = {"platform": platform, "address": address, "deadAt": None}
        return await self._accounts.update_many(there, {"$set": {"deadAt": now, "updatedAt": now}})

    async def find_by_name(self, name: str) -> ObjectId | None:
        """Return the student behind an account that is called "platform:account", or None."""
        link = await self._read(name)
        return link.user_id if link is not None else None

    async def knows(self, student: ObjectId) -> bool:
        """Return whether somebody is a student here."""
        return await self._database.collection(Admission.collection).find_one({"_id": student}) is not None

    async def set_active(self, student: ObjectId, *, active: bool) -> None:
        """Open a student's account, or close it: then whatever they write is refused."""
        change: Raw = {"$set": {"isActive": active, "updatedAt": self._clock()}}
        await self._database.collection(User.collection).update({"_id": student}, change)

    async def language_of(self, student: ObjectId) -> str:
        """Return the language that a student is spoken to in (IETF tag)."""
        stored = self._database.collection(StudentSettings.collection)
        settings = read_one(StudentSettings, await stored.find_one({"_id": student}), stored)
        return settings.language if settings is not None else ENGLISH

    async def resolve(
        self,
        platform: Platform,
        account: str,
        display_name: str,
        *,
        address: str | None = None,
        language: str | None = None,
    ) -> ObjectId:
        """Return the student behind a platform's account; the first contact makes one. Safe from many at once.

        `address` and `language` are what the first contact tells: where to write in private, and what they read.

        Raises: Deactivated, StoreUnavailable.
        """
        for _ in range(2):
            if student := await self.find(platform, account):
                await self.check_active(student)
                return student
            try:
                return await self._welcome(platform, account, display_name, address, language)
            except DuplicateKey:  # another process welcomed them at the same moment, or the account cannot be read
                await self._find_again(f"{platform}:{account}", platform, address)
        raise StoreUnavailable("the account could not be opened; try again in a moment")

    async def _find_again(self, name: str, platform: Platform, address: str | None) -> None:
        """Give an account of which cannot be read whose it is back to whoever was last spoken to at its address.

        Where nobody was, it is put aside, so that whoever writes through it is welcomed.
        """
        raw = await self._accounts.find_one({"_id": name})
        if raw is None or read_one(ChannelAccount, raw, self._accounts) is not None:
            return
        said: Raw = {"platform": platform, "address": address, "public": {"$ne": True}, "userId": {"$type": "objectId"}}
        turns = self._database.collection(Turn.collection)
        last = await turns.find_one(said, sort=[("acceptedAt", -1)], fields={"userId": 1}) if address else None
        if last is not None:
            await self._accounts.update({"_id": name}, {"$set": {"userId": last["userId"], "platform": platform}})
            return
        await self._accounts.update({"_id": f"unread:{self._ids()}"}, {"$set": {"unread": raw}}, upsert=True)
        await self._accounts.delete({"_id": name})

    async def check_active(self, student: ObjectId) -> None:
        """Make sure that a student's account is open. Raises: Deactivated."""
        users = self._database.collection(User.collection)
        if await users.find_one({"_id": student, "isActive": False}, fields={"_id": 1}):
            raise Deactivated("this account was deactivated")

    async def _welcome(
        self, platform: Platform, account: str, display_name: str, address: str | None, language: str | None
    ) -> ObjectId:
        now, student = self._clock(), self._ids()
        name = clean_name(display_name) or "Student"
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
            id=f"{platform}:{account}",
            user_id=student,
            platform=platform,
            display_name=name,
            address=address,
            **stamps,
        )
        spoken = language if language and _LANGUAGE.fullmatch(language) else ENGLISH
        settings = StudentSettings(id=student, language=spoken, **stamps)
        admission = Admission(id=student, **stamps)

        async def attempt(session: Session) -> ObjectId:
            for document in (link, user, settings, admission):
                await self._database.collection(document.collection).insert(document.to_mongo(), session=session)
            return student

        return await self._database.transact(attempt)
