"""Nothing acknowledged is lost, nothing is done twice, over kill -9 of the service and of mongod.

`python -m tests.verify crash [--seed N] [--break GUARD]` sends 600 turns of 60 students through two replicas, half of
them answered by the model endpoint and half by the offline coach, while 15 kills of a replica and 15 of mongod fall at
seeded moments. Then every named crash point is reached once, and some once more by freezing instead of dying. One JSON
line with the figures is printed; the exit status is 1 when anything was lost, doubled, stale or out of order, or when
the service was back later than 3 s after a kill (95th percentile). With a guard switched off it must fail.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.faults import CRASH_POINTS, GUARDS
from tests.verify.checks import (
    Sent,
    check_answers,
    check_conversations,
    check_effects,
    check_order,
    check_stale_writes,
    find_open,
)
from tests.verify.report import Violations, progress, run_attack
from tests.verify.stage import Replica, Stage, set_stage

BACK_IN_SERVICE_SECONDS = 3.0
ANSWER_SECONDS = 20.0
FREEZES = ("model.after:stop", "effect.before:stop", "answer.before-commit:stop", "deliver.before-send:stop")
SLUGS = ("two-sum", "valid-parentheses", "coin-change", "number-of-islands", "climbing-stairs", "course-schedule")


@dataclass
class Plan:
    """Makes messages; the same seed makes the same ones."""

    rng: random.Random
    sent: list[Sent] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def talk(self, account: str) -> Sent:
        """Return an account's next message, one that changes nothing."""
        self.counts[account] += 1
        number = self.counts[account]
        self.sent.append(Sent(f"probe:{account}:{number}", account, f"Tell me something about heaps, number {number}."))
        return self.sent[-1]

    def message(self, account: str, *, coach: bool) -> Sent:
        """Return an account's next message; it changes something that can be told apart from every other change."""
        self.counts[account] += 1
        number = self.counts[account]
        slug = self.rng.choice(SLUGS)
        key = f"probe:{account}:{number}"
        if coach:
            made = Sent(key, account, f"/log {slug} unaided {number} min", attempt_minutes=number)
        else:
            attempt = json.dumps({"problem": slug, "outcome": "unaided", "minutes": number})
            task = json.dumps({"title": f"Task {number}"})
            order = f"call record_attempt {attempt}\ncall add_task {task}\nthen call list_mastery {{}}"
            made = Sent(key, account, order, attempt_minutes=number, task=f"Task {number}")
        self.sent.append(made)
        return made


@dataclass
class Storm:
    """The first part: students talk while processes are killed."""

    stage: Stage
    plan: Plan
    kills: int
    back: list[float] = field(default_factory=list)
    done: int = 0
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, students: int, turns: int) -> None:
        """Let every student send their turns, spread over the kills."""
        pair = [self.stage.replica("a"), self.stage.replica("b")]
        await asyncio.gather(*(replica.start() for replica in pair))
        await asyncio.gather(*(replica.ready() for replica in pair))
        talking = [asyncio.create_task(self._talk(number, students, turns)) for number in range(students)]
        await self._kill_all(pair)
        await asyncio.gather(*talking)
        await asyncio.gather(*(replica.end() for replica in pair))

    async def _talk(self, number: int, students: int, turns: int) -> None:
        rng = random.Random(self.plan.rng.random())
        account = f"student-{number:02}"
        for turn in range(turns):
            threshold = (turn + number / students) * self.kills / turns
            async with self.moved:
                await self.moved.wait_for(lambda threshold=threshold: self.done >= int(threshold))  # type: ignore[misc]
            await asyncio.sleep(rng.uniform(0, 6.0))
            message = self.plan.message(account, coach=number % 2 == 0)
            self.stage.platform.post(message.key, account, message.text)
            if rng.random() < 0.2:
                await asyncio.sleep(rng.uniform(0, 0.3))
                self.stage.platform.post(message.key, account, message.text)
            await self.stage.platform.answered(message.key, ANSWER_SECONDS)

    async def _kill_all(self, pair: list[Replica]) -> None:
        victims = ["service", "mongod"] * (self.kills // 2)
        self.plan.rng.shuffle(victims)
        for number, victim in enumerate(victims):
            await asyncio.sleep(self.plan.rng.uniform(2.0, 4.0))
            if victim == "mongod":
                self.stage.kill_mongod()
                self.back.append(await self._answer_after(number))
            else:
                replica = pair[number % 2]
                replica.send(signal.SIGKILL)
                self.back.append(await self._answer_after(number))
                await replica.ended(10)
                await replica.start()
                await replica.ready()
            progress(f"kill {number + 1} of {self.kills}, {victim}: answered again after {self.back[-1]:.1f} s")
            async with self.moved:
                self.done += 1
                self.moved.notify_all()
        async with self.moved:
            self.done = self.kills + 1
            self.moved.notify_all()

    async def _answer_after(self, number: int) -> float:
        """Return how long after a kill a message that was sent right after it has its answer, in seconds."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        message = self.plan.talk(f"witness-{number:02}")
        self.stage.platform.post(message.key, message.account, message.text)
        await self.stage.platform.answered(message.key, ANSWER_SECONDS)
        return loop.time() - started


async def reach_points(stage: Stage, plan: Plan, points: list[str]) -> tuple[dict[str, float], list[str]]:
    """Let a replica die (or freeze) at each point while the other one is frozen.

    Returns: the seconds until all was answered after each point, -1 where it was not reached; what stays open.
    """
    loop = asyncio.get_running_loop()
    spare = stage.replica("spare")
    await spare.start()
    await spare.ready()
    taken: dict[str, float] = {}
    upcoming = await _prepare(stage, points[0])
    for number, point in enumerate(points):
        victim = upcoming
        spare.send(signal.SIGSTOP)
        await victim.open_gate()
        messages = [
            plan.message(f"{point.replace(':', '-')}-{who}", coach=who == "coach")
            for who in ("coach", "model", "other")
        ]
        for message in messages:
            stage.platform.post(message.key, message.account, message.text)
        freeze = point.endswith(":stop")
        reached = await (victim.frozen(20) if freeze else victim.ended(20))
        started = loop.time()
        spare.send(signal.SIGCONT)
        if number + 1 < len(points):
            upcoming = await _prepare(stage, points[number + 1])
        for message in messages:
            await stage.platform.answered(message.key, ANSWER_SECONDS)
        taken[point] = round(loop.time() - started, 2) if reached else -1
        progress(f"{point}: {f'all answered after {taken[point]} s' if reached else 'not reached'}")
        if freeze:
            victim.send(signal.SIGCONT)
            await asyncio.sleep(1.5)  # time enough for it to try what it may not do any more
        await victim.end()
    open_ends = await _until_delivered(stage)
    await spare.end()
    return taken, open_ends


async def _prepare(stage: Stage, point: str) -> Replica:
    victim = stage.replica(f"victim-{point.replace(':', '-')}", PREPMATE_CRASH_AT=point)
    await victim.start(gate=True)
    return victim


async def _until_delivered(stage: Stage) -> list[str]:
    """Wait until no turn and no outbox item is open any more; return what still is after half a minute."""
    for _ in range(150):
        if not (left := await find_open(stage.database)):
            return []
        await asyncio.sleep(0.2)
    return left


async def attack(args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run both parts; return the figures and the violations by kind."""
    plan = Plan(random.Random(args.seed))
    started = time.monotonic()
    async with set_stage(directory, broken_guard=args.guard) as stage:
        storm = Storm(stage, plan, args.kills)
        if args.turns:
            await storm.run(args.students, args.turns // args.students)
        points, open_ends = await reach_points(stage, plan, args.points)
        answered = Counter(message.account for message in plan.sent)
        violations = {
            **check_answers(stage.platform, plan.sent),
            **await check_order(stage.database, stage.platform),
            **await check_effects(stage.database, plan.sent),
            **await check_stale_writes(stage.database),
            **await check_conversations(stage.database, answered),
            "left_open": open_ends,
            "points_not_reached": [point for point, seconds in points.items() if seconds < 0],
        }
    back = sorted(storm.back)
    p95 = back[min(len(back) - 1, int(len(back) * 0.95))] if back else 0.0
    if p95 > BACK_IN_SERVICE_SECONDS:
        violations["back_too_late"] = [f"{p95:.2f} s"]
    figures = {
        "seed": args.seed,
        "broken": args.guard,
        "turns": len(plan.sent),
        "kills_service": args.kills // 2 if args.turns else 0,
        "kills_mongod": args.kills // 2 if args.turns else 0,
        "points_reached": sum(seconds >= 0 for seconds in points.values()),
        "repeated_sends_absorbed": stage.platform.repeated_sends,
        "back_in_service_p50_s": round(back[len(back) // 2], 2) if back else None,
        "back_in_service_p95_s": round(p95, 2) if back else None,
        "after_a_crash_point_max_s": max(points.values(), default=None),
        "seconds": round(time.monotonic() - started, 1),
    }
    return figures, violations


def main(argv: list[str]) -> int:
    """Run the attack. Returns: 0 when every promise held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify crash", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=600, help="0 leaves the first part out")
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--kills", type=int, default=30, help="half of them of the service, half of mongod")
    parser.add_argument("--points", nargs="*", default=[*CRASH_POINTS, *FREEZES], help="crash points to reach")
    parser.add_argument("--break", dest="guard", choices=GUARDS, help="switch a guard off; the command must then fail")
    parser.add_argument("--keep", type=Path, help="keep data and logs in this directory")
    args = parser.parse_args(argv)
    return run_attack("crash", lambda directory: attack(args, directory), args.keep)
