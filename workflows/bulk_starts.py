"""Keeps a workflow running for each bulk job about which something is to be done."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.bulk_job import UNDER_WAY, BulkJob
from workflows.bulk_values import Bulk, workflow_id
from workflows.starts import Starts

ENDS = {BulkJob.topics[event] for event in (BulkJob.Finished, BulkJob.GivenUp)}
TOPICS = set(BulkJob.topics.values()) - {BulkJob.topics[BulkJob.RowsRecorded]} - ENDS


class BulkStarts(Starts):
    workflow = "BulkJob"
    topics = sorted(TOPICS)

    def all(self) -> Iterable[UUID]:
        # What came of rows is much to read, and tells nothing of whether a job is under way.
        latest: dict[Any, str] = {}
        for row in self.ledger.recorder.select_kind(BulkJob.prefix):
            if row.topic in TOPICS | ENDS:
                latest[row.originator_id] = row.topic
        return [id for id, topic in latest.items() if topic not in ENDS]

    async def value(self, id: UUID) -> Bulk | None:
        job = await self.ledger.find(BulkJob, id)
        return Bulk(job=id) if job.status in UNDER_WAY else None

    def workflow_id(self, number: str) -> str:
        return workflow_id(number)
