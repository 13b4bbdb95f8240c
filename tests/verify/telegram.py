"""Telegram students are answered once each and in order, however Telegram repeats itself and whatever is killed.

`python -m tests.verify telegram [--seed N] [--polling | --webhook] [--break GUARD]` lets 200 students send 2,000
messages, in a shuffled order and 30 % of them delivered again later, to two replicas of `prepmate serve` before a Bot
API server that keeps Telegram's limits; 20 times a replica is killed with kill -9 and started again. First by long
polling, then through a webhook behind a balancer that answers 502 for a dead replica. One JSON line with the figures is
printed; the exit status is 1 when a message was not answered or answered twice, when an answer was out of order, when
more placeholders stray than kills fell, when a limit of Telegram was broken or when anything was done twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import resource
import signal
import socket
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from store.faults import GUARDS
from tests.fakes.telegram import FakeTelegram, Shown
from tests.verify.balancer import Balancer
from tests.verify.checks import (
    Sent,
    check_conversations,
    check_effects,
    check_numbers,
    check_stale_writes,
    find_open,
)
from tests.verify.report import Violations, progress, run_attack
from tests.verify.stage import READY_SECONDS, Replica, Stage, set_stage

BACKLOG = 90
"""Messages without an answer at any time."""
OPEN_PER_STUDENT = 3
"""Messages that one student has waiting; with more they would be asked to be patient."""
CHANGING = 0.1
"""The share of messages that change something."""
REPEATED = 0.3
LATEST_REPEAT_SECONDS = 8.0
REPEATED_AT_LAST = 0.1
"""The share of messages that is delivered once more at the very end, most of them to a process that never saw them."""
PATIENCE_SECONDS = 60.0
SLUGS = ("two-sum", "valid-parentheses", "coin-change", "number-of-islands", "climbing-stairs", "course-schedule")
ANSWERED = re.compile(r"You said: “[^”]*message (\d+-\d+)\.”\. I have seen \d+ earlier messages from you\.")
"""In a whole answer; a placeholder holds its beginning only."""


@dataclass
class Served(Replica):
    """One process of `prepmate serve`, which says by HTTP whether it is ready."""

    port: int = 0

    async def ready(self) -> None:
        """Wait until the process takes messages. Raises: RuntimeError when it ends instead."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + READY_SECONDS
        async with aiohttp.ClientSession() as http:
            while loop.time() < deadline and self.process and self.process.returncode is None:
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/healthz") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass  # it does not listen yet
                await asyncio.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start; see {self.log}")


@dataclass
class Classroom:
    """Who said what, and which answers were seen."""

    rng: random.Random
    telegram: FakeTelegram
    sent: dict[str, Sent] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    repeated: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    repeats: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.telegram.watch(self._look)

    def _look(self, chat_id: int, shown: Shown) -> None:
        for label in ANSWERED.findall(shown.text):
            if label in self.sent and label not in self.answered:
                self.answered.add(label)
                self.open[chat_id] -= 1
                self.moved.set()

    async def until(self, condition: Any, *, look: float = PATIENCE_SECONDS) -> bool:
        """Wait until something holds, which is looked at with each answer; return False when none came for long.

        What does not come of an answer is looked at every `look` seconds.
        """
        last = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not condition():
            self.moved.clear()
            try:
                await asyncio.wait_for(self.moved.wait(), look)
                last = asyncio.get_running_loop().time() + PATIENCE_SECONDS
            except TimeoutError:
                if asyncio.get_running_loop().time() >= last:
                    return False
        return True

    def _message(self, student: int) -> Sent:
        """Return a student's next message; one in ten changes what can be told apart from every other change."""
        self.counts[student] += 1
        number = self.counts[student]
        label = f"{student}-{number}"
        if self.rng.random() >= CHANGING:
            return Sent(label, str(student), f"Tell me about heaps. That was message {label}.")
        attempt = json.dumps({"problem": self.rng.choice(SLUGS), "outcome": "unaided", "minutes": number})
        task = json.dumps({"title": f"Task {number}"})
        order = f"call record_attempt {attempt}\ncall add_task {task}\nThat was message {label}."
        return Sent(label, str(student), order, attempt_minutes=number, task=f"Task {number}")

    async def talk(self, students: int, messages: int) -> bool:
        """Let everybody send their messages; return False when answers stopped coming."""
        order = [1000 + number % students for number in range(messages)]
        self.rng.shuffle(order)
        for student in order:

            def has_room(student: int = student) -> bool:
                return len(self.sent) - len(self.answered) < BACKLOG and self.open[student] < OPEN_PER_STUDENT

            if not await self.until(has_room):
                return False
            message = self._message(student)
            self.sent[message.key] = message
            self.open[student] += 1
            update_id = self.telegram.say(student, message.text)
            if self.rng.random() < REPEATED:
                self._repeat(update_id)
        return await self.until(lambda: len(self.answered) == len(self.sent))

    async def repeat_at_last(self) -> None:
        """Have old messages delivered once more, and wait until they were."""
        await asyncio.gather(*self.repeats)
        before = dict(self.telegram.updates.delivered)
        chosen = self.rng.sample(sorted(before), int(len(before) * REPEATED_AT_LAST))
        for update_id in chosen:
            self.telegram.redeliver(update_id)
        delivered = self.telegram.updates.delivered
        await self.until(lambda: all(delivered[one] > before[one] for one in chosen), look=0.2)

    def _repeat(self, update_id: int) -> None:
        pauses = [self.rng.uniform(0.0, LATEST_REPEAT_SECONDS) for _ in range(self.rng.randint(1, 2))]

        async def repeat() -> None:
            for pause in pauses:
                await asyncio.sleep(pause)
                self.telegram.redeliver(update_id)

        self.repeated += 1
        task = asyncio.create_task(repeat())
        self.repeats.add(task)
        task.add_done_callback(self.repeats.discard)


async def kill_in_turn(replicas: list[Served], room: Classroom, kills: int, messages: int) -> None:
    """Kill the replicas one after the other, spread over the messages, and start each again."""
    rng = random.Random(room.rng.random())
    for number in range(kills):
        at = int(messages * (number + rng.uniform(0.1, 0.9)) / (kills + 1))
        await room.until(lambda at=at: len(room.answered) >= at)
        await asyncio.sleep(rng.uniform(0.0, 0.5))
        replica = replicas[number % len(replicas)]
        replica.send(signal.SIGKILL)
        await replica.ended(10)
        progress(f"kill {number + 1} of {kills}: {replica.name}, after {len(room.answered)} answers")
        await replica.start()
        await replica.ready()


def check_screens(telegram: FakeTelegram, room: Classroom, kills: int) -> Violations:
    """What students see: each message answered once, in their order, and hardly anything else.

    A replica that was not heard of for longer than its lease, as on a machine that does too much, may have a request
    for updates under way when the next one asks: Telegram says 409 to the first, and nothing is lost by it.
    """
    seen: Counter[str] = Counter()
    strays: list[str] = []
    disorder: list[str] = []
    conflicts = [one for one in telegram.violations if one.startswith("409")]
    for student in sorted(room.counts):
        labels: list[str] = []
        for shown in telegram.screen(student):
            found = ANSWERED.findall(shown.text)
            labels += found
            if not found:
                strays.append(f"{student}: {shown.text[:60]!r}")
        seen.update(labels)
        if labels != sorted(labels, key=lambda label: int(label.partition("-")[2])):
            disorder.append(f"{student}: {labels}")
    return {
        "unanswered": [label for label in room.sent if not seen[label]],
        "answered_twice": [label for label, times in seen.items() if times > 1],
        "shown_out_of_order": disorder,
        "strays": strays if len(strays) > kills else [],
        "limits_broken": [one for one in telegram.violations if not one.startswith("409")],
        "two_pollers": conflicts if len(conflicts) > 2 * kills else [],
        "unconfirmed": [str(update_id) for update_id in telegram.updates.waiting],
    }


async def attack_by(mode: str, args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run the attack with updates coming one way; return the figures and the violations."""
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram())
        stage = await stack.enter_async_context(set_stage(directory, broken_guard=args.guard))
        ports = free_ports(2)
        balancer = await stack.enter_async_context(Balancer(ports))
        env = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url}
        if mode == "webhook":
            env["PREPMATE_WEBHOOK_URL"] = balancer.url
        replicas = [_replica(stage, name, port, env) for name, port in zip("ab", ports, strict=True)]
        await asyncio.gather(*(replica.start() for replica in replicas))
        await asyncio.gather(*(replica.ready() for replica in replicas))
        if mode == "webhook":
            await telegram.until(lambda: telegram.webhook is not None, READY_SECONDS)
        room = Classroom(random.Random(f"{args.seed} {mode}"), telegram)
        killing = asyncio.create_task(kill_in_turn(replicas, room, args.kills, args.messages))
        begun = time.monotonic()
        await room.talk(args.students, args.messages)
        talked = time.monotonic() - begun
        await asyncio.wait([killing], timeout=PATIENCE_SECONDS)
        await room.repeat_at_last()
        await asyncio.sleep(4.0)  # time enough for a second answer, were there one
        violations = {
            **check_screens(telegram, room, args.kills),
            **await check_numbers(stage.database),
            **await check_effects(stage.database, list(room.sent.values())),
            **await check_stale_writes(stage.database),
            **await check_conversations(stage.database, Counter(one.account for one in room.sent.values())),
            "left_open": await find_open(stage.database),
        }
        figures = _figures(telegram, room, talked, started, balancer)
        killing.cancel()
    return figures, {f"{mode}.{kind}": found for kind, found in violations.items()}


def _replica(stage: Stage, name: str, port: int, env: dict[str, str]) -> Served:
    made = Served(
        name,
        ("-m", "bot", "serve"),
        {**stage.env, **env, "PREPMATE_HTTP_PORT": str(port), "PREPMATE_LOG_LEVEL": "WARNING"},
        stage.directory / f"{name}.log",
        port=port,
    )
    stage.replicas.append(made)
    return made


def _figures(
    telegram: FakeTelegram, room: Classroom, talked: float, started: float, balancer: Balancer
) -> dict[str, Any]:
    sent = defaultdict(int, Counter(call.method for call in telegram.calls if call.status == 200))
    strays = sum(not ANSWERED.search(shown.text) for student in room.counts for shown in telegram.screen(student))
    return {
        "messages": len(room.sent),
        "repeated": room.repeated,
        "deliveries": sum(telegram.updates.delivered.values()),
        "sent": sent["sendMessage"],
        "edits": sent["editMessageText"],
        "drafts": sent["sendMessageDraft"],
        "strays": strays,
        "conflicts": sum(one.startswith("409") for one in telegram.violations),
        "refused_while_dead": balancer.refused,
        "answers_per_second": round(len(room.answered) / talked, 1),
        "seconds": round(time.monotonic() - started, 1),
    }


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


async def attack(args: argparse.Namespace, directory: Path) -> tuple[dict[str, Any], Violations]:
    """Run the attack in each of the modes; return the figures and the violations by kind."""
    figures: dict[str, Any] = {"seed": args.seed, "broken": args.guard, "kills": args.kills}
    violations: Violations = {}
    for mode in [args.mode] if args.mode else ["polling", "webhook"]:
        progress(f"by {mode}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        figures[mode], found = await attack_by(mode, args, directory / mode)
        figures[mode]["service_cpu_s"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used, 1)
        violations |= found
    return figures, violations


def main(argv: list[str]) -> int:
    """Run the attack. Returns: 0 when every promise held, 1 when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify telegram", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--polling", dest="mode", action="store_const", const="polling", help="by long polling only")
    parser.add_argument("--webhook", dest="mode", action="store_const", const="webhook", help="by webhook only")
    parser.add_argument("--break", dest="guard", choices=GUARDS, help="switch a guard off; the command must then fail")
    parser.add_argument("--keep", type=Path, help="keep data and logs in this directory")
    args = parser.parse_args(argv)
    return run_attack("telegram", lambda directory: attack(args, directory), args.keep)
