"""Finding the row of the table that a phrase fits."""

from __future__ import annotations

from agents.coach import readers, reminder_intents
from agents.coach.intents import BY_NAME, INTENTS, Intent, Request
from agents.coach.notation import match
from agents.coach.phrase import Phrase, read


def recognise(phrase: Phrase) -> Request | None:
    """Return the first intent that fits the phrase, with the arguments found."""
    whole, phrase = phrase.text, phrase.core()
    changes = readers.read_profile(phrase)
    if changes:
        return Request(BY_NAME["profile"], changes)
    possible = (intent for intent in INTENTS if not (intent.unless and intent.unless.search(whole)))
    return next((request for intent in possible if (request := _fit(intent, phrase))), None)


def obey(command: str, rest: Phrase) -> Request | None:
    """Return what a slash command asks for; None where there is no such command."""
    if command == reminder_intents.COMMAND:
        name, arguments = reminder_intents.command_of(rest)
        return Request(BY_NAME[name], arguments) if name else recognise(read(f"remind {rest.typed}"))
    intent = next((intent for intent in INTENTS if intent.command and intent.command[0] == command), None)
    if intent is None:
        return None
    found, rest = intent.sheds(rest)
    return Request(intent, found | intent.read(rest))


def _fit(intent: Intent, phrase: Phrase) -> Request | None:
    found, rest = intent.sheds(phrase)
    if intent.only_with and intent.only_with not in found:
        return None
    for pattern in intent.phrases:
        if fit := match(pattern, rest):
            named = rest.part(fit.span("rest")) if fit.groupdict().get("rest") else Phrase()
            return Request(intent, found | intent.read(named))
    return None
