"""`ledgerdesk replay` on a desk with a decided change, and an incident that was breached."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.aggregate import Entry
from domain.incident import Incident
from domain.promises import BREACH
from domain.service_level_policy import TargetPromise
from ops.cli import app, guarded
from ops.compose import open_desk, open_ledger
from ops.replay import Replayed, replayed
from ops.settings import load
from tests.domain.desks import Company
from tests.people import MONDAY, system

HOUR = timedelta(hours=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    asyncio.run(fill(folder))
    return folder


async def fill(folder: Path) -> None:
    """A change that was approved, and an incident that was promised for 13:00."""
    async with open_desk(load(data=folder)) as desk:
        company = await Company(desk).build()
        await company.publish_process(calendar=company.office)
        await company.publish_policy(TargetPromise(name="resolution", budget="4h"))
        change = await company.ready_change()
        await desk.submit_change(change, by=company.signed("ann"))
        await desk.vote(change, "approve", by=company.signed("bea", MONDAY + HOUR))
        logged = await desk.log_incident(
            title="No mail",
            requester=company.people["ann"],
            impact=1,
            urgency=2,
            by=company.signed("ann"),
        )
        by = system("sla-clock", MONDAY + 4 * HOUR + timedelta(seconds=1), command=UUID(int=7))
        await desk.ledger.edit(
            Incident,
            logged.subject,
            lambda incident: incident.mark(
                "resolution", BREACH, round=1, due=MONDAY + 4 * HOUR, by=by
            ),
            by=by,
        )


def run(data: Path, *arguments: str) -> int:
    return guarded(lambda: app(["replay", *arguments, "--data", str(data)]))


async def replay_altered(data: Path, kind: str, name: str, **changes: Any) -> Replayed:
    """What is found once the first event of a name was altered."""

    async with open_ledger(load(data=data)) as ledger:
        found = next(one for one in ledger.after(0) if one.topic.startswith(f"{kind}.{name}"))
        entries = ledger.history(found.originator_id)
        place = found.originator_version - 1
        old = entries[place]
        entries[place] = Entry(
            old.originator_id,
            old.originator_version,
            old.topic,
            replace(old.event, **changes),
            old.position,
        )
        return await replayed(ledger, entries)


def test_what_was_decided_is_decided_again_as_it_was(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, "CHG0000001") == 0
    change = capsys.readouterr().out
    assert run(data, "INC0000001", "--json") == 0
    incident = json.loads(capsys.readouterr().out)
    assert run(data, "INC0000099") == 2

    # The definition, the stage that opened, its decision, and the approval.
    assert change == "CHG0000001: 4 decisions made again, all as recorded\n"
    assert incident == {"decisions": 2, "first_difference": None}


@pytest.mark.parametrize(
    ("kind", "name", "changes", "expected"),
    [
        ("Change", "Submitted", {"digest": "0" * 64}, None),
        ("Change", "StageOpened", {"due": MONDAY}, {"due": "2026-03-02T13:00:00Z"}),
        ("Change", "VoteCast", {"vote": "reject"}, None),
        ("Change", "StageDecided", {"outcome": "rejected"}, {"outcome": "approved"}),
        ("Incident", "Prioritised", {"priority": 5}, {"priority": 2}),
        ("Incident", "TargetBreached", {"due": MONDAY}, {"due": MONDAY + 4 * HOUR}),
    ],
)
def test_the_first_event_that_differs_is_found(
    data: Path, kind: str, name: str, changes: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    first = asyncio.run(replay_altered(data, kind, name, **changes)).first

    assert first is not None
    if expected is not None:
        assert first.expected is not None
        assert expected.items() <= first.expected.items()
        assert not expected.items() <= (first.recorded or {}).items()
