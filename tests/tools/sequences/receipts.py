"""For each verb, what its result is held against; a writing verb without a row fails the test beside this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.tools.sequences import readings, receipts_lists, receipts_practice, receipts_reminders, receipts_revisions
from tests.tools.sequences.play import Done

CHECKS: Final[Mapping[str, Callable[[Done], None]]] = {
    **receipts_practice.CHECKS,
    **receipts_lists.CHECKS,
    **receipts_revisions.CHECKS,
    **receipts_reminders.CHECKS,
    **readings.CHECKS,
}
