"""Buttons below a message: what stands on them, and what their presses carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from store.documents.own import Action

MOST_A_ROW: Final = 4
ROW_UNITS: Final = 36
"""How long the labels of a row may be together: what a phone shows without cutting any."""
_FRAME: Final = 3

_Placed = tuple[int, Action]


def keyboard(item: str, actions: Iterable[_Placed]) -> InlineKeyboardMarkup | None:
    """Return the buttons below an outbox item; each is given with its place among the item's actions."""
    rows = [
        [InlineKeyboardButton(action.label, callback_data=f"{item}:{place}") for place, action in row]
        for row in lay_out(list(actions))
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def lay_out(actions: Sequence[_Placed]) -> list[list[_Placed]]:
    """Return buttons in rows: what is chosen among stays together where it fits, what is long has a row of its own."""
    rows: list[list[_Placed]] = []
    for _, found in groupby(actions, key=lambda placed: placed[1].group or placed[0]):
        together = list(found)
        if rows and len(together) < MOST_A_ROW - 1 and _fits([*rows[-1], *together]):
            rows[-1] += together
            continue
        row: list[_Placed] = []
        for placed in together:
            if row and not _fits([*row, placed]):
                rows.append(row)
                row = []
            row.append(placed)
        rows.append(row)
    return rows


def _fits(row: Sequence[_Placed]) -> bool:
    return len(row) <= MOST_A_ROW and sum(len(action.label) + _FRAME for _, action in row) <= ROW_UNITS
