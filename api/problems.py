"""Problems over HTTP."""

from typing import Annotated

from pydantic import Field

from api.commands import Command, Practice
from api.fields import ChangeRef, Note, Reason
from api.http.bodies import Body
from api.life_cycle import (
    Opening,
    ends_of,
    opening_of,
    reopening_of,
    resolution_of,
    waiting_of,
)
from api.merging import merging_of
from api.ticket_tasks import AddTask, tasks_of
from api.tickets import Nothing, WithReason, commands_of
from domain.problem import PendingReason, Problem
from domain.ticket import Visibility


class Raise(Opening):
    pass


class DocumentWorkaround(Body):
    workaround: Reason = Field(alias="text")
    visibility: Annotated[
        Visibility,
        Field(
            description="Whether the requesters of the incidents that are linked to the known "
            "error read it, or those alone who work on them."
        ),
    ] = Visibility.INTERNAL


class IdentifyCause(Body):
    cause: Reason = Field(alias="text")


class NoteSymptom(Body):
    symptom: Reason = Field(alias="text")


class PlanFix(Body):
    change: ChangeRef


class Review(Body):
    notes: Reason


class Pend(Body):
    reason: PendingReason
    note: Note = ""


PRACTICE = Practice(
    kind=Problem,
    plural="problems",
    what="problem",
    title="Problems",
    creation=opening_of(
        Problem,
        Problem.raise_,
        body=Raise,
        summary="Raise a problem",
        example={"title": "The print server stalls every Monday"},
    ),
    commands=(
        Command(
            method=Problem.accept,
            body=Nothing,
            summary="Accept what a rule has proposed: it is a problem from now on",
        ),
        Command(
            method=Problem.decline,
            body=WithReason,
            summary="Decline what a rule has proposed",
            description="Its incidents stay linked to it, and are not proposed again.",
            example={"reason": "Each has a cause of its own."},
        ),
        *commands_of(Problem),
        Command(
            method=Problem.investigate,
            body=Nothing,
            summary="Start to look for the cause",
            needs_version=False,
        ),
        Command(
            method=Problem.note_symptom,
            body=NoteSymptom,
            summary="Note by what it is seen",
            needs_version=False,
            example={"text": "Jobs wait for minutes, and then print twice."},
        ),
        *tasks_of(
            Problem,
            add=AddTask,
            summary="Add a task to its investigation",
            example={"title": "Read the logs of the spooler", "team": "TEA0000001"},
        ),
        Command(
            method=Problem.document_workaround,
            body=DocumentWorkaround,
            summary="Say how to live with it until it is resolved",
            description="Once it is a known error, each version is given to the open incidents "
            "that are linked to it, as a remark.",
            example={"text": "Restart the print queue.", "visibility": "public"},
        ),
        Command(
            method=Problem.identify_cause,
            body=IdentifyCause,
            summary="Say what causes it",
            example={"text": "The spooler runs out of disk space."},
        ),
        Command(
            method=Problem.declare_known_error,
            body=Nothing,
            summary="Declare it a known error: analysed, and not resolved yet",
        ),
        Command(
            method=Problem.plan_fix,
            body=PlanFix,
            summary="Say which change removes its cause",
            example={"change": "CHG0000007"},
        ),
        Command(
            method=Problem.review,
            body=Review,
            summary="Say what was learnt from it",
            example={"notes": "Disks are watched now."},
        ),
        *waiting_of(Problem, {"reason": "vendor"}, body=Pend),
        *merging_of(Problem),
        resolution_of(
            Problem, {"code": "fixed by change", "resolution": "The disk is larger now."}
        ),
        reopening_of(Problem, "It stalled again."),
        *ends_of(Problem, "a resolution", "No problem after all."),
    ),
)
