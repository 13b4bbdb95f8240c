"""What students read that no model wrote: receipts, and the one place where an exception becomes a sentence."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from agents.errors import AgentError
from agents.listening import MARKS
from bot.errors import Refused
from store.documents.own import Effect, Turn
from store.errors import StoreUnavailable
from store.repositories.accounts import Deactivated
from store.repositories.turns import QueueFull, TooFast
from texts import later, say
from tools.errors import ToolError

CANCELLED = later("Stopped. What was saved before that stays saved.")
GAVE_UP = later("Something in this message keeps failing here, so I stopped trying. Please ask in another way.")
TOOK_TOO_LONG = later("This took too long, so I stopped. Please try again, perhaps with a smaller question.")
FORGOTTEN = later(
    "This message is from before everything about you was deleted, so I left it unread. "
    "Write something new and we begin afresh."
)
BEING_FORGOTTEN = later(
    "Everything about you is being deleted right now, so I left this unread. Write to me again in a minute and we "
    "begin afresh."
)
FAILED = later("Something went wrong on our side and it has been noted. Please try again.")

_SHOWN: Final = 160
"""Characters of what was understood that stand above an answer."""
_MARKUP: Final = re.compile(r"([\\`*_\[\]#|<>~$])")


def sentence_for(exc: BaseException) -> str:
    """Return what a student is told about an exception; never its details where those are ours to know."""
    match exc:
        case Deactivated():
            return say("This account was closed by whoever runs PrepMate here; please ask them to open it again.")
        case QueueFull():
            return say("You already have several messages waiting; let me answer those first, then send this again.")
        case TooFast():
            return say("That is more than I can read in a minute; please wait a moment and send this again.")
        case StoreUnavailable():
            return say("My memory does not answer right now, so I did not take this in. Please try again in a moment.")
        case ToolError() | Refused() | AgentError():
            return str(exc)
        case _:
            return say(FAILED)


def with_heard(turn: Turn, text: str) -> str:
    """Return an answer as it is shown: below the beginning of what was understood of a recording or a picture.

    It is no part of the answer itself: the conversation holds all of it as what the student said.
    """
    attachment = turn.attachment
    words = " ".join(attachment.text.split()) if attachment is not None and attachment.text else ""
    if attachment is None or not words:
        return text
    shown = words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1].rstrip()}…"
    quoted = _MARKUP.sub(r"\\\1", shown)
    return f"{MARKS[attachment.kind]} “{quoted}”\n\n{text}"


def receipt_of(effect: Effect) -> dict[str, Any]:
    """Return the receipt that an effect left, as it is delivered beside the answer."""
    return {"verb": effect.verb, **json.loads(effect.result)}


def receipt_line(receipt: dict[str, Any], *, tapped: bool = False) -> str:
    """Return a receipt as one line: "✓ Two Sum · solved · undo"; without the word where it stands on a tap."""
    undo = " · undo" if receipt.get("undo_label") and not tapped else ""
    return f"✓ {receipt.get('line', receipt.get('verb', 'done'))}{undo}"
