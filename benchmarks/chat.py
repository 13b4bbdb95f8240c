"""What the service adds to a model: students who all write at once, over real HTTP, with a model that streams.

One process of `prepmate serve` polls a fake Bot API server that keeps Telegram's limits and answers at once, and asks
a fake model endpoint that streams at a steady pace; both run here, in another process. Every student has an account
already. Then all of them ask, in the same moment or spread over some seconds, and it is noted when

- an update was handed out, and when its offset was confirmed (its Turn is stored before that): the acknowledgement,
- the model was asked and had said the first sentence: its own time,
- Telegram first had that sentence, in a draft or a message: what the student waits for,
- the whole answer stood in the chat (30 messages a second are allowed).

Memory is the resident set of the service's process, looked at ten times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from store.embedded import open_embedded
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai.script import Fault, Reply, Rule
from tests.fakes.telegram import FakeTelegram
from tests.mongo import mongod_program

FIRST_ID: Final = 10_000
PACE_SECONDS: Final = 0.05
"""Between two words of the model: twenty a second."""
MIB: Final = 2**20
FIRST: Final = "Student {number}, a sorted array lets two pointers close in on the answer. "
REST: Final = "Each step rules out one end for good, so that every pair is looked at once and nothing is missed. " * 4
_WHO = re.compile(r"Student (\d+), .*?answer\.", re.DOTALL)


@dataclass
class Moments:
    """When something happened to each student's question, in seconds of the event loop.

    `handed` and `confirmed` go by the update, `answers` (when the model was asked) by the answer's id.
    """

    handed: dict[int, float] = field(default_factory=dict)
    confirmed: dict[int, float] = field(default_factory=dict)
    answers: dict[str, float] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)
    said: dict[int, float] = field(default_factory=dict)
    shown: dict[int, float] = field(default_factory=dict)
    whole: dict[int, float] = field(default_factory=dict)


class _Noting(dict[int, int]):
    """The fake's count of deliveries, which notes when each began."""

    def __init__(self, moments: dict[int, float]) -> None:
        super().__init__()
        self._moments = moments

    def __setitem__(self, update: int, count: int) -> None:
        self._moments.setdefault(update, asyncio.get_running_loop().time())
        super().__setitem__(update, count)


class _NotingSet(set[int]):
    """The fake's set of confirmed updates, which notes when each came in."""

    def __init__(self, moments: dict[int, float]) -> None:
        super().__init__()
        self._moments = moments

    def update(self, *others: Iterable[int]) -> None:
        for update in (update for other in others for update in other):
            self._moments.setdefault(update, asyncio.get_running_loop().time())
            self.add(update)


@dataclass
class Run:
    """A service under observation."""

    telegram: FakeTelegram
    openai: FakeOpenAI
    process: psutil.Process
    peak: int = 0

    async def watch_memory(self) -> None:
        """Keep the largest resident set, until cancelled or the process ends."""
        with suppress(psutil.NoSuchProcess):
            while True:
                self.peak = max(self.peak, self.process.memory_info().rss)
                await asyncio.sleep(0.1)


def main(arguments: list[str]) -> int:
    """Print a small table and a JSON line; 1 when a student was not answered or a limit of Telegram broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks chat", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--students", type=int, default=200, help="how many ask at once (200)")
    parser.add_argument("--over", type=float, default=0.0, help="spread their questions over so many seconds (0)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="prepmate-chat-", ignore_cleanup_errors=True) as directory:
        return asyncio.run(_measure(options.students, options.over, Path(directory)))


async def _measure(students: int, over: float, directory: Path) -> int:
    load = os.getloadavg()[0]
    async with _service(directory) as run:
        await _meet(run, students)
        before, moments = run.process.memory_info().rss, Moments()
        used = sum(run.process.cpu_times()[:2])
        watching = asyncio.create_task(run.watch_memory())
        questions = await _ask(run, students, over, moments)
        watching.cancel()
        figures = figures_of(moments, questions)
        figures |= {
            "memory_idle_mib": round(before / MIB, 1),
            "memory_peak_mib": round(run.peak / MIB, 1),
            "memory_per_student_kib": round((run.peak - before) / students / 1024, 1),
            "cpu_per_answer_ms": round(1000 * (sum(run.process.cpu_times()[:2]) - used) / students, 1),
            "unanswered": students - len(moments.whole),
            "flood_violations": len(run.telegram.violations),
        }
    _print(figures, f"{students} students {f'over {over:g} s' if over else 'at once'}", load)
    for violation in run.telegram.violations[:3]:
        print(violation, file=sys.stderr)
    print(json.dumps({"benchmark": "chat", "students": students, "over_s": over, "load": round(load, 2), **figures}))
    return 1 if figures["unanswered"] or figures["flood_violations"] else 0


@asynccontextmanager
async def _service(directory: Path) -> AsyncIterator[Run]:
    """Run `prepmate serve` in a process of its own against both fakes while the block runs."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(await open_embedded(directory / "data", mongod_program(), linger=0.2))
        openai = await stack.enter_async_context(FakeOpenAI())
        telegram = await stack.enter_async_context(FakeTelegram())
        env = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PREPMATE_DATA_DIR": str(directory / "service"),
            "MONGODB_URI": server.uri,
            "OPENAI_API_KEY": openai.key,
            "OPENAI_BASE_URL": openai.url,
            "OPENAI_MODEL": openai.model,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "PREPMATE_LOG_LEVEL": "WARNING",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=env, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await telegram.until(lambda: any(call.method.lower() == "getme" for call in telegram.calls), seconds=120)
            yield Run(telegram, openai, psutil.Process(process.pid))
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _meet(run: Run, students: int) -> None:
    """Have every student write once before, so that all have an account and what is loaded once is loaded."""
    for number in range(students):
        run.telegram.say(FIRST_ID + number, "/privacy")
    await run.telegram.until(lambda: all(run.telegram.screen(FIRST_ID + n) for n in range(students)), seconds=120)
    await asyncio.sleep(1.0)  # Telegram's limit of a chat is one message a second


async def _ask(run: Run, students: int, over: float, moments: Moments) -> dict[int, int]:
    """Have all students ask and wait for all answers; return the update of each student's question."""
    loop = asyncio.get_running_loop()
    run.openai.script(*(_rule(number) for number in range(students)))
    run.openai.watch(lambda answer, said: note_said(answer, said, moments, loop.time()))
    run.telegram.updates.delivered = _Noting(moments.handed)
    run.telegram.updates.confirmed = _NotingSet(moments.confirmed)
    first_call = len(run.telegram.calls)
    questions = {}
    for number in range(students):
        text = f"Student {number}: why do two pointers need a sorted array?"
        questions[number] = run.telegram.say(FIRST_ID + number, text)
        await asyncio.sleep(over / students)

    def all_answered() -> bool:
        for call in run.telegram.calls[first_call:]:
            note_shown(call.method.lower(), call.fields.get("text", ""), call.at, moments)
        return len(moments.whole) == students

    with suppress(TimeoutError):
        await run.telegram.until(all_answered, seconds=60 + students / 2)
    return questions


def _rule(number: int) -> Rule:
    return Rule(
        last_user=rf"\bStudent {number}:",
        reply=Reply(text=FIRST.format(number=number) + REST),
        fault=Fault(pace_s=PACE_SECONDS),
    )


def note_said(answer: str, said: str, moments: Moments, now: float) -> None:
    """Note what the model has said of an answer so far."""
    began = moments.answers.setdefault(answer, now - PACE_SECONDS)  # the first chunk, before any word
    if found := _WHO.match(said):
        moments.asked.setdefault(int(found[1]), began)
        moments.said.setdefault(int(found[1]), now)


def note_shown(method: str, text: str, at: float, moments: Moments) -> None:
    """Note what Telegram was asked to show."""
    found = _WHO.search(text)
    if found and method in ("sendmessagedraft", "sendmessage", "editmessagetext"):
        moments.shown.setdefault(int(found[1]), at)
        if REST.strip() in text and method != "sendmessagedraft":
            moments.whole.setdefault(int(found[1]), at)


def figures_of(moments: Moments, questions: dict[int, int]) -> dict[str, float]:
    """Return the figures; `questions` has the update of each student's question."""
    acks = [moments.confirmed[u] - moments.handed[u] for u in questions.values() if u in moments.confirmed]
    seen = sorted(set(moments.shown) & set(moments.said))
    handed = {number: moments.handed[update] for number, update in questions.items() if update in moments.handed}
    added = [moments.shown[n] - moments.said[n] for n in seen]
    own = [moments.said[n] - moments.asked[n] for n in seen]
    waited = [moments.shown[n] - handed[n] for n in seen if n in handed]
    whole = [moments.whole[n] - handed[n] for n in moments.whole if n in handed]
    figures: dict[str, float] = {}
    for name, values in (("ack", acks), ("model", own), ("added", added), ("waited", waited), ("whole", whole)):
        figures |= {f"{name}_p50_ms": quantile(values, 0.5), f"{name}_p99_ms": quantile(values, 0.99)}
    figures["added_to_model_ratio"] = round(figures["added_p50_ms"] / figures["model_p50_ms"], 3) if own else 0.0
    return figures


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile in milliseconds, by nearest rank."""
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else float("nan")


def _print(figures: dict[str, float], who: str, load: float) -> None:
    rows = (
        ("update handed out → stored and confirmed", "ack"),
        ("the model's own first sentence", "model"),
        ("first sentence: model → Telegram", "added"),
        ("question → first sentence at Telegram", "waited"),
        ("question → whole answer (30 messages/s)", "whole"),
    )
    print(f"{who:<44}{'p50 ms':>9} {'p99 ms':>9}")
    for title, name in rows:
        print(f"  {title:<42}{figures[f'{name}_p50_ms']:>9,.0f} {figures[f'{name}_p99_ms']:>9,.0f}")
    print(
        f"  memory: {figures['memory_idle_mib']:.0f} MiB idle, {figures['memory_peak_mib']:.0f} MiB at most, "
        f"{figures['memory_per_student_kib']:.0f} KiB a student; {figures['cpu_per_answer_ms']:.0f} ms of CPU an answer"
    )
    print(f"  on {_machine()}; its load was {load:.1f} before; fakes, database and service share it")


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}"
