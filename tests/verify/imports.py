"""Are automatic matches right? `python -m tests.verify imports` reads the list of 300 pasted lines kept in tests/sync.

Prints one JSON line: how many lines there are, how many mean a problem of the catalogue, how many were matched without
a question, precision and recall of these, and the milliseconds that a line took. Exits 1 below a precision of .98.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Final

from tests.sync.score import repetitions, score, shipped_index

FLOOR: Final = 0.98


def main(argv: list[str]) -> int:
    """Verify the matches of the kept list; return the exit status."""
    argparse.ArgumentParser(prog="python -m tests.verify imports", description=__doc__).parse_args(argv)
    shipped_index()
    started = time.perf_counter()
    found = score()
    took = 1000 * (time.perf_counter() - started) / found.lines
    figures = {
        "lines": found.lines,
        "meant": found.meant,
        "repeated": repetitions(),
        "matched": found.matched,
        "right": found.right,
        "asked": found.asked,
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "ms_a_line": round(took, 2),
        "wrong": len(found.wrong),
    }
    print(json.dumps(figures))
    for line in (*found.wrong, *(f"missed: {text}" for text in found.missed)):
        print(line, file=sys.stderr)
    return 0 if found.precision >= FLOOR else 1
