"""The fortnight as a page to read: the answers look as they do in a terminal without colours."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from textwrap import wrap
from typing import Final

from rich.console import Console, RenderableType
from rich.text import Text

from bot.adapters.terminal.convert import rich_answer
from tests.fortnight.stage import Said, Sitting

WIDTH: Final = 92
PROMPT: Final = "you › "


def write_page(introduction: str, sittings: Sequence[Sitting]) -> str:
    """Return the page as Markdown: an introduction, then a heading for each day with what was said on it."""
    parts = [introduction.strip(), *map(_day, sittings)]
    return "\n\n".join(parts) + "\n"


def _day(sitting: Sitting) -> str:
    day = sitting.day
    heading = f"## {day.date:%A}, {day.date.day} {day.date:%B}, {day.begins:%H:%M}"
    shown = "\n\n".join([_render(Text(sitting.greeting)), *map(_exchange, sitting.said)])
    return "\n\n".join(part for part in (heading, day.about, f"```text\n{shown}\n```") if part)


def _exchange(said: Said) -> str:
    first, *rest = _wrap(said.line.text, WIDTH - len(PROMPT) - 7)
    typed = [f"{said.at:%H:%M}  {PROMPT}{first}", *(f"{'':>{7 + len(PROMPT)}}{line}" for line in rest)]
    return "\n\n".join(
        ["\n".join(typed), _render(rich_answer(said.text.replace("`", r"\`"), said.receipts)), *said.notes]
    )


def _wrap(text: str, width: int) -> list[str]:
    return [piece for line in text.split("\n") for piece in wrap(line, width)]


def _render(what: RenderableType) -> str:
    console = Console(file=StringIO(), width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(what)
    lines = [line.rstrip() for line in captured.get().split("\n")]
    return "\n".join(lines).strip("\n")
