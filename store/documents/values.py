"""Value types that several documents share, and the marks that a type carries for the contract.

A mark changes nothing at run time. It says what the contract says of a field and pydantic has no word for: which
collection an id points to, the unit of a number, a default that only the writer can know because it is the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from store.documents.base import Id, Number, Text, Time


@dataclass(frozen=True)
class Ref:
    """The id is that of a document of class `to`."""

    to: str


@dataclass(frozen=True)
class Unit:
    """The unit of a number, in the contract's words."""

    name: str


@dataclass(frozen=True)
class DefaultNow:
    """The contract's default is the time of writing; the writer passes it in, since nothing here reads a clock."""


@dataclass(frozen=True)
class OpenEnum:
    """The contract names some of the values and leaves the list open ("etc.")."""


def _fold(value: str) -> str:
    return value.strip().lower()


UserId = Annotated[Id, Ref("User")]
TopicId = Annotated[Id, Ref("Topic")]
ProblemId = Annotated[Id, Ref("Problem")]
RoadmapId = Annotated[Id, Ref("Roadmap")]
RoadmapTopicId = Annotated[Id, Ref("RoadmapTopic")]
CanonicalProblemId = Annotated[Id, Ref("CanonicalProblem")]

NowTime = Annotated[Time, DefaultNow()]
"""A time whose contract default is "now": optional here, passed in by the writer."""

Filled = Annotated[Text, Field(min_length=1)]
"""Text that is required: Mongoose refuses an empty string where a string is required."""

Trimmed = Annotated[Filled, StringConstraints(strip_whitespace=True)]
"""Required text without white space around it."""

Email = Annotated[Filled, AfterValidator(_fold)]
"""An e-mail address, kept in lower case."""

Probability = Annotated[Number, Field(ge=0, le=1)]
Percent = Annotated[Number, Field(ge=0, le=100)]
FiveSteps = Annotated[int, Field(ge=1, le=5)]

Milliseconds = Annotated[Number, Unit("ms")]
Seconds = Annotated[Number, Unit("seconds")]
Minutes = Annotated[Number, Unit("minutes")]
Days = Annotated[Number, Unit("days")]
Megabytes = Annotated[Number, Unit("MB")]

Difficulty: TypeAlias = Literal["easy", "medium", "hard"]
Level: TypeAlias = Literal["beginner", "intermediate", "advanced"]
Trend: TypeAlias = Literal["improving", "stable", "declining"]
CodingPlatform: TypeAlias = Literal["leetcode", "codeforces", "hackerrank", "interviewbit", "codechef", "geeksforgeeks"]
ProblemPlatform: TypeAlias = Literal[
    "leetcode", "codeforces", "hackerrank", "interviewbit", "codechef", "geeksforgeeks", "internal", "manual"
]
SyncStatus: TypeAlias = Literal["pending", "syncing", "success", "failed"]
