"""Bulk jobs on both stores: many rows in one transaction, each once, whatever happens meanwhile."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from domain.incident import Incident
from domain.person import Role
from domain.staged_ledger import StagedLedger
from ops.stores.embedded_postgres import EmbeddedPostgres
from tests.api.bulk import Bulk
from tests.api.house import House, let_in, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = 400


class Place(NamedTuple):
    house: House
    folder: Path
    url: str | None


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgres"])
async def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    folder, url = tmp_path_factory.mktemp("house"), None
    if request.param == "postgres":
        server: EmbeddedPostgres = request.getfixturevalue("postgres_server")
        url = server.create_database("bulk_jobs")
    async with opened(folder, url=url) as house:
        yield Place(house, folder, url)


@pytest.fixture
def adam(place: Place) -> Bulk:
    return Bulk(place.house, "adam")


def logs(title: str, count: int) -> list[Any]:
    return [
        {"act": "incident.log", "body": {"title": f"{title} {row}", "impact": 2, "urgency": 2}}
        for row in range(count)
    ]


def logged(house: House, title: str) -> Counter[str]:
    return Counter(
        entry.event.title
        for _, entries in house.desk.ledger.all_of(Incident)
        for entry in entries
        if isinstance(entry.event, Incident.Logged) and entry.event.title.startswith(title)
    )


async def test_records_are_created_changed_and_all_of_it_is_undone(adam: Bulk) -> None:
    job = await adam.proposed(logs("Whole", 120))
    done = await adam.act(job, "start")
    numbers = [row["number"] for row in await adam.results(job, "run")]
    changing = await adam.proposed(
        [
            {"act": "incident.amend", "record": number, "body": {"title": f"Other {number}"}}
            for number in numbers
        ]
    )
    changed = await adam.act(changing, "start")
    back = await adam.act(changing, "undo")
    undone = await adam.act(job, "undo")

    assert done["run"] == {"created": 120}
    assert changed["run"] == {"changed": 120}
    assert (back["undo"], undone["undo"]) == ({"undone": 120}, {"left": 120})
    assert len(set(numbers)) == 120
    shown = await adam.client.read(f"/incidents/{numbers[7]}")
    assert (shown["title"], shown["status"], shown["version"]) == ("Whole 7", "new", 4)


async def test_each_row_is_done_once_though_whoever_does_them_is_killed(
    place: Place, adam: Bulk
) -> None:
    house = place.house
    job = await adam.proposed(logs("Killed", ROWS))
    await adam.client.act(f"/bulk-jobs/{job}/start")

    reached = []
    for commits in (1, 6):
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.api.bulk_process", str(place.folder), job),
            *(str(commits), *([place.url] if place.url else [])),
        )
        assert await asyncio.wait_for(running.wait(), 60) == -signal.SIGKILL
        reached.append(logged(house, "Killed").total())
    adam.fresh_runner()
    await adam.turn(job)

    assert 0 < reached[0] < reached[1] < ROWS
    assert logged(house, "Killed") == Counter(f"Killed {row}" for row in range(ROWS))
    shown = await adam.job(job)
    assert (shown["status"], shown["run"]) == ("done", {"created": ROWS})
    records = {row["number"] for row in await adam.results(job, "run")}
    assert len(records) == ROWS


async def test_what_somebody_else_does_between_rows_is_kept_and_told(
    place: Place, adam: Bulk, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [
        (await adam.client.made("/incidents", {"title": f"Shared {n}"}))["number"] for n in "abc"
    ]
    rows: list[Any] = [
        {"act": "incident.amend", "record": number, "if_match": 1, "body": {"title": "Bulk"}}
        for number in numbers
    ]
    rows.insert(1, *logs("Between", 1))
    job = await adam.proposed(rows)
    commit, faster = StagedLedger.commit, [numbers[1]]

    async def overtaken(ledger: StagedLedger) -> None:
        if faster and not ledger.is_empty:
            await adam.client.act(f"/incidents/{faster.pop()}/amend", {"title": "Somebody else's"})
        await commit(ledger)

    monkeypatch.setattr(StagedLedger, "commit", overtaken)
    shown = await adam.act(job, "start")

    assert shown["run"] == {"created": 1, "changed": 2, "failed": 1}
    failed = (await adam.results(job, "run"))[2]
    assert (failed["number"], failed["problem"]["code"]) == (numbers[1], "outdated")
    titles = [(await adam.client.read(f"/incidents/{number}"))["title"] for number in numbers]
    assert titles == ["Bulk", "Somebody else's", "Bulk"]
    assert logged(place.house, "Between").total() == 1


async def test_a_row_knows_what_the_directory_learns_from_the_one_before(place: Place) -> None:
    house = place.house
    await let_in(house, "desk", "both", (Role.AGENT, Role.ADMINISTRATOR))
    both = Bulk(house, "both")
    team = (await both.client.made("/teams", {"name": "Night shift"}))["number"]
    first, second = [
        (await both.client.made("/incidents", {"title": "No light"}))["number"] for _ in "ab"
    ]
    rows = [
        {"act": "incident.comment", "record": first, "body": {"text": "Soon."}},
        {"act": "incident.assign", "record": first, "body": {"team": team}},
        {"act": "team.disband", "record": team, "body": {}},
        {"act": "incident.assign", "record": second, "body": {"team": team}},
    ]
    job = await both.proposed(rows)

    await both.act(job, "start")

    told = await both.results(job, "run")
    assert [row["outcome"] for row in told] == ["changed", "changed", "changed", "failed"]
    assert "was disbanded" in told[3]["problem"]["detail"]
