"""The errors of the store, drawn as a tree.

StoreError
├── StoreUnavailable     the database does not answer; the same call may work later
├── WriteConflict        another transaction was first; the unit of work runs again by itself
├── DuplicateKey         a unique index already holds this value
├── FenceLost            this process no longer holds the student's lease and may change nothing
├── NotOwned             a query tried to name another owner than the one it was given
├── IndexConflict        an index of that name exists with other options
└── StoreSetupError      the database cannot be started or opened; the message says what to do
    ├── MongodMissing    no mongod program was found
    └── DataDirectoryError  the data directory is not usable by PrepMate
"""

from __future__ import annotations

from typing import Final


class StoreError(Exception):
    """Anything the store reports. `transient` means: running the whole transaction again may succeed."""

    transient: bool = False

    @property
    def passes(self) -> bool:
        """Return whether the fault is the database's and not the message's: kept, it can be stored later."""
        return self.transient


class StoreUnavailable(StoreError):
    """The database does not answer right now."""

    transient = True


class WriteConflict(StoreError):
    """Another transaction touched the same documents first."""

    transient = True


class DuplicateKey(StoreError):
    """A unique index already holds this value."""


class FenceLost(StoreError):
    """The lease passed to somebody else, so nothing was written."""


class NotOwned(StoreError):
    """A query named an owner of its own; the repository's owner is the only one it may have."""


class IndexConflict(StoreError):
    """An index of the same name or keys stands in the database with other options."""


class StoreSetupError(StoreError):
    """The database cannot be started or opened; the message is a sentence that says what to do."""

    @property
    def passes(self) -> bool:
        """Return True: whoever runs the service is told, and mends it."""
        return True


class MongodMissing(StoreSetupError):
    """No mongod program was found at any of the places where one is looked for."""


class DataDirectoryError(StoreSetupError):
    """The data directory cannot be used: not ours, not writable, or without file locks."""


_CREDENTIALS: Final = (
    "MongoDB refused the user or the password: correct them in MONGODB_URI (special characters percent-encoded)"
)
REMEDIES: Final = {
    18: _CREDENTIALS,  # AuthenticationFailed
    8000: _CREDENTIALS,  # Atlas's own word for it
    13: "MongoDB does not let this user read and write here: give the user of MONGODB_URI the role readWrite",
}
"""What to do about a refusal, by MongoDB's code for it."""
NO_URI: Final = "MONGODB_URI cannot be read; it should look like mongodb://host:27017/?replicaSet=rs0"
