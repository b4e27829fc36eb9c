"""`ledgerdesk process migrate`: what it tells, what it records, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from domain.approval_process import ApprovalProcess, Definition
from domain.change import Change
from domain.ids import number_of
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.settings import load
from tests.domain.desks import CAB, Company, system

T = TypeVar("T")


def run(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(one) for one in ("process", "migrate", *arguments)]))


def on_desk(data: Path, act: Callable[[Company], Awaitable[T]]) -> T:
    async def acting() -> T:
        async with open_desk(load(None, data=data)) as desk:
            return await act(Company(desk))

    return asyncio.run(acting())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A desk with two approvals on version 1 of a process that is published three times: the third
    version has no counterpart of their stage."""

    async def fill(company: Company) -> None:
        await company.build()
        process = await company.publish_process(CAB)
        for _ in range(2):
            id = await company.ready_change()
            await company.desk.submit_change(id, by=company.signed("ann"))

        def publish(record: ApprovalProcess) -> None:
            for stage in (replace(CAB, patience="3d"), replace(CAB, name="Board")):
                record.revise(Definition(subjects=("change",), stages=(stage,)), by=system())
                record.publish(by=system())

        await company.desk.ledger.edit(ApprovalProcess, process, publish, by=system())

    on_desk(tmp_path, fill)
    return tmp_path


def versions(data: Path) -> dict[str, int]:
    async def read(company: Company) -> dict[str, int]:
        ledger = company.desk.ledger
        changes = [one for one, _ in ledger.all_of(Change)]
        return {number_of(one.id): one.standing.process_version for one in changes}

    return on_desk(data, read)


def test_a_dry_run_tells_and_records_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("APR0000001", "--to", "2", "--dry-run", "--data", data) == 0

    assert capsys.readouterr().out.splitlines() == [
        "CHG0000001: would be moved from version 1 to version 2.",
        "  go on: CAB",
        "CHG0000002: would be moved from version 1 to version 2.",
        "  go on: CAB",
        "2 would be moved to version 2, 0 not.",
    ]
    assert versions(data) == {"CHG0000001": 1, "CHG0000002": 1}


def test_those_that_are_named_are_moved(data: Path) -> None:
    assert run("APR0000001", "--to", "2", "--change", "CHG0000002", "--data", data) == 0

    assert versions(data) == {"CHG0000001": 1, "CHG0000002": 2}


def test_who_stays_is_told_with_the_reason(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("APR0000001", "--to", "3", "--data", data) == 1

    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        "CHG0000001: stays on its version: CAB is open, and version 3 has no such stage: "
        "map it to another stage."
    )
    assert said[-1] == "0 moved to version 3, 2 not."
    assert run("APR0000001", "--to", "3", "--map", "CAB=Board", "--data", data) == 0
    assert versions(data) == {"CHG0000001": 3, "CHG0000002": 3}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("CHG0000001", "--to", "2"), "CHG0000001 is no number such as APR0000001."),
        (("APR0000001", "--to", "9"), "APR0000001 has no version 9."),
        (("APR0000001", "--to", "2", "--map", "CAB"), "--map: 'CAB' names no two stages"),
    ],
)
def test_a_mistake_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run(*arguments, "--data", data) == 2

    assert said in capsys.readouterr().err
