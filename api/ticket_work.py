"""The work on tickets over HTTP: checklists, time spent, and how satisfied their requesters are."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.commands import Command
from api.fields import Name, Note, PersonRef, Reason, Title
from api.http.bodies import Body
from domain.checklist import Checklist
from domain.editing import MINUTES_MAX as EDIT_MINUTES_MAX
from domain.satisfaction import SCORE_MAX, Satisfaction
from domain.ticket import Ticket
from domain.time_spent import MINUTES_MAX, TimeSpent

Number = Annotated[int, Field(ge=1, le=1_000_000, description="Counted on the ticket, from 1.")]
Day = Annotated[date, Field(strict=False)]


class AddItem(Body):
    title: Title
    assignee: PersonRef | None = None


class Numbered(Body):
    number: Number


class BeginEdit(Body):
    minutes: Annotated[int, Field(ge=1, le=EDIT_MINUTES_MAX)] = 15
    anyway: Annotated[bool, Field(description="Although somebody else is editing it.")] = False


class EndEdit(Body):
    """Nothing is asked for; the body may be left out."""


class BreakLock(Body):
    reason: Reason


class BookTime(Body):
    minutes: Annotated[int, Field(ge=1, le=MINUTES_MAX)]
    activity: Name
    is_billable: bool = False
    day: Day | None = None
    note: Note = ""


class CorrectTime(Body):
    number: Number
    minutes: Annotated[int, Field(ge=0, le=MINUTES_MAX, description="0 takes it back.")]
    is_billable: bool | None = None
    reason: Reason


class Rate(Body):
    score: Annotated[int, Field(ge=1, le=SCORE_MAX, description="1 badly, 5 very well.")]
    comment: Note = ""


def checklist_of(kind: type[Checklist]) -> tuple[Command, ...]:
    return (
        Command(
            method=kind.add_item,
            body=AddItem,
            summary="Add an item to its checklist",
            needs_version=False,
            example={"title": "Ask the neighbours", "assignee": "PER0000002"},
        ),
        Command(
            method=kind.remove_item,
            body=Numbered,
            summary="Remove an item from its checklist",
            needs_version=False,
            example={"number": 1},
        ),
        Command(
            method=kind.complete_item,
            body=Numbered,
            summary="Say that an item on its checklist is done",
            needs_version=False,
            example={"number": 1},
        ),
        Command(
            method=kind.reopen_item,
            body=Numbered,
            summary="Say that an item on its checklist is not done after all",
            needs_version=False,
            example={"number": 1},
        ),
    )


def editing_of(kind: type[Ticket]) -> tuple[Command, ...]:
    return (
        Command(
            method=kind.begin_edit,
            body=BeginEdit,
            summary="Say that one is editing it for some minutes",
            description="Others read it as `editor` and `edited_until`, and are refused the same "
            "until then, unless they say `anyway`. Where its type has `edits_lock`, others do not "
            "edit it until then; what one does prolongs that.",
            use=lambda desk, id, **fields: desk.begin_edit(kind, id, **fields),
            needs_version=False,
            example={"minutes": 15},
        ),
        Command(
            method=kind.end_edit,
            body=EndEdit,
            summary="Say that one is not editing it any more",
            needs_version=False,
        ),
        Command(
            method=kind.break_lock,
            body=BreakLock,
            summary="End the lock that somebody holds, for a reason",
            needs_version=False,
            example={"reason": "They are ill, and it cannot wait."},
        ),
    )


def time_of(kind: type[TimeSpent]) -> tuple[Command, ...]:
    return (
        Command(
            method=kind.book_time,
            body=BookTime,
            summary="Book time that one has spent on it",
            description="Of today, unless `day` says another day (UTC).",
            needs_version=False,
            example={"minutes": 25, "activity": "remote support", "is_billable": True},
        ),
        Command(
            method=kind.correct_time,
            body=CorrectTime,
            summary="Correct time that one has booked",
            needs_version=False,
            example={"number": 1, "minutes": 20, "reason": "The call was shorter."},
        ),
    )


def rating_of(kind: type[Satisfaction]) -> Command:
    return Command(
        method=kind.rate,
        body=Rate,
        summary="Say, as its requester, how well it was resolved",
        description="Once for each resolution, within 14 days.",
        needs_version=False,
        example={"score": 5, "comment": "That was quick."},
    )
