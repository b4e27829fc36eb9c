"""Report schedules over HTTP: what is sent, checked as if asked at once, when and to whom."""

from typing import Annotated, Any
from zoneinfo import available_timezones

import msgspec
from pydantic import Field

from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import CalendarRef, Name, PersonRef, TeamRef, TimeOfDay, ViewRef
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem, clean
from api.reference import require_known
from api.tickets import Nothing
from domain.desk import Desk
from domain.periods import Period
from domain.policy import About
from domain.recorder import Receipt
from domain.report_schedule import NAMES_MAX, PEOPLE_MAX, TEAMS_MAX, Contents, ReportSchedule
from domain.rhythm import Every, Rhythm, Weekday
from domain.rules import DomainError
from projections.reports import REPORTS

Word = Annotated[str, Field(pattern="^[a-z_]{1,60}$")]
Value = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class TheContents(Body):
    """A report, by what and of which tickets, or the rows of a saved view."""

    report: Annotated[str, Field(json_schema_extra={"enum": ["", *REPORTS]})] = ""
    view: ViewRef | None = None
    by: Annotated[list[Word], Field(max_length=NAMES_MAX)] = []
    filters: Annotated[dict[Word, Value], Field(max_length=NAMES_MAX)] = {}
    period: Annotated[
        Period, Field(description="Of which time it tells: the last whole one that is over then.")
    ] = "month"


class TheRhythm(Body):
    """Each day, week or month, at a time of the wall clock."""

    every: Every
    at: TimeOfDay = "08:00"
    weekday: Annotated[Weekday, Field(description="That of each week.")] = "MO"
    day: Annotated[
        int, Field(ge=1, le=31, description="That of each month; a shorter one has its last.")
    ] = 1
    calendar: Annotated[
        CalendarRef | None,
        Field(description="Where the day is none of its workdays, it comes on the next that is."),
    ] = None


class TheSchedule(Body):
    name: Name
    contents: TheContents
    rhythm: TheRhythm
    zone: Annotated[
        str, Field(max_length=60, description="An IANA time zone.", examples=["Europe/Rome"])
    ] = "UTC"
    people: Annotated[list[PersonRef], Field(max_length=PEOPLE_MAX)] = []
    teams: Annotated[list[TeamRef], Field(max_length=TEAMS_MAX)] = []

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {
            "contents": msgspec.convert(self.contents.model_dump(), Contents),
            "rhythm": Rhythm(**self.rhythm.model_dump()),
        }


def about_new(call: Call, body: Any) -> About:
    return About(requester=call.caller.actor.id, organisation=call.caller.actor.organisation)


async def define(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    await check(call, body)
    actor = call.caller.actor
    use = begin(ReportSchedule, ReportSchedule.define)
    return await use(
        desk, asked, owner=actor.id, organisation=actor.organisation, **body.arguments()
    )


async def checked(call: Call, record: Any, body: Any) -> dict[str, Any]:
    await check(call, body)
    return {}


async def check(call: Call, body: Any) -> None:
    """Ask it at once, so that what could never be sent is refused. Raises Problem."""
    # That module needs the practices, of which this is one.
    from api.report_figures import figures

    await require_known(call, "contents/view", body.contents.view)
    await require_known(call, "rhythm/calendar", body.rhythm.calendar)
    if body.zone not in available_timezones():
        raise _mistake("/zone", "There is no such time zone.")
    context = call.context
    contents = body.arguments()["contents"]
    if not contents.report and contents.view is None:
        return
    try:
        await figures(
            context,
            call.caller,
            contents,
            zone=body.zone,
            moment=context.clock(),
            position=0,
        )
    except DomainError as error:
        raise _mistake("/contents", str(error)) from None
    except Problem as problem:
        if problem.status != 400:
            raise
        raise _mistake("/contents", str(problem)) from None


def _mistake(pointer: str, rule: str) -> Problem:
    detail = clean(rule)
    return Problem(
        "invalid", f"{pointer}: {detail}", errors=[{"pointer": pointer, "detail": detail}]
    )


async def preview(call: Call, record: Any, body: Any) -> dict[str, Any]:
    return {"person": call.caller.actor.id, "position": call.context.ledger.position()}


_EXAMPLE = {
    "name": "Backlog on Mondays",
    "contents": {"report": "backlog", "by": ["team", "age"]},
    "rhythm": {"every": "week", "weekday": "MO", "at": "08:00"},
    "zone": "Europe/Rome",
    "people": ["PER0000042"],
}

PRACTICE = Practice(
    kind=ReportSchedule,
    plural="report-schedules",
    what="report_schedule",
    title="Report schedules",
    creation=Creation(
        name="define",
        body=TheSchedule,
        summary="Send a report by mail time and again",
        about=about_new,
        use=define,
        example=_EXAMPLE,
        description="Each is sent what they may read then, as of the moment of the schedule.",
    ),
    commands=(
        Command(
            method=ReportSchedule.amend,
            body=TheSchedule,
            summary="Change what is sent, when, and to whom",
            look_up=checked,
            example=_EXAMPLE,
        ),
        Command(
            method=ReportSchedule.pause,
            body=Nothing,
            summary="Send nothing until it is resumed",
            needs_version=False,
        ),
        Command(
            method=ReportSchedule.resume,
            body=Nothing,
            summary="Send it again from the next moment on",
            needs_version=False,
        ),
        Command(
            method=ReportSchedule.run_now,
            body=Nothing,
            summary="Be sent it now, as a preview",
            look_up=preview,
            needs_version=False,
        ),
        Command(
            method=ReportSchedule.end,
            body=Nothing,
            summary="Send it no more",
            needs_version=False,
        ),
    ),
)
