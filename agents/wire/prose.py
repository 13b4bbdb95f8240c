"""The text of an answer, sorted while it arrives into what is said, what was only thought and calls written out."""

from __future__ import annotations

import re
from collections.abc import Collection

from agents.wire.written import WrittenCall, read_marked, read_plain

TAKE_BACK = "\x00"
"""Stands in a text where everything before it turned out to be no part of the answer. No model's own text holds it."""

_THOUGHTS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
_CALLS = (
    "<tool_call>",
    "<tool_calls>",
    "<function=",
    "<function_call>",
    "<function_calls>",
    "<invoke name=",
    "<tool_use>",
    "[tool_calls]",
    "<|python_tag|>",
    "<|tool_call|>",
    "<|tool_calls_section_begin|>",
    "<|tool_call_begin|>",
    "<|action_start|>",
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁call▁begin｜>",
)
_MARKS = (*_THOUGHTS, *_THOUGHTS.values(), *_CALLS)
_MARK = re.compile("|".join(re.escape(mark) for mark in sorted(_MARKS, key=len, reverse=True)), re.IGNORECASE)
_FIRSTS = frozenset(mark[0] for mark in _MARKS)
_LONGEST = max(map(len, _MARKS))
_FENCE = re.compile(r"\s*(?:```|~~~)")
_JSON_BEGINS = re.compile(r"\s*(?:\{|\[\s*(?:\{|\Z))")


class Prose:
    """Takes a text in pieces and returns what may be said of it. `offered` are the tools that it may call.

    What is held back at any moment may yet become a mark or a call: of a text that is cut there, it is nothing to say.

    What a model thinks is left out wherever it is marked, except in code. Where only the end of a thought is marked,
    what was said before it is taken back. From the first mark of a call on nothing is said any more.
    """

    def __init__(self, offered: Collection[str] = ()) -> None:
        self._offered = offered
        self._held, self._said, self._line = "", "", ""
        self._fenced = self._has_thought = False
        self._thought_ends: str | None = None
        self._calling = False

    def feed(self, text: str) -> str:
        """Take more of the text; return what is certain to be said."""
        self._held += text.replace(TAKE_BACK, "")
        said = ""
        while (more := self._advance()) is not None:
            said += more
        return said

    def finish(self) -> tuple[str, list[WrittenCall]]:
        """The text has ended: return what is left to say, and the calls that were written out."""
        left = "" if self._thought_ends else self._held
        if not self._offered:
            return left, []
        calls = read_marked(left, self._offered) if self._calling else read_plain(self._said + left, self._offered)
        return ("", calls) if calls else (left, [])

    def _advance(self) -> str | None:
        """Take one step through what is held; None where nothing can be decided without more."""
        if self._calling or not self._held:
            return None
        if self._thought_ends:
            return self._think(self._thought_ends)
        if self._may_call():
            return None
        if self._has_thought and not self._said.strip():
            self._held = self._held.lstrip()
        mark = self._find_mark()
        if mark is None:
            whole = _begin_of_mark(self._held)
            text, self._held = self._held[:whole], self._held[whole:]
            return self._say(text) if text else None
        text, word = self._held[: mark.start()], mark[0].lower()
        if word in _CALLS:
            self._held, self._calling = self._held[mark.start() :], True
            return self._say(text)
        self._held = self._held[mark.end() :]
        if word in _THOUGHTS:
            self._thought_ends = _THOUGHTS[word]
            return self._say(text)
        return self._end_thought(text)

    def _think(self, end: str) -> str | None:
        ended = re.search(re.escape(end), self._held, re.IGNORECASE)
        if ended is None:
            self._held = self._held[-len(end) :]
            return None
        self._held = self._held[ended.end() :]
        self._thought_ends, self._has_thought = None, True
        return ""

    def _end_thought(self, text: str) -> str:
        """A thought ends that never began: it is all that came, unless one ended before."""
        if self._has_thought:
            return self._say(text)
        self._has_thought = True
        self._said, self._line, self._fenced = "", "", False
        return TAKE_BACK

    def _may_call(self) -> bool:
        """Return whether the text so far is JSON and nothing else: no answer begins so, many a call does."""
        return bool(self._offered and not self._said.strip() and _JSON_BEGINS.match(self._held))

    def _find_mark(self) -> re.Match[str] | None:
        for mark in _MARK.finditer(self._held):
            is_call = mark[0].lower() in _CALLS
            if not (is_call and not self._offered) and not self._is_code(self._held[: mark.start()]):
                return mark
        return None

    def _is_code(self, text: str) -> bool:
        """Return whether what follows a text stands in a block of code or between backticks."""
        *lines, last = (self._line + text).split("\n")
        fenced = self._fenced ^ (sum(bool(_FENCE.match(line)) for line in lines) % 2 == 1)
        return fenced or last.count("`") % 2 == 1

    def _say(self, text: str) -> str:
        *lines, last = (self._line + text).split("\n")
        self._fenced ^= sum(bool(_FENCE.match(line)) for line in lines) % 2 == 1
        self._line = last
        self._said += text
        return text


def leave_out_thoughts(text: str) -> str:
    """Return a whole text without what was only thought."""
    prose = Prose()
    said = prose.feed(text) + prose.finish()[0]
    return said.rpartition(TAKE_BACK)[2]


def _begin_of_mark(text: str) -> int:
    """Return where a mark may have begun that is not whole yet; the text's length where none has."""
    for start in range(max(0, len(text) - _LONGEST + 1), len(text)):
        if text[start] in _FIRSTS:
            tail = text[start:].lower()
            if any(mark.startswith(tail) for mark in _MARKS):
                return start
    return len(text)
