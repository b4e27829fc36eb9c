"""`ledgerdesk search` on a desk with some incidents."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from ops.cli import app, guarded
from ops.compose import open_desk
from ops.settings import load
from tests.people import signed


def run(data: Path, *arguments: str) -> int:
    return guarded(lambda: app([*arguments, "--data", str(data)], standalone_mode=False))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")

    async def fill() -> None:
        async with open_desk(load(data=folder)) as desk:
            for title in ("The printer jams", "No mail", "Printer without paper"):
                by = signed("ann", command=uuid4())
                await desk.log_incident(title=title, requester=None, by=by)

    asyncio.run(fill())
    assert run(folder, "views", "rebuild", "search") == 0
    return folder


def test_records_are_found_by_all_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "search", "printer", "jams") == 0

    assert capsys.readouterr().out == "INC0000001  incident The printer jams\n"


def test_more_than_asked_for_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "search", "printer", "--limit", "1") == 0

    [first, more] = capsys.readouterr().out.splitlines()
    assert "rinter" in first
    assert more == "… and more: --limit 5"


def test_hits_are_told_as_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "search", "printer", "--json") == 0

    hits = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {hit["number"] for hit in hits} == {"INC0000001", "INC0000003"}


def test_a_search_of_other_kinds_finds_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "search", "printer", "--kind", "article,asset") == 0

    assert capsys.readouterr().out == "Nothing was found.\n"


def test_what_cannot_be_asked_is_told(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "search", "printer", "--kind", "printer") == 2
    assert run(data, "search", "printer", "--limit", "0") == 2
    assert run(tmp_path, "search", "printer") == 2

    told = capsys.readouterr().err
    assert "--kind is some of" in told
    assert "from 1 to 250" in told
    assert "nothing to search yet" in told


def test_a_search_as_of_the_past_is_noted(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "search", "printer", "--as-of", "@0") == 0
    assert run(data, "search", "printer", "jams", "--as-of", "1s ago") == 0
    assert run(data, "audit", "reads", "--why", "past") == 0

    nothing, found, *noted = capsys.readouterr().out.splitlines()
    assert nothing == "Nothing was found."
    assert found == "INC0000001  incident The printer jams"
    assert ["ledgerdesk search as_of=@0" in line for line in noted] == [True, False]


def test_what_is_no_moment_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "search", "printer", "--as-of", "then") != 0

    assert "is no moment" in capsys.readouterr().err
