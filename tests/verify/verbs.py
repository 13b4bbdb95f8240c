"""The attack on the verbs: sequences of calls, sensible and hostile, on virtual clocks in many time zones.

`python -m tests.verify verbs --examples 2000 --seed 7` plays more and other sequences than the suite does. The checks
are those of `tests.tools.sequences`; each kind of failure is told once, with the sequence that led to it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.mongo import shared_server
from tests.tools.harness import open_school
from tests.tools.sequences.arena import Arena, Setting, draw_setting, open_arena
from tests.tools.sequences.calls import Call, draw_sequence
from tests.verify.report import progress

DATABASE: Final = "attack"
_TOLD: Final = 50


@dataclass(frozen=True)
class Failure:
    """A sequence that failed, and how: `kind` is the same for failures of the same cause."""

    kind: str
    message: str
    setting: Setting
    calls: Sequence[Call]


def play_many(arena: Arena, *, examples: int, seed: int, pieces: int) -> dict[str, Failure]:
    """Play sequences, whatever fails; return each kind of failure, made as short as calls can be left out."""
    found: dict[str, Failure] = {}
    for number in range(examples):
        if number and number % _TOLD == 0:
            progress(f"{number} of {examples} sequences, {len(found)} kinds of failure")
        rng = Random(f"{seed}:{number}")
        failure = _play(arena, draw_setting(rng), draw_sequence(rng, pieces))
        if failure and failure.kind not in found:
            found[failure.kind] = _shorten(arena, failure)
    return found


def _play(arena: Arena, setting: Setting, calls: Sequence[Call]) -> Failure | None:
    try:
        arena.play(setting, list(calls))
    except Exception as exc:  # noqa: BLE001  # whatever it is, it is a finding
        frames = traceback.extract_tb(exc.__traceback__)
        where = [frame for frame in frames if "/tools/" in frame.filename][-1]
        kind = f"{arena.last}: {type(exc).__name__} at {Path(where.filename).name}:{where.lineno} ({where.line})"
        return Failure(kind, str(exc)[:600], setting, calls)
    return None


def _shorten(arena: Arena, failure: Failure) -> Failure:
    """Leave every call out, the last first, without which the same happens."""
    for place in reversed(range(len(failure.calls))):
        fewer = [*failure.calls[:place], *failure.calls[place + 1 :]]
        again = _play(arena, failure.setting, fewer)
        if again and again.kind == failure.kind:
            failure = again
    return failure


def main(argv: list[str]) -> int:
    """Play sequences and report what failed; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify verbs", description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="how many sequences")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--pieces", type=int, default=10, help="how many calls and chains of calls in one")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="prepmate-verbs-") as directory, shared_server(Path(directory)) as server:
        asyncio.run(_prepare(server.uri))
        with open_arena(server.uri, DATABASE) as arena:
            started = time.monotonic()
            found = play_many(arena, examples=options.examples, seed=options.seed, pieces=options.pieces)
            shared = _check_shared(arena)
            seconds = round(time.monotonic() - started, 1)
    never = sorted(set(arena.refused) - set(arena.done))
    figures = {"examples": options.examples, "calls": arena.done.total(), "refused": arena.refused.total()}
    print(
        json.dumps({**figures, "seconds": seconds, "never_done": never, "failures": len(found), "shared": not shared})
    )
    for failure in found.values():
        told = "\n".join(f"    {str(call)[:300]}" for call in failure.calls)
        print(f"{failure.kind}\n    {failure.message}\n    {failure.setting}\n{told}\n", file=sys.stderr)
    if shared:
        print(f"the shared documents: {shared}", file=sys.stderr)
    return 1 if found or never or shared else 0


def _check_shared(arena: Arena) -> str:
    try:
        arena.check_shared()
    except AssertionError as exc:
        return str(exc)[:600] or "an assertion failed"
    return ""


async def _prepare(uri: str) -> None:
    (await open_school(uri, DATABASE)).database.close()
