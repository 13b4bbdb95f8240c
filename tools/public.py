"""What may be done where others read along: look into the catalogue.

These verbs read and change nothing of a student; the context that they are given there holds nothing of one.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

from pydantic import Field

from store.client import Raw
from store.documents.problems import Problem, Topic
from store.documents.values import Difficulty
from tools.arguments import LOOKUP_LIMIT
from tools.context import MentorContext, Result, Verb
from tools.hints import RUNGS, ladder_of
from tools.problems import PROBLEMS, ProblemBrief, brief, resolve_problem
from tools.topics import pick_topic, read_topics

SHOWN: Final = 3
_TO_CODE: Final[Raw] = {"platform": {"$ne": "internal"}}
"""What is no question of theory: those are the catalogue's own."""


class CatalogueGlimpse(Result):
    """A topic in the catalogue and some of its problems; `topic` None: the whole catalogue. `total` counts them all."""

    topic: str | None = None
    about: str | None = None
    ideas: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    problems: tuple[ProblemBrief, ...] = ()
    total: int = 0


class FirstHint(Result):
    """The first of a problem's hints: a question. The other `rungs` are given in private, one by one."""

    problem: ProblemBrief
    text: str
    rungs: int = RUNGS


async def browse_catalogue(
    context: MentorContext,
    topic: Annotated[str | None, Field(max_length=LOOKUP_LIMIT, description="A topic, by any name it has.")] = None,
    difficulty: Annotated[Difficulty | None, Field(description="Only problems of this difficulty.")] = None,
    one: Annotated[bool, Field(description="True for a single problem to code, rather than some to look at.")] = False,
) -> CatalogueGlimpse:
    """Say what a topic is about and name some problems on it, or some of the whole catalogue.

    Use it for "explain heaps", and with `one` for "a medium graph problem, anyone?". It knows nothing of whoever asks.
    """
    book = await read_topics(context)
    chosen = pick_topic(book, topic) if topic is not None else None
    query: Raw = {"difficulty": difficulty} if difficulty else {}
    if chosen is not None:
        query["topics"] = {"$in": book.spellings(chosen)}
    problems = context.work.shared(Problem)
    ids = [raw["_id"] for raw in await problems.sketch(query | _TO_CODE, "_id")] if one else []
    ids = ids or [raw["_id"] for raw in await problems.sketch(query, "_id")]
    # Others at another message, the same ones if this message is answered again.
    drawn = sorted(ids, key=lambda one: hashlib.sha256(f"{context.turn}:{one}".encode()).digest())[
        : 1 if one else SHOWN
    ]
    found = await problems.find({"_id": {"$in": drawn}})
    about = await context.work.shared(Topic).get(chosen) if chosen is not None else None
    return CatalogueGlimpse(
        topic=about.name if about else None,
        about=about.description if about else None,
        ideas=tuple(about.metadata.key_concepts) if about else (),
        builds_on=tuple(about.metadata.prerequisites) if about else (),
        problems=tuple(brief(problem) for problem in found),
        total=len(ids),
    )


async def first_hint(
    context: MentorContext,
    problem: Annotated[str, Field(max_length=500, description="Title, slug, number or url.")],
) -> FirstHint:
    """Give the first hint to a problem: a question that points at the right thing. The others are given in private."""
    chosen = await resolve_problem(context, problem)
    ladder = await ladder_of(context, chosen)
    return FirstHint(problem=brief(chosen), text=ladder.question)


PUBLIC: Final[tuple[Verb, ...]] = (
    *PROBLEMS,
    Verb(browse_catalogue, doing="looking into the catalogue"),
    Verb(first_hint, doing="looking for a hint"),
)
