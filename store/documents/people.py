"""Students and their accounts on coding platforms."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from store.documents.base import Document, Index, Number, Part, StandIns, Text, Time, index
from store.documents.values import CodingPlatform, Email, Filled, NowTime, SyncStatus, Trimmed, UserId

Role: TypeAlias = Literal["student", "admin", "mentor"]


class User(Document):
    """A student, a mentor or an administrator. `password` holds a hash, never the password."""

    collection: ClassVar[str] = "users"
    owner: ClassVar[str | None] = "_id"
    stand_ins: ClassVar[StandIns] = {"name": "Student", "email": ""}
    hidden: ClassVar[tuple[str, ...]] = ("password",)
    indexes: ClassVar[tuple[Index, ...]] = (
        index("email", unique=True),
        index("email", "isActive"),
        index("role"),
        index("isActive"),
        index("-createdAt"),
    )

    name: Annotated[Filled, Field(max_length=100)]
    email: Email
    password: Annotated[Text, Field(min_length=8)] | None = Field(default=None, repr=False)
    role: Role = "student"
    is_email_verified: bool = False
    is_active: bool = True
    target_companies: list[Text] = Field(default_factory=list)
    preparation_start_date: NowTime | None = None
    preparation_target_date: Time | None = None
    onboarding_completed: bool = False
    last_login: Time | None = None


class PlatformProfile(Part):
    """A student's figures on a coding platform, as the platform reports them."""

    solved_problems: int | None = None
    total_submissions: int | None = None
    acceptance_rate: Number | None = None
    ranking: int | None = None
    badge: Text | None = None


class PlatformIntegration(Document):
    """A student's account on a coding platform."""

    collection: ClassVar[str] = "platformintegrations"
    owner: ClassVar[str | None] = "userId"
    stand_ins: ClassVar[StandIns] = {"username": ""}
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("userId", "platformName", unique=True),
        index("-lastSyncTime"),
        index("syncStatus"),
    )

    user_id: UserId
    platform_name: CodingPlatform
    username: Trimmed
    sync_status: SyncStatus = "pending"
    last_sync_time: Time | None = None
    sync_error_message: Text | None = None
    profile: PlatformProfile | None = None
