"""What is kept and where it goes, in plain words, true of how this service is set up."""

from __future__ import annotations

from bot.checks.endpoint import OPENAI_URL
from bot.checks.finding import host_of
from bot.settings import Settings
from store.documents.own import Platform
from texts import say


def explain_privacy(settings: Settings, platform: Platform) -> str:
    """Return what a student should know about their data."""
    parts = [
        say(
            "**What I keep:** your messages and my answers, what you solved and how it went, and what follows from it: "
            "mastery, revisions, tasks, notes, reminders, settings, your feedback."
        ),
        _where(settings),
        _what_the_platform_sees(platform),
        say(
            "**How long:** until you delete it. /export gives you everything as one file. /forget deletes everything "
            "for good, after a question; what stays is what model calls cost, without your name, and for a month "
            "scrambled marks of your messages, so that none comes back by itself."
        ),
        _in_groups(platform),
        _who(settings, platform),
    ]
    return "\n\n".join(part for part in parts if part)


def _where(settings: Settings) -> str:
    if settings.openai_api_key is None:
        return say(
            "**Where it goes:** nowhere. It stays in the database of this service; no model is connected, and the "
            "offline coach answers."
        )
    told = say(
        "**Where it goes:** it stays in the database of this service. To answer you, the last messages of our "
        "conversation, a few facts (your name, the date, your interview date) and what I look up for it go to a "
        "language model at {host} ({model}). Commands, those with a / in front, are answered without it.",
        host=host_of(settings.openai_base_url or OPENAI_URL),
        model=settings.openai_model,
    )
    return " ".join([told, *_what_is_perceived(settings)])


def _what_is_perceived(settings: Settings) -> list[str]:
    told = []
    if model := settings.senses.get("recording"):
        told.append(say("Recordings go there too ({model}), to be written down; I keep what was said.", model=model))
    if model := settings.senses.get("picture"):
        told.append(say("Pictures go there too ({model}), to be described; I keep the description.", model=model))
    return told


def _what_the_platform_sees(platform: Platform) -> str:
    if platform == "telegram":
        return say(
            "**Telegram** carries our messages and can read them: chats with bots are not end-to-end encrypted. "
            "Deleting here does not delete what stands in your Telegram chat; you can do that there."
        )
    if platform == "terminal":
        return say("**On this machine** what you typed and your exports are files that only you can read.")
    return ""


def _in_groups(platform: Platform) -> str:
    if platform == "terminal":
        return ""
    return say("**In groups** I show nothing about you, and nothing from there is mixed into our private chat.")


def _who(settings: Settings, platform: Platform) -> str:
    if platform == "terminal" and settings.mongodb_uri is None:
        return say("**Who runs this:** you do. All of it is in your data directory.")
    if settings.contact:
        return say(
            "**Who runs this:** {contact}. They can read the database and your feedback.", contact=settings.contact
        )
    return say("**Who runs this:** whoever invited you here. They can read the database and your feedback.")
