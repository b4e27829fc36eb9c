"""`ledgerdesk reports`: schedules from the command line, and what doctor says of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from domain.desk import Desk
from domain.ids import record_id
from domain.report_schedule import Delivery, Outcome, ReportSchedule
from ops import doctor
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.doctor import Unwell
from ops.settings import load
from tests.domain.desks import Company, system

T = TypeVar("T")

MONDAYS = ("--owner", "bea", "--to", "bea", "--to", "TEA0000001", "--every", "week")
BACKLOG = ("--report", "backlog", "--by", "team", "--filter", "kind=incident")
ID = record_id("RSC", 1)


def run(data: Path, *arguments: str) -> int:
    return guarded(lambda: app(["reports", *arguments, "--data", str(data)]))


def on_desk(data: Path, act: Callable[[Desk], Awaitable[T]]) -> T:
    async def acting() -> T:
        async with open_desk(load(None, data=data)) as desk:
            return await act(desk)

    return asyncio.run(acting())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a schedule."""
    folder = tmp_path_factory.mktemp("reports")

    async def fill(desk: Desk) -> None:
        await Company(desk).build()

    on_desk(folder, fill)
    assert guarded(lambda: app(["views", "rebuild", "--data", str(folder)])) == 0
    assert run(folder, "schedule", "Backlog", *MONDAYS, *BACKLOG) == 0
    return folder


async def fell_due(desk: Desk, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    found = await desk.ledger.find(ReportSchedule, ID)
    moment = max(found.since, now) + timedelta(seconds=1)
    by, [person, *_] = system("report-mails", now), found.people
    delivery = Delivery(person=person, moment=moment, position=7, since=now)

    def fall_due(schedule: ReportSchedule) -> None:
        schedule.fall_due(moment, position=7, recipients=[person], by=by)
        schedule.note_delivery(delivery, outcome, definition="backlog", by=by)

    await desk.ledger.edit(ReportSchedule, ID, fall_due, by=by)


def test_a_schedule_is_listed_paused_resumed_and_ended(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acts = [("schedules",), *((act, "RSC0000001") for act in ("pause", "resume"))]

    codes = [run(data, *act) for act in acts]

    assert codes == [0, 0, 0]
    listed, *said = capsys.readouterr().out.splitlines()
    assert listed.startswith("RSC0000001 | Backlog | backlog | next ")
    assert said == ["RSC0000001 is paused.", "RSC0000001 is active."]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--owner", "nobody", *MONDAYS[2:], *BACKLOG), "nobody called nobody"),
        ((*MONDAYS, "--report", "happiness"), "none called 'happiness'"),
        ((*MONDAYS, *BACKLOG, "--filter", "colour=red"), "colour"),
        ((*MONDAYS, *BACKLOG, "--zone", "Nowhere"), "not an IANA time zone"),
        ((*MONDAYS[:-1], "year", *BACKLOG), "year"),
        (("--owner", "ann", *MONDAYS[2:], *BACKLOG), "ann may not read that"),
    ],
)
def test_what_cannot_be_sent_is_not_scheduled(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    assert run(data, "schedule", "Wrong", *arguments) == 2

    assert why in capsys.readouterr().err.replace("\n", " ")


def test_who_was_sent_what_is_told_and_what_is_amiss_doctor_finds(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def examined(_: Desk) -> str:
        return await dict(doctor.CHECKS)["reports"](load(None, data=data))

    on_desk(data, lambda desk: fell_due(desk, "sent"))
    well = on_desk(data, examined)
    on_desk(data, lambda desk: fell_due(desk, "refused"))

    with pytest.raises(Unwell, match="RSC0000001 was not sent as it should be"):
        on_desk(data, examined)
    assert well == "1 scheduled"
    assert run(data, "deliveries", "RSC0000001") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "@7 | PER" in first
    assert first.endswith("Bea | sent | backlog version 0")
    assert "refused" in second
