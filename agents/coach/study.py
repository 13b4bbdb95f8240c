"""Notes and hints in words; every one of them is the result's own."""

from __future__ import annotations

from collections.abc import Sequence

from agents.coach.questions import LAST_HINT, NEXT_HINT, SOLUTION, TRIED
from agents.coach.revision_wording import link
from tools.hints import HintReceipt
from tools.notes import NoteList, NoteReceipt

_GLIMPSE = 100


def tell_hint(result: HintReceipt) -> str:
    """Give a hint, or ask for what the next one takes."""
    name = link(result.problem)
    if result.step == "ask":
        return f"Gladly, one small step at a time. First about {name}: {TRIED.text}"
    if result.step == "confirm":
        return f"You have seen all {result.rungs} hints for {name}. {SOLUTION.text}"
    if result.step == "solution":
        return (
            f"I have no written solution of {name}, only this outline:\n\n{result.text}"
            "\n\nWrite it down in your own words, then code it; with a model key set, the mentor explains every line. "
            "It comes back for revision once you tell me how it went."
        )
    again = "That hint again; the next one comes with your next message.\n\n" if result.again else ""
    closing = LAST_HINT.text if result.rung == result.rungs else NEXT_HINT.text
    return f"{again}Hint {result.rung} of {result.rungs} for {name}:\n\n{result.text}\n\n{closing}"


def tell_note(result: NoteReceipt) -> str:
    """Say what happened to a note."""
    note = result.note
    if result.done == "kept":
        return "That is what the note says already."
    if result.done == "removed":
        return "It's gone; `undo` brings it back."
    return f"It's note {note.number}, and I'll show it when {note.about} comes up. `my notes` lists them all."


def tell_notes(result: NoteList) -> str:
    """List notes with their numbers."""
    about = f" on “{one_line(result.about)}”" if result.about else ""
    if not result.notes:
        return f"You have no notes{about}. Add one: `note on two sum: remember the complement map`."
    count = "1 note" if result.total == 1 else f"{result.total} notes"
    lines = [f"- **{note.number}** {note.about}: {' '.join(note.text.split())}" for note in result.notes]
    if result.total > len(lines):
        lines.append(f"- and {result.total - len(lines)} more")
    closing = f"Say `delete note {result.notes[0].number}` to remove one."
    return "\n".join([f"You have {count}{about}:", "", *lines, "", closing])


def bullets(notes: Sequence[str]) -> str:
    """Return notes as a list, a line each."""
    return "\n".join(f"- {' '.join(note.split())}" for note in notes)


def one_line(text: str) -> str:
    """Return a glimpse of a text."""
    line = " ".join(text.split())
    return line if len(line) <= _GLIMPSE else f"{line[: _GLIMPSE - 1]}…"
