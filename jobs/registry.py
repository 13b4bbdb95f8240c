"""Every job there is. A new one is a module beside this one and a line here."""

from __future__ import annotations

from jobs.base import Job
from jobs.composing import compose_daily
from jobs.making import Making, Parts
from jobs.occasions import DAILY, WEEKLY
from jobs.weekly import compose_weekly


def build_jobs(parts: Parts) -> tuple[Job, ...]:
    """Return the jobs of this process."""
    return (
        Making("reminders", parts, DAILY, compose_daily).job(),
        Making("weekly", parts, WEEKLY, compose_weekly).job(),
    )
