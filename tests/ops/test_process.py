"""`ledgerdesk process`: files and the ledger, what is printed, and how it ends."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.approval_process import ApprovalProcess, Definition
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.ledger import Work
from domain.process_document import schema
from domain.process_text import parse
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.settings import load
from tests.people import ANN

OFFICE = record_id("CAL", 1)
DOCUMENT = """\
name: Normal changes
subjects: [change]
calendar: Office hours
stages:
  - name: Technical
    approvers: [team:Network]
    quorum: any
    patience: 4h
    on_timeout: reject
  - name: CAB
    approvers: [role:approver]
    quorum: majority
    patience: 2bd
    on_timeout: reject
"""
LATER = DOCUMENT.replace("majority", "66.7%").replace(
    "[team:Network]", "[team:Network, person:ada]"
)


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(argument) for argument in ("process", *arguments)]))


def definition_of(document: str) -> Definition:
    return parse(document, lambda _: OFFICE).definition


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "normal.yaml"
    path.write_text(DOCUMENT)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a process: two published versions, and a draft that is shorter."""
    folder = tmp_path_factory.mktemp("data")
    first, second = definition_of(DOCUMENT), definition_of(LATER)

    async def decide(work: Work) -> None:
        hours = BusinessHours(zone="UTC", weekly={"mon": (("09:00", "17:00"),)})
        work.add(Calendar.define(OFFICE, name="Office hours", hours=hours, by=ANN))
        process = ApprovalProcess.draft(
            record_id("APR", 1), name="Normal changes", definition=first, by=ANN
        )
        process.publish(by=ANN)
        process.revise(second, by=ANN)
        process.publish(by=ANN)
        process.revise(replace(first, stages=first.stages[:1]), by=ANN)
        work.add(process)

    async def record() -> None:
        async with open_ledger(load(None, data=folder)) as ledger:
            await ledger.run(ANN, decide)

    asyncio.run(record())
    return folder


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0

    assert json.loads(capsys.readouterr().out) == schema()


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("--version", "1"), DOCUMENT),
        (("--version", "2"), LATER),
        ((), LATER),
        (("--draft",), DOCUMENT[: DOCUMENT.index("  - name: CAB")]),
    ],
)
def test_a_version_is_shown_as_it_was_written(
    data: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], shown: str
) -> None:
    assert run("show", "APR0000001", *options, "--data", data) == 0

    assert capsys.readouterr().out == shown


def test_a_file_and_a_version_are_compared(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("diff", "APR0000001@1", file, "--data", data) == 0
    assert capsys.readouterr().out == ""

    assert run("diff", file, "APR0000001", "--data", data) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"--- {file}",
        "+++ APR0000001 version 2",
        "stage Technical",
        "  approvers: + person:ada",
        "stage CAB",
        "  quorum: majority → 66.7%",
    ]


def test_two_files_are_compared_without_a_ledger(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(DOCUMENT.replace("Office hours", "Nights"))
    data = tmp_path / "data"

    assert run("diff", file, file, "--data", data) == 0
    assert run("diff", file, other, "--data", data) == 1

    assert "calendar: Office hours → Nights" in capsys.readouterr().out
    assert not data.exists()


def test_a_process_is_exported_as_yaml(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("# A comment\n" + DOCUMENT.replace("[change]", "change"))

    assert run("export", file, "--yaml") == 0
    assert capsys.readouterr().out == DOCUMENT
    assert run("export", "APR0000001@2", "--yaml", "--data", data) == 0
    assert capsys.readouterr().out == LATER


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("diff", "missing.yaml", "missing.yaml"), "missing.yaml: No such file or directory."),
        (("export", "missing.yaml", "--yaml"), "missing.yaml: No such file or directory."),
        (("export", "\0", "--yaml"), "is no name of a file."),
        (("export", "APR0000001"), "Say in which form: --yaml, --bpmn or --svg."),
        (("export", "/", "--yaml"), "/: Is a directory."),
        (("show", "APR0000009"), "There is no approval process APR0000009."),
        (("show", "INC0000001"), "INC0000001 is no approval process."),
        (("show", "normal"), "'normal' is neither a number nor an id."),
        (("show", "APR0000001", "--version", "3"), "APR0000001 has no version 3."),
        (("show", "APR0000001", "--version", "0"), "APR0000001 has no version 0."),
        (("show", "APR0000001", "--version", "x"), ""),
        (("show", "APR0000001", "--version", "1", "--draft"), "Either a version is shown or the"),
        (("diff", "APR0000001@1", "APR0000001@9"), "APR0000001 has no version 9."),
        (("diff", "APR0000001@1"), ""),
        (("explode",), ""),
    ],
)
def test_what_cannot_be_found_ends_with_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    with_data = () if arguments == ("explode",) else ("--data", data)

    assert run(*arguments, *with_data) == 2

    printed = capsys.readouterr()
    assert told in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("command", [("export", "--yaml"), ("diff", "APR0000001")])
def test_the_mistakes_of_a_file_are_told_with_their_places(
    data: Path, file: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    file.write_text(DOCUMENT.replace("majority", "majorty").replace("Office hours", "Night"))

    assert run(*command, file, "--data", data) == 2

    printed = capsys.readouterr().err
    assert f"{file}: " in printed
    assert "line 12, column 13: stages[1].quorum: 'majorty' is not known; did you mean" in printed
    # Without the ledger nobody knows which calendars there are.
    assert ("line 3, column 11: calendar: there is no calendar 'Night'." in printed) == (
        command[0] == "diff"
    )


def test_a_file_that_is_far_too_large_is_not_read(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with file.open("wb") as stream:
        stream.truncate(10_000_000_000)

    assert run("export", file, "--yaml") == 2

    assert "a document has at most 256 KB." in capsys.readouterr().err
