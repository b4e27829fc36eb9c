from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from domain.aggregate import Aggregate
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import FIRST_RESPONSE, RESOLUTION, Commitment
from domain.rules import NotFound, Refused
from domain.team import Team
from ops.compose import open_ledger
from ops.settings import Settings, load
from ops.sla import show
from tests.people import CUSTOMER, person, signed, system
from tests.projections.conftest import keep

OFFICE = BusinessHours(zone="UTC", weekly={"mon": (("09:00", "17:00"),)})
INCIDENT, UNPROMISED, CALENDAR = record_id("INC", 1), record_id("INC", 2), record_id("CAL", 1)
TEAM = record_id("TEA", 1)


def at(time: str) -> datetime:
    """A time of Monday, 2 March 2026."""
    return datetime.fromisoformat(f"2026-03-02T{time}:00+00:00")


def logged(serial: int) -> Incident:
    return Incident.log(
        record_id("INC", serial),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann", at("10:00")),
    )


def promised() -> Incident:
    incident = logged(1)
    incident.apply_service_level(
        policy=record_id("SLP", 1),
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=(
            Commitment(name=FIRST_RESPONSE, budget="30m"),
            Commitment(name=RESOLUTION, budget="4h", pausing=("customer",)),
        ),
        by=system("desk", at("10:00")),
    )
    incident.assign(team=TEAM, by=signed("bea", at("10:30")))
    incident.respond(by=signed("bea", at("10:45")))
    incident.pend(reason="customer", by=signed("bea", at("11:00")))
    incident.resume(by=signed("bea", at("14:00")))
    return incident


@pytest.fixture
async def desk(tmp_path: Path) -> Settings:
    """A data folder with an incident that is promised something, and one that is not."""
    settings = load(None, data=tmp_path)
    calendar = Calendar.define(CALENDAR, name="O", hours=OFFICE, by=signed("ann", at("09:00")))
    team = Team.form(TEAM, name="Network", by=signed("ann", at("09:00")))
    records: list[Aggregate] = [calendar, team, promised(), logged(2)]
    async with open_ledger(settings) as ledger:
        keep(ledger, *records)
    return settings


async def printed(settings: Settings, number: str, as_of: str | None) -> str:
    out = Console(file=StringIO(), width=200)
    await show(settings, number, at(as_of) if as_of else None, out)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


async def test_each_target_is_shown_with_why_its_clock_ran_or_stood(desk: Settings) -> None:
    assert await printed(desk, "INC0000001", "18:00") == (
        "INC0000001 as of 2026-03-02 18:00:00Z\n"
        "SLA  SLP0000001, version 1; calendar O (CAL0000001), version 1, in UTC\n"
        "  first response  met\n"
        "      consumed  0h 45m 00s of 30m\n"
        "      met       2026-03-02 10:45:00Z\n"
        "      was due   2026-03-02 10:30:00Z\n"
        "      breached  2026-03-02 10:30:00Z\n"
        "      2026-03-02 10:00:00Z  2026-03-02 10:30:00Z  ran    nobody\n"
        "      2026-03-02 10:30:00Z  2026-03-02 10:45:00Z  ran    Network, level 1\n"
        "  resolution  running\n"
        "      consumed  4h 00m 00s of 4h\n"
        "      due       2026-03-02 17:00:00Z\n"
        "      breached  2026-03-02 17:00:00Z\n"
        "      2026-03-02 10:00:00Z  2026-03-02 10:30:00Z  ran    nobody\n"
        "      2026-03-02 10:30:00Z  2026-03-02 11:00:00Z  ran    Network, level 1\n"
        "      2026-03-02 11:00:00Z  2026-03-02 14:00:00Z  stood  customer, waiting for customer\n"
        "      2026-03-02 14:00:00Z  2026-03-02 17:00:00Z  ran    Network, level 1\n"
        "      2026-03-02 17:00:00Z  2026-03-02 18:00:00Z  stood  Network, level 1, "
        "outside business hours\n"
        "Of 8h 00m 00s it was the turn of\n"
        "  Network, level 1  4h 30m 00s, 3h 30m 00s of it open; first response ran 0h 15m 00s; "
        "resolution ran 3h 30m 00s\n"
        "  customer          3h 00m 00s, 3h 00m 00s of it open\n"
        "  nobody            0h 30m 00s, 0h 30m 00s of it open; first response ran 0h 30m 00s; "
        "resolution ran 0h 30m 00s\n"
    )


async def test_an_earlier_moment_knows_nothing_of_what_came_later(desk: Settings) -> None:
    text = await printed(desk, "INC0000001", "12:00")

    assert "  resolution  paused\n      consumed  1h 00m 00s of 4h\n      breached  no\n" in text
    assert "14:00" not in text


async def test_now_is_after_everything(desk: Settings) -> None:
    text = await printed(desk, "INC0000001", None)

    assert text.startswith("INC0000001 now\n")
    assert "      breached  2026-03-02 17:00:00Z\n" in text


async def test_an_incident_without_a_promise_says_so(desk: Settings) -> None:
    assert await printed(desk, "INC0000002", None) == "Nothing is promised for INC0000002.\n"


@pytest.mark.parametrize(
    ("number", "as_of", "error", "said"),
    [
        ("INC0000009", None, NotFound, "There is no record INC0000009."),
        ("INC0000001", "09:30", NotFound, "There is no record INC0000001 at that moment."),
        ("CAL0000001", None, Refused, "Service levels are for incidents and changes"),
    ],
)
async def test_what_has_no_clocks_is_refused(
    desk: Settings, number: str, as_of: str | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        await printed(desk, number, as_of)
