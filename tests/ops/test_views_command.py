"""`ledgerdesk views` on a desk with two incidents."""

import asyncio
from pathlib import Path

import pytest

from ops.cli import app, guarded
from ops.compose import open_desk, open_view_store
from ops.settings import load
from projections.work_queue import QUEUE
from tests.people import signed
from tests.projections.declaring import EXAMPLES

NAME = "ticket_lists"
LOGGED = """
name = "logged"
title = "Logged by day"
key = { day = "by.day" }
columns = [{ name = "day", type = "text" }, { name = "logged", type = "integer" }]

[[rules]]
on = ["Incident.Logged"]
set = { logged = "row.logged + 1" }
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    asyncio.run(fill(folder))
    return folder


async def fill(folder: Path) -> None:
    async with open_desk(load(data=folder)) as desk:
        for title in ("No mail", "No paper"):
            await desk.log_incident(title=title, requester=None, by=signed("ann"))


def run(data: Path, *arguments: str) -> int:
    return guarded(lambda: app(["views", *arguments, "--data", str(data)], standalone_mode=False))


def spoil(data: Path) -> None:
    store = open_view_store(load(data=data))
    rows = list(store.scan(QUEUE))
    with store.transaction() as transaction:
        transaction.write(QUEUE, [], [rows[0][:1]])
    store.close()


def test_views_are_built_by_the_first_rebuild(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "rebuild", NAME) == 0
    assert f"{NAME}: new" in capsys.readouterr().out

    assert run(data, "rebuild", NAME) == 0
    assert "the same as what serves" in capsys.readouterr().out
    assert run(data, "verify") == 0
    assert not (data / "views-beside.db").exists()


def test_what_differs_is_told_and_mended_by_a_switch(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "rebuild")
    spoil(data)

    assert run(data, "verify") == 2
    told = capsys.readouterr().out
    assert f"{QUEUE.stored} " in told
    assert "is missing" in told
    assert run(data, "rebuild", NAME, "--no-switch") == 0
    assert run(data, "compare") == 2
    assert run(data, "switch") == 0
    assert run(data, "verify") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rebuild", "nothing"), "There is no view nothing."),
        (("compare",), "No views were built beside"),
        (("switch", NAME), "No views were built beside"),
    ],
)
def test_what_cannot_be_is_said(
    data: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, *arguments) == 2
    assert message in capsys.readouterr().err


def test_views_that_were_not_built_beside_cannot_be_compared(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "rebuild", NAME, "--no-switch")

    assert run(data, "compare", "timeline") == 2
    assert "timeline was not built beside." in capsys.readouterr().err


def test_a_view_is_declared_from_a_file_and_kept_like_the_others(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = data / "logged.toml"
    file.write_text(LOGGED)
    run(data, "rebuild")

    assert run(data, "declare", str(file)) == 0
    file.write_text(LOGGED.replace("by.day", "by.month"))
    assert run(data, "declare", str(file)) == 0
    assert "logged is DVW0000001, version 2" in capsys.readouterr().out
    assert run(data, "verify") == 0
    assert run(data, "rebuild", "logged") == 0
    assert "logged@DVW0000001.2: 2 rows at position" in capsys.readouterr().out
    assert run(data, "list") == 0
    assert "logged@DVW0000001.2" in capsys.readouterr().out
    assert "logged@DVW0000001.1" not in capsys.readouterr().out


def test_what_was_declared_is_shown_and_can_be_declared_again(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, text in EXAMPLES.items():
        file = data / f"example.{language}"
        file.write_text(text)
        assert run(data, "declare", str(file)) == 0
        assert "reopened_by_month is DVW0000001, version 1" in capsys.readouterr().out

    for form in ("toml", "json"):
        assert run(data, "show", "reopened_by_month", "--as", form) == 0
        shown = data / f"shown.{form}"
        shown.write_text(capsys.readouterr().out)
        assert run(data, "declare", str(shown)) == 0
        assert "reopened_by_month is DVW0000001, version 1" in capsys.readouterr().out
    assert run(data, "show", "nothing") == 2
    (data / "example.txt").write_text("")
    assert run(data, "declare", str(data / "example.txt")) == 2
    assert "ends with one of .toml, .json, .sql, .py" in capsys.readouterr().err


def test_a_declaration_that_is_wrong_is_refused_with_its_place(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = data / "logged.toml"
    file.write_text(LOGGED.replace("by.day", "by.dya"))

    assert run(data, "declare", str(file)) == 2
    assert "there is no field by.dya here" in capsys.readouterr().err
    assert run(data, "declare", str(data / "none.toml")) == 2
