"""`ledgerdesk sla backtest`: over a small history, and over a real log."""

import asyncio
import csv
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.desk import Desk
from domain.incident import Incident
from domain.service_level_policy import TargetPromise
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.importing import load_mapping
from ops.settings import load
from tests.domain.desks import Company
from tests.importing import DATA, Importing, first_records
from tests.people import MONDAY
from tests.stores import ROOT

DRAFT = """\
name: Draft
calendar: Office
order: 1
targets:
  - name: resolution
    budget: 2h
    pausing: [customer]
"""
CALENDAR = """\
name: Office
hours:
  zone: UTC
  weekly:
    mon: [["09:00", "09:30"]]
"""
TIME = ("--from", "2026-03-02", "--to", "2026-03-02")
LOG = DATA / "servicenow_incidents.csv.gz"
WHOLE = ("--from", "2016-01-01", "--to", "2017-12-31")
SERVICE_LEVELS = ROOT / "docs" / "service-levels"
RECORDED = ("--recorded-in", "made SLA")


def run(*arguments: str | Path) -> int:
    given = [str(argument) for argument in ("sla", "backtest", *arguments)]
    return guarded(lambda: app(given))


def with_desk(folder: Path, work: Callable[[Desk], Coroutine[Any, Any, Any]]) -> Any:
    async def opened() -> Any:
        async with open_desk(load(None, data=folder)) as desk:
            return await work(desk)

    return asyncio.run(opened())


async def history(desk: Desk) -> None:
    """Incidents of Ann's: Bea resolved one in an hour and one in four. One is open, and one was
    logged the day after."""
    company = await Company(desk).build()
    await company.publish_policy(TargetPromise(name="resolution", budget="6h"))
    for day, hours in ((0, 1), (0, 4), (0, None), (1, 1)):
        at = MONDAY + timedelta(days=day, hours=1)
        receipt = await desk.log_incident(
            title="No mail",
            requester=company.people["ann"],
            team=company.service_desk,
            by=company.signed("ann", at),
        )
        if hours is not None:
            by = company.signed("bea", at + timedelta(hours=hours))
            resolve = partial(Incident.resolve, code="fixed", resolution="Done.", by=by)
            await desk.ledger.edit(Incident, receipt.subject, resolve, by=by)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with_desk(folder, history)
    return folder


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.yaml"
    path.write_text(DRAFT)
    return path


def test_the_tables_tell_what_would_have_been(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, *TIME, "--data", data)

    shown = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "Draft: 3 tickets from 2026-03-02 to 2026-03-02" in shown
    for title in (
        "governed by it 3",
        "Attainment by policy",
        "Attainment by customer organisation",
        "Breaches by their largest consumer",
        "met, and breached with the draft 1",
        "Time counts on Office",
    ):
        assert title in shown


def test_the_json_has_the_figures(
    data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(draft, *TIME, "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)["report"]
    assert code == 0
    assert (report["tickets"], report["governed"]) == (3, {"draft": 3})
    assert (report["total"]["draft"]["met"], report["total"]["draft"]["breached"]) == (1, 2)
    assert (report["total"]["in_force"]["met"], report["total"]["in_force"]["breached"]) == (2, 1)
    assert report["total"]["draft"]["attainment"] == pytest.approx(1 / 3)
    assert [line["group"] for line in report["by"]["policy"]] == ["Draft", "Gold"]
    assert [line["group"] for line in report["by"]["team"]] == ["Service desk"]
    assert report["breaches"][0]["party"] == "Service desk, level 1"
    assert report["differences"]["met_to_breached"] == 1
    assert [one["number"] for one in report["differences"]["examples"]] == ["INC0000002"]


def test_the_csv_has_a_line_for_each_promise(data: Path, draft: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.csv"

    code = run(draft, *TIME, "--csv", target, "--data", data)

    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert code == 0
    assert [row["number"] for row in rows] == ["INC0000001", "INC0000002", "INC0000003"]
    assert [row["verdict"] for row in rows] == ["met", "breached", "breached"]
    assert [row["in force"] for row in rows] == ["met", "met", "breached"]
    assert rows[1]["largest consumer"] == "Service desk, level 1"
    assert rows[1]["consumed (s, of which it ran)"] == "Service desk, level 1: 14400, 14400"


def test_a_calendar_is_tried_with_the_policy(
    data: Path, draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calendar = tmp_path / "calendar.yaml"
    calendar.write_text(CALENDAR)

    code = run(draft, *TIME, "--calendar", calendar, "--json", "-", "--data", data)

    total = json.loads(capsys.readouterr().out)["report"]["total"]["draft"]
    assert code == 0
    assert (total["met"], total["breached"]) == (2, 1)


def test_a_calendar_that_nobody_has_recorded_can_be_tried(
    data: Path, draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calendar = tmp_path / "calendar.yaml"
    calendar.write_text(CALENDAR.replace("Office", "Half hours"))
    draft.write_text(DRAFT.replace("Office", "Half hours"))

    assert run(draft, *TIME, "--calendar", calendar, "--data", data) == 0

    assert "Time counts on Half hours" in " ".join(capsys.readouterr().out.split())


def test_a_policy_of_the_ledger_is_run_too_and_differs_in_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("SLP0000001@1", *TIME, "--json", "-", "--data", data)

    report = json.loads(capsys.readouterr().out)["report"]
    assert code == 0
    assert (report["policy"], report["differences"]["same"]) == ("Gold", 3)
    assert report["total"]["draft"] == report["total"]["in_force"]


def test_nothing_is_recorded(data: Path, draft: Path, tmp_path: Path) -> None:
    async def position(desk: Desk) -> int:
        return desk.ledger.position()

    calendar = tmp_path / "calendar.yaml"
    calendar.write_text(CALENDAR)
    before = with_desk(data, position)

    assert run(draft, *TIME, "--calendar", calendar, "--data", data) == 0

    assert with_desk(data, position) == before


BAD = {
    "an unknown field": ((), {"budget": "buget"}, "line 6, column 5: targets[0].buget"),
    "two mistakes": ((), {"2h": "soon", "Office": "Ofice"}, "2 mistakes"),
    "an unknown calendar": ((), {"Office": "Ofice"}, "there is no calendar 'Ofice'"),
    "a wrong day": (("--to", "2026-02-30"), {}, "--to: '2026-02-30' is no day."),
    "an end before": (("--to", "2026-03-01"), {}, "--from comes before --to."),
    "two outputs": (("--json", "-", "--csv", "-"), {}, "Either --json or --csv goes to"),
    "no folder": (("--csv", "/none/found.csv"), {}, "--csv: /none/found.csv: No such file"),
    "no calendar file": (("--calendar", "/none.yaml"), {}, "/none.yaml: No such file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_with_its_place(
    name: str, data: Path, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, replaced, said = BAD[name]
    text = DRAFT
    for old, new in replaced.items():
        text = text.replace(old, new)
    draft.write_text(text)

    code = run(draft, *TIME, "--data", data, *options)

    assert code == 2
    assert said in " ".join(capsys.readouterr().err.split())


BAD_CALENDARS = {
    "no fields": ("Office", "a calendar is written as fields"),
    "an unknown field": (CALENDAR + "colour: red\n", "unknown field `colour`"),
    "an unknown zone": (CALENDAR.replace("UTC", "Mars/Base"), "Mars/Base"),
    "a window that overlaps": (
        CALENDAR.replace('"09:30"]', '"09:30"], ["09:10", "10:00"]'),
        "overlap",
    ),
}


@pytest.mark.parametrize("name", BAD_CALENDARS)
def test_a_calendar_that_is_wrong_is_not_tried(
    name: str, data: Path, draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, said = BAD_CALENDARS[name]
    calendar = tmp_path / "calendar.yaml"
    calendar.write_text(text)

    code = run(draft, *TIME, "--calendar", calendar, "--data", data)

    assert code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_folder_without_a_ledger_stays_as_it_is(
    draft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"

    assert run(draft, *TIME, "--data", empty) == 2

    assert "there is no ledger in this folder" in capsys.readouterr().err
    assert not empty.exists()


# A real log ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first thousand incidents of the ServiceNow log."""
    if not LOG.exists():
        pytest.skip(f"the logs are not in {DATA}")
    folder = tmp_path_factory.mktemp("log")

    async def take(desk: Desk) -> None:
        with first_records(LOG, 0, 1_000, folder / "first.csv") as first:
            await Importing(desk.ledger, folder).run(first, load_mapping("servicenow_incidents"))

    with_desk(folder, take)
    return folder


def beside(policy: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What is told beside the recorded verdicts."""
    calendar = SERVICE_LEVELS / "servicenow-calendar.yaml"
    options = ("--calendar", calendar, *RECORDED, "--json", "-", "--data", folder)
    assert run(SERVICE_LEVELS / policy, *WHOLE, *options) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["beside"]
    return found


def test_our_verdicts_on_imported_incidents_are_told_beside_the_recorded_ones(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = beside("servicenow.yaml", log, capsys)
    resolved = beside("servicenow-resolution.yaml", log, capsys)

    assert closed["total"]["compared"] == resolved["total"]["compared"] == 1_000
    assert closed["rate"] >= 0.99
    assert resolved["rate"] < closed["rate"]
    assert closed["lost_in"].keys() == {"closed"}


@pytest.mark.proof
def test_our_verdicts_on_the_whole_log_agree_with_the_recorded_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not LOG.exists():
        pytest.skip(f"the logs are not in {DATA}")

    async def take(desk: Desk) -> None:
        await Importing(desk.ledger, tmp_path).run(LOG, load_mapping("servicenow_incidents"))

    with_desk(tmp_path, take)
    found = beside("servicenow.yaml", tmp_path, capsys)

    assert (found["total"]["compared"], found["total"]["agree"]) == (20_768, 20_741)
    assert (found["total"]["kept_there_only"], found["total"]["kept_here_only"]) == (26, 1)
