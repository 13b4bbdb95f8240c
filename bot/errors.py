"""The errors of the doors.

BotError
├── Refused         a message was not accepted; the sentence tells the student why and what to do
│   └── Forgotten   it was sent before its student was forgotten, and came again
└── SettingsError   a setting cannot be used; the sentence names it, never its value if that is secret
"""

from __future__ import annotations


class BotError(Exception):
    """Anything the doors report; the message is a sentence for a person."""


class Refused(BotError):
    """A message was not accepted, and nothing was changed."""


class Forgotten(Refused):
    """The message is from before its student was forgotten: it brings nobody back."""


class SettingsError(BotError):
    """A setting cannot be used."""
