"""The offline coach where others read along: it knows the catalogue, and nothing of whoever asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from pydantic import ValidationError

from agents.coach import talk
from agents.coach.dialogue import GUESS, Say, understand
from agents.coach.intents import BY_NAME, Request
from agents.coach.model import OfflineCoach, words_of
from agents.coach.notation import match, phrases
from agents.coach.outcomes import read_outcome
from agents.coach.phrase import Phrase, clean, read
from agents.coach.revision_wording import link
from texts import say
from tools.context import Result
from tools.problems import ProblemBrief, ProblemMatches
from tools.public import CatalogueGlimpse, FirstHint

_HARMLESS: Final = frozenset({talk.THANKS, talk.BYE})
_OPENING: Final = frozenset(
    {talk.GREETING, talk.HELP, talk.NOT_UNDERSTOOD, talk.NEEDS_MODEL, talk.EMPTY, talk.TOO_LONG, talk.READY}
)
_RESULTS: Final[dict[str, type[Result]]] = {"browse_catalogue": CatalogueGlimpse, "first_hint": FirstHint}
_SEVERAL: Final = re.compile(r"\b(?:some|problems|questions|challenges|exercises)\b", re.IGNORECASE)
_LINK: Final = re.compile(r"\]\((\S+)\)")
_SUBJECT: Final = phrases(
    "[can|could|you|please]* (explain|describe|teach) [me|us|to]* [what|is|are|a|an|the]* <...>",
    "(what is|what are|whats|how does|how do) [a|an|the]* <...>",
    "[can|could|you|please]* tell (me|us) about [a|an|the]* <...>",
)


class PublicCoach(OfflineCoach):
    """A coach that offers what is everybody's, and sends whoever wants their own to the private chat."""

    def _decide(self, before: Sequence[AnyMessage], student: HumanMessage) -> Request | Say:
        # Each message stands for itself: a number said by one may answer what another was asked.
        text = words_of(student)
        wanted = understand((), text)
        if isinstance(wanted, Say):
            return self._subject(read(clean(text))) or Say(_publicly(wanted.text))
        if wanted.verb == "find_problem":
            return self._subject(read(clean(text))) or wanted
        if wanted.verb == "next_problem":
            wish = {name: said for name, said in wanted.arguments.items() if name in ("topic", "difficulty")}
            return _browse(wish if _SEVERAL.search(text) else wish | {"one": True})
        if wanted.intent.name == "hint":
            last = next((str(message.text) for message in reversed(before) if isinstance(message, AIMessage)), "")
            if problem := wanted.arguments.get("problem") or ("" if more_hints() in last else _named_alone(last)):
                return Request(replace(BY_NAME["find"], verb="first_hint"), {"problem": problem})
            if more_hints() in last:
                return Say(more_hints())
            return Say(say("Which problem? Name it with the question: `hint for two sum`."))
        return Say(private())

    @staticmethod
    def _subject(phrase: Phrase) -> Request | None:
        """Return the look-up of what somebody wants explained."""
        for pattern in _SUBJECT:
            if (fit := match(pattern, phrase)) and (rest := phrase.part(fit.span("rest"))):
                return _browse({"topic": rest.typed})
        return None

    def _word(self, results: Sequence[ToolMessage], running: Sequence[AnyMessage], *_: object) -> Request | Say:
        calls = {call["id"]: call for one in running if isinstance(one, AIMessage) for call in one.tool_calls}
        first, outcome = (read_outcome(results[at], calls.get(results[at].tool_call_id)) for at in (0, -1))
        if outcome.refusal is not None:
            if topic := outcome.arguments.get("topic"):
                return Request(BY_NAME["find"], {"query": topic, **GUESS})
            return Say(outcome.refusal.sentence)
        result = outcome.result or _read(results[-1], outcome.verb)
        if isinstance(result, ProblemMatches):
            if GUESS.items() <= outcome.arguments.items() and not result.exact:
                return Say(first.refusal.sentence if first.refusal else introduction())
            return Say(_found(result))
        if isinstance(result, CatalogueGlimpse):
            one = result.problems[0] if outcome.arguments.get("one") and result.problems else None
            return Say(_suggest(one) if one else _glimpse(result))
        return Say(_hint(result) if isinstance(result, FirstHint) else introduction())


def introduction() -> str:
    """Return what can be asked where others read along."""
    return say(
        "Here I can find a problem (`find two sum`), name one to solve (`a medium graph problem`), give a first hint "
        "(`hint for two sum`) and say what a topic is about (`explain heaps`). Everything of your own stays between "
        "us: write to me in private."
    )


def private() -> str:
    """Return where a student's own things belong."""
    return say("That is between us: write to me in private.")


def more_hints() -> str:
    """Return where the hints behind the first are given."""
    return say("The next hints come in private, one by one.")


def _publicly(text: str) -> str:
    if text in _OPENING:
        return introduction()
    return text if text in _HARMLESS else private()


def _browse(arguments: dict[str, Any]) -> Request:
    return Request(replace(BY_NAME["find"], verb="browse_catalogue"), arguments)


def _read(message: ToolMessage, verb: str) -> Result | None:
    kind = _RESULTS.get(verb)
    try:
        return kind.model_validate_json(str(message.artifact)) if kind else None
    except ValidationError:
        return None


def _found(result: ProblemMatches) -> str:
    if not result.matches:
        return say("There is no such problem in the catalogue.")
    lines = "\n".join(f"- {_line(problem)}" for problem in result.matches)
    return _line(result.matches[0]) if result.exact else f"{say('These come closest:')}\n\n{lines}"


def _suggest(problem: ProblemBrief) -> str:
    hint = say("`hint for {title}` gives a first hint.", title=problem.title)
    return f"{_line(problem)}\n\n{hint}"


def _named_alone(answer: str) -> str | None:
    """Return the only problem that an answer names."""
    named = set(_LINK.findall(answer))
    return str(named.pop()) if len(named) == 1 else None


def _glimpse(result: CatalogueGlimpse) -> str:
    lines = "\n".join(f"- {_line(problem)}" for problem in result.problems)
    parts = [f"**{result.topic}**: {result.about}" if result.about else f"**{result.topic}**"] if result.topic else []
    if result.ideas:
        parts.append(say("What belongs to it: {ideas}.", ideas=", ".join(result.ideas)))
    if result.builds_on:
        parts.append(say("It builds on {topics}.", topics=", ".join(result.builds_on)))
    parts.append(f"{say('Some problems:')}\n\n{lines}" if lines else say("There is no such problem in the catalogue."))
    return "\n\n".join(parts)


def _hint(result: FirstHint) -> str:
    return f"{link(result.problem)}\n\n{result.text}\n\n{more_hints()}"


def _line(problem: ProblemBrief) -> str:
    topics = [", ".join(problem.topics)] if problem.topics else []
    return " · ".join([link(problem), problem.difficulty, *topics])
