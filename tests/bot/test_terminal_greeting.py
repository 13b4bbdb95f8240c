"""The line that greets a student who comes back says what matters first, from their own data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from bot.adapters.terminal.greeting import welcome_back
from bot.app import App
from store.client import ObjectId
from tests.tools.harness import open_school
from tools.practice import AttemptReceipt, StartReceipt


async def test_what_runs_and_what_is_due_greet_who_comes_back(mongo_uri: str, database_name: str) -> None:
    """First a problem that still runs, else the topics due for revision, else the way to the next problem."""
    school = await open_school(mongo_uri, database_name, indexed=False)
    ada = await school.enrol()
    app = cast("App", SimpleNamespace(database=school.database, clock=school.clock, ids=ObjectId))
    assert "No revision is due today" in await welcome_back(app, ada.id)
    await ada.do(StartReceipt, "start_problem", problem="two sum")
    assert "Two Sum is still running" in await welcome_back(app, ada.id)
    await ada.do(AttemptReceipt, "record_attempt", outcome="stuck")
    school.clock.forward(days=2)
    said = await welcome_back(app, ada.id)
    assert said.startswith("Welcome back! Due for revision: ")
    assert {"Arrays", "Hashing"} == set(said.rstrip(".").split(": ")[1].split(", "))
    school.database.close()
