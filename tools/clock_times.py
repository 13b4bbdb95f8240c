"""Times of day as students say them."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from tools.arguments import clean_text, shown
from tools.errors import ToolRetry

_LIMIT: Final = 40
_WORDS: Final = {
    "morning": time(8), "the morning": time(8), "noon": time(12), "lunch": time(12), "midday": time(12),
    "afternoon": time(15), "the afternoon": time(15), "evening": time(19), "the evening": time(19),
    "night": time(21), "midnight": time(0),
}  # fmt: skip
_CLOCK: Final = re.compile(
    r"(?P<h>[0-9]{1,2})(?:[:.h]?(?P<m>[0-9]{2}))?\s?h?(?:\s?(?P<half>am|pm|a\.m\.?|p\.m\.?))?(?: ?o ?clock| uhr)?"
)


def parse_time(said: str) -> time:
    """Read a time of day: "8", "8:00", "7:30am", "8 pm", "20.30", "noon".

    Raises: ToolRetry when it is none.
    """
    text = " ".join(clean_text(said, "the time", limit=_LIMIT).lower().split())
    text = re.sub(r"^(?:at|around|about|in) ", "", text)
    if text in _WORDS:
        return _WORDS[text]
    found = _CLOCK.fullmatch(text)
    if found is None or not found[0].isascii():
        raise ToolRetry(f"I cannot read {shown(said)} as a time of day; write it like 8:00 or 7:30pm.")
    hour, minute = int(found["h"]), int(found["m"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ToolRetry(f"There is no {shown(said)} on a clock; write it like 8:00 or 7:30pm.")
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        raise ToolRetry(f"There is no {shown(said)} on a clock; write it like 8:00 or 7:30pm.")
    return time(hour, minute)


def say_time(at: time) -> str:
    """Return a time of day as it is stored and shown: "08:00"."""
    return f"{at:%H:%M}"
