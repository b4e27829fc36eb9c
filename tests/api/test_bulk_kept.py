"""Bulk jobs: what is kept of them, how long, and how much."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from api import bulk_runner
from domain import bulk_job
from domain.bulk_job import UNDER_WAY_MAX
from domain.ids import parse_reference
from domain.person import Person, Role
from domain.personal import ERASED
from ops.attachments import of_jobs
from tests.api.bulk import Bulk, log
from tests.api.house import House, let_in, setting_up

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runner, "PAGE_ROWS", 2)


@pytest.fixture
def adam(house: House) -> Bulk:
    return Bulk(house, "adam")


async def test_a_download_has_no_cell_that_a_spreadsheet_calculates(adam: Bulk) -> None:
    job = await adam.proposed([log("=1+1"), log("")])

    answer = await adam.client.get(f"/bulk-jobs/{job}/results?stage=preview&format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0] == "row,act,outcome,number,version,at,code,detail"
    assert lines[2].startswith("2,incident.log,failed,,0,")
    assert not any(line.startswith(("=", "+", "-", "@")) for line in lines)


MONTH = timedelta(days=30)


async def is_kept(house: House, of: Bulk, job: str, *, days: int = 0) -> bool:
    """Whether the file of a job is one that the daily cleaning leaves, so many days from now."""
    digest = (await of.job(job))["sha256"]
    at = datetime.now(UTC) + timedelta(days=days)
    return any(name.startswith(digest) for name in of_jobs(house.desk.ledger, at, MONTH))


async def test_the_file_is_kept_until_nothing_has_happened_for_a_month(
    house: House, adam: Bulk
) -> None:
    job = await adam.proposed([log("Kept for a while")])

    assert await is_kept(house, adam, job, days=29)
    assert not await is_kept(house, adam, job, days=31)


async def test_no_file_outlives_an_erasure_as_nobody_knows_whom_it_tells_of(
    house: House, adam: Bulk
) -> None:
    await let_in(house, "desk", "told_of", (Role.REQUESTER,))
    before = await adam.proposed([log("Told of has no mail")])
    told_of = house.people["told_of"]
    by = setting_up()
    await house.desk.ledger.edit(
        Person, told_of, lambda person: person.request_erasure(reason="She asked.", by=by), by=by
    )
    confirmed = replace(setting_up(), actor=str(house.people["zoe"]))
    await house.desk.erase_person(told_of, by=confirmed)
    after = await adam.proposed([log("Somebody else has none")])

    assert not await is_kept(house, adam, before)
    assert await is_kept(house, adam, after)


async def test_a_job_whose_file_is_gone_is_given_up(house: House, adam: Bulk) -> None:
    job = await adam.proposed([log("Gone")])
    await adam.client.act(f"/bulk-jobs/{job}/start")
    digest = (await adam.job(job))["sha256"]
    house.files.store.remove(f"{digest}-{house.people['adam']}-{job}")
    adam.fresh_runner()

    await adam.turn(job)

    shown = await adam.job(job)
    assert (shown["status"], shown["reason"]) == ("stopped", "Its file is kept no longer.")


async def test_what_a_job_says_goes_with_whoever_proposed_it(house: House) -> None:
    await let_in(house, "desk", "gone", (Role.AGENT,))
    job = await Bulk(house, "gone").proposed([log("")])
    person, zoe = house.people["gone"], Bulk(house, "zoe")
    digest = (await zoe.job(job))["sha256"]

    house.desk.ledger.forget(person)

    assert (await zoe.results(job, "preview"))[0]["problem"] == {"detail": ERASED}
    assert (await zoe.job(job))["name"] == ERASED
    assert house.files.open(digest, str(person), parse_reference(job)) is None


# How much ----------------------------------------------------------------------------------


async def test_so_many_jobs_of_a_person_are_under_way_at_a_time(house: House, adam: Bulk) -> None:
    await let_in(house, "desk", "busy", (Role.AGENT,))
    busy, file = Bulk(house, "busy"), b'{"body": {"title": "A"}}'
    done = await busy.proposed([log("Before")])

    async def propose(key: str) -> Any:
        at = "/api/v1/bulk-jobs?act=incident.log"
        headers = {"content-type": "application/x-ndjson", "idempotency-key": key}
        answer = await busy.client.http.post(at, content=file, headers=headers)
        if answer.status_code == 201:
            await house.views.reached("bulk_jobs", answer.json()["position"], 5)
        return answer.json()

    jobs = [(await propose(f"{n}"))["number"] for n in range(UNDER_WAY_MAX)]
    refused, repeated = await propose("another"), await propose("0")
    unstarted = await busy.client.post(f"/bulk-jobs/{done}/start", if_match="*")
    for job in jobs:
        await busy.turn(job)
    await house.views.reached("bulk_jobs", house.desk.ledger.position(), 5)
    taken = await propose("another")

    assert refused["detail"].startswith("At most 5 bulk jobs of one person are under way")
    assert unstarted.json()["detail"] == refused["detail"]
    assert repeated["number"] == jobs[0]
    assert taken["number"].startswith("BLK")
    assert (await busy.act(done, "start"))["status"] == "done"


async def test_the_files_of_a_person_take_only_so_much(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_in(house, "desk", "keeper", (Role.AGENT,))
    keeper = Bulk(house, "keeper")
    job = await keeper.proposed([log("x" * 100)])
    await house.views.reached("bulk_jobs", house.desk.ledger.position(), 5)
    kept = (await keeper.job(job))["size"]
    monkeypatch.setattr(bulk_job, "KEPT_BYTES_MAX", kept + 200)

    refused = await keeper.propose(b"title\n" + b"y" * 200, "text/csv", "incident.log")
    taken = await keeper.propose(b"title\nShort", "text/csv", "incident.log")

    assert refused.status_code == 422
    assert f"theirs have {kept} until the oldest are removed." in refused.json()["detail"]
    assert taken.status_code == 201
