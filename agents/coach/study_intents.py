"""Rows of the table of intents about hints and notes."""

from __future__ import annotations

from typing import Final

from agents.coach import readers
from agents.coach.intent import Intent
from agents.coach.notation import phrases

SHOW_ME: Final = "[show|list|see|check|open|tell|give|get|find|view|me|all|of|what|are|do|i|have|any]*"
A_HINT: Final = "(hint|hints|nudge|clue|clues)"
WANT: Final = (
    "[can|could|may|i|id|ill|you|need|want|like|to|give|get|have|see|show|me|please|just|a|an|another|some|the|next|more|"
    "one|first|second|third|last|small|little|tiny|stronger|bigger|ok|still|stuck|im|so|and|now|take|use|ask|for|any]*"
)
NOTES: Final = "(note|notes)"
A_NOTE: Final = "[me|a|another|the|my|new|this]* note"

ASKING_ROWS: Final[tuple[Intent, ...]] = (
    Intent(
        name="hint",
        verb="give_hint",
        phrases=phrases(
            f"{WANT} {A_HINT} [please|now|again|too]* [(for|on|about|with|to|in) <...>]",
            "[(i|im|so) [am] [still]] stuck [on it|here]* [and|so] [i] (need|want|give me) (a|another|the next) hint",
            "hint me [(for|on|about|with) <...>]",
            "(what|whats|which) [is|was|comes] [the] next (hint|step)",
        ),
        read=readers.read_problem,
        named="problem",
        command=("hint", "[PROBLEM]", "the next hint, one small step at a time"),
    ),
    Intent(
        name="hint-solution",
        verb="give_hint",
        phrases=phrases(
            "[can|could|you|please|just|i|give|want|to|see|show|tell|need|me|us|lets|have|yes|reveal|ok|explain]* the "
            "(solution|answer|editorial|full solution|solution please) [please|now|already]* "
            "[(for|of|to|on) <...>]",
            "(i give up|just) [and] (show|tell|give) me [the] (solution|answer) [(for|of|to|on) <...>]",
            "reveal [the] (solution|answer)",
            "(solution|editorial) [please]",
        ),
        read=readers.read_solution,
        named="problem",
        command=("solution", "[PROBLEM]", "the idea of the solution, after the last hint and a yes"),
    ),
    Intent(
        name="note",
        verb="add_note",
        phrases=phrases(
            f"[i want to] (add|make|take|write|save|leave|create) {A_NOTE} [down] [(on|for|about|to) <...>]",
            "[new|a] note (on|for|about|to) <...>",
        ),
        read=readers.read_problem,
        needs="text",
        named="problem",
        command=("note", "PROBLEM OR TOPIC: TEXT", "keep a note; without a name, about the started problem"),
    ),
    Intent(
        name="edit-note",
        verb="edit_note",
        phrases=phrases("(edit|change|update|replace|rewrite) [my|the] note [number|no|on|about|for] <...>"),
        read=readers.read_which,
        needs="text",
        named="which",
        command=("editnote", "NOTE: TEXT", "put another text in a note's place, by its number or words of it"),
    ),
    Intent(
        name="remove-note",
        verb="remove_note",
        phrases=phrases(
            f"(delete|remove|erase|forget|drop) [my|the] {NOTES} [number|no] [on|about|for] [<...>]",
        ),
        read=readers.read_which,
        needs="which",
        named="which",
        command=("removenote", "NOTE", "remove a note, by its number or words of it"),
    ),
    Intent(
        name="notes",
        verb="find_notes",
        phrases=phrases(
            f"{SHOW_ME} [my|all|old|the]* {NOTES} [(on|about|for|of|in|from|with) <...>]",
            "(what did i|did i|have i) (write|note|written|noted) [down] (about|on|for) <...>",
            f"(find|search|look) [in|through] [my|the] {NOTES} [on|about|for|with|in]* <...>",
            f"[do i have|are there|is there] (any|a) {NOTES} (on|about|for) <...>",
        ),
        read=readers.read_query,
        command=("notes", "[WORDS]", "find your notes, by a problem, a topic or words in them"),
    ),
)
"""What asks for a hint or a note, or brings one: before every other row, because their words are wide."""

TELLING_ROWS: Final[tuple[Intent, ...]] = (
    Intent(
        name="hint-tried",
        verb="give_hint",
        phrases=phrases("[i|ive|i have|we|so far i] [have] [also|already|only|just|so far]* (tried|attempted) <...>"),
        read=readers.read_tried,
        named="problem",
    ),
)
"""What tells what was tried: after the rows that record an outcome."""
