"""What came of a call: its typed result, or why it was refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from langchain_core.messages import ToolCall, ToolMessage
from pydantic import ValidationError

from agents.coach.details import Arguments
from tools.account import ErasureQuestion, ErasureReceipt, ExportReceipt
from tools.catching_up import CatchUpReceipt
from tools.context import Result
from tools.conversations import ConversationHits, ConversationList, ConversationReceipt
from tools.delays import CapReceipt, PauseReceipt, SnoozeReceipt
from tools.hints import HintReceipt
from tools.import_results import ImportCancelled, ImportPreview, ImportReceipt
from tools.mastery import MasteryExplanation, MasteryOverview
from tools.notes import NoteList, NoteReceipt
from tools.placement import PlacementReceipt
from tools.planning import TodayPlan
from tools.practice import AttemptReceipt, StartReceipt
from tools.problems import ProblemMatches
from tools.profile import Profile, ProfileReceipt
from tools.progress import Progress
from tools.proposals import SeenReceipt
from tools.rating import RatingReceipt
from tools.reminders import ReminderReceipt, ReminderView
from tools.revising import RecallReceipt, RevisionReceipt
from tools.revision import DueRevisions
from tools.suggestion import NextProblem
from tools.tasks import TaskList, TaskReceipt
from tools.undo import UndoReceipt

RESULTS: Final[dict[str, type[Result]]] = {
    "get_profile": Profile,
    "set_profile": ProfileReceipt,
    "find_problem": ProblemMatches,
    "next_problem": NextProblem,
    "mark_seen": SeenReceipt,
    "start_placement": PlacementReceipt,
    "answer_placement": PlacementReceipt,
    "start_problem": StartReceipt,
    "record_attempt": AttemptReceipt,
    "undo_last": UndoReceipt,
    "explain_mastery": MasteryExplanation,
    "list_mastery": MasteryOverview,
    "list_due_revisions": DueRevisions,
    "start_revision": RevisionReceipt,
    "answer_recall": RecallReceipt,
    "rate_revision": RatingReceipt,
    "snooze_revision": SnoozeReceipt,
    "pause_revisions": PauseReceipt,
    "resume_revisions": PauseReceipt,
    "plan_catch_up": CatchUpReceipt,
    "set_revision_cap": CapReceipt,
    "add_task": TaskReceipt,
    "list_tasks": TaskList,
    "complete_task": TaskReceipt,
    "give_hint": HintReceipt,
    "add_note": NoteReceipt,
    "find_notes": NoteList,
    "edit_note": NoteReceipt,
    "remove_note": NoteReceipt,
    "reschedule_task": TaskReceipt,
    "delete_task": TaskReceipt,
    "plan_today": TodayPlan,
    "show_progress": Progress,
    "new_conversation": ConversationReceipt,
    "list_conversations": ConversationList,
    "resume_conversation": ConversationReceipt,
    "rename_conversation": ConversationReceipt,
    "search_conversations": ConversationHits,
    "export_me": ExportReceipt,
    "ask_to_erase_me": ErasureQuestion,
    "erase_me": ErasureReceipt,
    "preview_import": ImportPreview,
    "adjust_import": ImportPreview,
    "confirm_import": ImportReceipt,
    "cancel_import": ImportCancelled,
    "show_reminders": ReminderView,
    **dict.fromkeys(
        ("set_reminder", "snooze_reminder", "skip_today", "pause_reminders", "resume_reminders"), ReminderReceipt
    ),
}
"""The result of each verb that the table of intents names."""

_PLAINER: Final = (("less than or equal to", "at most"), ("greater than or equal to", "at least"))


@dataclass(frozen=True)
class Refusal:
    """Why a call did nothing. `final`: nothing that the student says would change it."""

    sentence: str
    choices: tuple[str, ...] = ()
    final: bool = False


@dataclass(frozen=True)
class Outcome:
    """A call and what came of it; neither a result nor a refusal where its result could not be read."""

    verb: str
    arguments: Arguments = field(default_factory=dict)
    result: Result | None = None
    refusal: Refusal | None = None


def read_outcome(message: ToolMessage, call: ToolCall | None) -> Outcome:
    """Return what came of a call, from the message that answers it."""
    verb = call["name"] if call else message.name or ""
    arguments = dict(call["args"]) if call else {}
    if message.status == "error":
        return Outcome(verb, arguments, refusal=_refusal_of(message))
    # The content may have been cut for a model; the artifact is whole.
    text = message.artifact if isinstance(message.artifact, str) else str(message.text)
    return Outcome(verb, arguments, result=read_result(verb, text))


def read_result(verb: str, text: str) -> Result | None:
    """Return the typed result of a verb from its JSON; None for what is not known or cannot be read."""
    if verb not in RESULTS:
        return None
    try:
        return RESULTS[verb].model_validate_json(text)
    except ValidationError:
        return None


def _refusal_of(message: ToolMessage) -> Refusal:
    details: dict[str, Any] = message.artifact if isinstance(message.artifact, dict) else {}
    sentence = plain(str(details.get("sentence") or message.text))
    return Refusal(sentence, tuple(map(str, details.get("choices") or ())), details.get("kind") == "failed")


def plain(sentence: str) -> str:
    """Return a sentence about an argument's type or range without its Python: "minutes should be greater than 0"."""
    match = re.fullmatch(r"Nothing was done\. Wrong arguments: (.+)", sentence, re.DOTALL)
    if not match:
        return sentence
    said = re.sub(r"\b(\w+): (?:Input|String|Value|List)\b", lambda name: name[1].replace("_", " "), match[1])
    for stiff, plain in _PLAINER:
        said = said.replace(stiff, plain)
    return f"I can't take that: {said} Nothing was changed."
