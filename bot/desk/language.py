"""In which language a student is spoken to."""

from __future__ import annotations

import re
from typing import Final

from agents.run import TurnRun
from store.documents.own import StudentSettings
from store.work import UnitOfWork
from texts import languages, say, speaking, spoken

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")


async def choose_language(run: TurnRun, wanted: str, *, model: bool) -> str:
    """Set the language, or say which there are; the answer is in the new one.

    `model`: one is connected, which speaks more languages than the fixed texts. Raises: StoreError.
    """
    known = ", ".join(languages())
    if not wanted:
        fixed = say(
            "My fixed texts are in: {known}. Yours is set to {now}; /language CODE changes it.",
            known=known,
            now=spoken(),
        )
        return f"{fixed} {_in_conversation(model=model)}"
    if not _TAG.fullmatch(wanted):
        return say("A language is a code such as en or pt-BR. My fixed texts are in: {known}.", known=known)
    tag = wanted.replace("_", "-")

    async def set_it(unit: UnitOfWork) -> None:
        settings = await unit.of(StudentSettings).own() or StudentSettings(id=unit.student)
        settings.language = tag
        await unit.of(StudentSettings).save(settings)

    await run.work.commit(set_it)
    with speaking(tag):
        if {tag.lower(), tag.partition("-")[0].lower()} & {one.lower() for one in languages()}:
            return say("From now on my fixed texts are in this language.")
        return say("Noted. I have no fixed texts in it yet, so they stay English: {known} is all I have.", known=known)


def _in_conversation(*, model: bool) -> str:
    if model:
        return say("In free conversation I answer in the language you write in.")
    return say("No model is connected, so I understand and answer English.")
