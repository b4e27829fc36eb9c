"""The client for programs: bulk jobs and files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from api.client import AsyncClient, Client, Problem
from api.client import acts as client_acts
from tests.api.bulk import seen_to
from tests.api.house import House

URL = "http://desk.test"
of_the_house = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_acts, "LOOK_SECONDS", 0.001)


@asynccontextmanager
async def worked_on(house: House, who: str = "adam") -> AsyncIterator[AsyncClient]:
    """A client of somebody, while what they propose is seen to."""
    desk = AsyncClient(URL, house.secrets[who], transport=httpx2.ASGITransport(app=house.app))
    async with seen_to(house, who):
        try:
            yield desk
        finally:
            await desk.aclose()


@of_the_house
async def test_a_job_is_proposed_run_read_and_undone(house: House) -> None:
    rows = [{"body": {"title": f"Client {row}"}} for row in range(3)] + [{"body": {"title": ""}}]
    seen: list[dict[str, Any]] = []
    async with worked_on(house) as desk:
        job = await desk.propose_bulk(rows, act="incident.log", name="From a program")
        previewed = await desk.wait_for_bulk(job, progress=seen.append)
        done = await desk.run_bulk(job, progress=seen.append)
        results = [row async for row in desk.bulk_results(job)]
        undone = await desk.run_bulk(job, "undo")

    assert (previewed["status"], previewed["preview"]) == ("previewed", {"created": 3, "failed": 1})
    assert (done["status"], done["run"]) == ("done", {"created": 3, "failed": 1})
    assert seen[-1] == done
    assert [row["outcome"] for row in results] == ["created"] * 3 + ["failed"]
    assert (undone["status"], undone["undo"]) == ("undone", {"undone": 3})


@of_the_house
async def test_a_file_is_sent_as_it_is_and_a_list_chosen_from(house: House) -> None:
    async with worked_on(house) as desk:
        file = await desk.propose_bulk(
            b"title,category\nA sheet,paper\n", media_type="text/csv", act="incident.log"
        )
        await desk.wait_for_bulk(file)
        await desk.run_bulk(file)
        [row] = [row async for row in desk.bulk_results(file)]
        chosen = await desk.create(
            "bulk-jobs",
            act="incident.categorise",
            records=[row["number"]],
            body={"category": "toner"},
        )
        await desk.wait_for_bulk(chosen)
        done = await desk.run_bulk(chosen)
        found = await desk.get(f"/incidents/{row['number']}")

    assert done["run"] == {"changed": 1}
    assert found["category"] == "toner"


@of_the_house
async def test_what_is_wrong_in_a_file_is_told_with_its_lines(house: House) -> None:
    async with worked_on(house) as desk:
        with pytest.raises(Problem) as wrong:
            await desk.propose_bulk(
                b"title,impact\nA,huge\n", media_type="text/csv", act="incident.log"
            )

    assert wrong.value.code == "invalid"
    assert (wrong.value.errors[0]["line"], wrong.value.detail[:8]) == (2, "Line 2: ")


@of_the_house
async def test_a_file_is_attached_and_fetched_again(house: House) -> None:
    async with worked_on(house) as desk:
        made = await desk.create("incidents", title="See the picture")
        sent = await desk.attach(
            "incidents", made, b"\x89PNG and so on", name="picture.png", media_type="image/png"
        )
        [file] = (await desk.get(f"/incidents/{made.number}"))["attachments"]
        found = await desk.download(f"/incidents/{made.number}/attachments/{file['sha256']}")

    assert (sent.number, sent.version) == (made.number, made.version + 1)
    assert found == b"\x89PNG and so on"


def test_the_client_that_waits_waits_for_a_job() -> None:
    states = ["previewing", "previewed", "running", "running", "done"]
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(f"{request.method} {request.url.path.removeprefix('/api/v1')}")
        if request.method == "POST":
            made = {"id": "x", "number": "BLK0000001", "version": 1, "position": 12}
            return httpx2.Response(201, json=made)
        if request.url.path.endswith("/results"):
            return httpx2.Response(200, text='{"row":1}\n{"row":2}\n')
        return httpx2.Response(200, json={"status": states.pop(0)})

    with Client(URL, "secret", transport=httpx2.MockTransport(answer)) as desk:
        job = desk.propose_bulk([{"act": "incident.log", "body": {"title": "A"}}])
        previewed = desk.wait_for_bulk(job)
        done = desk.run_bulk(job)
        rows = list(desk.bulk_results(job))

    assert (previewed["status"], done["status"], rows) == (
        *("previewed", "done"),
        [{"row": 1}, {"row": 2}],
    )
    look = "GET /bulk-jobs/BLK0000001"
    assert sent == [
        *("POST /bulk-jobs", look, look),
        *("POST /bulk-jobs/BLK0000001/start", look, look, look, f"{look}/results"),
    ]
