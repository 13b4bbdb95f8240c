"""The week as a page to read: what was written and tapped, and each message with its buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from tests.fakes.telegram import Shown
from tests.firstweek.stage import Played, Seen

WIDTH: Final = 80
_MARGIN: Final = 7


def write_page(introduction: str, played: Sequence[Played]) -> str:
    """Return the page as Markdown: an introduction, then a heading for each scene with what was seen in it."""
    return "\n\n".join([introduction.strip(), *map(_scene, played)]) + "\n"


def _scene(played: Played) -> str:
    shown = "\n\n".join(part for seen in played.seen for part in _exchange(seen))
    parts = (f"## {played.scene.title}", played.scene.about, f"```text\n{shown}\n```")
    return "\n\n".join(part for part in parts if part)


def _exchange(seen: Seen) -> Iterable[str]:
    step = seen.step
    who = "Jo" if step.other else "Mira"
    place = f"{who} in the group" if step.group else who
    if step.says:
        yield _hang(f"{seen.at:%H:%M}  {place}: ", step.says)
    elif step.tap:
        yield f"{seen.at:%H:%M}  {place} taps [{step.tap}]"
    else:
        yield f"{seen.at:%H:%M}"
    for shown in seen.shown:
        yield _message(shown)
    if seen.toast:
        yield f"{'':{_MARGIN}}({seen.toast})"


def _message(shown: Shown) -> str:
    lines = [f"{'':{_MARGIN}}{line}".rstrip() for line in _wrap(_with_marks(shown), WIDTH - _MARGIN)]
    rows = [f"{'':{_MARGIN}}{' '.join(f'[{button.text}]' for button in row)}" for row in shown.buttons]
    document = [f"{'':{_MARGIN}}<{shown.document.name}>"] if shown.document else []
    return "\n".join([*lines, *document, *([""] if rows else []), *rows])


def _with_marks(shown: Shown) -> str:
    """Return a text with what stands in another script between backticks."""
    coded = shown.text.encode("utf-16-le")
    marks = [place for one in shown.entities if one["type"] == "code" for place in _ends(one)]
    for place in sorted(marks, reverse=True):
        coded = coded[: 2 * place] + "`".encode("utf-16-le") + coded[2 * place :]
    return coded.decode("utf-16-le")


def _ends(entity: Mapping[str, Any]) -> tuple[int, int]:
    return int(entity["offset"]), int(entity["offset"]) + int(entity["length"])


def _hang(lead: str, text: str) -> str:
    lines = _wrap(text, WIDTH - len(lead))
    return "\n".join([f"{lead}{lines[0]}", *(f"{'':{len(lead)}}{line}" for line in lines[1:])])


def _wrap(text: str, width: int) -> list[str]:
    return [piece for line in text.split("\n") for piece in (wrap(line, width) or [""])]
