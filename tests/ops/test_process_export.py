"""`ledgerdesk process export` as BPMN and as a drawing, also of the approval of a change."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import pytest

from domain.approval_process import ApprovalProcess, Definition
from domain.change import Change
from domain.ids import record_id
from domain.ledger import Work
from domain.process_text import parse
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.settings import load
from tests.domain.changes import CAB
from tests.people import ANN, CUSTOMER, person

SVG = "{http://www.w3.org/2000/svg}"
DOCUMENT = """\
name: Normal <changes>
subjects: [change]
stages:
  - name: CAB
    approvers: [role:approver]
    quorum: all
    patience: 2bd
    on_timeout: reject
"""


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(one) for one in ("process", "export", *arguments)]))


def definition() -> Definition:
    return parse(DOCUMENT, lambda name: record_id("CAL", len(name))).definition


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "normal.yaml"
    path.write_text(DOCUMENT)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a process, a change that was submitted to it, and one that was not."""
    folder = tmp_path_factory.mktemp("data")

    async def decide(work: Work) -> None:
        process = ApprovalProcess.draft(
            record_id("APR", 1), name="Normal", definition=definition(), by=ANN
        )
        process.publish(by=ANN)
        work.add(process)
        for serial in (1, 2):
            change = Change.propose(
                record_id("CHG", serial),
                title="New switch",
                requester=person("ann"),
                organisation=CUSTOMER,
                by=ANN,
            )
            change.assess_risk(impact=2, likelihood=2, by=ANN)
            change.plan(implementation="Swap it.", backout="Swap it back.", by=ANN)
            if serial == 1:
                change.submit(process=process.id, process_version=1, stages=(CAB,), by=ANN)
            work.add(change)

    async def record() -> None:
        async with open_ledger(load(None, data=folder)) as ledger:
            await ledger.run(ANN, decide)

    asyncio.run(record())
    return folder


def test_a_file_is_exported_as_bpmn(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--bpmn") == 0

    root = ElementTree.fromstring(capsys.readouterr().out)
    assert [child.get("name") for child in root if child.get("name")] == ["Normal <changes>"]


def test_a_file_is_drawn(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--svg") == 0

    root = ElementTree.fromstring(capsys.readouterr().out)
    assert root.findtext(f"{SVG}title") == "Normal <changes>"


def test_an_instance_is_drawn_in_the_version_that_it_runs_on(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("APR0000001", "--svg", "--instance", "CHG0000001", "--data", data) == 0

    root = ElementTree.fromstring(capsys.readouterr().out)
    assert root.findtext(f"{SVG}title") == "CHG0000001 in Normal, APR0000001 version 1"
    assert "Open, 0 of 2 voted" in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("APR0000001",), "Say in which form: --yaml, --bpmn or --svg."),
        (("APR0000001", "--svg", "--bpmn"), "Say in which form: --yaml, --bpmn or --svg."),
        (("APR0000001", "--bpmn", "--instance", "CHG0000001"), "An instance is drawn: say --svg."),
        (
            ("APR0000001", "--svg", "--instance", "CHG0000002"),
            "CHG0000002 has not been submitted for approval.",
        ),
        (("APR0000001", "--svg", "--instance", "APR0000001"), "APR0000001 has not been submitted"),
        (("APR0000001", "--svg", "--instance", "CHG0000009"), "There is no change CHG0000009."),
        (("APR0000009", "--svg"), "There is no approval process APR0000009."),
    ],
)
def test_what_cannot_be_exported_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(*arguments, "--data", data) == 2

    assert said in " ".join(capsys.readouterr().err.split())


def test_an_instance_of_another_process_is_refused(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(DOCUMENT.replace("all", "any"))

    assert run(file, "--svg", "--instance", "CHG0000001", "--data", data) == 2

    said = " ".join(capsys.readouterr().err.split())
    assert "CHG0000001 is approved by APR0000001 version 1, which is not" in said
