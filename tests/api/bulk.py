"""Bulk jobs in the house of tests: sent, and gone through without a workflow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec

from api.bulk_runner import BulkRunner
from api.context import Context
from api.settings import now
from domain.bulk_job import BulkJob
from domain.ids import parse_reference
from tests.api.house import SETTINGS, House


@asynccontextmanager
async def seen_to(house: House, who: str) -> AsyncIterator[None]:
    """While the jobs of somebody are seen to as soon as there is anything to do about them."""
    bulk = Bulk(house, who)

    async def see_to() -> None:
        while True:
            for job, _ in house.desk.ledger.all_of(BulkJob):
                if job.owner == house.people[who]:
                    await bulk.turn(job.number)
            await asyncio.sleep(0.01)

    working = asyncio.create_task(see_to())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


class Bulk:
    """Somebody with bulk jobs."""

    def __init__(self, house: House, who: str) -> None:
        self.client = house.as_(who)
        self._house = house
        self._runner = self.fresh_runner()

    def fresh_runner(self) -> BulkRunner:
        """One that knows nothing of what was begun, as after an end of its process."""
        house = self._house
        self._runner = BulkRunner(
            Context(house.desk, house.views, SETTINGS, now, files=house.files)
        )
        return self._runner

    async def propose(self, data: bytes, media_type: str, act: str = "") -> Any:
        asked = f"?act={act}" if act else ""
        return await self.client.http.post(
            f"/api/v1/bulk-jobs{asked}", content=data, headers={"content-type": media_type}
        )

    async def proposed(self, rows: list[Any] | str, act: str = "") -> str:
        """The number of a job that was previewed; rows of CSV are text."""
        if isinstance(rows, str):
            data, media_type = rows.encode(), "text/csv"
        else:
            data = msgspec.json.Encoder().encode_lines(rows)
            media_type = "application/x-ndjson"
        answer = await self.propose(data, media_type, act)
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        await self.turn(number)
        return number

    async def turn(self, number: str) -> None:
        """Go through the rows of a stage."""
        id: UUID = parse_reference(number)
        while not await self._runner.turn(id):
            pass

    async def act(self, number: str, act: str, body: Any = None) -> dict[str, Any]:
        """Begin a stage, and go through its rows. Returns the job."""
        await self.client.act(f"/bulk-jobs/{number}/{act}", body)
        await self.turn(number)
        return await self.job(number)

    async def job(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.client.read(f"/bulk-jobs/{number}")
        return found

    async def results(self, number: str, stage: str) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/bulk-jobs/{number}/results?stage={stage}")
        assert answer.status_code == 200, answer.text
        return [msgspec.json.decode(line) for line in answer.content.splitlines()]


# Rows ----------------------------------------------------------------------------------------


def log(title: str, **more: Any) -> dict[str, Any]:
    return {"act": "incident.log", "body": {"title": title, **more}}


def on(record: str, act: str, version: int | None = None, **body: Any) -> dict[str, Any]:
    row = {"act": f"incident.{act}", "record": record, "body": body}
    return row if version is None else {**row, "if_match": version}


async def incident(of: Bulk, title: str = "No mail") -> str:
    made = await of.client.made("/incidents", {"title": title, "impact": 2, "urgency": 2})
    number: str = made["number"]
    return number


async def titles(of: Bulk) -> list[str]:
    found = await of.client.read("/incidents?sort=number&limit=250&fields=title")
    return [row["title"] for row in found["data"]]
