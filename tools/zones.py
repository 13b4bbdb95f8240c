"""Time zones as people name them: a zone, a city, a country, an offset."""

from __future__ import annotations

import logging
import re
import struct
import zoneinfo
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from store.documents.own import StudentSettings
from tools.arguments import clean_text, name_some, shown
from tools.context import MentorContext
from tools.errors import ToolRetry
from tools.matching import fold, rank, winner

log = logging.getLogger(__name__)

_LIMIT: Final = 80
_LEGACY: Final = re.compile(r"^(Etc|SystemV|US|Canada|Brazil|Chile|Mexico)/|^[^/]+$")
_SAID: Final = {
    "usa": "united states", "us": "united states", "america": "united states", "uk": "britain (uk)",
    "england": "britain (uk)", "great britain": "britain (uk)", "united kingdom": "britain (uk)",
    "uae": "united arab emirates", "korea": "korea (south)", "south korea": "korea (south)",
}  # fmt: skip
_ABBREVIATIONS: Final[dict[str, tuple[str, ...]]] = {
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "pst": ("America/Los_Angeles",), "pdt": ("America/Los_Angeles",), "pt": ("America/Los_Angeles",),
    "mst": ("America/Denver",), "mdt": ("America/Denver",), "cdt": ("America/Chicago",),
    "est": ("America/New_York",), "edt": ("America/New_York",), "et": ("America/New_York",),
    "cet": ("Europe/Berlin",), "cest": ("Europe/Berlin",), "eet": ("Europe/Athens",), "wet": ("Europe/Lisbon",),
    "jst": ("Asia/Tokyo",), "kst": ("Asia/Seoul",), "sgt": ("Asia/Singapore",), "aest": ("Australia/Sydney",),
    "gmt": ("UTC",), "utc": ("UTC",), "z": ("UTC",),
}  # fmt: skip
_CITIES: Final = {
    "mumbai": "Asia/Kolkata", "bombay": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "hyderabad": "Asia/Kolkata", "chennai": "Asia/Kolkata",
    "pune": "Asia/Kolkata", "calcutta": "Asia/Kolkata", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "boston": "America/New_York", "nyc": "America/New_York",
    "washington": "America/New_York", "austin": "America/Chicago", "dallas": "America/Chicago",
    "munchen": "Europe/Berlin", "muenchen": "Europe/Berlin", "koln": "Europe/Berlin", "wien": "Europe/Vienna",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin",
    "barcelona": "Europe/Madrid", "milan": "Europe/Rome", "geneva": "Europe/Zurich", "beijing": "Asia/Shanghai",
    "shenzhen": "Asia/Shanghai", "osaka": "Asia/Tokyo", "abu dhabi": "Asia/Dubai", "tel aviv": "Asia/Jerusalem",
    "edinburgh": "Europe/London", "manchester": "Europe/London", "kyiv": "Europe/Kyiv", "rio": "America/Sao_Paulo",
}  # fmt: skip


_OFFSET: Final = re.compile(
    r"\(?(?:(?P<named>utc|gmt)\s*)?(?P<sign>[-+\u2212\u2013])?\s*"
    r"(?:(?P<hours>\d{1,2})(?:[:.h](?P<minutes>\d{2}))?|(?P<digits>\d{3,4})|(?P<decimal>\d{1,2}[.,](?:25|5|75)))"
    r"\s*(?:h|hours?)?(?:\).*|\s*\(.*\)|\s+time(?:\s?zone)?)?"
)
"""An offset from UTC as people write it: "GMT+5:30", "+0530", "utc-3", "gmt 8", "UTC+5.5"."""
_OLD_OFFSET: Final = re.compile(r"Etc/GMT(?P<sign>[-+])(?P<hours>\d{1,2})")
"""A whole offset as the zone data names it, with the sign the wrong way round."""
_EASTERNMOST: Final = 14 * 60
_WESTERNMOST: Final = -12 * 60
_QUARTER: Final = 15


def zone_of(settings: StudentSettings | None) -> ZoneInfo:
    """Return the zone that a student's settings name; UTC where they name none that this machine knows."""
    try:
        return named_zone(settings.time_zone if settings else "UTC")
    except (KeyError, ValueError, OSError):
        log.warning("a student's time zone is not known on this machine; UTC is used instead")
        return ZoneInfo("UTC")


def zone_in(context: MentorContext, settings: StudentSettings | None) -> ZoneInfo:
    """Return the student's zone, also one that was just set, which the context does not know yet."""
    return zone_of(settings) if settings and settings.time_zone_known else context.zone


def find_zone(said: str, now: datetime) -> ZoneInfo:
    """Return the time zone that somebody means: "Europe/Berlin", "berlin", "India", "UTC+5:30", "PST".

    An offset's zone is called as students say it, "UTC+5:30". A country with zones that differ now or half a year from
    now is asked about.

    Raises: ToolRetry with choices.
    """
    said = clean_text(said, "the time zone", limit=_LIMIT)
    key = said.lower()
    if (minutes := _read_offset(key)) is not None:
        return _zone_at(_check_offset(minutes))
    names = sorted(zoneinfo.available_timezones())
    exact = [name for name in names if name.lower() == key.replace(" ", "_") and ("/" in name or name == "UTC")]
    found = exact or list(_ABBREVIATIONS.get(key, ())) or _from_place(said, names) or _from_country(key, now)
    if len(found) == 1:
        return named_zone(found[0])
    if found:
        raise ToolRetry(f"Which time zone is {shown(said)}: {name_some(found, 4)}?", choices=found)
    cities = {name: name.split("/")[-1] for name in names if not _LEGACY.search(name)}
    near = rank(said, cities, limit=5)
    if best := winner(near):
        return ZoneInfo(best.key)
    choices = [match.key for match in near]
    raise ToolRetry(f"I know no time zone {shown(said)}; name a big city near you, such as Berlin.", choices=choices)


def is_place(said: str) -> bool:
    """Return whether these words are a time zone, a city or a country, as they stand, whatever else they may mean."""
    key, names = said.strip().lower(), sorted(zoneinfo.available_timezones())
    known = (
        key in _ABBREVIATIONS
        or _read_offset(key) is not None
        or any(name.lower() == key for name in names if "/" in name)
    )
    countries = {name.lower() for _, name in _rows("iso3166.tab", 0, 1)} | _SAID.keys()
    return known or key in countries or bool(_from_place(said, names))


def named_zone(name: str) -> ZoneInfo:
    """Return a stored zone: one of the zone data, or an offset. Raises as ZoneInfo does."""
    if old := _OLD_OFFSET.fullmatch(name):
        return _zone_at(int(old["hours"]) * (60 if old["sign"] == "-" else -60))
    minutes = _read_offset(name.lower())
    return _zone_at(minutes) if minutes is not None and _is_kept(minutes) else ZoneInfo(name)


def _read_offset(said: str) -> int | None:
    """Return an offset in minutes; None where this is none. A bare number is none: it needs a sign or "utc" before."""
    found = _OFFSET.fullmatch(said.strip())
    if found is None or not (found["named"] or found["sign"]):
        return None
    digits = (found["digits"] or "").zfill(4)
    hours = int(found["hours"] or digits[:2])
    minutes = int(found["minutes"] or digits[2:])
    if found["decimal"]:
        hours, minutes = divmod(round(float(found["decimal"].replace(",", ".")) * 60), 60)
    total = hours * 60 + minutes
    return total if found["sign"] in (None, "+") else -total


def _is_kept(minutes: int) -> bool:
    """Whether anybody may live by such an offset."""
    return _WESTERNMOST <= minutes <= _EASTERNMOST and minutes % _QUARTER == 0


def _check_offset(minutes: int) -> int:
    if not _is_kept(minutes):
        raise ToolRetry(
            "There is no such offset: they go from UTC-12 to UTC+14, such as UTC-3 or UTC+5:30. You can also name a "
            "big city near you, such as Berlin."
        )
    return minutes


@cache
def _zone_at(minutes: int) -> ZoneInfo:
    """Return the zone that is always so many minutes ahead of UTC, called "UTC+5:30"."""
    if minutes == 0:
        return ZoneInfo("UTC")
    hours, rest = divmod(abs(minutes), 60)
    name = f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
    # A file of zone data (RFC 8536, version 1) with this one offset in it: whatever knows ZoneInfo can use it.
    label = name.encode() + b"\0"
    header = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, len(label))
    data = header + struct.pack(">lBB", minutes * 60, 0, 0) + label
    return ZoneInfo.from_file(BytesIO(data), key=name)


def _from_place(said: str, names: list[str]) -> list[str]:
    """Return the zone of a city: "berlin", "Mumbai, India", "ho chi minh city"."""
    cities = {fold(said), fold(said.split(",")[0]), fold(said).removesuffix(" city")}
    named = [_CITIES[city] for city in cities if city in _CITIES]
    return named or [name for name in names if not _LEGACY.search(name) and fold(name.split("/")[-1]) in cities][:1]


def _from_country(country: str, now: datetime) -> list[str]:
    """Return the zones of a country, those that keep the same time as an earlier one left out."""
    codes = {name.lower(): code for code, name in _rows("iso3166.tab", 0, 1)}
    code = codes.get(_SAID.get(country, country))
    if code is None:
        return []
    distinct: dict[tuple[timedelta | None, ...], str] = {}
    for owner, name in _rows("zone.tab", 0, 2):
        if owner == code:
            zone = ZoneInfo(name)
            times = tuple((now + timedelta(days=days)).astimezone(zone).utcoffset() for days in (0, 91, 182, 273))
            distinct.setdefault(times, name)
    return list(distinct.values())


def _rows(table: str, first: int, second: int) -> list[tuple[str, str]]:
    """Return two columns of a table that comes with the zone data."""
    text = _read(table)
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(row[first], row[second]) for row in rows if len(row) > second]


def _read(table: str) -> str:
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / table
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8")
