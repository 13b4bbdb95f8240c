"""The reply where no rule gives one: it obeys `call …` lines and is the same for the same conversation."""

import re

from tests.fakes.openai.script import Call, Reply, Situation

ORDER = re.compile(r"^[ \t]*(?P<then>then[ \t]+)?call[ \t]+(?P<name>[\w-]+)[ \t]*(?P<arguments>\{.*)?$", re.IGNORECASE)


def think(situation: Situation) -> Reply:
    """Tool calls while the last user message orders some for this step, then words.

    Each line `call NAME {JSON}` orders a call in the same step, `then call NAME {JSON}` begins the next step. Orders
    for tools that are not offered are passed over, and the answer says so.
    """
    steps = _orders(situation.last_user)
    wanted = steps[situation.step] if situation.step < len(steps) else []
    calls = [call for call in wanted if call.name in situation.offered]
    if calls:
        return Reply(calls=calls)
    return Reply(text=_answer(situation, steps))


def _orders(text: str) -> list[list[Call]]:
    steps: list[list[Call]] = []
    for line in text.splitlines():
        match = ORDER.match(line)
        if match is None:
            continue
        if match["then"] or not steps:
            steps.append([])
        steps[-1].append(Call(name=match["name"], arguments=(match["arguments"] or "{}").strip()))
    return steps


def _answer(situation: Situation, steps: list[list[Call]]) -> str:
    sentences = [f"{name} said: {_short(result, 200)}" for name, result in situation.results]
    missing = sorted({call.name for calls in steps for call in calls} - set(situation.offered))
    sentences += [f"I have no tool named {name}." for name in missing]
    earlier = situation.users[:-1]
    sentences.append(f"You said: “{_short(_last_line(situation.last_user), 80)}”.")
    sentences.append(f"I have seen {len(earlier)} earlier messages from you.")
    if earlier:
        sentences.append(f"The one before was: “{_short(_last_line(earlier[-1]), 80)}”.")
    return " ".join(sentences)


def _last_line(text: str) -> str:
    """The student's own words stand last; what the prompt adds about the day stands above them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
