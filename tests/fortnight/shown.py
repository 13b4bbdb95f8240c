"""What was shown in a fortnight, each piece with the student before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.terminal.convert import plain
from tests.fortnight import day_figures, import_figures, level_figures, practice_figures, revision_figures
from tests.fortnight.facts import Fact
from tests.fortnight.figures import Shown, students
from tests.fortnight.stage import Sitting

RULED = (import_figures, level_figures, practice_figures, revision_figures, day_figures)
"""The modules whose rules count, by being imported."""


def all_shown(sittings: Sequence[Sitting]) -> list[Shown]:
    """Return every greeting and every answer, in order."""
    past: list[tuple[datetime, Fact]] = []
    found: list[Shown] = []
    number = 0
    now = students(past)
    for sitting in sittings:
        found.append(Shown(sitting.day.begins, None, sitting.greeting, now, now, number))
        for said in sitting.said:
            number += 1
            before = now
            if said.line.fact is not None:
                past.append((said.at, said.line.fact))
                now = students(past)
            text = "\n".join([plain(said.text, said.receipts), *said.notes])
            found.append(Shown(said.at, said.line, text, before, now, number))
    return found
