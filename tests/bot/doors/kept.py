"""What a conversation left in the database, told so that two conversations can be compared: without chance and door."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from store.client import Database, ObjectId
from store.documents import ALL
from store.documents.account import ServiceSecret
from store.documents.own import Effect, Fence, Lease, Turn
from store.documents.pace import Pace
from store.documents.reminders import JobSlot

CHANCE = {
    "turns": ("fence", "tokens"),  # what a tap says names an id, whose digits cost now more and now fewer tokens
    "aimentorconversations": ("tokens", "totalTokens"),
    "effects": ("fence",),
    "users": ("email",),  # a placeholder that nobody can guess
    "undo_log": ("before", "after"),  # the user before and after a change, the placeholder included
    "problem_difficulties": ("createdAt", "updatedAt"),  # counted in the background, by the database's own clock
    "topic_shifts": ("createdAt", "updatedAt"),
}
"""Names by collection whose values differ from run to run: how often a lease was taken, what is drawn, what it cost."""
DOOR = {
    "turns": ("key", "platform", "address", "replyTo", "standsAt", "sentAt", "heldUntil"),
    "outbox": ("turnKey", "platform", "address", "replyTo", "messages"),
    "channel_accounts": ("_id", "platform", "address"),
}
"""Fields by collection that say where something was said."""
APART = frozenset(document.collection for document in (Lease, Fence, JobSlot, Pace, ServiceSecret))
"""Who works on what, by the server's clock and under the door's addresses; and what is drawn as a whole."""
ID = re.compile(r"\b[0-9a-f]{24}\b")
RUN = re.compile(r"lc_run--[0-9a-f-]+")

Ids = dict[str, set[Any]]


@dataclass(frozen=True)
class Kept:
    """The verbs that were called with their arguments, what each did, and the documents by collection."""

    calls: list[tuple[str, str]]
    effects: list[tuple[str, str]]
    documents: dict[str, list[str]]


async def look(database: Database) -> Ids:
    """Return which documents there are, by collection."""
    return {
        document.collection: {
            raw["_id"] async for raw in database.collection(document.collection).stream({}, fields={"_id": 1})
        }
        for document in ALL
    }


async def gather(database: Database, before: Ids) -> Kept:
    """Return what was written since `before`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for document in ALL:
        new = {"_id": {"$nin": list(before[document.collection])}}
        found[document.collection] = await database.collection(document.collection).find(new, sort=[("_id", 1)])
    turns = sorted(found[Turn.collection], key=lambda raw: raw["seq"])
    effects = sorted(found[Effect.collection], key=lambda raw: raw["_id"])
    told = {name: [_plain(name, raw) for raw in raws] for name, raws in found.items() if raws and name not in APART}
    numbers = _number(told, before)

    def plain(text: str) -> str:
        return ID.sub(lambda match: numbers.get(match[0], match[0]), text)

    return Kept(
        [(verb, plain(arguments)) for turn in turns for verb, arguments in _calls(turn)],
        [(raw["verb"], plain(raw["result"])) for raw in effects],
        {name: [plain(one) for one in ones] for name, ones in told.items()},
    )


async def forget(database: Database, before: Ids) -> None:
    """Take away what was written since `before`."""
    for document in ALL:
        new = {"_id": {"$nin": list(before[document.collection])}}
        await database.collection(document.collection).delete(new, many=True)


def _calls(turn: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the verbs that a turn's journal asks for, with their arguments."""
    asked = [json.loads(entry["message"]) for entry in turn["journal"]]
    return [
        (call["name"], json.dumps(call["args"], sort_keys=True))
        for message in asked
        for call in message["data"].get("tool_calls", [])
    ]


def _plain(collection: str, raw: dict[str, Any]) -> str:
    left_out = {*CHANCE.get(collection, ()), *DOOR.get(collection, ())}
    told = json.dumps(_without(raw, left_out), default=str, sort_keys=True, ensure_ascii=False)
    return RUN.sub("lc_run", told)


def _without(value: Any, left_out: set[str]) -> Any:
    """Return a value without the fields of some names, wherever in it."""
    if isinstance(value, list):
        return [_without(one, left_out) for one in value]
    if isinstance(value, dict):
        return {name: _without(one, left_out) for name, one in value.items() if name not in left_out}
    return value


def _number(told: dict[str, list[str]], before: Ids) -> dict[str, str]:
    """Return for each id that was made in the conversation how many were made before it: ids are made in order."""
    known = {str(one) for ids in before.values() for one in ids if isinstance(one, ObjectId)}
    made = {one for ones in told.values() for text in ones for one in ID.findall(text)} - known
    return {one: f"#{number}" for number, one in enumerate(sorted(made), start=1)}
