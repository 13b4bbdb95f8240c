"""How an attack is run and told: one JSON line of figures, then what was violated."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

Violations = dict[str, list[str]]


def progress(line: str) -> None:
    """Say on standard error how far a long attack has come."""
    print(line, file=sys.stderr, flush=True)


def run_attack(
    name: str, attack: Callable[[Path], Awaitable[tuple[Mapping[str, Any], Violations]]], keep: Path | None
) -> int:
    """Run an attack in a directory (a temporary one unless `keep` names one) and report it.

    Every kind of violation stands in the line with its count. Returns: 0 when nothing was violated, else 1.
    """

    async def run(directory: Path) -> tuple[Mapping[str, Any], Violations]:
        return await attack(directory)

    signal.signal(signal.SIGTERM, _end)  # the processes of the stage must not outlive this one
    with tempfile.TemporaryDirectory(prefix=f"prepmate-{name}-") as temporary:
        figures, violations = asyncio.run(run(keep or Path(temporary)))
    print(json.dumps({**figures, **{kind: len(found) for kind, found in violations.items()}}))
    for kind, found in violations.items():
        if found:
            print(f"{kind}: {len(found)}, such as {found[:3]}", file=sys.stderr)
    return 1 if any(violations.values()) else 0


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
