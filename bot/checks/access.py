"""Who may come in, and whether whoever runs the service meant it so."""

from __future__ import annotations

from bot.checks.finding import Finding
from bot.settings import Settings

WHAT = "access"


def check_access(settings: Settings) -> Finding:
    """Return who is let in through chat platforms; an open service that costs its operator money is worth a word."""
    if settings.access == "invite":
        if not settings.codes:
            told = "By invitation, but PREPMATE_INVITE_CODES holds no code: name one, or nobody new gets in."
            return Finding("open", WHAT, told)
        return Finding("good", WHAT, "Whoever has an invitation code gets in.")
    if settings.access == "list":
        listed = settings.allowed_accounts | settings.admin_accounts
        if not listed:
            return Finding("open", WHAT, "Only who is on the list gets in, and PREPMATE_ALLOWED names nobody.")
        return Finding("good", WHAT, f"{len(listed)} listed accounts get in.")
    if settings.openai_api_key is not None:
        told = "Everybody who finds the bot gets in and uses your model; PREPMATE_ACCESS=invite keeps that to guests."
        return Finding("open", WHAT, told)
    return Finding("good", WHAT, "Everybody who finds the bot gets in.")
