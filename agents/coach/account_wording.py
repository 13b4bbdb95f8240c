"""Results about conversations and about the student's data in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from tools.account import ErasureQuestion, ErasureReceipt, ExportReceipt
from tools.context import Result
from tools.conversations import ConversationHits, ConversationList, ConversationReceipt
from tools.dates import say_day


def _receipt(result: ConversationReceipt) -> str:
    one = result.conversation
    if result.undo_label:
        return f"This conversation is now called **{_plain(one.title)}**."
    if one.messages == 0:
        about = f" It is about {_plain(one.problem or one.topic or '')}." if one.problem or one.topic else ""
        return f"A fresh start.{about} The one before is kept: `my conversations` lists them."
    return f"Back in **{_plain(one.title)}**, with its {one.messages} messages. Where were we?"


def _list(result: ConversationList) -> str:
    if not result.conversations:
        return "There is no conversation yet; this one begins now."
    lines = []
    for one in result.conversations:
        kind = f" · {one.type}" if one.type != "general" else ""
        day = f" · {_day(one.last, result.today)}" if one.last else ""
        running = " · running" if one.active else ""
        lines.append(f"- **{one.number}** {_plain(one.title)}{kind} · {one.messages} messages{day}{running}")
    if result.total > len(lines):
        lines.append(f"- and {result.total - len(lines)} more")
    return "\n".join([*lines, "", "`resume 2` goes back to one, `new conversation` begins another."])


def _hits(result: ConversationHits) -> str:
    if not result.hits:
        return f"We never said “{_plain(result.text)}”, in any conversation."
    count = "One message holds" if result.total == 1 else f"{result.total} messages hold"
    lines = [
        f"- **{hit.number}** {_plain(hit.title)} · {'you' if hit.role == 'user' else 'mentor'}"
        f"{f' · {_day(hit.day, result.today)}' if hit.day else ''}: {_plain(hit.snippet)}"
        for hit in result.hits
    ]
    if result.total > len(lines):
        lines.append(f"- and {result.total - len(lines)} more")
    closing = f"`resume {result.hits[0].number}` goes back to that conversation."
    return "\n".join([f"{count} that:", "", *lines, "", closing])


def _export(_: ExportReceipt) -> str:
    return (
        "Here is everything about you as one JSON file. The index at its top says what there is and how much.\n\n"
        "Left out for your safety: passwords, access tokens and other secrets."
    )


def _question(result: ErasureQuestion) -> str:
    return (
        "This deletes everything about you for good: your conversations, solves, mastery, revisions, tasks and all "
        "else. Nobody can bring it back. For a copy, say `export my data` first.\n\n"
        f"If you are sure, type `delete {result.code}` within {result.minutes} minutes. Anything else changes nothing."
    )


def _erasure(_: ErasureReceipt) -> str:
    return (
        "Everything about you is being deleted now; this is the last thing I say before I forget you. "
        "If you write again, we begin anew. Good luck with your interviews!"
    )


def _day(day: str, today: str) -> str:
    return say_day(date.fromisoformat(day), date.fromisoformat(today))


def _plain(text: str) -> str:
    """Return a student's own words without what Markdown would take for markup."""
    return " ".join(text.replace("*", "").replace("`", "").replace("[", "(").replace("]", ")").split())


ACCOUNT_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {
    ConversationReceipt: _receipt,
    ConversationList: _list,
    ConversationHits: _hits,
    ExportReceipt: _export,
    ErasureQuestion: _question,
    ErasureReceipt: _erasure,
}
