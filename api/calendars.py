"""Calendars over HTTP."""

import asyncio
from datetime import date
from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name
from api.http.bodies import Body
from api.http.calls import Call
from api.public_holidays import known
from api.tickets import Nothing
from domain.business_time import BusinessHours
from domain.calendar import DATES_MAX, WINDOWS_MAX, Calendar
from domain.calendar_holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    SOURCES_MAX,
    PublicHolidays,
    Wanted,
    of_later_years,
)
from domain.calendar_import import default_days, imported
from domain.desk import Desk
from domain.ics_lines import TEXT_MAX
from domain.open_tickets import AppliesTo
from domain.policy import About
from domain.recorder import Receipt
from domain.rules import Refused

Clock = Annotated[str, Field(pattern=r"^[0-9]{2}:[0-5][0-9](:[0-5][0-9])?$", max_length=8)]
Window = tuple[Clock, Clock]
Windows = Annotated[list[Window], Field(max_length=WINDOWS_MAX)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Holiday = Annotated[str, Field(pattern=r"^([0-9]{4}|\*)-[0-9]{2}-[0-9]{2}$")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Weekday = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)$")]


YEARS_AHEAD = 5


class Hours(Body):
    """When a desk is open. A window that ends at or before its start ends on the next day."""

    zone: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
    weekly: Annotated[dict[Weekday, Windows], Field(max_length=7)] = {}
    holidays: Annotated[list[Holiday], Field(max_length=DATES_MAX)] = []
    date_hours: Annotated[dict[Day, Windows], Field(max_length=DATES_MAX)] = {}
    date_breaks: Annotated[dict[Day, Windows], Field(max_length=DATES_MAX)] = {}


class Public(Body):
    """The public holidays of a country, or of a part of it."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1, such as DE.")]
    subdivision: Annotated[
        str,
        Field(
            max_length=60,
            pattern=r"^[A-Za-z0-9 .'()-]*$",
            description="As ISO 3166-2 has it after the hyphen, such as BY.",
        ),
    ] = ""
    first_year: Annotated[Year | None, Field(description="This year, if it is left out.")] = None
    last_year: Annotated[Year | None, Field(description="In five years, likewise.")] = None
    without: Annotated[
        list[Holiday],
        Field(max_length=100, description="The days on which the desk works all the same."),
    ] = []

    def wanted(self, this_year: int) -> Wanted:
        first = this_year if self.first_year is None else self.first_year
        return Wanted(
            country=self.country,
            subdivision=self.subdivision,
            first_year=first,
            last_year=max(first, this_year + YEARS_AHEAD)
            if self.last_year is None
            else self.last_year,
            without=tuple(self.without),
        )


Names = Annotated[
    dict[Holiday, Name],
    Field(max_length=3 * DATES_MAX, description="What holidays, hours and breaks are called."),
]
Publics = Annotated[list[Public], Field(max_length=SOURCES_MAX)]


class WithHours(Body):
    hours: Hours

    def arguments(self) -> dict[str, Any]:
        plain = self.hours.model_dump()
        return super().arguments() | {"hours": msgspec.convert(plain, BusinessHours)}


class Define(WithHours):
    name: Name
    names: Names = {}
    public_holidays: Publics = []


class Revise(WithHours):
    names: Names | None = None
    public_holidays: Publics | None = None
    applies_to: Annotated[
        AppliesTo,
        Field(
            description=(
                "Whether these hours are for what is promised from now on, or for all open tickets "
                "too. What is met or breached stays so."
            )
        ),
    ] = "new"


class RenewHolidays(Body):
    """The public holidays that are there, up to a year."""

    last_year: Annotated[Year | None, Field(description="In five years, if left out.")] = None

    def arguments(self) -> dict[str, Any]:
        return {}


class ImportFile(Body):
    file: Annotated[
        str,
        Field(
            min_length=1,
            max_length=TEXT_MAX,
            description="An iCalendar file: whole days close the desk, times are breaks.",
        ),
    ]
    first_day: Annotated[Day | None, Field(description="The first of this year.")] = None
    last_day: Annotated[Day | None, Field(description="The end of the year after next.")] = None
    instead: Annotated[
        bool, Field(description="Whether it stands in the place of the dates there are.")
    ] = False

    def arguments(self) -> dict[str, Any]:
        return {}


HOURS = {
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["*-12-25"],
}


FILE = "\r\n".join(
    (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VEVENT"),
        *("UID:1@example", "DTSTAMP:20291201T120000Z", "DTSTART;VALUE=DATE:20300603"),
        *("SUMMARY:Works outing", "END:VEVENT", "END:VCALENDAR", ""),
    )
)


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    public = await _resolved(call, body.public_holidays)
    fields = body.arguments() | {"public_holidays": public}
    return await begin(Calendar, Calendar.define)(desk, asked, **fields)


async def of_revision(call: Call, _: Calendar, body: Revise) -> dict[str, Any]:
    """The public holidays that are asked for; None where those there are stay."""
    if body.public_holidays is None:
        return {}
    return {"public_holidays": await _resolved(call, body.public_holidays)}


async def of_renewal(call: Call, calendar: Calendar, body: RenewHolidays) -> dict[str, Any]:
    this_year = call.context.clock().year
    last_year = this_year + YEARS_AHEAD if body.last_year is None else body.last_year
    wanted = [of_later_years(one, this_year, last_year) for one in calendar.public_holidays]
    return {"public_holidays": await known(wanted)}


async def of_import(call: Call, calendar: Calendar, body: ImportFile) -> dict[str, Any]:
    first, last = default_days(call.context.clock().date())
    first = _date("first_day", body.first_day) if body.first_day else first
    last = _date("last_day", body.last_day) if body.last_day else last
    # In a thread: a large file must not hold up everybody else.
    return await asyncio.to_thread(imported, calendar, body.file, first, last, instead=body.instead)


async def _resolved(call: Call, publics: list[Public]) -> tuple[PublicHolidays, ...]:
    this_year = call.context.clock().year
    return await known([public.wanted(this_year) for public in publics])


def _date(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{field}: there is no date {text}.") from None


PRACTICE = Practice(
    kind=Calendar,
    plural="calendars",
    what="calendar",
    title="Calendars",
    creation=Creation(
        name="define",
        body=Define,
        summary="Define a calendar",
        about=about_new,
        use=define,
        description="Public holidays are looked up once and recorded: a later release of whatever "
        "knows them changes nothing.",
        example={
            "name": "Office hours",
            "hours": HOURS,
            "names": {"*-12-25": "Christmas Day"},
        },
    ),
    commands=(
        Command(
            method=Calendar.revise,
            body=Revise,
            summary="Give other hours, as its next version",
            description="Names and public holidays that are left out stay as they are.",
            look_up=of_revision,
            example={"hours": HOURS},
        ),
        Command(
            method=Calendar.renew_holidays,
            body=RenewHolidays,
            summary="Look the public holidays to come up again, and of further years",
            look_up=of_renewal,
            example={},
        ),
        Command(
            method=Calendar.import_file,
            body=ImportFile,
            summary="Take holidays and breaks from an iCalendar file",
            description="Mistakes are refused with their line. What was not taken is told in "
            "`imported` of the calendar.",
            look_up=of_import,
            example={"file": FILE, "first_day": "2030-01-01", "last_day": "2031-12-31"},
        ),
        Command(
            method=Calendar.retire, body=Nothing, summary="Take it out of use for new definitions"
        ),
    ),
)
