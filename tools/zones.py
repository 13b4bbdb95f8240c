"""Time zones as people name them: a zone, a city, a country, an offset."""

from __future__ import annotations

import logging
import re
import zoneinfo
from datetime import datetime, timedelta
from importlib.resources import files
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


def zone_of(settings: StudentSettings | None) -> ZoneInfo:
    """Return the zone that a student's settings name; UTC where they name none that this machine knows."""
    try:
        return ZoneInfo(settings.time_zone if settings else "UTC")
    except (KeyError, ValueError, OSError):
        log.warning("a student's time zone is not known on this machine; UTC is used instead")
        return ZoneInfo("UTC")


def zone_in(context: MentorContext, settings: StudentSettings | None) -> ZoneInfo:
    """Return the student's zone, also one that was just set, which the context does not know yet."""
    return zone_of(settings) if settings and settings.time_zone_known else context.zone


def find_zone(said: str, now: datetime) -> ZoneInfo:
    """Return the time zone that somebody means: "Europe/Berlin", "berlin", "India", "UTC+2", "PST".

    A country with zones that differ now or half a year from now is asked about.

    Raises: ToolRetry with choices.
    """
    said = clean_text(said, "the time zone", limit=_LIMIT)
    key = said.lower()
    if offset := re.fullmatch(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?00)?", key):
        return _from_offset(offset[1], int(offset[2]))
    names = sorted(zoneinfo.available_timezones())
    exact = [name for name in names if name.lower() == key.replace(" ", "_") and ("/" in name or name == "UTC")]
    found = exact or list(_ABBREVIATIONS.get(key, ())) or _from_place(fold(said), names) or _from_country(key, now)
    if len(found) == 1:
        return ZoneInfo(found[0])
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
    known = key in _ABBREVIATIONS or any(name.lower() == key for name in names if "/" in name)
    countries = {name.lower() for _, name in _rows("iso3166.tab", 0, 1)} | _SAID.keys()
    return known or key in countries or bool(_from_place(fold(said), names))


def _from_offset(sign: str, hours: int) -> ZoneInfo:
    name = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    if hours == 0:
        return ZoneInfo("UTC")
    if name not in zoneinfo.available_timezones():
        raise ToolRetry("There is no such offset from UTC; name a big city near you instead, such as Berlin.")
    return ZoneInfo(name)


def _from_place(city: str, names: list[str]) -> list[str]:
    if city in _CITIES:
        return [_CITIES[city]]
    return [name for name in names if not _LEGACY.search(name) and fold(name.split("/")[-1]) == city][:1]


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
