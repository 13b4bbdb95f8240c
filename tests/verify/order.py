"""One student's messages are handled in order and once each, however the platform repeats and shuffles them.

`python -m tests.verify order [--seed N] [--break GUARD]` posts 3,000 messages, 30 % of them up to 5 times, shuffled in
windows of 50, to two replicas. Each replica in turn is frozen past its lease and thawed. One JSON line with the figures
is printed; the exit status is 1 when a message was lost, answered twice or out of the order of its acceptance, or when
a thawed replica wrote anything that it no longer might. With a guard switched off it must fail.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from store.faults import GUARDS
from tests.verify.checks import Sent, check_answers, check_conversations, check_effects, check_order, check_stale_writes
from tests.verify.crash import Plan
from tests.verify.report import Violations, progress, run_attack
from tests.verify.stage import Replica, Stage, set_stage

WINDOW = 50
BACKLOG = 240
"""Messages without an answer at any time: as many as 60 students are allowed."""
FROZEN_SECONDS = 8.0


def make_postings(rng: random.Random, plan: Plan, messages: int, students: int) -> list[Sent]:
    """Return the messages in the order in which the platform delivers them: repeated, and shuffled in windows."""
    postings: list[Sent] = []
    for number in range(messages):
        account = f"student-{number % students:02}"
        message = plan.talk(account) if rng.random() < 0.7 else plan.message(account, coach=rng.random() < 0.5)
        postings += [message] * (rng.randint(2, 5) if rng.random() < 0.3 else 1)
    shuffled: list[Sent] = []
    for start in range(0, len(postings), WINDOW):
        window = postings[start : start + WINDOW]
        rng.shuffle(window)
        shuffled += window
    return shuffled


async def freeze_in_turn(replicas: list[Replica], stage: Stage, messages: int) -> None:
    """Freeze each replica once, when a third and two thirds of the messages are answered, for longer than its lease."""
    for number, replica in enumerate(replicas, start=1):
        await stage.platform.until_shown(messages * number // (len(replicas) + 1))
        progress(f"{len(stage.platform.shown)} answers; replica {replica.name} is frozen for {FROZEN_SECONDS:g} s")
        replica.send(signal.SIGSTOP)
        await asyncio.sleep(FROZEN_SECONDS)
        replica.send(signal.SIGCONT)


async def attack(args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run the attack; return the figures and the violations by kind."""
    rng = random.Random(args.seed)
    plan = Plan(random.Random(rng.random()))
    postings = make_postings(rng, plan, args.messages, args.students)
    started = time.monotonic()
    async with set_stage(directory, broken_guard=args.guard) as stage:
        replicas = [stage.replica("a"), stage.replica("b")]
        await asyncio.gather(*(replica.start() for replica in replicas))
        await asyncio.gather(*(replica.ready() for replica in replicas))
        freezing = asyncio.create_task(freeze_in_turn(replicas, stage, args.messages))
        posted: set[str] = set()
        for message in postings:
            posted.add(message.key)
            if not await stage.platform.until_shown(len(posted) - BACKLOG):
                break  # nothing is answered any more: the checks below say what is missing
            stage.platform.post(message.key, message.account, message.text)
        await stage.platform.until_shown(len(plan.sent))
        await asyncio.wait([freezing], timeout=FROZEN_SECONDS * 3)
        await asyncio.sleep(2.0)  # time enough for a second answer, were there one
        violations = {
            **check_answers(stage.platform, plan.sent),
            **await check_order(stage.database, stage.platform),
            **await check_effects(stage.database, plan.sent),
            **await check_stale_writes(stage.database),
            **await check_conversations(stage.database, Counter(message.account for message in plan.sent)),
        }
    seconds = time.monotonic() - started
    figures = {
        "seed": args.seed,
        "broken": args.guard,
        "messages": len(plan.sent),
        "deliveries": len(postings),
        "frozen_replicas": 2,
        "repeated_sends_absorbed": stage.platform.repeated_sends,
        "seconds": round(seconds, 1),
    }
    return figures, violations


def main(argv: list[str]) -> int:
    """Run the attack. Returns: 0 when every promise held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify order", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--break", dest="guard", choices=GUARDS, help="switch a guard off; the command must then fail")
    parser.add_argument("--keep", type=Path, help="keep data and logs in this directory")
    args = parser.parse_args(argv)
    return run_attack("order", lambda directory: attack(args, directory), args.keep)
