"""Showing an answer while it is being made: whole sentences, and never half a block of code."""

from __future__ import annotations

import re

from langchain_core.messages import AIMessage, AIMessageChunk

from agents.listener import Listener
from agents.middleware.tidying import clean
from agents.run import Progress
from agents.wire.prose import TAKE_BACK

# A full stop after a digit may number a list or begin a decimal; the next end will do. What indents the next line is
# left to that line, where it may stand before a fence.
_MARK = re.compile(
    r"(?P<fence>^[^\S\n]*(?:```|~~~))|(?:[!?…:]|(?<!\d)\.)[\"'”’)*_`]*(?:[^\S\n]*\n+|[^\S\n]+)|\n+", re.MULTILINE
)


class Sentences:
    """Cuts a text that arrives in pieces after whole sentences and lines. What it returns, joined, is the text."""

    def __init__(self) -> None:
        self._held = ""
        self._read = 0
        """How much of what is held was looked through: a long block of code is not to be read anew at every piece."""
        self._in_code = False

    def feed(self, text: str) -> str:
        """Take more text; return what is whole by now: up to the last sentence's end outside a code block."""
        self._held += text
        whole = 0
        for mark in _MARK.finditer(self._held, self._read):
            self._read = mark.end()
            if mark["fence"]:
                self._in_code = not self._in_code
            elif not self._in_code:
                whole = mark.end()
        said, self._held = self._held[:whole], self._held[whole:]
        self._read -= whole
        return said

    def flush(self) -> str:
        """Return what is left: the text has ended."""
        said, self._held = self._held, ""
        self._read = 0
        return said


class Speech:
    """Passes on what the model says, step by step, and takes it back when it was not the answer."""

    def __init__(self, listener: Listener, progress: Progress) -> None:
        self._listener, self._progress = listener, progress
        self._sentences = Sentences()

    async def hear(self, message: AIMessage) -> None:
        """Take a message, or a piece of one that is being streamed."""
        if message.id != self._progress.message_id:
            await self.take_back()
            self._progress.message_id = message.id
        before, no_answer, text = message.text.rpartition(TAKE_BACK)
        self._progress.heard += before + text + _calls_in(message)
        if no_answer:
            await self._take_back_words()
        self._progress.written += text
        await self._say(self._sentences.feed(text))

    async def end(self) -> None:
        """The message heard last was the answer: say what is left of it."""
        await self._say(self._sentences.flush())

    async def take_back(self) -> None:
        """What was heard was not the answer: it led to tool calls, or the model was asked again."""
        self._progress.heard = ""
        await self._take_back_words()

    async def _take_back_words(self) -> None:
        self._sentences = Sentences()
        self._progress.written = ""
        if self._progress.said:
            self._progress.said = False
            await self._listener.restart()

    async def _say(self, text: str) -> None:
        if text:
            self._progress.said = True
            await self._listener.say(text)


def _calls_in(message: AIMessage) -> str:
    if not isinstance(message, AIMessageChunk):
        return ""
    return "".join((call.get("name") or "") + (call.get("args") or "") for call in message.tool_call_chunks)


def break_off(written: str, sentence: str) -> str:
    """Return what was written of an answer, then why it ends there; a block of code that stood open is closed."""
    text = clean(written).rstrip()
    if not text.strip():
        return sentence
    fences = [match["fence"].strip() for match in _MARK.finditer(text) if match["fence"]]
    if len(fences) % 2:
        return f"{text}\n{fences[-1]}\n\n{sentence}"
    open_end = "" if text.endswith((".", "!", "?", ":", "…")) else "…"
    return f"{text}{open_end}\n\n{sentence}"
