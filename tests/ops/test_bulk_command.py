"""`ledgerdesk bulk` on a desk that is served."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ops.cli import app, guarded
from tests.api.bulk import seen_to
from tests.api.house import House, opened
from tests.api.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house")) as house, seen_to(house, "adam"):
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(house: House) -> AsyncIterator[str]:
    async with served(house) as address:
        yield address


@pytest.fixture(autouse=True)
def adam(house: House, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERDESK_SERVER", address)
    monkeypatch.setenv("LEDGERDESK_TOKEN", house.secrets["adam"])


async def run(*arguments: object) -> int:
    told = ["bulk", *map(str, arguments)]
    return await asyncio.to_thread(guarded, lambda: app(told))


def job_of(printed: str) -> str:
    return printed[printed.index("BLK") :][:10]


async def test_a_file_is_previewed_run_told_and_undone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, csv = tmp_path / "tickets.csv", tmp_path / "told.csv"
    file.write_text("title,category\nNo mail,mail\n,mail\nNo paper,print\n")

    assert await run("import", file, "--act", "incident.log") == 0
    previewed = capsys.readouterr().out
    job = job_of(previewed)
    assert await run("run", job) == 1
    ran = capsys.readouterr().out
    assert await run("results", job, "--to", csv) == 0
    assert await run("results", job, "--to", csv) == 2
    assert await run("results", job, "--to", "-", "--stage", "preview") == 0
    written = capsys.readouterr()
    assert await run("preview", job, "--undo") == 0
    before = capsys.readouterr().out
    assert await run("undo", job) == 0
    undone = capsys.readouterr().out

    assert f"{job} previewed, 3 of 3 rows: 2 created, 1 failed\n" in previewed
    assert "row 2: failed incident.log: " in previewed
    assert f"run it by: ledgerdesk bulk run {job}" in previewed
    assert f"{job} done, 3 of 3 rows: 2 created, 1 failed\n" in ran
    assert [line.split(",")[2] for line in csv.read_text().splitlines()] == [
        *("outcome", "created", "failed", "created")
    ]
    assert "told.csv cannot be written: File exists." in written.err
    rows = [json.loads(line) for line in written.out.splitlines() if line.startswith("{")]
    assert [row["outcome"] for row in rows] == ["created", "failed", "created"]
    assert f"{job} done, 2 of 3 rows: 2 undone\n" in before
    assert f"{job} undone, 2 of 3 rows: 2 undone\n" in undone


async def test_what_a_list_has_is_changed_at_once_if_nothing_is_refused(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await house.as_("adam").made("/incidents", {"title": "Chosen"})
    number = made["number"]
    body = '{"category": "print"}'

    assert await run("change", "incident.categorise", "--record", number, "--body", body) == 0
    job = job_of(capsys.readouterr().out)
    assert (await house.as_("adam").read(f"/incidents/{number}"))["category"] == ""
    chosen = f'number == "{number}"'
    changing = ("change", "incident.categorise", "--filter", chosen, "--body", body)
    assert await run(*changing, "--run") == 0

    assert "done, 1 of 1 rows: 1 changed" in capsys.readouterr().out
    assert (await house.as_("adam").read(f"/incidents/{number}"))["category"] == "print"
    assert await run("show", job) == 0
    assert f"{job} previewed, 1 of 1 rows: 1 changed" in capsys.readouterr().out
    assert await run("stop", job, "--reason", "Lunch.") == 2
    assert "Only a job that is under way can be stopped." in capsys.readouterr().err


async def test_what_cannot_be_asked_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, other = tmp_path / "wrong.csv", tmp_path / "wrong.xlsx"
    wrong.write_text("title,impact\nA,huge\nB,2\nC,tiny\n")

    async def says(*arguments: object) -> str:
        assert await run(*arguments) == 2
        return capsys.readouterr().err

    told = await says("import", wrong, "--act", "incident.log")
    assert "Line 2: row 1, column impact: a whole number is needed." in told
    assert "Line 4: row 3, column impact" in told
    assert "ends in .csv" in await says("import", other)
    assert "No such file" in await says("import", tmp_path / "none.csv")
    assert "this is no JSON" in await says("change", "incident.assign", "--body", "{")
    assert "BLK0009999" in await says("run", "BLK0009999")
    monkeypatch.setenv("LEDGERDESK_TOKEN", "no token")
    assert "ledgerdesk: " in await says("show", "BLK0000001")
    monkeypatch.setenv("LEDGERDESK_SERVER", "http://127.0.0.1:1")
    monkeypatch.setattr("api.client.talk.PAUSE_SECONDS", 0.001)
    assert "http://127.0.0.1:1 does not answer" in await says("show", "BLK0000001")
    monkeypatch.delenv("LEDGERDESK_TOKEN")
    assert "LEDGERDESK_TOKEN: give a token" in await says("show", "BLK0000001")
