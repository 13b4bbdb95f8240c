"""How fast a platform is spoken to, by all processes together."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from store.documents.base import Index, Number, Part, Text, Time, index
from store.documents.own import Own


class Share(Part):
    """A process's part of a platform's pace: how many messages it may have under way or just sent, and would like to.

    It counts until `until`, by the server's clock, unless it is renewed.
    """

    holder: Text
    granted: int
    wants: int
    until: Time


class Pace(Own):
    """The pace of one bot, or of one chat of it, by name. It goes at `gone_at`, when it says nothing any more.

    `shares`: what each process may send. `quiet_until`: the platform asked all of them to be silent until then.
    `due`: for a chat, when the next message would be on time (milliseconds since 1970, by the server's clock).
    `seen_at`, `taken` and `wait` are what the last change found.
    """

    collection: ClassVar[str] = "paces"
    owner: ClassVar[str | None] = None
    indexes: ClassVar[tuple[Index, ...]] = (index("goneAt", expire_after=0),)

    id: Text = Field(alias="_id")  # type: ignore[assignment]  # a pace is named, not numbered
    shares: list[Share] = Field(default_factory=list)
    quiet_until: Time | None = None
    due: Number | None = None
    seen_at: Time | None = None
    taken: bool | None = None
    wait: Number | None = None
    gone_at: Time | None = None
