"""Who may become a student: everybody, whoever was invited, or those on a list; and who administers the service."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal, Self

from bot.settings import Settings
from store.documents.own import ChannelAccount, Platform
from texts import say

Mode = Literal["open", "invite", "list"]


def name_account(platform: Platform, account: str) -> str:
    """Return what an account is called in the settings: "telegram:123456"."""
    return f"{platform}:{account}"


@dataclass(frozen=True)
class Access:
    """The rules. `codes` invite; `allowed` and `admins` are accounts, as `name_account` calls them."""

    mode: Mode = "open"
    codes: tuple[str, ...] = field(default=(), repr=False)
    allowed: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    contact: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the rules of the settings."""
        return cls(
            settings.access, settings.codes, settings.allowed_accounts, settings.admin_accounts, settings.contact
        )

    def is_admin(self, platform: Platform, account: str) -> bool:
        """Return whether an account administers the service."""
        return name_account(platform, account) in self.admins

    def admits(self, platform: Platform, account: str, *, known: bool) -> bool:
        """Return whether an account may be answered without a code; `known`: it is a student's already."""
        name = name_account(platform, account)
        if self.mode == "open" or platform == "terminal" or name in self.allowed or name in self.admins:
            return True
        return self.mode == "invite" and known

    def welcomes(self, link: ChannelAccount) -> bool:
        """Return whether a student is let in through an account: whether they are answered, and written to at all."""
        return self.admits(link.platform, link.id.removeprefix(f"{link.platform}:"), known=True)

    def opens(self, code: str) -> bool:
        """Return whether a code invites; how long that takes says nothing about which ones do."""
        given = code.encode(errors="replace")
        found = [hmac.compare_digest(given, known.encode()) for known in self.codes]
        return any(found)

    def refusal(self, platform: Platform, account: str, *, public: bool) -> str:
        """Return what somebody who is not let in is told: how to get in."""
        if public:
            return say("I don't know you yet. Write to me in private, and I'll tell you how to get in.")
        parts = [self._how(), say("Your id here is {id}.", id=name_account(platform, account))]
        return "\n\n".join(parts)

    def _how(self) -> str:
        whom = self.contact
        if self.mode == "invite":
            ways = [say("You need an invitation to practise with me. If you have a code, send: /invite CODE")]
            asked = (
                say("For one, write to {contact}.", contact=whom) if whom else say("Whoever runs me gives them out.")
            )
        else:
            ways = [say("I only answer people on a list, and you are not on it yet.")]
            asked = (
                say("To be put on it, write to {contact} and tell them your id.", contact=whom)
                if whom
                else say("Whoever runs me can put you on it; tell them your id.")
            )
        return " ".join([*ways, asked])
