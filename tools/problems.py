"""Problems: found by title, slug, number or url, however they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, get_args
from urllib.parse import urlsplit

from pydantic import Field

from store.client import ObjectId, Raw
from store.documents.problems import Problem, ProblemFacts
from store.documents.values import ProblemPlatform
from tools.arguments import LOOKUP_LIMIT, clean_text, name_some, shown
from tools.context import MentorContext, Result, Verb
from tools.errors import ToolRetry
from tools.matching import Match, fold, rank, winner

_URL_LIMIT: Final = 500
_FIELDS: Final = ("title", "platform", "platformId", "url", "difficulty", "topics")
_FACTS: Final = ("title", "platform", "platformId", "difficulty", "topics")
_NEAREST: Final = 5
_PLATFORMS: Final = frozenset(get_args(ProblemPlatform))


class ProblemBrief(Result):
    """A problem in short. `slug` is the platform's own name for it, `difficulty` easy, medium or hard."""

    id: str
    title: str
    platform: str
    slug: str | None = None
    difficulty: str
    topics: tuple[str, ...] = ()
    url: str | None = None


class ProblemMatches(Result):
    """Problems that fit a query, the best first. `exact`: the first is certainly the one that was meant."""

    query: str
    matches: tuple[ProblemBrief, ...]
    exact: bool


@dataclass(frozen=True)
class _Wanted:
    """What was said, taken apart: the text itself, the platform it names, and a slug or page that it is."""

    text: str
    platform: str | None = None
    page: str | None = None
    slug: str | None = None


def brief(problem: Problem) -> ProblemBrief:
    """Return a problem in short."""
    return ProblemBrief(
        id=str(problem.id),
        title=problem.title,
        platform=problem.platform,
        slug=_text(problem.platform_id),
        difficulty=problem.difficulty,
        topics=tuple(problem.topics),
        url=_text(problem.url),
    )


def _text(value: object) -> str | None:
    """Return a text that is one: another program may have stored a number."""
    return value if isinstance(value, str) else None


async def read_facts(context: MentorContext, problems: Iterable[ObjectId]) -> dict[ObjectId, ProblemFacts]:
    """Return what there is to say of each of these problems that is in the catalogue, without reading them whole."""
    wanted = list(problems)
    if not wanted:
        return {}
    raws = await context.work.shared(Problem).sketch({"_id": {"$in": wanted}}, *_FACTS)
    return {raw["_id"]: ProblemFacts.of(raw) for raw in raws}


async def find_problem(
    context: MentorContext,
    query: Annotated[str, Field(max_length=_URL_LIMIT, description="A title, slug, number or url; typos are fine.")],
    limit: Annotated[int, Field(ge=1, le=20, description="How many matches at most.")] = 5,
) -> ProblemMatches:
    """Look a coding problem up in the catalogue by title, slug, number or url, even when it is misspelt.

    Use it when the student asks whether a problem exists, wants its link or difficulty, or names one unclearly.
    Verbs that take a problem understand names by themselves: there is no need to call this first.
    """
    wanted, limit = _take_apart(query), max(1, min(20, limit))
    exact = await _exact(context, wanted)
    if exact:
        return ProblemMatches(query=query, matches=tuple(map(_brief_of, exact[:limit])), exact=len(exact) == 1)
    near, sure = await _near(context, wanted, limit)
    return ProblemMatches(query=query, matches=tuple(map(_brief_of, near)), exact=sure)


async def resolve_problem(context: MentorContext, said: str) -> Problem:
    """Return the problem that somebody means.

    Raises: ToolRetry when there is none or more than one; its choices can be said instead.
    """
    wanted = _take_apart(said)
    found = await _exact(context, wanted)
    if len(found) > 1:
        labels = _labels(found)
        sentence = f"There are {len(found)} problems called {shown(wanted.text)}: {name_some(labels, _NEAREST)}. Which?"
        raise ToolRetry(sentence, choices=labels)
    if not found:
        near, sure = await _near(context, wanted, _NEAREST)
        if not sure:
            raise _unsure(said, near)
        found = near[:1]
    problem = await context.work.shared(Problem).get(found[0]["_id"])
    if problem is None:
        raise ToolRetry(f"The problem {shown(said)} has just been removed; name another one.")
    return problem


def _unsure(said: str, near: Sequence[Raw]) -> ToolRetry:
    labels = _labels(near)
    if labels:
        return ToolRetry(f"I am not sure which problem {shown(said)} is. Did you mean {_or(labels)}?", choices=labels)
    return ToolRetry(f"There is no problem {shown(said)} in the catalogue. Check the title, or give its url.")


def _or(labels: Sequence[str]) -> str:
    return " or ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else labels[0]


def _labels(problems: Sequence[Raw]) -> list[str]:
    """Return names that tell these problems apart and that `resolve_problem` understands."""
    known = [ProblemFacts.of(raw) for raw in problems]
    placed = [(fold(facts.title), facts.platform) for facts in known]
    folded = [title for title, _ in placed]
    labels = []
    for raw, facts, place in zip(problems, known, placed, strict=True):
        if folded.count(place[0]) == 1:
            labels.append(facts.title)
        elif placed.count(place) == 1:
            labels.append(f"{facts.title} ({facts.platform})")
        else:
            labels.append(f"{facts.platform}:{raw['platformId']}" if raw.get("platformId") else str(raw["_id"]))
    return labels


def _take_apart(said: str) -> _Wanted:
    text = clean_text(said, "the problem", limit=_URL_LIMIT)
    if re.match(r"(https?://|www\.|[a-z]+\.(com|org|net)/)", text, re.IGNORECASE):
        try:
            parts = urlsplit(text if "://" in text else f"https://{text}")
        except ValueError:
            raise ToolRetry(f"{shown(text)} is no url; copy it again, or name the problem by its title.") from None
        pieces = [piece for piece in parts.path.split("/") if piece]
        slug = pieces[pieces.index("problems") + 1] if "problems" in pieces[:-1] else None
        host = (parts.hostname or "").removeprefix("www.")
        platform = next((part for part in host.split(".") if part in _PLATFORMS), None)
        return _Wanted(text, platform, f"{host}{parts.path.rstrip('/')}", slug)
    text = clean_text(text, "the problem", limit=LOOKUP_LIMIT)
    if (found := re.fullmatch(r"(.+?)\s*\(([A-Za-z]+)\)", text)) and found[2].lower() in _PLATFORMS:
        return _Wanted(found[1], found[2].lower())
    if (found := re.fullmatch(r"([A-Za-z]+):\s*(\S.*)", text)) and found[1].lower() in _PLATFORMS:
        return _Wanted(found[2], found[1].lower(), slug=found[2])
    if found := re.fullmatch(r"#?\d+\s*[.):]\s+(\S.*)", text):
        return _Wanted(found[1])
    return _Wanted(text)


async def _exact(context: MentorContext, wanted: _Wanted) -> list[Raw]:
    """Return the problems that are called exactly this, capitals and punctuation aside; all by indexes."""
    problems = context.work.shared(Problem)
    if ObjectId.is_valid(wanted.text):
        return await problems.sketch({"_id": ObjectId(wanted.text)}, *_FIELDS)
    if wanted.page:
        page = re.escape(wanted.page)
        found = await problems.sketch({"url": {"$regex": f"^https?://(www\\.)?{page}/?$", "$options": "i"}}, *_FIELDS)
        if found or not wanted.slug:
            return found
    slug = wanted.slug or re.sub(r"[^a-z0-9]+", "-", wanted.text.lower().replace("'", "")).strip("-")
    ways: list[Raw] = [{"platformId": {"$in": [slug, wanted.text, slug.lower()]}}]
    if not wanted.page:
        ways.append({"title": {"$regex": f"^{re.escape(wanted.text)}$", "$options": "i"}})
    if number := re.fullmatch(r"(?:#|lc ?|leetcode )?#?(\d{1,5})", wanted.text.lower()):
        ways.append({"externalId": number[1]})
    query: Raw = {"$or": ways}
    if wanted.platform:
        query["platform"] = wanted.platform
    return await problems.sketch(query, *_FIELDS, limit=20)


async def _near(context: MentorContext, wanted: _Wanted, limit: int) -> tuple[list[Raw], bool]:
    """Return the problems nearest in spelling, and whether the first needs no question."""
    query = {"platform": wanted.platform} if wanted.platform else {}
    raws = await context.work.shared(Problem).sketch(query, "title", "platformId")
    titles = {str(raw["_id"]): ProblemFacts.of(raw).title for raw in raws}
    matches = rank(_without_filler(wanted.slug or wanted.text), titles, limit=max(limit, 2))
    full = await _in_order(context, matches[:limit])
    return full, winner(matches) is not None


async def _in_order(context: MentorContext, matches: Iterable[Match]) -> list[Raw]:
    keys = [ObjectId(match.key) for match in matches]
    found = {raw["_id"]: raw for raw in await context.work.shared(Problem).sketch({"_id": {"$in": keys}}, *_FIELDS)}
    return [found[key] for key in keys if key in found]


def _without_filler(text: str) -> str:
    bare = re.sub(r"\b(the|problem|question|leetcode|lc)\b", " ", text, flags=re.IGNORECASE).strip()
    return bare or text


def _brief_of(raw: Raw) -> ProblemBrief:
    return brief(Problem.read(raw))


PROBLEMS = (Verb(find_problem, doing="looking up the problem"),)
