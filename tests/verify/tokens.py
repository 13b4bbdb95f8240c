"""Token accounting equals the provider's bill: `python -m tests.verify tokens [--seed N]`.

200 turns of 20 students with tool rounds go to the fake endpoint, which keeps its own ledger. Every row of the usage
collection must equal a row of the ledger to the token, and `totalTokens` of every conversation the sum of its
messages' tokens. One JSON line with the figures is printed; the exit status is 1 on any difference.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

from store.client import Database
from tests.fakes.openai import FakeOpenAI
from tests.verify.checks import check_answers, check_conversations, check_effects
from tests.verify.crash import Plan
from tests.verify.report import Violations, run_attack
from tests.verify.stage import set_stage

ANSWER_SECONDS = 120.0
Bill = tuple[int, int, int]


async def compare_bills(database: Database, openai: FakeOpenAI) -> tuple[list[str], Counter[Bill]]:
    """Return the differences between usage rows and the endpoint's ledger, and the bills themselves."""
    rows = await database.collection("usage").find({})
    unsettled = [f"{raw['_id']} is {raw['status']}" for raw in rows if raw["status"] != "exact"]
    ours = Counter((raw["inputTokens"], raw["cachedTokens"], raw["outputTokens"]) for raw in rows)
    theirs = Counter((row.prompt_tokens, row.cached_tokens, row.completion_tokens) for row in openai.ledger.rows)
    differences = [f"only ours: {bill}" for bill in (ours - theirs).elements()]
    differences += [f"only theirs: {bill}" for bill in (theirs - ours).elements()]
    return unsettled + differences, theirs


async def measure(args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run the turns; return the figures and the violations by kind."""
    plan = Plan(random.Random(args.seed))
    async with set_stage(directory) as stage:
        replica = stage.replica("a")
        await replica.start()
        await replica.ready()

        async def talk(account: str) -> None:
            for _ in range(args.turns // args.students):
                message = plan.message(account, coach=False)
                stage.platform.post(message.key, account, message.text)
                await stage.platform.answered(message.key, ANSWER_SECONDS)

        await asyncio.gather(*(talk(f"student-{number:02}") for number in range(args.students)))
        differences, bills = await compare_bills(stage.database, stage.openai)
        violations = {
            **check_answers(stage.platform, plan.sent),
            **await check_effects(stage.database, plan.sent),
            **await check_conversations(stage.database, Counter(message.account for message in plan.sent)),
            "bill_differences": differences,
        }
    figures = {
        "turns": len(plan.sent),
        "model_calls": bills.total(),
        "input_tokens": sum(bill[0] * n for bill, n in bills.items()),
        "cached_tokens": sum(bill[1] * n for bill, n in bills.items()),
        "output_tokens": sum(bill[2] * n for bill, n in bills.items()),
    }
    return figures, violations


def main(argv: list[str]) -> int:
    """Run the turns and compare. Returns: 0 when every token agrees, 1 when one does not."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify tokens", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--students", type=int, default=20)
    args = parser.parse_args(argv)
    return run_attack("tokens", lambda directory: measure(args, directory), None)
