"""The preview of a list and the receipt of an import in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from agents.coach.questions import IMPORT_YES
from tools.arguments import name_some
from tools.context import Result
from tools.import_results import ImportCancelled, ImportLine, ImportPreview, ImportReceipt, NotRead

Line = TypeVar("Line", ImportLine, NotRead)

_LETTERS: Final = "abcdefgh"
_SHOWN: Final = 20
_TITLES: Final = 40


def tell_preview(preview: ImportPreview) -> str:
    """Return what a list would import, what is to be chosen, and what was not found; the question comes last."""
    blocks = [_opening(preview)]
    for asked, near in (
        ("**Which of these did you mean?**", [line for line in preview.near if not line.unclear]),
        ("**Choose those that you solved:**", [line for line in preview.near if line.unclear]),
    ):
        if near:
            blocks.append(f"{asked}\n\n{_some(near, _question)}")
    if preview.corrected:
        blocks.append("**Taken for**\n\n" + _some(preview.corrected, _corrected))
    if preview.exact:
        blocks.append(f"**As in your list:** {name_some(list(preview.exact), _TITLES)}")
    if preview.unknown:
        blocks.append("**Not found**, so left out:\n\n" + _some(preview.unknown, _unknown))
    if preview.unread:
        blocks.append("**Not read:**\n\n" + _some(preview.unread, _unread))
    for what, titles in (
        ("Recorded already, so nothing changes", preview.known),
        ("Not solved, as your list says, so left out", preview.not_solved),
        ("Left out", preview.left_out),
    ):
        if titles:
            blocks.append(f"**{what}:** {name_some(list(titles), _TITLES)}")
    blocks.append(_closing(preview))
    return "\n\n".join(blocks)


def _opening(preview: ImportPreview) -> str:
    folded = f" ({preview.repeated} said twice)" if preview.repeated else ""
    dated = f", {preview.dated} with a date" if preview.dated else ""
    found = f"{preview.ready} can be imported{dated}" if preview.ready else "nothing can be imported as it stands"
    open_questions = f", {len(preview.near)} I am not sure of" if preview.near else ""
    unknown = f", {len(preview.unknown)} I do not find" if preview.unknown else ""
    left = preview.given - preview.lines
    lines = "1 line" if preview.lines == 1 else f"{preview.lines} lines"
    read = f"{preview.lines} of the {preview.given} lines, {left} not" if left else lines
    return f"I read {read}{folded}: {found}{open_questions}{unknown}. Nothing is stored yet."


def _question(line: ImportLine) -> str:
    solved = ", solved" if line.unclear else ""
    choices = " · ".join(
        f"**{line.number}{letter}** {title}{solved}" for letter, title in zip(_LETTERS, line.choices, strict=False)
    )
    reason = f" ({line.reason})" if line.reason and line.reason != "not certain" else ""
    return f"- {line.number} “{_flat(line.text)}”{reason}: {choices}"


def _corrected(line: ImportLine) -> str:
    return f"- {line.number} “{_flat(line.text)}”: {line.title}{_said(line)}"


def _unknown(line: ImportLine) -> str:
    return f"- {line.number} “{_flat(line.text)}”: {line.reason or 'no problem of that name'}"


def _unread(line: NotRead) -> str:
    times = f" ({line.count} times)" if line.count > 1 else ""
    return f"- “{_flat(line.text)}”{times}: {line.reason}" if line.text else f"- {line.reason}{times}"


def _said(line: ImportLine) -> str:
    outcome = {"with-help": ", with help", "stuck": ", not solved"}.get(line.outcome, "")
    return f"{outcome}{f', {line.day}' if line.day else ''}"


def _closing(preview: ImportPreview) -> str:
    if not preview.ready and not preview.near:
        return "There is nothing new to import."
    how = "with help" if preview.how == "with-help" else "without help"
    told = [f"What does not say how it was solved counts as solved {how}; `yes, with help` says otherwise."]
    if preview.how == "with-help":
        told = ["What does not say how it was solved counts as solved with help."]
    if preview.ready > preview.dated:
        told.append("What has no date stays without one: it counts for no day and no streak.")
    if preview.ambiguous:
        count = "One date" if preview.ambiguous == 1 else f"{preview.ambiguous} dates"
        told.append(
            f"{count} can be read in two ways, as in “{_flat(preview.ambiguous_example or '')}”: say `day first` or "
            "`month first`, or they stay without one."
        )
    return f"{' '.join(told)}\n\n{IMPORT_YES.text}"


def tell_receipt(receipt: ImportReceipt) -> str:
    """Return what an import changed, and what it left alone."""
    if not receipt.imported:
        known = f" {receipt.known} of them are recorded already." if receipt.known else ""
        return f"There was nothing new to import, so nothing changed.{known}"
    told = ["Done. I don't propose these any more, and your mastery has learned from them, a little from each."]
    if receipt.revisions and receipt.first_revision and receipt.last_revision:
        first, last = (date.fromisoformat(day) for day in (receipt.first_revision, receipt.last_revision))
        topics = "One topic gets" if receipt.revisions == 1 else f"{receipt.revisions} topics get"
        spread = f"on {_day(first)}" if first == last else f"between {_day(first)} and {_day(last)}"
        told.append(f"{topics} a first revision {spread}{'' if first == last else ', a few a day'}.")
    left = []
    if receipt.known:
        left.append(f"{receipt.known} recorded before")
    if receipt.unanswered:
        left.append(f"{receipt.unanswered} not chosen")
    if receipt.unknown:
        left.append(f"{receipt.unknown} not found")
    if receipt.unread:
        left.append(f"{receipt.unread} not read")
    if left:
        told.append(f"Left alone: {name_some(left)}.")
    told.append("`undo` takes the whole import back; `how am i doing` shows where you stand.")
    return " ".join(told)


def tell_cancelled(_: ImportCancelled) -> str:
    """Return that a list was put away."""
    return "Okay, I've put the list away; nothing of it was stored."


def _some(lines: Sequence[Line], tell: Callable[[Line], str]) -> str:
    told = [tell(line) for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        told.append(f"- and {len(lines) - _SHOWN} more")
    return "\n".join(told)


def _flat(text: str) -> str:
    flat = " ".join(text.replace("*", "").replace("`", "").split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


IMPORT_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {
    ImportPreview: tell_preview,
    ImportReceipt: tell_receipt,
    ImportCancelled: tell_cancelled,
}
