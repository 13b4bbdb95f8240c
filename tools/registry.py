"""Every verb there is. A new one is named in its area's tuple, and is then a tool."""

from __future__ import annotations

from typing import Final

from tools.account import ACCOUNT
from tools.catching_up import CATCHING_UP
from tools.context import Verb
from tools.conversations import CONVERSATIONS
from tools.delays import DELAYS
from tools.hints import HINTS
from tools.imports import IMPORTS
from tools.mastery import MASTERY
from tools.notes import NOTES
from tools.placement import PLACEMENT
from tools.planning import PLANNING
from tools.practice import PRACTICE
from tools.problems import PROBLEMS
from tools.profile import PROFILE
from tools.progress import PROGRESS
from tools.proposals import PROPOSALS
from tools.rating import RATING
from tools.reminders import REMINDERS
from tools.revising import REVISING
from tools.revision import REVISION
from tools.tasks import TASKS
from tools.undo import UNDO

VERBS: Final[tuple[Verb, ...]] = (
    *PROFILE,
    *PROBLEMS,
    *PRACTICE,
    *PROPOSALS,
    *PLACEMENT,
    *UNDO,
    *MASTERY,
    *REVISION,
    *TASKS,
    *REVISING,
    *RATING,
    *DELAYS,
    *CATCHING_UP,
    *HINTS,
    *NOTES,
    *PLANNING,
    *PROGRESS,
    *CONVERSATIONS,
    *ACCOUNT,
    *IMPORTS,
    *REMINDERS,
)
