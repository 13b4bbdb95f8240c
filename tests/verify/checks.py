"""What must hold of the database and of what students saw, whatever was killed: each check returns its violations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.client import Database, ObjectId, Raw
from tests.fakes.platform import FakePlatform


@dataclass(frozen=True)
class Sent:
    """One message of the plan: who sent it under which key, and what it was to change."""

    key: str
    account: str
    text: str
    attempt_minutes: int | None = None
    task: str | None = None


def check_answers(platform: FakePlatform, sent: Sequence[Sent]) -> dict[str, list[str]]:
    """Every acknowledged message was answered, each once."""
    answers = Counter(shown.key.partition("#")[0] for shown in platform.shown)
    keys = [message.key for message in sent]
    return {
        "lost": [key for key in keys if key in platform.acknowledged and not answers[key]],
        "unacknowledged": [key for key in keys if key not in platform.acknowledged],
        "answered_twice": [key for key in keys if answers[key] > 1],
    }


async def check_order(database: Database, platform: FakePlatform) -> dict[str, list[str]]:
    """A student's turns are numbered without a gap, and were worked and shown in that order."""
    out_of_order = (await check_numbers(database))["out_of_order"]
    shown: dict[str, list[int]] = defaultdict(list)
    for answer in platform.shown:
        shown[answer.address].append(answer.seq)
    out_of_order += [f"{address}: shown {seqs}" for address, seqs in shown.items() if seqs != sorted(seqs)]
    return {"out_of_order": out_of_order}


async def check_numbers(database: Database) -> dict[str, list[str]]:
    """A student's turns are numbered without a gap, and were worked in that order."""
    out_of_order: list[str] = []
    for student, turns in (await _by_student(database, "turns")).items():
        numbers = sorted(turn["seq"] for turn in turns)
        if numbers != list(range(1, len(turns) + 1)):
            out_of_order.append(f"{student}: numbers {numbers}")
        in_order = sorted(turns, key=lambda turn: turn["seq"])
        done = [turn["answeredAt"] for turn in in_order if turn.get("answeredAt")]
        if len(done) < len(in_order) or done != sorted(done):
            out_of_order.append(f"{student}: worked out of order")
    return {"out_of_order": out_of_order}


async def check_effects(database: Database, sent: Sequence[Sent]) -> dict[str, list[str]]:
    """Every change that an answered message asked for was made once, in every collection that it touches."""
    students = await _students(database)
    doubled: list[str] = []
    missing: list[str] = []
    wanted: dict[ObjectId, Counter[str]] = defaultdict(Counter)
    for message in sent:
        student = students[message.account]
        if message.attempt_minutes is not None:
            wanted[student][f"attempt {message.attempt_minutes} min"] += 1
        if message.task is not None:
            wanted[student][f"task {message.task}"] += 1
    found: dict[ObjectId, Counter[str]] = defaultdict(Counter)
    for raw in await database.collection("submissions").find({}):
        found[raw["userId"]][f"attempt {round(raw['timeTaken'] / 60)} min"] += 1
    for raw in await database.collection("preparationtasks").find({"generatedBy": "user-manual"}):
        found[raw["userId"]][f"task {raw['title']}"] += 1
    for student in students.values():
        doubled += [f"{student}: {what}" for what in (found[student] - wanted[student]).elements()]
        missing += [f"{student}: {what}" for what in (wanted[student] - found[student]).elements()]
    attempts = Counter(raw["userId"] for raw in await database.collection("submissions").find({}))
    for raw in await database.collection("learner_students").find({}):
        if raw["attempts"] != attempts[raw["_id"]]:
            doubled.append(f"{raw['_id']}: the learner counts {raw['attempts']} of {attempts[raw['_id']]} attempts")
    return {"doubled_effects": doubled, "missing_effects": missing, **(await _check_population(database))}


async def _check_population(database: Database) -> dict[str, list[str]]:
    """The shared difficulties have seen every attempt once."""
    submitted = Counter(raw["problemId"] for raw in await database.collection("submissions").find({}))
    seen = {raw["_id"]: raw["seen"] for raw in await database.collection("problem_difficulties").find({})}
    wrong = [f"{problem}: {seen.get(problem, 0)} of {n}" for problem, n in submitted.items() if seen.get(problem) != n]
    return {"population_miscounted": wrong}


async def find_open(database: Database) -> list[str]:
    """Return what has not come to its end: turns that were not delivered, items still in the outbox."""
    turns = await database.collection("turns").find({"status": {"$ne": "delivered"}})
    items = await database.collection("outbox").find({"status": "pending"})
    return [
        *(f"{turn['key']}: {turn['status']}" for turn in turns),
        *(f"{item['_id']}: tried {item['attempts']} times, {item.get('error')}" for item in items),
    ]


async def check_stale_writes(database: Database) -> dict[str, list[str]]:
    """Nothing was written under an older fence after a newer one: in no journal and to no turn."""
    stale: list[str] = []
    repeated: list[str] = []
    for turn in await database.collection("turns").find({}):
        fences = [entry["fence"] for entry in turn.get("journal", [])]
        if fences != sorted(fences) or any(fence > turn["fence"] for fence in fences):
            stale.append(f"{turn['key']}: journal fences {fences}, turn {turn['fence']}")
        steps = [entry["step"] for entry in turn.get("journal", [])]
        if len(steps) != len(set(steps)):
            repeated.append(f"{turn['key']}: steps {steps}")
    return {"stale_writes": stale, "model_asked_again": repeated}


async def check_conversations(database: Database, answered: Mapping[str, int]) -> dict[str, list[str]]:
    """Both messages of every answered turn are in the student's conversation, and its totals are their sums."""
    students = await _students(database)
    wrong: list[str] = []
    for account, turns in answered.items():
        found = await database.collection("aimentorconversations").find({"userId": students[account]})
        messages = [message for raw in found for message in raw["messageHistory"]]
        if len(messages) != 2 * turns or len(messages) != sum(raw["totalMessages"] for raw in found):
            wrong.append(f"{account}: {len(messages)} messages for {turns} turns")
        if sum(message["tokens"] for message in messages) != sum(raw["totalTokens"] for raw in found):
            wrong.append(f"{account}: totalTokens is not the sum")
        roles = [message["role"] for message in messages]
        if roles != ["user", "assistant"] * (len(messages) // 2):
            wrong.append(f"{account}: roles {roles}")
    return {"conversations_wrong": wrong}


async def _students(database: Database) -> dict[str, ObjectId]:
    accounts = await database.collection("channel_accounts").find({})
    return {raw["_id"].partition(":")[2]: raw["userId"] for raw in accounts}


async def _by_student(database: Database, collection: str) -> dict[Any, list[Raw]]:
    grouped: dict[Any, list[Raw]] = defaultdict(list)
    for raw in await database.collection(collection).find({}):
        grouped[raw["userId"]].append(raw)
    return grouped
