"""Calendars over HTTP: public holidays, files in and out, and what they say of times."""

from typing import Any

import pytest

from api.public_holidays import answer, looked_up
from domain.calendar_holidays import Wanted
from domain.rules import Refused
from tests.api.house import House

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = {"zone": "Europe/Berlin", "weekly": WEEK}
BAVARIA = {"country": "DE", "subdivision": "BY", "first_year": 2026, "last_year": 2027}


async def made(house: House, **more: Any) -> str:
    document = {"name": "Munich", "hours": HOURS, **more}
    number: str = (await house.as_("olga").made("/calendars", document))["number"]
    return number


async def test_public_holidays_are_looked_up_and_recorded_with_their_names(house: House) -> None:
    number = await made(house, public_holidays=[{**BAVARIA, "without": ["*-01-06"]}])

    shown = await house.as_("rita").read(f"/calendars/{number}")

    (public,) = shown["public_holidays"]
    assert public["source"].startswith("holidays 0.")
    assert public["days"]["2026-04-06"] == "Easter Monday"
    assert public["days"]["2026-06-04"] == "Corpus Christi"
    assert shown["holidays_until"] == 2027
    assert "2026-04-06" in shown["hours"]["holidays"]
    assert "2026-01-06" not in shown["hours"]["holidays"]


async def test_hours_that_are_read_can_be_sent_back_and_change_nothing(house: House) -> None:
    olga = house.as_("olga")
    number = await made(house, public_holidays=[BAVARIA], names={})
    hours = (await olga.read(f"/calendars/{number}"))["hours"]

    await olga.act(f"/calendars/{number}/revise", {"hours": hours})
    assert (await olga.read(f"/calendars/{number}"))["hours_version"] == 1
    await olga.act(f"/calendars/{number}/revise", {"hours": hours, "public_holidays": []})

    shown = await olga.read(f"/calendars/{number}")
    assert shown["hours_version"] == 2
    assert shown["hours"]["holidays"] == hours["holidays"]
    assert shown["public_holidays"] == []


async def test_public_holidays_are_renewed_for_further_years(house: House) -> None:
    olga = house.as_("olga")
    number = await made(house, public_holidays=[BAVARIA])

    await olga.act(f"/calendars/{number}/renew-holidays", {"last_year": 2035})

    shown = await olga.read(f"/calendars/{number}")
    assert (shown["holidays_until"], shown["hours_version"]) == (2035, 2)
    assert shown["public_holidays"][0]["first_year"] == 2026
    assert "2035-12-25" in shown["hours"]["holidays"]
    plain = await made(house)
    refused = await olga.post(f"/calendars/{plain}/renew-holidays", {}, if_match="*")
    assert refused.json()["detail"] == "This calendar has no public holidays to renew."


@pytest.mark.parametrize(
    ("public", "told"),
    [
        ({"country": "QQ"}, "public_holidays[0].country: nothing is known of the holidays of QQ"),
        ({"country": "DE", "subdivision": "XX"}, "public_holidays[0].subdivision: DE has no 'XX'"),
        ({**BAVARIA, "last_year": 2020}, "public_holidays[0].last_year: it is not before"),
        ({**BAVARIA, "last_year": 2090}, "public_holidays[0].last_year: at most 30 years"),
        ({**BAVARIA, "without": ["*-13-01"]}, "public_holidays[0].without[0]: '*-13-01' is not"),
    ],
)
async def test_holidays_that_nobody_knows_are_refused(
    house: House, public: dict[str, Any], told: str
) -> None:
    body = {"name": "x", "hours": HOURS, "public_holidays": [public]}

    answer = await house.as_("olga").post("/calendars", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert answer.json()["detail"].startswith(told)


def test_the_library_is_asked_for_the_years_that_are_wanted_alone() -> None:
    found = looked_up(Wanted(country="US", first_year=2021, last_year=2021))

    assert found.days["2021-07-05"] == "Independence Day (observed)"
    assert {day[:4] for day in found.days} == {"2021"}
    assert b'"BY"' in answer(b"null")
    with pytest.raises(Refused, match="nothing is known"):
        looked_up(Wanted(country="QQ", first_year=2021, last_year=2021))


async def test_every_mistake_in_the_hours_is_told_with_a_pointer(house: House) -> None:
    hours = {
        "zone": "Europe/Berlin",
        "weekly": {**WEEK, "mon": [["09:00", "12:00"], ["11:00", "13:00"]]},
        "holidays": ["2026-02-30"],
    }

    answer = await house.as_("olga").post(
        "/calendars", {"name": "x", "hours": hours, "names": {"2026-05-01": "May"}}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/hours/weekly/mon/1",
        "/hours/holidays/0",
        "/names/2026-05-01",
    ]


# Files ---------------------------------------------------------------------------------------

FILE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
SUMMARY:Works outing
DTSTART;VALUE=DATE:20300603
END:VEVENT
BEGIN:VEVENT
SUMMARY:Drill
DTSTART;TZID=Europe/Berlin:20300604T100000
DURATION:PT30M
END:VEVENT
BEGIN:VEVENT
SUMMARY:By night
DTSTART;TZID=Europe/Berlin:20300604T220000
DURATION:PT30M
END:VEVENT
END:VCALENDAR
"""
DAYS = {"first_day": "2030-01-01", "last_day": "2031-12-31"}


async def test_a_file_is_imported_and_comes_out_of_the_feed_again(house: House) -> None:
    olga = house.as_("olga")
    number = await made(house, public_holidays=[BAVARIA])
    await olga.act(f"/calendars/{number}/import-file", {"file": FILE, **DAYS})
    shown = await olga.read(f"/calendars/{number}")
    assert "2030-06-03" in shown["hours"]["holidays"]
    assert shown["hours"]["date_breaks"] == {"2030-06-04": [["10:00", "10:30"]]}
    assert shown["names"] == {"2030-06-03": "Works outing", "2030-06-04": "Drill; By night"}
    assert shown["imported"]["events"] == 3
    assert len(shown["public_holidays"]) == 1

    fed = await olga.get(f"/calendars/{number}/feed.ics?windows=true")
    empty = {"zone": "Europe/Berlin", "weekly": {"sun": [["10:00", "11:00"]]}}
    other = await made(house, hours=empty)
    span = {"first_day": "2026-01-01", "last_day": "2031-12-31"}
    await olga.act(f"/calendars/{other}/import-file", {"file": fed.text, "instead": True, **span})

    again = await olga.read(f"/calendars/{other}")
    assert fed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "SUMMARY:Easter Monday" in fed.text
    for part in ("weekly", "date_breaks", "date_hours"):
        assert again["hours"][part] == shown["hours"][part]
    assert sorted(again["hours"]["holidays"]) == sorted(shown["hours"]["holidays"])


async def test_a_feed_that_is_known_is_not_sent_again(house: House) -> None:
    olga = house.as_("olga")
    number = await made(house)
    first = await olga.get(f"/calendars/{number}/feed.ics")
    tag = first.headers["etag"]

    same = await olga.get(f"/calendars/{number}/feed.ics", if_none_match=tag)
    await olga.act(f"/calendars/{number}/revise", {"hours": {**HOURS, "holidays": ["*-12-25"]}})
    other = await olga.get(f"/calendars/{number}/feed.ics", if_none_match=tag)
    old = await olga.get(f"/calendars/{number}/feed.ics?version=1")

    assert (same.status_code, other.status_code) == (304, 200)
    assert old.text == first.text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"file": "<html>"}, "line 1: '<html>' is no line"),
        ({"file": FILE.replace("20300603", "20300631")}, "line 5: '20300631' is no date"),
        ({"file": FILE, "first_day": "2030-02-30"}, "first_day: there is no date 2030-02-30."),
        ({"file": FILE, "first_day": "2000-01-01"}, "At most 15 years can be read"),
    ],
)
async def test_a_file_with_a_mistake_is_refused(
    house: House, body: dict[str, Any], told: str
) -> None:
    number = await made(house)

    answer = await house.as_("olga").post(f"/calendars/{number}/import-file", body, if_match="*")

    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert answer.json()["detail"].startswith(told)


# Times ---------------------------------------------------------------------------------------


async def test_a_calendar_says_when_it_is_open(house: House) -> None:
    rita = house.as_("rita")
    hours = {**HOURS, "holidays": ["*-12-25"], "date_hours": {"2026-12-24": [["09:00", "12:00"]]}}
    number = await made(house, hours=hours, names={"*-12-25": "Christmas"})
    at = f"/calendars/{number}"

    span = "from=2026-12-24T00:00:00Z&to=2026-12-29T00:00:00%2B01:00"
    windows = await rita.read(f"{at}/windows?{span}")
    opened = await rita.read(f"{at}/open-time?{span}")
    closed = await rita.read(f"{at}/next-open?at=2026-12-24T11:00:00Z")
    due = await rita.read(f"{at}/add?at=2026-12-24T10:30:00Z&duration=90m")
    days = await rita.read(f"{at}/add?at=2026-12-24T10:30:00Z&duration=1bd")

    assert windows["data"] == [
        {"start": "2026-12-24T08:00:00Z", "end": "2026-12-24T11:00:00Z"},
        {"start": "2026-12-28T08:00:00Z", "end": "2026-12-28T16:00:00Z"},
    ]
    assert windows["dates"] == [
        {"date": "2026-12-24", "kind": "hours", "name": ""},
        {"date": "2026-12-25", "kind": "holiday", "name": "Christmas"},
    ]
    assert opened["seconds"] == 11 * 3600
    assert closed["is_open"] is False
    assert closed["opens_at"] == "2026-12-28T08:00:00Z"
    assert closed["closes_at"] == "2026-12-28T16:00:00Z"
    assert due["due_at"] == "2026-12-28T09:00:00Z"
    assert days["due_at"] == "2026-12-28T10:30:00Z"
    assert {due["calendar"], due["zone"], due["version"]} == {number, "Europe/Berlin", 1}


async def test_an_earlier_version_says_what_it_said(house: House) -> None:
    olga = house.as_("olga")
    number = await made(house)
    await olga.act(
        f"/calendars/{number}/revise",
        {"hours": {"zone": "UTC", "weekly": {"sat": [["00:00", "24:00"]]}}},
    )
    span = "from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z"

    assert (await olga.read(f"/calendars/{number}/open-time?{span}"))["seconds"] == 0
    old = await olga.read(f"/calendars/{number}/open-time?{span}&version=1")
    missing = await olga.get(f"/calendars/{number}/open-time?{span}&version=3")

    assert old["seconds"] == 8 * 3600
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "windows",
        "windows?from=2026-01-01T00:00:00Z",
        "windows?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "windows?from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z",
        "windows?from=2026-01-01&to=2026-01-02",
        "open-time?from=soon&to=later",
        "open-time?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&version=0",
        "next-open",
        "next-open?at=2026-01-01T00:00:00",
        "next-open?at=2026-01-01T00:00:00Z&of=me",
        "add?at=2026-01-01T00:00:00Z",
        "add?at=2026-01-01T00:00:00Z&duration=soon",
        "add?at=2026-01-01T00:00:00Z&duration=-4h",
        "feed.ics?windows=maybe",
    ],
)
async def test_a_question_with_a_mistake_is_refused(house: House, query: str) -> None:
    number = await made(house)

    answer = await house.as_("rita").get(f"/calendars/{number}/{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")


@pytest.mark.parametrize(
    "query", ["add?at=2026-01-01T00:00:00Z&duration=999999h", "next-open?at=1800-01-01T00:00:00Z"]
)
async def test_a_question_that_no_calendar_answers_is_refused(house: House, query: str) -> None:
    number = await made(house)

    answer = await house.as_("rita").get(f"/calendars/{number}/{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
