"""Approvals during a freeze, from its beginning to its end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Status
from domain.change_window import ChangeWindow
from tests.domain.desks import Company, open_desk
from tests.domain.freezes import NETWORK, at, categorise, clock, due, freeze, submitted
from workflows.freezes import Freezes


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.publish_process()
        yield company


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


async def test_what_is_edited_into_a_freeze_is_held_from_the_edit_on(company: Company) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10, when=NETWORK)

    await categorise(company, id, "network", 3)
    during = await due(company, id)
    await Freezes(company.desk).keep(at(10.2), "clock")

    assert during is None
    assert await due(company, id) == at(10 + 1)


async def test_what_is_edited_out_of_a_freeze_goes_on_from_the_edit_on(company: Company) -> None:
    id = await submitted(company)
    await categorise(company, id, "network", 0)
    await freeze(company, 1, 10, when=NETWORK)
    await Freezes(company.desk).keep(at(1), "clock")

    await categorise(company, id, "storage", 3)

    assert await due(company, id) == at(3 + 3)


async def test_an_edit_out_of_a_freeze_counts_what_that_held_before_the_clock_came(
    company: Company,
) -> None:
    id = await submitted(company)
    await categorise(company, id, "network", 0)
    await freeze(company, 1, 10, when=NETWORK)

    await categorise(company, id, "storage", 3)
    await Freezes(company.desk).keep(at(3.1), "clock")

    assert await due(company, id) == at(3 + 3)


async def test_an_edit_that_leaves_it_in_a_freeze_holds_it_since_that_began(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10)

    await categorise(company, id, "network", 3)
    await Freezes(company.desk).keep(at(10), "clock")

    assert await due(company, id) == at(10 + 3)


async def test_an_edit_after_the_end_of_a_freeze_lets_it_go_on_from_that_end(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2)
    await Freezes(company.desk).keep(at(1), "clock")

    await categorise(company, id, "network", 3)

    assert await due(company, id) == at(2 + 3)


async def test_the_clock_knows_when_the_next_freeze_begins_or_ends(company: Company) -> None:
    await freeze(company, 1, 10)
    await freeze(company, 4, 12, holds_approvals=False)
    freezes = Freezes(company.desk)

    assert await freezes.keep(at(0), "clock") == at(1)
    assert await freezes.keep(at(1), "clock") == at(10)
    assert await freezes.keep(at(10), "clock") is None
    assert await freezes.keep(at(-48), "clock") is None


async def test_nobody_is_reminded_in_a_freeze_that_the_clock_has_not_told_of_yet(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10)

    await company.desk.remind_voters(id, 1, "CAB", by=clock(2))

    change = await company.desk.ledger.find(Change, id)
    assert (change.standing.open["CAB"].reminded, await due(company, id)) == (0, None)
