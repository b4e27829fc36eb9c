"""Meetings of change advisory boards over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.commands import Asked, Command, Creation, Practice
from api.fields import ChangeRef, Instant, Name, Note, PersonRef, TeamRef, Title, Words
from api.http.bodies import Body
from api.http.calls import Call
from api.lists import not_yet
from api.tickets import Nothing, WithReason
from domain.approval import Vote as VoteWord
from domain.approval_round import CONDITIONS_MAX
from domain.cab_meeting import AGENDA_MAX, PRESENT_MAX, AgendaFilter, CabMeeting
from domain.change_moves import Risk, Status, Type
from domain.desk import Desk
from domain.policy import About, visibility
from domain.recorder import Receipt
from projections.store import NotBuilt


class TheFilter(Body):
    """Which changes come onto the agenda: those that fit every list that is not empty."""

    statuses: Annotated[list[Status], Field(min_length=1, max_length=len(Status))] = [
        Status.IN_APPROVAL
    ]
    risks: Annotated[list[Risk], Field(max_length=4)] = []
    types: Annotated[list[Type], Field(max_length=3)] = []


class Schedule(Body):
    title: Title
    team: TeamRef
    chair: PersonRef
    start: Instant
    end: Instant
    filter: TheFilter = TheFilter()

    def arguments(self) -> dict[str, Any]:
        given = self.filter
        filter = AgendaFilter(
            statuses=tuple(given.statuses), risks=tuple(given.risks), types=tuple(given.types)
        )
        return super().arguments() | {"filter": filter}


class Reschedule(Body):
    start: Instant
    end: Instant


class Open(Body):
    present: Annotated[list[PersonRef], Field(min_length=1, max_length=PRESENT_MAX)]


class RecordVote(Body):
    change: ChangeRef
    member: PersonRef
    vote: VoteWord
    comment: Note = ""
    conditions: Annotated[list[Name], Field(max_length=CONDITIONS_MAX)] = []


class Minute(Body):
    change: ChangeRef
    said: Words = Field(alias="text")


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def schedule(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.schedule_meeting(**body.arguments(), **asked.keywords)


async def changes_that_fit(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """The changes that the filter of a meeting finds now, those that are due first."""
    context, given = call.context, record.filter
    lists = {"status": given.statuses, "risk": given.risks, "type": given.types}
    try:
        is_there = await context.views.reached(
            "change_board", context.ledger.position(), context.settings.wait_seconds_max
        )
        if not is_there:
            raise not_yet("The view of the changes is behind.")
        page = await context.views.list_rows(
            "change_board",
            filters={name: list(values) for name, values in lists.items() if values},
            visibility=visibility(call.caller.actor, "change"),
            sort=("due",),
            limit=AGENDA_MAX,
            fields=("id",),
        )
    except NotBuilt:
        raise not_yet("The views are being built.") from None
    return {"changes": [UUID(row["id"]) for row in page.rows]}


PRACTICE = Practice(
    kind=CabMeeting,
    plural="cab-meetings",
    what="cab_meeting",
    title="CAB meetings",
    creation=Creation(
        name="schedule",
        body=Schedule,
        summary="Schedule a meeting of a change advisory board",
        about=about_new,
        use=schedule,
        example={
            "title": "Weekly change advisory board",
            "team": "TEA0000001",
            "chair": "PER0000001",
            "start": "2030-01-05T10:00:00Z",
            "end": "2030-01-05T11:00:00Z",
            "filter": {"statuses": ["in approval"], "risks": ["high", "very high"]},
        },
    ),
    commands=(
        Command(
            method=CabMeeting.reschedule,
            body=Reschedule,
            summary="Set when it takes place anew",
            example={"start": "2030-01-06T10:00:00Z", "end": "2030-01-06T11:00:00Z"},
        ),
        Command(
            method=CabMeeting.fix_agenda,
            body=Nothing,
            summary="Put the changes on the agenda that fit its filter now",
            look_up=changes_that_fit,
        ),
        Command(
            method=CabMeeting.open,
            body=Open,
            summary="Begin it, with those who are there",
            description="The chair does.",
            use=Desk.open_meeting,
            example={"present": ["PER0000001", "PER0000002"]},
        ),
        Command(
            method=CabMeeting.record_vote,
            body=RecordVote,
            summary="Write a vote down, which is the vote of the member on the change",
            description="The chair does, for a member who is there and has a vote in an open "
            "stage; nobody votes on their own change.",
            use=Desk.vote_in_meeting,
            example={"change": "CHG0000001", "member": "PER0000002", "vote": "approve"},
        ),
        Command(
            method=CabMeeting.minute,
            body=Minute,
            summary="Write down what was said about a change",
            example={"change": "CHG0000001", "text": "The window is long enough."},
        ),
        Command(method=CabMeeting.close, body=Nothing, summary="End it"),
        Command(
            method=CabMeeting.cancel,
            body=WithReason,
            summary="Call it off",
            example={"reason": "There is nothing to decide."},
        ),
    ),
)
