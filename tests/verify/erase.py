"""A forgotten student stays forgotten: `python -m tests.verify erase [--seed N]`.

For every step of the erasure a student practises, asks to be forgotten and confirms it; the process dies by kill -9
after that step, and another one ends the job. In between and afterwards the platform delivers all their messages again.
More students are erased from outside while an answer of theirs streams. Then every document of every collection is
searched for their ids, their names and a planted word; what is told to everybody (prices paid, difficulties) must stay.
One JSON line with the figures is printed; the exit status is 1 when anything is found or anybody came back.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import utc_now
from store.client import ObjectId
from store.documents.account import Erasure
from store.faults import ERASE_POINTS
from store.repositories.erasures import Erasures
from tests.fakes.openai.script import Fault, Reply, Rule
from tests.traces import find_traces
from tests.verify.report import Violations, progress, run_attack
from tests.verify.stage import Replica, Stage, set_stage

ANSWER_SECONDS = 30.0
DONE_SECONDS = 40.0
WORD = "zebrawood"
"""Planted in everything that these students write; no document of the catalogue holds it."""
STREAM = "Tell me a long story"


@dataclass
class Student:
    """One who is going to be forgotten, with every message they sent."""

    account: str
    sent: dict[str, str] = field(default_factory=dict)
    id: ObjectId | None = None

    def next_key(self) -> str:
        """Return the key of the next message."""
        return f"probe:{self.account}:{len(self.sent) + 1}"


@dataclass
class Attack:
    """The students, and what was found against the promises."""

    stage: Stage
    students: list[Student] = field(default_factory=list)
    found: Violations = field(
        default_factory=lambda: {"not_answered": [], "not_reached": [], "not_finished": [], "came_back": []}
    )

    async def say(self, student: Student, text: str) -> str:
        """Send a message and return its answer."""
        key = student.next_key()
        student.sent[key] = text
        self.stage.platform.post(key, student.account, text)
        if not await self.stage.platform.answered(key, ANSWER_SECONDS):
            self.found["not_answered"].append(key)
        return "\n".join(shown.text for shown in self.stage.platform.shown if shown.key.partition("#")[0] == key)

    async def enrol(self, name: str) -> Student:
        """Let a student do a little of everything, by the coach and by the model."""
        student = Student(name)
        self.students.append(student)
        await self.say(student, "/log two-sum unaided 12 min")
        await self.say(student, f"/note two sum: {WORD} goes into the map")
        await self.say(student, f"/task add read about {WORD} by friday")
        attempt = '{"problem": "coin-change", "outcome": "stuck"}'
        await self.say(student, f"I like {WORD}.\ncall record_attempt {attempt}\nthen call list_mastery {{}}")
        await self.say(student, f"/new {WORD}")
        account = await self.stage.database.collection("channel_accounts").find_one({"_id": f"probe:{name}"})
        student.id = account["userId"] if account else None
        return student

    async def ask(self, student: Student) -> None:
        """Ask to be forgotten and confirm it."""
        question = await self.say(student, "/forget")
        code = re.search(r"`delete (\d{4})`", question)
        await self.say(student, f"/forget {code[1] if code else ''}")

    async def redeliver(self, student: Student) -> None:
        """Deliver everything that a student ever sent once more, and wait until the platform is rid of it."""
        for key, text in student.sent.items():
            self.stage.platform.post(key, student.account, text)
        for _ in range(300):
            if not any(posted.account == student.account for posted in self.stage.platform.waiting.values()):
                return
            await asyncio.sleep(0.1)

    async def finished(self, count: int, what: str) -> None:
        """Wait until so many erasures are done."""
        jobs = self.stage.database.collection(Erasure.collection)
        for _ in range(int(DONE_SECONDS / 0.1)):
            if await jobs.count({"state": "done"}) >= count:
                return
            await asyncio.sleep(0.1)
        self.found["not_finished"].append(what)


async def die_between_steps(attack: Attack, spare: Replica, points: list[str]) -> None:
    """Let a process die after each step of an erasure and another one finish it."""
    for number, point in enumerate(points):
        student = await attack.enrol(f"quillfeather-{number}")
        victim = attack.stage.replica(point, PREPMATE_CRASH_AT=point)
        await victim.start()
        await victim.ready()
        spare.send(signal.SIGSTOP)
        await attack.ask(student)
        if not await victim.ended(20):
            attack.found["not_reached"].append(point)
        await victim.end()
        spare.send(signal.SIGCONT)
        await attack.redeliver(student)
        await attack.finished(number + 1, point)
        await attack.redeliver(student)
        progress(f"{point}: forgotten by another process")


async def erase_in_a_stream(attack: Attack, rng: random.Random, rounds: int) -> None:
    """Erase students from outside while an answer of theirs streams."""
    erasures = Erasures(attack.stage.database, clock=utc_now, ids=ObjectId, holder="administrator")
    for number in range(rounds):
        student = await attack.enrol(f"thistledown-{number}")
        key = student.next_key()
        student.sent[key] = f"{STREAM} about {WORD}."
        before = attack.stage.openai.ledger.rows[-1:]
        attack.stage.platform.post(key, student.account, student.sent[key])
        for _ in range(200):
            if attack.stage.openai.ledger.rows[-1:] != before:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(rng.uniform(0.05, 1.5))
        if student.id is not None:
            await erasures.request(student.id)
        await attack.finished(len(attack.students), student.account)
        await attack.redeliver(student)
        progress(f"{student.account}: forgotten in the middle of an answer")


async def measure(args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run both parts and search the database; return the figures and the violations by kind."""
    story = " ".join(f"{WORD} {number}" for number in range(60))
    async with set_stage(directory) as stage:
        stage.openai.script(Rule(last_user=STREAM, reply=Reply(text=story), fault=Fault(pace_s=0.1)))
        attack = Attack(stage)
        spare = stage.replica("spare")
        await spare.start()
        await spare.ready()
        await die_between_steps(attack, spare, args.points)
        await erase_in_a_stream(attack, random.Random(args.seed), args.streams)
        await asyncio.sleep(2.0)  # time enough for a stopped answer to write what it may not
        names = [student.account for student in attack.students]
        ids = [student.id for student in attack.students if student.id is not None]
        traces = await find_traces(stage.database, *ids, *names, WORD)
        for student in attack.students:
            if await stage.database.collection("channel_accounts").find_one({"_id": f"probe:{student.account}"}):
                attack.found["came_back"].append(student.account)
        usage = await stage.database.collection("usage").count({})
        billed = len(stage.openai.ledger.rows)
        attack.found["traces"] = traces
        attack.found["prices_lost"] = [] if usage >= billed else [f"{usage} rows for {billed} calls"]
        anew = attack.students[0]
        answer = await attack.say(anew, "/profile")
        attack.found["no_new_beginning"] = [] if answer else [anew.account]
    figures = {
        "seed": args.seed,
        "students": len(attack.students),
        "ids": len(ids),
        "kills": len(args.points),
        "in_a_stream": args.streams,
        "delivered_again": sum(len(student.sent) for student in attack.students),
        "refused": len(stage.platform.refused),
        "usage_rows_kept": usage,
    }
    return figures, attack.found


def main(argv: list[str]) -> int:
    """Run the attack. Returns: 0 when nothing was found, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify erase", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", nargs="*", default=[*ERASE_POINTS], help="crash points of the erasure to reach")
    parser.add_argument("--streams", type=int, default=5, help="how many students are erased while an answer streams")
    parser.add_argument("--keep", type=Path, help="keep data and logs in this directory")
    args = parser.parse_args(argv)
    return run_attack("erase", lambda directory: measure(args, directory), args.keep)
