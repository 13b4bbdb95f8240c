"""The errors of the doors.

BotError
├── Refused         a message was not accepted; the sentence tells the student why and what to do
└── SettingsError   a setting cannot be used; the sentence names it, never its value if that is secret
"""

from __future__ import annotations


class BotError(Exception):
    """Anything the doors report; the message is a sentence for a person."""


class Refused(BotError):
    """A message was not accepted, and nothing was changed."""


class SettingsError(BotError):
    """A setting cannot be used."""
