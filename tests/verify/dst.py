"""Does every local date get its reminder? Two years of daily reminders in every time zone there is, by the product's
own scheduling.

`python -m tests.verify dst [--years 2] [--zones N] [--break gap]`. Each zone is walked from reminder to reminder at
four times of day, with and without quiet hours, as `jobs/reminders.py` does it: the next one is found from the moment
of the last. What is expected is found in another way: by walking the zone's clock in steps of six hours for its dates,
and by asking each date whether the wall clock ever showed the time. With `--break gap` a time that does not exist is
passed over, as naive code would do it; then it must fail.
"""

from __future__ import annotations

import argparse
import json
import sys
import time as stopwatch
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from learning.reminding import NEVER_QUIET, Occurrence, Quiet, find_next

START: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
TIMES: Final = (time(0, 0), time(2, 30), time(8, 0), time(23, 45))
NIGHT: Final = Quiet(time(22), time(7))
Next = Callable[[datetime, time, ZoneInfo, Quiet, date | None], Occurrence]


@dataclass
class Findings:
    """What was seen, and what should not have been."""

    reminders: int = 0
    moved: int = 0
    twice_shown: int = 0
    missing: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Reminders on another date than their own, in quiet hours, or at another time than they should be."""


def schedule(after: datetime, at: time, zone: ZoneInfo, quiet: Quiet, last: date | None) -> Occurrence:
    """Return the next reminder, as the product finds it."""
    return find_next(after, at, zone, quiet=quiet, first=last + timedelta(days=1) if last else None)


def skip_gaps(after: datetime, at: time, zone: ZoneInfo, quiet: Quiet, last: date | None) -> Occurrence:
    """Return the next reminder as naive code finds it: a time that does not exist has none."""
    while True:
        found = schedule(after, at, zone, quiet, last)
        if found.moment.astimezone(zone).time() == (quiet.end if quiet.holds(at) else at):
            return found
        last = found.day


def walk(zone: ZoneInfo, at: time, quiet: Quiet, end: datetime, following: Next) -> Iterator[Occurrence]:
    """Yield the reminders of a zone, each found from the one before."""
    now, last = START, None
    while (found := following(now, at, zone, quiet, last)).moment < end:
        yield found
        now, last = found.moment, found.day


def dates_of(zone: ZoneInfo, end: datetime) -> list[date]:
    """Return the dates that begin and end in a zone between the start and the end."""
    seen: dict[date, None] = {}
    moment = START
    while moment <= end:
        seen[moment.astimezone(zone).date()] = None
        moment += timedelta(hours=6)
    return list(seen)[1:-1]


def check_zone(name: str, end: datetime, findings: Findings, following: Next) -> None:
    """Hold the reminders of one zone against its dates."""
    zone = ZoneInfo(name)
    dates = dates_of(zone, end)
    for quiet in (NEVER_QUIET, NIGHT):
        for at in TIMES:
            counts: dict[date, int] = {}
            for found in walk(zone, at, quiet, end, following):
                counts[found.day] = counts.get(found.day, 0) + 1
                _check_place(name, zone, at, quiet, found, findings)
            label = f"{name} at {at:%H:%M}{' with quiet hours' if quiet is NIGHT else ''}"
            findings.missing += [f"{label}: {day}" for day in dates if day not in counts]
            findings.double += [f"{label}: {day}" for day, count in counts.items() if count > 1]
            findings.reminders += sum(counts.values())


def _check_place(name: str, zone: ZoneInfo, at: time, quiet: Quiet, found: Occurrence, findings: Findings) -> None:
    wall = found.moment.astimezone(zone)
    wanted = quiet.end if quiet.holds(at) else at
    wrong = wall.date() != found.day or quiet.holds(wall.time())
    if wall.time() != wanted:
        findings.moved += 1
        wrong = wrong or _exists(found.day, wanted, zone) or not _beside_gap(found.moment, zone)
    elif wall.fold:
        wrong = True
    elif datetime.combine(found.day, wanted, zone).utcoffset() != wall.replace(fold=1).utcoffset():
        findings.twice_shown += 1
    if wrong:
        findings.elsewhere.append(f"{name} {found.day} at {at:%H:%M}: {wall.isoformat()}")


def _exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Return whether the wall clock shows a time on a date: some moment of UTC is that time."""
    naive = datetime.combine(day, at)
    offsets = {(naive.replace(tzinfo=UTC) + timedelta(hours=h)).astimezone(zone).utcoffset() for h in (-26, 0, 26)}
    shown = ((naive - offset).replace(tzinfo=UTC).astimezone(zone) for offset in offsets if offset is not None)
    return any(wall.replace(tzinfo=None) == naive for wall in shown)


def _beside_gap(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clock jumps right before a moment, or in the minute after it."""
    offsets = [(moment + timedelta(seconds=s)).astimezone(zone).utcoffset() for s in (-1, 0, 60)]
    return offsets[0] != offsets[1] or offsets[1] != offsets[2]


def main(argv: list[str]) -> int:
    """Walk the zones and print what was found; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify dst", description=__doc__)
    parser.add_argument("--years", type=float, default=2)
    parser.add_argument("--zones", type=int, default=0, help="only so many, spread over the alphabet (0: all)")
    parser.add_argument("--break", dest="broken", choices=["gap"], help="be naive about times that do not exist")
    options = parser.parse_args(argv)
    names = sorted(zoneinfo.available_timezones())
    if options.zones:
        names = names[:: max(1, len(names) // options.zones)][: options.zones]
    findings, started = Findings(), stopwatch.monotonic()
    end = START + timedelta(days=365.25 * options.years)
    for name in names:
        check_zone(name, end, findings, skip_gaps if options.broken else schedule)
    figures = {
        "zones": len(names),
        "days": (end - START).days,
        "reminders": findings.reminders,
        "moved_by_a_gap": findings.moved,
        "first_of_two": findings.twice_shown,
        "missing": len(findings.missing),
        "double": len(findings.double),
        "elsewhere": len(findings.elsewhere),
        "seconds": round(stopwatch.monotonic() - started, 1),
    }
    print(json.dumps(figures))
    for kind in (findings.missing, findings.double, findings.elsewhere):
        if kind:
            print(f"{len(kind)}, such as {kind[:3]}", file=sys.stderr)
    return 1 if findings.missing or findings.double or findings.elsewhere else 0
