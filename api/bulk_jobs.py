"""Bulk jobs over HTTP: what can be done with one that is there."""

from typing import Any

from api.bulk_room import under_way
from api.commands import Command, Practice
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.bulk_job import BulkJob


async def begun_by(call: Call, job: BulkJob, _: Any) -> dict[str, Any]:
    """What the caller may do by their token, as the rows of the job may do no more; and how many
    other jobs they have under way."""
    return {
        "scopes": sorted(call.caller.actor.scopes),
        "others": await under_way(call, besides=job.number),
    }


PRACTICE = Practice(
    kind=BulkJob,
    plural="bulk-jobs",
    what="bulk_job",
    title="Bulk jobs",
    creation=None,
    commands=(
        Command(
            method=BulkJob.start,
            body=Nothing,
            look_up=begun_by,
            summary="Run the rows that have not been run",
            description="In the order of the file, each as its own request by the caller would be, "
            "once. What a row does is correlated with the id of the job.",
        ),
        Command(
            method=BulkJob.retry,
            body=Nothing,
            look_up=begun_by,
            summary="Run again the rows that failed",
        ),
        Command(
            method=BulkJob.stop,
            body=WithReason,
            summary="Do no more rows; starting it goes on with the others",
            needs_version=False,
            example={"reason": "Wrong team."},
        ),
        Command(
            method=BulkJob.preview_undo,
            body=Nothing,
            look_up=begun_by,
            summary="Find out what undoing it would do",
        ),
        Command(
            method=BulkJob.undo,
            body=Nothing,
            look_up=begun_by,
            summary="Undo the rows whose records have not moved on since",
            description="From the last row to the first. What was created is cancelled, retired or "
            "the like, and what was changed is set back, each by a command of its own; rows for "
            "which there is no way back are left, and say why.",
        ),
    ),
)
