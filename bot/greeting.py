"""How PrepMate introduces itself, in one place for every door."""

from __future__ import annotations

from store.documents.own import Action
from texts import say


def introduce() -> str:
    """Return what PrepMate is, in two lines."""
    return say(
        "Hi! I'm PrepMate, your mentor for coding interviews.\n"
        "I pick your next problem, log how it went, and bring topics back in time."
    )


def choices() -> tuple[tuple[str, str], ...]:
    """Return what a newcomer is offered first, each with the message that it stands for."""
    return (
        (say("Give me one"), "give me one"),
        (say("Import my solves"), "import my solves"),
        (say("Set my interview date"), "set my interview date"),
    )


def greeting() -> tuple[str, list[Action]]:
    """Return the first words to a newcomer: what this is, an example, and three taps."""
    text = "\n\n".join(
        [
            introduce(),
            say("Just write to me, typos and all. For example: “i solved two sum in 12 min with help”."),
            say("Or begin here:"),
        ]
    )
    says = ("/next", "/import", "/profile interview")
    labels = (label for label, _ in choices())
    return text, [Action(label=label, says=said, group=None) for label, said in zip(labels, says, strict=True)]
