"""The database: does it answer, are its indexes and the catalogue there, does what it holds make sense."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.checks.finding import Finding, sentence_of
from bot.settings import Settings
from store.catalogue.facts import shipped_catalogue
from store.client import Database, Raw
from store.documents import ALL
from store.documents.base import Document
from store.documents.problems import Problem, Topic
from store.errors import StoreError, StoreSetupError, StoreUnavailable
from store.indexes import inspect_indexes
from store.migrations import list_due
from store.work import Clock

CLOCK_SECONDS = 5.0
SAMPLE = 500
"""How many documents of each collection are read, the newest first."""
SAMPLE_SECONDS = 4.0
"""How long all that reading may take."""


async def describe(database: Database, settings: Settings) -> Finding:
    """Return which database answers. Raises: StoreError."""
    where = "at MONGODB_URI" if settings.mongodb_uri else "in the data directory"
    version = (await database.administer("buildInfo"))["version"]
    return Finding("good", "database", f"MongoDB {version} answers {where}; the database is {database.name}.")


async def check_indexes(database: Database) -> Finding:
    """Return whether the indexes stand that keep things fast and from being stored twice."""
    report = await inspect_indexes(database, ALL)
    wanted = len(report.standing) + len(report.missing) + len(report.problems)
    if report.problems:
        first = (report.unguarded or report.problems)[0]
        more = f" ({len(report.problems)} indexes are in conflict.)" if len(report.problems) > 1 else ""
        return Finding("broken" if report.unguarded else "open", "indexes", first.sentence + more)
    if not report.missing:
        return Finding("good", "indexes", f"All {wanted} indexes stand.")
    if not report.standing and not report.missing_guards:
        return Finding("open", "indexes", "None yet: the first “prepmate chat” makes them.")
    some = ", ".join((report.missing_guards or report.missing)[:3]) + (" …" if len(report.missing) > 3 else "")
    told = f"{len(report.missing)} of {wanted} are missing ({some}): “prepmate chat” makes them."
    return Finding("broken" if report.missing_guards else "open", "indexes", told)


async def check_catalogue(database: Database) -> Finding:
    """Return whether the topics and problems that we ship are there."""
    facts = shipped_catalogue()
    topics = await database.collection(Topic.collection).count({"name": {"$in": [fact.name for fact in facts.topics]}})
    problems = await database.collection(Problem.collection).count({})
    if not topics and not problems:
        return Finding("open", "catalogue", "Not loaded yet: the first “prepmate chat” loads it.")
    if topics < len(facts.topics) or problems < len(facts.problems):
        return Finding("broken", "catalogue", "Parts are missing: run “prepmate catalogue load”.")
    return Finding("good", "catalogue", f"{topics} topics and {problems} problems are loaded.")


async def check_clock(database: Database, clock: Clock) -> Finding:
    """Return whether this machine's clock agrees with the database's."""
    told: datetime = (await database.administer("hello"))["localTime"]
    seconds = abs((clock() - told.replace(tzinfo=UTC)).total_seconds())
    if seconds > CLOCK_SECONDS:
        return Finding("broken", "clock", f"It is {seconds:,.0f} s off the database's: set it (NTP does it for you).")
    return Finding("good", "clock", f"{_minute(clock())} UTC, as the database says.")


async def check_data(database: Database, *, sample: int = SAMPLE, seconds: float = SAMPLE_SECONDS) -> Finding:
    """Return whether the documents in our collections are such as PrepMate or the backend would write."""
    try:
        await list_due(database)
    except StoreSetupError as exc:
        return Finding("broken", "data", sentence_of(exc))
    there, read, odd = set(await database.collection_names()), 0, dict[str, int]()
    example = ""
    try:
        async with asyncio.timeout(seconds):
            for document in (kind for kind in ALL if kind.collection in there):
                seen, wrong, first = await _look_through(database, document, sample)
                read += seen
                if wrong:
                    odd[document.collection] = wrong
                    example = example or f"{document.collection} {first}"
    except TimeoutError:
        if not odd:
            return Finding("good", "data", f"{read:,} documents make sense; there was no time for more.")
    if not odd:
        return Finding("good", "data", f"{read:,} documents make sense.")
    told = ", ".join(f"{count} of {name}" for name, count in sorted(odd.items(), key=lambda one: -one[1])[:5])
    remedy = "correct or remove them, or point MONGODB_DATABASE at a database of PrepMate's"
    return Finding("broken", "data", f"Documents that do not fit: {told} (for instance {example}); {remedy}.")


async def _look_through(database: Database, document: type[Document], sample: int) -> tuple[int, int, str]:
    """Return how many documents were read, how many of them do not fit, and what is wrong with the first such one."""
    read, wrong, first = 0, 0, ""
    try:
        async for raw in database.collection(document.collection).stream({}, sort=[("_id", -1)]):
            read += 1
            if oddity := _oddity_of(document, raw):
                wrong += 1
                first = first or f"{str(raw.get('_id'))[:40]}, {oddity}"
            if read >= sample:
                break
    except StoreUnavailable:
        raise
    except StoreError:  # one that not even the driver can read ends the reading of its collection
        return read + 1, wrong + 1, first or "one that cannot be read at all"
    return read, wrong, first


def _oddity_of(document: type[Document], raw: Raw) -> str:
    try:
        return next(iter(document.read(raw).oddities), "")[:120]
    except (ValueError, TypeError) as exc:
        return type(exc).__name__


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
