"""A turn that is a request: carried out at once, with no model, no graph and nothing to read, and worded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.coach import wording
from agents.coach.outcomes import Outcome, plain, read_result
from agents.run import PREPMATE, Answer, Ran, TurnRun
from store.work import EffectKey
from texts import later, say
from tools.context import Verb
from tools.errors import ToolError
from tools.execute import execute
from tools.request import request_from

_STEP: Final = 1
_CALL: Final = "request"
_UNKNOWN: Final = later("There is nothing here that is called {name}.")


async def answer_request(run: TurnRun, verbs: Mapping[str, Verb]) -> Answer:
    """Carry out the request that a turn is, once however often the turn is worked, and say what came of it.

    Raises: StoreError.
    """
    request = request_from(run.turn.request or "")
    verb = verbs.get(request.verb)
    if verb is None:
        return _answer(say(_UNKNOWN, name=request.verb[:40]), Ran(request.verb, "", request.arguments, ok=False))
    await run.listener.doing(verb.doing)
    try:
        key = EffectKey(run.turn.id, _STEP, _CALL)
        result = await execute(verb, request.arguments, run.context, run.work, key)
    except ToolError as error:
        return _answer(plain(str(error)), Ran(request.verb, "", request.arguments, ok=False))
    outcome = Outcome(request.verb, dict(request.arguments), result=read_result(request.verb, result))
    return _answer(wording.tell([outcome]), Ran(request.verb, result, request.arguments))


def _answer(text: str, ran: Ran) -> Answer:
    return Answer(text, PREPMATE, (ran,))
