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
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.mongo import shared_server
from tests.tools.harness import open_school
from tests.tools.sequences.arena import SETTINGS, Arena, Setting, open_arena
from tests.tools.sequences.calls import Call, sequences

DATABASE = "attack"


def play_many(arena: Arena, *, examples: int, number: int, pieces: int) -> dict[str, str]:
    """Play sequences, whatever fails; return each kind of failure with the sequence that led to it."""
    found: dict[str, str] = {}

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SETTINGS, sequences(pieces, at_least=pieces // 2))
    def play(setting: Setting, calls: list[Call]) -> None:
        try:
            arena.play(setting, calls)
        except Exception as exc:  # noqa: BLE001  # whatever it is, it is a finding
            frames = traceback.extract_tb(exc.__traceback__)
            where = [frame for frame in frames if "/tests/tools/" in frame.filename or "/tools/" in frame.filename][-1]
            kind = f"{arena.last}: {type(exc).__name__} at {Path(where.filename).name}:{where.lineno} ({where.line})"
            story = f"{str(exc)[:600]}\n    {setting}\n" + "\n".join(f"    {str(call)[:300]}" for call in calls)
            found[kind] = min(found.get(kind, story), story, key=len)

    play()
    return found


def main(argv: list[str]) -> int:
    """Play sequences and report what failed; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify verbs", description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="how many sequences")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--pieces", type=int, default=12, help="the most calls and chains of calls in one")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="prepmate-verbs-") as directory, shared_server(Path(directory)) as server:
        asyncio.run(_prepare(server.uri))
        with open_arena(server.uri, DATABASE) as arena:
            started = time.monotonic()
            found = play_many(arena, examples=options.examples, number=options.seed, pieces=options.pieces)
            try:
                arena.check_shared()
            except AssertionError as exc:
                found["the shared documents"] = str(exc)
            seconds = round(time.monotonic() - started, 1)
    never = sorted(set(arena.refused) - set(arena.done))
    figures = {"examples": options.examples, "calls": arena.done.total(), "refused": arena.refused.total()}
    print(json.dumps({**figures, "seconds": seconds, "never_done": never, "failures": len(found)}))
    for kind, story in found.items():
        print(f"{kind}\n    {story}\n", file=sys.stderr)
    return 1 if found or never else 0


async def _prepare(uri: str) -> None:
    (await open_school(uri, DATABASE)).database.close()
