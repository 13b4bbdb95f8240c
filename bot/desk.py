"""The desk: what only the service itself can answer, around the mentors who answer everything else."""

from __future__ import annotations

from agents.run import Answer, TurnRun
from bot.worker import Answerer


class Desk:
    """Answers turns: private ones through one mentor, those said where others read along through another."""

    def __init__(self, private: Answerer, public: Answerer) -> None:
        self._private, self._public = private, public

    async def answer(self, run: TurnRun) -> Answer:
        """Return the answer to a turn. Raises: AgentError, StoreError."""
        return await (self._public if run.turn.public else self._private).answer(run)
