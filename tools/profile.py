"""The student's profile: interview date, minutes a day, time zone, companies, name."""

from __future__ import annotations

from datetime import UTC, date
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from store.documents.own import StudentSettings
from store.documents.people import User
from store.names import clean_name
from tools.arguments import check_whole, clean_line, name_some
from tools.context import MentorContext, Receipt, Result, Verb
from tools.dates import local_day, plain_date, say_day
from tools.errors import ToolFailed, ToolRetry
from tools.reminding import can_be_offered, replan
from tools.shifts import find_shift, parse_new_day
from tools.tasklist import keep_days
from tools.zones import find_zone, zone_in

NAME_LIMIT: Final = 100
MOST_COMPANIES: Final = 20
FEWEST_MINUTES: Final = 5


class Profile(Result):
    """Who the student is. `missing` names what is not known yet: target_date, minutes_per_day, time_zone."""

    name: str
    target_date: str | None
    days_left: int | None
    minutes_per_day: int | None
    time_zone: str
    time_zone_known: bool
    target_companies: tuple[str, ...]
    today: str
    missing: tuple[str, ...]


class ProfileReceipt(Receipt):
    """The profile after the change; `changed` names the fields that are different now.

    `offers_reminder`: the zone is known from now on and the student can be written to, so a daily reminder is possible.
    """

    profile: Profile
    changed: tuple[str, ...]
    offers_reminder: bool = False


async def get_profile(context: MentorContext) -> Profile:
    """Look up the student's profile: name, interview date, minutes a day, time zone, target companies, today's date.

    Use it before planning, or when the student asks what you know about them.
    """
    user = await _user(context)
    settings = await context.work.of(StudentSettings).own()
    return _profile(context, user, settings)


async def set_profile(
    context: MentorContext,
    name: Annotated[str | None, Field(max_length=NAME_LIMIT, description="What to call the student.")] = None,
    target_date: Annotated[
        str | None,
        Field(
            max_length=60,
            description="The interview's day: 2026-12-24, in 6 weeks, 15 march. Moved: 1 week later, 3 days earlier.",
        ),
    ] = None,
    minutes_per_day: Annotated[
        int | None, Field(ge=FEWEST_MINUTES, le=1440, description="Minutes a day for practice.")
    ] = None,
    time_zone: Annotated[
        str | None, Field(max_length=80, description="A zone, city or country: Europe/Berlin, Berlin, India.")
    ] = None,
    target_companies: Annotated[
        list[str] | None, Field(max_length=MOST_COMPANIES, description="All target companies; replaces the list.")
    ] = None,
) -> ProfileReceipt:
    """Change the student's profile. Give only what the student said; everything else stays as it is.

    In another time zone open tasks stay due on the same day, and reminders come at the same local time.
    """
    given = (name, target_date, minutes_per_day, time_zone, target_companies)
    if all(value is None for value in given):
        raise ToolRetry("Say what to change: name, target_date, minutes_per_day, time_zone or target_companies.")
    user = await _user(context)
    settings = await context.work.of(StudentSettings).own() or StudentSettings(id=context.student)
    before = _profile(context, user, settings)
    if time_zone is not None:
        await change_zone(context, settings, time_zone)
    if minutes_per_day is not None:
        settings.minutes_per_day = check_whole(minutes_per_day, "Minutes a day", lowest=FEWEST_MINUTES, highest=1440)
    if name is not None:
        said = clean_line(name, "the name", limit=NAME_LIMIT)
        user.name = clean_line(clean_name(said), "the name", limit=NAME_LIMIT)
    if target_companies is not None:
        user.target_companies = _companies(target_companies)
    if target_date is not None:
        user.preparation_target_date = plain_date(_new_target(target_date, before, _today(context, settings)))
    await context.work.of(User).save(user)
    if time_zone is not None or minutes_per_day is not None:
        await context.work.of(StudentSettings).save(settings)
    after = _profile(context, user, settings)
    changed = tuple(
        field
        for field in ("name", "target_date", "minutes_per_day", "time_zone", "time_zone_known", "target_companies")
        if getattr(before, field) != getattr(after, field)
    )
    said = _say(after, changed)
    line = f"profile · {said}" if said else "profile · nothing changed"
    return ProfileReceipt(
        line=line,
        undo_label=line if changed else None,
        profile=after,
        changed=changed,
        offers_reminder="time_zone_known" in changed and await can_be_offered(context.work),
    )


async def change_zone(context: MentorContext, settings: StudentSettings, said: str) -> ZoneInfo:
    """Let the student live in another zone: tasks and reminders keep their days and times there.

    `settings` are changed, and stay the caller's to save. Raises: ToolRetry for a zone that nobody knows.
    """
    zone, old = find_zone(said, context.now()), zone_in(context, settings)
    settings.time_zone, settings.time_zone_known = zone.key, True
    await keep_days(context, old, zone)
    await replan(context.work, context.now(), zone)
    return zone


async def _user(context: MentorContext) -> User:
    user = await context.work.of(User).own()
    if user is None:
        raise ToolFailed("Your account is not there any more; say hello to open a new one.")
    return user


def _today(context: MentorContext, settings: StudentSettings | None) -> date:
    return local_day(context.now(), zone_in(context, settings))


def _new_target(said: str, before: Profile, today: date) -> date:
    """Return the interview's new day: the one that was said, or the old one moved by what was said."""
    if before.target_date is None and find_shift(said):
        raise ToolRetry("I don't know your interview's day yet, so I cannot move it; give its new day, like 15 march.")
    return parse_new_day(said, today, date.fromisoformat(before.target_date) if before.target_date else today)


def _companies(said: list[str]) -> list[str]:
    if len(said) > MOST_COMPANIES:
        raise ToolRetry(f"There can be at most {MOST_COMPANIES} target companies.")
    cleaned = [clean_line(company, "a company's name", limit=NAME_LIMIT) for company in said]
    kept: dict[str, str] = {}
    for company in cleaned:
        kept.setdefault(company.casefold(), company)
    return list(kept.values())


def _profile(context: MentorContext, user: User, settings: StudentSettings | None) -> Profile:
    today = _today(context, settings)
    target = user.preparation_target_date.astimezone(UTC).date() if user.preparation_target_date else None
    minutes = settings.minutes_per_day if settings else None
    known = bool(settings and settings.time_zone_known)
    missing = {"target_date": target is None, "minutes_per_day": minutes is None, "time_zone": not known}
    return Profile(
        name=clean_name(str(user.name)),
        target_date=target.isoformat() if target else None,
        days_left=(target - today).days if target else None,
        minutes_per_day=minutes,
        time_zone=zone_in(context, settings).key,
        time_zone_known=known,
        target_companies=tuple(user.target_companies),
        today=today.isoformat(),
        missing=tuple(field for field, is_missing in missing.items() if is_missing),
    )


def _say(profile: Profile, changed: tuple[str, ...]) -> str:
    pieces = []
    if "name" in changed:
        pieces.append(f"name {profile.name}")
    if "target_date" in changed and profile.target_date:
        day = say_day(date.fromisoformat(profile.target_date), date.fromisoformat(profile.today))
        pieces.append(f"interview {day}")
    if "minutes_per_day" in changed:
        pieces.append(f"{profile.minutes_per_day} min a day")
    if "time_zone" in changed or "time_zone_known" in changed:
        pieces.append(f"time zone {profile.time_zone}")
    if "target_companies" in changed:
        pieces.append(f"companies {name_some(list(profile.target_companies), 4) or 'none'}")
    return " · ".join(pieces)


PROFILE = (
    Verb(get_profile, doing="looking at your profile"),
    Verb(set_profile, doing="changing your profile", writes=True),
)
