"""The profile: what is said is what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from store.client import ObjectId
from store.documents.own import StudentSettings
from store.documents.people import User
from tests.tools.harness import START, Student
from tools.errors import ToolRetry
from tools.profile import Profile, ProfileReceipt
from tools.zones import find_zone, zone_of


async def test_a_new_student_has_everything_missing(ada: Student) -> None:
    """Nothing is invented: date, minutes and zone are named as missing."""
    found = await ada.read(Profile, "get_profile")
    assert found.missing == ("target_date", "minutes_per_day", "time_zone")
    assert (found.name, found.time_zone, found.target_date) == ("Ada", "UTC", None)


async def test_what_is_set_is_stored_and_read_back(ada: Student) -> None:
    """Date and companies are the user's, zone and minutes are settings; the receipt says all of it."""
    receipt = await ada.do(
        ProfileReceipt,
        "set_profile",
        name="Ada L.",
        target_date="in 6 weeks",
        minutes_per_day=45,
        time_zone="Berlin",
        target_companies=["Node.js Inc.", "$tripe", "node.js inc."],
    )
    assert receipt.line == (
        "profile · name Ada L. · interview 4 Jan 2027 · 45 min a day · time zone Europe/Berlin"
        " · companies Node.js Inc. and $tripe"
    )
    assert receipt.profile == await ada.read(Profile, "get_profile")
    assert (receipt.profile.days_left, receipt.profile.missing) == (42, ())
    user, settings = await ada.one(User), await ada.one(StudentSettings)
    assert user["preparationTargetDate"].isoformat() == "2027-01-04T00:00:00+00:00"
    assert user["targetCompanies"] == ["Node.js Inc.", "$tripe"]
    assert (settings["timeZone"], settings["timeZoneKnown"], settings["minutesPerDay"]) == ("Europe/Berlin", True, 45)


async def test_one_field_leaves_the_others(ada: Student) -> None:
    """Setting one thing changes nothing else, and setting it again changes nothing at all."""
    await ada.do(ProfileReceipt, "set_profile", minutes_per_day=30)
    receipt = await ada.do(ProfileReceipt, "set_profile", target_date="24 december")
    assert receipt.changed == ("target_date",)
    assert (receipt.profile.minutes_per_day, receipt.profile.target_date) == (30, "2026-12-24")
    again = await ada.do(ProfileReceipt, "set_profile", minutes_per_day=30)
    assert (again.line, again.undo_label) == ("profile · nothing changed", None)


REFUSED: Final[list[dict[str, object]]] = [
    {},
    {"name": ""},
    {"name": "x" * 101},
    {"name": "a\x00b"},
    {"minutes_per_day": 4},
    {"minutes_per_day": -30},
    {"minutes_per_day": 1441},
    {"target_date": "2020-01-01"},
    {"target_date": "soon-ish"},
    {"target_date": "2099-01-01"},
    {"time_zone": "Narnia"},
    {"time_zone": "../../etc/passwd"},
    {"target_companies": [""]},
    {"target_companies": ["a"] * 21},
    {"minutes_per_day": 30, "time_zone": "\ud800"},
]


async def test_a_bad_value_is_refused_and_nothing_changes(ada: Student) -> None:
    """Bad input gets a sentence; good values beside it are not stored either."""
    before = await ada.everything()
    for arguments in REFUSED:
        with pytest.raises(ToolRetry):
            await ada.do(ProfileReceipt, "set_profile", **arguments)
        assert await ada.everything() == before, arguments


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("berln", "Europe/Berlin"),
        ("India", "Asia/Kolkata"),
        ("mumbai", "Asia/Kolkata"),
        ("Germany", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("sao paulo", "America/Sao_Paulo"),
        ("UK", "Europe/London"),
        ("pst", "America/Los_Angeles"),
        ("utc", "UTC"),
        ("UTC+2", "UTC+2"),
        ("gmt-5", "UTC-5"),
        ("GMT+5:30", "UTC+5:30"),
        ("UTC+05:30", "UTC+5:30"),
        ("(GMT+05:30) India", "UTC+5:30"),
        ("(UTC+05:45)", "UTC+5:45"),
        ("+0630", "UTC+6:30"),
        ("-0330", "UTC-3:30"),
        ("UTC\u22129:30", "UTC-9:30"),
        ("utc+12:45", "UTC+12:45"),
        ("UTC+5.5", "UTC+5:30"),
        ("gmt 8", "UTC+8"),
        ("UTC+8 time", "UTC+8"),
        ("UTC-3", "UTC-3"),
        ("-3", "UTC-3"),
        ("utc+0", "UTC"),
        ("Etc/GMT-8", "UTC+8"),
        ("UTC+14", "UTC+14"),
        ("UTC-12", "UTC-12"),
        ("Mumbai, India", "Asia/Kolkata"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("kathmandu", "Asia/Kathmandu"),
        ("Japan", "Asia/Tokyo"),
    ],
)
def test_a_zone_is_found_by_city_country_and_offset(said: str, name: str) -> None:
    """People name cities, countries and offsets; all lead to a zone."""
    assert find_zone(said, START).key == name


@pytest.mark.parametrize("said", ["USA", "ist", "Australia"])
def test_a_country_of_many_zones_is_asked_about(said: str) -> None:
    """Where the answer would be a guess it is a question with choices that are zones."""
    with pytest.raises(ToolRetry) as asked:
        find_zone(said, datetime(2026, 7, 1, tzinfo=START.tzinfo))
    assert asked.value.choices
    for choice in asked.value.choices:
        assert find_zone(choice, START).key == choice


@pytest.mark.parametrize("said", ["UTC+25", "UTC+15", "gmt-13", "+14:30", "UTC-1215", "+0517", "utc 99"])
def test_an_offset_that_nobody_keeps_is_refused(said: str) -> None:
    """Further from UTC than anybody lives, or off the quarter hour, is no zone, and the sentence names what is one."""
    with pytest.raises(ToolRetry, match=r"no such offset.* from UTC-12 to UTC\+14"):
        find_zone(said, START)


@pytest.mark.parametrize(
    ("said", "shown", "local"),
    [
        ("GMT+5:30", "UTC+5:30", "2026-11-24 01:30"),
        ("+0630", "UTC+6:30", "2026-11-24 02:30"),
        ("UTC-3:30", "UTC-3:30", "2026-11-23 16:30"),
        ("UTC+8", "UTC+8", "2026-11-24 04:00"),
        ("gmt -8", "UTC-8", "2026-11-23 12:00"),
    ],
)
async def test_an_offset_is_the_students_zone_as_they_said_it(ada: Student, said: str, shown: str, local: str) -> None:
    """An offset is stored, told and read back under the same name, and its clock goes by it, minutes included."""
    receipt = await ada.do(ProfileReceipt, "set_profile", time_zone=said)
    assert receipt.line == f"profile · time zone {shown}"
    stored = StudentSettings(id=ada.id, time_zone=(await ada.one(StudentSettings))["timeZone"])
    assert zone_of(stored).key == receipt.profile.time_zone == shown
    evening = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert f"{evening.astimezone(zone_of(stored)):%Y-%m-%d %H:%M}" == local


def test_an_offset_stored_the_old_way_is_told_as_students_say_it() -> None:
    """Zones that were stored under the zone data's name, its sign the wrong way round, keep their time."""
    zone = zone_of(StudentSettings(id=ObjectId(), time_zone="Etc/GMT-8", time_zone_known=True))
    assert (zone.key, START.astimezone(zone).utcoffset()) == ("UTC+8", timedelta(hours=8))


@pytest.mark.parametrize(
    ("said", "day"),
    [("1 week later", "2027-01-22"), ("postponed by 3 days", "2027-01-18"), ("1 month earlier", "2026-12-15")],
)
async def test_an_interview_moves_from_its_own_day(ada: Student, said: str, day: str) -> None:
    """A shift counts from the interview's stored day and not from today."""
    await ada.do(ProfileReceipt, "set_profile", target_date="2027-01-15")
    receipt = await ada.do(ProfileReceipt, "set_profile", target_date=said)
    assert receipt.profile.target_date == day


async def test_an_interview_without_a_day_cannot_be_moved(ada: Student) -> None:
    """Where no day is known a shift is refused with the wish for a day, and none is made up."""
    with pytest.raises(ToolRetry, match="I don't know your interview's day yet"):
        await ada.do(ProfileReceipt, "set_profile", target_date="1 week later")
