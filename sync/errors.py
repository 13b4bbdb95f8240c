"""What can be wrong with what comes from outside.

SyncError
└── ListTooLong   a list has more lines than are read at once
"""

from __future__ import annotations


class SyncError(Exception):
    """What came from outside cannot be taken in; the message is a sentence for a person."""


class ListTooLong(SyncError):
    """A list has more lines than are read at once."""
