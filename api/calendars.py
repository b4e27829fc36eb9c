"""Calendars over HTTP."""

from typing import Annotated, Any

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import Name
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.business_time import BusinessHours
from domain.calendar import DATES_MAX, WINDOWS_MAX, Calendar
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt

Clock = Annotated[str, Field(pattern=r"^[0-9]{2}:[0-5][0-9](:[0-5][0-9])?$", max_length=8)]
Window = tuple[Clock, Clock]
Windows = Annotated[list[Window], Field(max_length=WINDOWS_MAX)]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Holiday = Annotated[str, Field(pattern=r"^([0-9]{4}|\*)-[0-9]{2}-[0-9]{2}$")]
Weekday = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)$")]


class Hours(Body):
    """When a desk is open. A window that ends at or before its start ends on the next day."""

    zone: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
    weekly: Annotated[dict[Weekday, Windows], Field(max_length=7)] = {}
    holidays: Annotated[list[Holiday], Field(max_length=DATES_MAX)] = []
    date_hours: Annotated[dict[Day, Windows], Field(max_length=DATES_MAX)] = {}
    date_breaks: Annotated[dict[Day, Windows], Field(max_length=DATES_MAX)] = {}


class WithHours(Body):
    hours: Hours

    def arguments(self) -> dict[str, Any]:
        plain = self.hours.model_dump()
        return super().arguments() | {"hours": msgspec.convert(plain, BusinessHours)}


class Define(WithHours):
    name: Name


class Revise(WithHours):
    pass


HOURS = {
    "zone": "Europe/London",
    "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["*-12-25"],
}


def about_new(call: Call, body: Any) -> About:  # noqa: ARG001
    return About(organisation=call.caller.person.organisation)


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:  # noqa: ARG001
    return await begin(Calendar, Calendar.define)(desk, asked, **body.arguments())


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
        example={"name": "Office hours", "hours": HOURS},
    ),
    commands=(
        Command(
            method=Calendar.revise,
            body=Revise,
            summary="Give other hours, as its next version",
            example={"hours": HOURS},
        ),
        Command(
            method=Calendar.retire, body=Nothing, summary="Take it out of use for new definitions"
        ),
    ),
)
