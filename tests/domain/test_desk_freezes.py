"""Approvals during a freeze, from its beginning to its end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.change import Change, Status
from domain.change_window import ChangeWindow, Definition
from domain.provenance import Provenance
from tests.domain.desks import Company, open_desk, system
from tests.people import MONDAY
from workflows.freezes import Freezes


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.publish_process()
        yield company


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


async def submitted(company: Company, hours: float = 0) -> UUID:
    """A change whose only stage has a patience of four hours."""
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann", at(hours)))
    return id


async def freeze(company: Company, start: float, end: float, **more: Any) -> UUID:
    definition = Definition(kind="freeze", reason="Year end.", start=at(start), end=at(end), **more)
    id = await company.add(ChangeWindow, "draft", name="Year end", definition=definition)
    await company.desk.publish_window(id, by=company.signed("dan"))
    return id


async def due(company: Company, id: UUID) -> datetime | None:
    change = await company.desk.ledger.find(Change, id)
    return change.standing.open["CAB"].due


def clock(hours: float, effective: float | None = None) -> Provenance:
    by = system("clock", at(hours))
    return by if effective is None else replace(by, effective=at(effective))


async def test_a_freeze_holds_what_is_in_approval_and_lets_it_go_on_exactly(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10)
    freezes = Freezes(company.desk)

    await freezes.keep(at(0.5), "clock")
    before = await due(company, id)
    await freezes.keep(at(1.2), "clock")
    during = await due(company, id)
    await freezes.keep(at(10.7), "clock")

    assert (before, during) == (at(4), None)
    assert await due(company, id) == at(10 + 3)


async def test_a_patience_that_ends_in_a_freeze_is_held_before_the_sweep_comes(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10)

    await company.desk.time_out_stage(id, 1, "CAB", by=clock(4.1, effective=4))

    assert await due(company, id) is None
    await Freezes(company.desk).keep(at(11), "clock")
    assert await due(company, id) == at(10 + 3)


async def test_what_is_submitted_in_a_freeze_is_held_at_once(company: Company) -> None:
    await freeze(company, 1, 10)

    id = await submitted(company, 2)

    assert await due(company, id) is None
    await Freezes(company.desk).keep(at(10), "clock")
    assert await due(company, id) == at(10 + 4)


@pytest.mark.parametrize(
    "more", [{"holds_approvals": False}, {"when": 'subject.type == "emergency"'}]
)
async def test_what_a_freeze_is_not_for_is_not_held(company: Company, more: dict[str, Any]) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10, **more)

    await Freezes(company.desk).keep(at(2), "clock")

    assert await due(company, id) == at(4)


async def test_an_approval_goes_on_when_its_freeze_is_retired(company: Company) -> None:
    id = await submitted(company)
    window = await freeze(company, 1, 10)
    freezes = Freezes(company.desk)
    await freezes.keep(at(1), "clock")

    by = company.signed("dan", at(3))
    await company.desk.ledger.edit(ChangeWindow, window, lambda one: one.retire(by=by), by=by)
    await freezes.keep(at(3), "clock")

    assert await due(company, id) == at(3 + 3)


async def test_what_speaks_against_the_requested_time_is_noted_with_the_approval(
    company: Company,
) -> None:
    id = await company.ready_change()
    by = company.signed("ann")
    await company.desk.ledger.edit(
        Change, id, lambda change: change.request_time(start=at(30), end=at(31), by=by), by=by
    )
    await freeze(company, 24, 48)
    await company.desk.submit_change(id, by=company.signed("ann"))

    await company.desk.vote(id, "approve", by=company.signed("bea"))

    change = await company.desk.ledger.find(Change, id)
    assert change.status is Status.APPROVED
    (conflict,) = change.noted["approval"].conflicts
    assert (conflict.reason, conflict.effect) == ("inside a freeze", "refused")
