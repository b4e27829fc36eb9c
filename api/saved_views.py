"""Saved views over HTTP: what is asked of a list, checked as if it were asked at once."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field

from api import list_filters
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import CalendarRef, Name, TeamRef, TimeOfDay
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem, clean
from api.lists import List
from api.record_lists import LISTS, QUEUE
from api.reference import require_known
from api.tickets import Nothing
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt
from domain.rhythm import Weekday
from domain.rules import require
from domain.saved_view import (
    FIELDS_MAX,
    FILTER_MAX,
    Q_MAX,
    SORT_MAX,
    Asking,
    Mailing,
    SavedView,
    SharedWith,
)
from domain.wrong_expression import WrongExpression
from projections.queries import SORTS_MAX

WHATS: Mapping[str, str] = {
    "incidents": "incident",
    "problems": "problem",
    "questions": "question",
    "requests": "service_request",
    "changes": "change",
    "releases": "release",
    "assets": "asset",
    "services": "service",
    "offerings": "offering",
    "articles": "article",
    "people": "person",
    "teams": "team",
    "organisations": "organisation",
}
"""What the policy calls the records of each list that has one kind of them, by its path; the queue
is read as its incidents are."""

LISTED: Mapping[str, List] = {**{path: LISTS[what] for path, what in WHATS.items()}, "queue": QUEUE}
"""The lists of which views are saved, by their paths."""

ListName = Literal[
    "incidents",
    "problems",
    "questions",
    "requests",
    "changes",
    "releases",
    "assets",
    "services",
    "offerings",
    "articles",
    "people",
    "teams",
    "organisations",
    "queue",
]


class TheAsking(Body):
    """What is asked, by the parameters of the list."""

    filter: Annotated[str, Field(max_length=FILTER_MAX)] = ""
    q: Annotated[str, Field(max_length=Q_MAX)] = ""
    sort: Annotated[str, Field(max_length=SORT_MAX)] = ""
    fields: Annotated[
        list[Annotated[str, Field(pattern="^[a-z_]{1,60}$")]], Field(max_length=FIELDS_MAX)
    ] = []


class AmendView(Body):
    name: Name
    asking: TheAsking

    def arguments(self) -> dict[str, Any]:
        plain = self.asking.model_dump()
        return super().arguments() | {"asking": msgspec.convert(plain, Asking)}


class SaveView(AmendView):
    list: ListName


class TheMailing(Body):
    """How one is told by mail: of each change soon, or of those of a day or a week together, at a
    time of the wall clock where one is."""

    every: Literal["change", "day", "week"]
    at: TimeOfDay = "08:00"
    weekday: Annotated[Weekday, Field(description="On which day one hears of a week.")] = "MO"
    calendar: Annotated[
        CalendarRef | None,
        Field(description="On whose workdays one hears of it: what falls on others comes after."),
    ] = None


class SubscribeToView(Body):
    mailing: TheMailing | None = None

    def arguments(self) -> dict[str, Any]:
        how = self.mailing
        return {"mailing": None if how is None else Mailing(**how.model_dump())}


class ShareView(Body):
    shared_with: Annotated[
        SharedWith,
        Field(description="Whose people use it besides you: a team's, your organisation's."),
    ]
    team: TeamRef | None = None


def about_new(call: Call, body: Any) -> About:
    return About(requester=call.caller.actor.id)


async def save(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    given = body.arguments()
    check(call, given["list"], given["asking"])
    actor = call.caller.actor
    use = begin(SavedView, SavedView.save)
    return await use(desk, asked, owner=actor.id, organisation=actor.organisation, **given)


async def checked(call: Call, record: Any, body: Any) -> dict[str, Any]:
    check(call, record.list, body.arguments()["asking"])
    return {}


async def of_own_team(call: Call, record: Any, body: Any) -> dict[str, Any]:
    is_own = body.team is None or body.team in call.caller.actor.teams
    require(is_own, "A view is shared with a team of one's own.")
    return {}


async def subscriber(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """Oneself; what is mailed is what the view's changes tell, so that they must be told."""
    if body.mailing is not None:
        # That module needs this one.
        from api.view_changes import check_followed

        check_followed(call.context.desk, call.caller.actor, record)
        await require_known(call, "mailing/calendar", body.mailing.calendar)
    return await oneself(call, record, body)


async def oneself(call: Call, record: Any, body: Any) -> dict[str, Any]:
    return {"person": call.caller.actor.id}


def check(call: Call, path: str, asking: Asking) -> None:
    """Raises Problem for what the list would not understand, with its place."""
    the = LISTED[path]
    desk, actor = call.context.desk, call.caller.actor
    for parameter in ("filter", "q"):
        if text := getattr(asking, parameter):
            try:
                list_filters.condition(desk, actor, the.listing, the.values, parameter, text)
            except WrongExpression as error:
                place: dict[str, str | int] = {"line": error.line, "column": error.column}
                raise _mistake(parameter, error.rule, place) from None
    sort = [name.removeprefix("-") for name in asking.sort.split(",")] if asking.sort else []
    if len(sort) > SORTS_MAX:
        raise _mistake("sort", f"At most {SORTS_MAX} fields can be sorted by.")
    for parameter, names in (("sort", sort), ("fields", asking.fields)):
        for name in names:
            column = the.columns.get(name)
            if column is None or (parameter == "sort" and column.kind == "json"):
                raise _mistake(parameter, f"There is no field {name[:80]!r} for that.")


def _mistake(parameter: str, rule: str, place: Mapping[str, str | int] = {}) -> Problem:
    pointer = f"/asking/{parameter}"
    detail = clean(rule)
    return Problem(
        "invalid", f"{pointer}: {detail}", errors=[{"pointer": pointer, "detail": detail, **place}]
    )


_EXAMPLE = {
    "filter": "is_open && assignee == me",
    "sort": "due",
    "fields": ["number", "title", "due"],
}

PRACTICE = Practice(
    kind=SavedView,
    plural="saved-views",
    what="saved_view",
    title="Saved views",
    creation=Creation(
        name="save",
        body=SaveView,
        summary="Save what is asked of a list",
        about=about_new,
        use=save,
        example={"name": "Mine, by due", "list": "incidents", "asking": _EXAMPLE},
        description="It is used as `GET /incidents?view=`, by whoever it is for; `me` is who asks.",
    ),
    commands=(
        Command(
            method=SavedView.amend,
            body=AmendView,
            summary="Change its name and what it asks",
            look_up=checked,
            example={"name": "Mine, by due", "asking": {"q": "is:open assignee:me"}},
        ),
        Command(
            method=SavedView.share,
            body=ShareView,
            summary="Let a team or one's organisation use it, or nobody else any more",
            look_up=of_own_team,
            needs_version=False,
            example={"shared_with": "organisation"},
        ),
        Command(
            method=SavedView.subscribe,
            body=SubscribeToView,
            summary="Follow what changes in it, and be told by mail",
            look_up=subscriber,
            needs_version=False,
            example={"mailing": {"every": "day", "at": "08:00"}},
        ),
        Command(
            method=SavedView.unsubscribe,
            body=Nothing,
            summary="Note that one follows it no more",
            look_up=oneself,
            needs_version=False,
        ),
        Command(method=SavedView.remove, body=Nothing, summary="Remove it", needs_version=False),
    ),
)
