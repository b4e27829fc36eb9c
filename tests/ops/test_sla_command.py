"""`ledgerdesk sla`: policies in files and in the ledger, what is printed, and how it ends."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Work
from domain.promises import Commitment
from domain.service_level_document import schema
from domain.service_level_names import any_names
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from domain.service_level_text import parse
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.settings import load
from tests.people import ANN

DOCUMENT = """\
name: Gold
calendar: Office hours
targets:
  - name: resolution
    budget: 8h
    pausing: [customer]
"""
OFFICE = record_id("CAL", 1)
GOLD = Agreement(
    calendar=OFFICE,
    targets=(TargetPromise(name="resolution", budget="8h", pausing=("customer",)),),
)
SIX_HOURS = TargetPromise(name="resolution", budget="6h", pausing=("customer",))


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(argument) for argument in ("sla", *arguments)]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gold.yaml"
    path.write_text(DOCUMENT)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a policy of one version, and a draft that promises more."""
    folder = tmp_path_factory.mktemp("data")

    async def decide(work: Work) -> None:
        hours = BusinessHours(zone="UTC", weekly={"mon": (("09:00", "17:00"),)})
        work.add(Calendar.define(OFFICE, name="Office hours", hours=hours, by=ANN))
        policy = ServiceLevelPolicy.draft(record_id("SLP", 1), name="Gold", definition=GOLD, by=ANN)
        policy.publish(by=ANN)
        policy.revise(replace(GOLD, order=7, targets=(SIX_HOURS,)), by=ANN)
        work.add(policy)
        incident = Incident.log(
            record_id("INC", 1), title="No mail", requester=None, organisation=None, by=ANN
        )
        incident.apply_service_level(
            policy=policy.id,
            policy_version=1,
            calendar=OFFICE,
            calendar_version=1,
            commitments=[Commitment(name="resolution", budget="8h", pausing=("customer",))],
            by=ANN,
        )
        work.add(incident)

    async def record() -> None:
        async with open_ledger(load(None, data=folder)) as ledger:
            await ledger.run(ANN, decide)

    asyncio.run(record())
    return folder


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out) == schema()


def test_a_file_is_checked_without_a_ledger(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", file, "--data", tmp_path / "none") == 0
    assert "Gold promises resolution. Names were not looked up" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_a_file_is_checked_by_what_names_mean_on_the_desk(
    file: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", file, "--data", data) == 0
    file.write_text(DOCUMENT.replace("Office", "Ofice").replace("8h", "-8h"))

    assert run("check", file, "--data", data) == 2

    told = capsys.readouterr().err
    assert "2 mistakes" in told
    assert "line 2, column 11: calendar: there is no calendar 'Ofice hours'; did you mean" in told
    assert "line 5, column 13: targets[0].budget: '-8h' is not a duration" in told


def test_whom_a_step_tells_is_looked_for_on_the_desk(
    file: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step = '  - {target: resolution, mark: 75%, notify: ["team:Nobody", "person:zed"]}\n'
    file.write_text(f"{DOCUMENT}escalation:\n{step}")

    assert run("check", file, "--data", data) == 2

    told = capsys.readouterr().err
    assert "2 mistakes" in told
    assert "line 8, column 46: escalation[0].notify[0]: 'team:Nobody' names nobody." in told
    assert "escalation[0].notify[1]: 'person:zed' names nobody." in told
    assert run("check", file, "--data", tmp_path / "none") == 0


def test_a_policy_of_the_ledger_is_shown_as_the_document_that_makes_it(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "SLP0000001", "--data", data) == 0
    assert capsys.readouterr().out == DOCUMENT
    assert run("show", "SLP0000001", "--draft", "--data", data) == 0
    assert "order: 7" in capsys.readouterr().out
    assert run("show", "SLP0000002", "--data", data) == 2
    assert run("show", "SLP0000001", "--version", "2", "--data", data) == 2


def test_what_two_policies_differ_in_is_told(
    file: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("diff", file, "SLP0000001", "--data", data) == 0
    file.write_text(
        DOCUMENT.replace("8h", "4h")
        + "  - name: first response\n    budget: {1: 15m}\n"
        + "escalation:\n  - target: resolution\n    mark: 75%\n    managers: true\n"
    )

    assert run("diff", "SLP0000001@draft", file, "--data", data) == 1

    assert capsys.readouterr().out.splitlines()[2:] == [
        "- order: 7",
        "+ order: 100",
        "target resolution",
        "  - budget: 6h",
        "  + budget: 4h",
        "+ target first response: budget 1: 15m",
        "+ step resolution 75%: managers yes",
    ]


def test_what_a_draft_would_do_is_told_and_recorded(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("what-if", "SLP0000001", "--data", data) == 0

    clock, numbers = capsys.readouterr().out.splitlines()
    assert clock.startswith("INC0000001  resolution: 8h, due 2026-")
    assert " -> 6h, due " in clock
    # It was breached long ago, and stays so.
    assert numbers.startswith("1 open tickets: 0 clocks due earlier, 0 later, 0 begun, 0 dropped")
    assert run("what-if", "CAL0000001", "--data", data) == 2


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "docs" / "service-levels").glob("*.yaml"))
)
def test_the_examples_of_the_documentation_are_right(path: Path) -> None:
    text = path.read_text()
    if "targets:" in text:
        assert parse(text, any_names()).definition.targets
