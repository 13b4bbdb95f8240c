"""What works here, what does not, and what to do about it: one sentence each. Looks only; changes nothing stored."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2

from bot.app import reach_database, utc_now
from bot.settings import Settings
from store.catalogue.facts import shipped_catalogue
from store.client import Database
from store.documents import ALL
from store.documents.problems import Problem, Topic
from store.embedded import claim_directory, find_mongod
from store.errors import StoreError, StoreUnavailable
from store.indexes import is_same
from store.work import Clock

OPENAI_URL = "https://api.openai.com/v1"
MODEL_SECONDS = 8.0
CLOCK_SECONDS = 5.0
FREE_BYTES = 1_000_000_000
_MARKS = {"good": "✓", "open": "–", "broken": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. "open" is something that is not there and need not be."""

    state: Literal["good", "open", "broken"]
    what: str
    sentence: str

    @property
    def line(self) -> str:
        """Return the finding as a line."""
        return f"{_MARKS[self.state]} {self.what:<10} {self.sentence}"

    @property
    def broken(self) -> bool:
        """Return whether PrepMate does not work as long as this stays so."""
        return self.state == "broken"


Check = Callable[[], Awaitable[Finding]]


async def examine(
    settings: Settings, *, clock: Clock = utc_now, http_client: httpx2.AsyncClient | None = None
) -> AsyncIterator[Finding]:
    """Yield a finding for each thing that PrepMate needs, as soon as it was looked at."""
    yield check_python()
    yield check_directory(settings)
    program = check_program(settings)
    yield program
    if not program.broken:
        async with AsyncExitStack() as stack:
            try:
                database = await stack.enter_async_context(reach_database(settings))
                yield Finding("good", "database", await _describe(database, settings))
            except StoreUnavailable:
                where = "MONGODB_URI names" if settings.mongodb_uri else "is in the data directory"
                yield Finding("broken", "database", f"The database that {where} does not answer: see that it runs.")
            except StoreError as exc:
                yield Finding("broken", "database", _sentence(exc))
            else:
                for check in (check_indexes, check_catalogue):
                    yield await check(database)
                yield await check_clock(database, clock)
    async with http_client or httpx2.AsyncClient(timeout=MODEL_SECONDS) as http:
        yield await check_model(settings, http)


async def examine_database(settings: Settings) -> Finding:
    """Return whether the database answers: the one look that is cheap enough for a container's health check."""
    try:
        async with reach_database(settings) as database:
            return Finding("good", "database", await _describe(database, settings))
    except StoreError as exc:
        return Finding("broken", "database", _sentence(exc))


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Return whether this Python is new enough."""
    told = ".".join(str(part) for part in version)
    if version < (3, 11):
        return Finding("broken", "python", f"This is Python {told}; PrepMate needs 3.11 or newer.")
    return Finding("good", "python", f"Python {told} on {platform.system()} {platform.machine()}.")


def check_directory(settings: Settings) -> Finding:
    """Return whether the data directory is ours, can be written, and has room."""
    try:
        root = claim_directory(settings.data_dir).root
        free = shutil.disk_usage(root).free
    except (StoreError, OSError) as exc:
        return Finding("broken", "directory", _sentence(exc))
    if free < FREE_BYTES:
        return Finding("broken", "directory", f"{root} has only {free // 1_000_000:,} MB free; make room for 1 GB.")
    return Finding("good", "directory", f"{root} is PrepMate's, with {free // 1_000_000_000:,} GB free.")


def check_program(settings: Settings) -> Finding:
    """Return which database is used: the one that is named, or a mongod of our own."""
    if settings.mongodb_uri:
        return Finding("good", "mongodb", f"MONGODB_URI names {host_of(settings.mongodb_uri.get_secret_value())}.")
    try:
        return Finding(
            "good", "mongodb", f"The embedded database runs {find_mongod(settings.mongod_bin, settings.path)}."
        )
    except StoreError as exc:
        return Finding("broken", "mongodb", _sentence(exc))


async def _describe(database: Database, settings: Settings) -> str:
    where = "at MONGODB_URI" if settings.mongodb_uri else "in the data directory"
    return f"MongoDB {await database.server_version()} answers {where}; the database is {database.name}."


async def check_indexes(database: Database) -> Finding:
    """Return whether the indexes stand that keep things fast and from being stored twice."""
    missing, unguarded, wanted = [], [], 0
    there = set(await database.collection_names())
    for document in ALL:
        found = await database.collection(document.collection).list_indexes() if document.collection in there else []
        for index in document.indexes:
            wanted += 1
            if not any(is_same(index, other) for other in found):
                missing.append(f"{document.collection}.{index.name}")
                if index.unique and document.collection in there:
                    unguarded.append(missing[-1])
    if not missing:
        return Finding("good", "indexes", f"All {wanted} indexes stand.")
    if len(missing) == wanted:
        return Finding("open", "indexes", "None yet: the first “prepmate chat” makes them.")
    some = ", ".join((unguarded or missing)[:3]) + (" …" if len(missing) > 3 else "")
    return Finding(
        "broken" if unguarded else "open",
        "indexes",
        f"{len(missing)} of {wanted} are missing ({some}): “prepmate chat” makes them or says what is in the way.",
    )


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
    seconds = abs((clock() - await database.server_time()).total_seconds())
    if seconds > CLOCK_SECONDS:
        return Finding("broken", "clock", f"It is {seconds:,.0f} s off the database's: set it (NTP does it for you).")
    return Finding("good", "clock", f"{_minute(clock())} UTC, as the database says.")


async def check_model(settings: Settings, http: httpx2.AsyncClient) -> Finding:
    """Return whether the model's endpoint answers, takes the key and knows the model."""
    key = settings.openai_api_key
    if key is None:
        return Finding("open", "model", "No OPENAI_API_KEY: the offline coach answers, which needs no model.")
    base = (settings.openai_base_url or OPENAI_URL).rstrip("/")
    host = host_of(base)
    try:
        response = await http.get(f"{base}/models", headers={"Authorization": f"Bearer {key.get_secret_value()}"})
    except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
        return Finding(
            "broken",
            "model",
            f"{host} cannot be reached ({type(exc).__name__}): check OPENAI_BASE_URL and the network.",
        )
    if response.status_code in {401, 403}:
        return Finding("broken", "model", f"{host} refused the key ({response.status_code}): check OPENAI_API_KEY.")
    if response.status_code in {404, 405}:
        return Finding("open", "model", f"{host} answers but lists no models; “prepmate chat” will show if it works.")
    if response.status_code != 200:
        return Finding("broken", "model", f"{host} answered with status {response.status_code}: try again in a while.")
    return _find_model(settings.openai_model, host, response)


def _find_model(name: str, host: str, response: httpx2.Response) -> Finding:
    try:
        listed: Any = response.json()["data"]
        names = {str(entry["id"]) for entry in listed}
    except (ValueError, KeyError, TypeError):
        return Finding(
            "broken", "model", f"{host} sent no list of models: check OPENAI_BASE_URL (it often ends in /v1)."
        )
    if name not in names:
        return Finding("broken", "model", f"{host} does not know {name}: set OPENAI_MODEL to one of its {len(names)}.")
    return Finding("good", "model", f"{host} takes the key and knows {name}.")


def host_of(address: str) -> str:
    """Return where an address leads, without a password or anything else that could be secret."""
    try:
        named = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        named = ""
    return named or "an address that cannot be read"


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _sentence(exc: Exception) -> str:
    text = str(exc)
    return text[:1].upper() + text[1:].rstrip(".") + "."
