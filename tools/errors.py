"""What a verb may answer instead of a result.

ToolError
├── ToolRetry    the arguments were wrong: say which and how; a model may correct them and call again
└── ToolFailed   nobody's arguments would help: the sentence is for the student
"""

from __future__ import annotations

from collections.abc import Sequence


class ToolError(Exception):
    """A verb could not be done; nothing was changed. The message is a sentence for a person."""


class ToolRetry(ToolError):
    """The arguments were wrong. `choices` are values that would have been understood, best first."""

    def __init__(self, sentence: str, *, choices: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.choices = tuple(choices)


class ToolFailed(ToolError):
    """It cannot be done, whatever the arguments."""
