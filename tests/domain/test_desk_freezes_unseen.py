"""Freezes into which a change comes with its assets, and freezes that nobody saw in time."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.asset import RESCOPING, Asset
from domain.asset_attributes import Level, Schema
from domain.business_rules import WEEKDAYS
from domain.business_time import BusinessHours
from domain.change import Change
from domain.change_window import ChangeWindow, Definition
from domain.ids import named_id
from tests.domain.desks import Company, open_desk, system
from tests.domain.freezes import NETWORK, at, categorise, clock, due, freeze, submitted
from tests.domain.lived import lived
from tests.domain.stories import STORIES, told
from workflows.freezes import Freezes


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.publish_process()
        yield company


SERVERS = '"server" in subject.asset_types'


async def registered(company: Company, type: str) -> UUID:
    asset = await company.add(Asset, "register", name="A", asset_class="laptop")
    await classify(company, asset, type, -1)
    return asset


async def classify(company: Company, asset: UUID, type: str, hours: float) -> None:
    schema = Schema(name=type, levels=(Level(type=named_id("ATY", type), version=1),))
    by = system("import", at(hours))
    await company.desk.ledger.edit(Asset, asset, lambda one: one.classify(schema, {}, by=by), by=by)


async def affecting(company: Company, asset: UUID) -> UUID:
    """A change in approval that affects an asset."""
    id = await company.ready_change()
    by = company.signed("ann")
    await company.desk.ledger.edit(Change, id, lambda change: change.affect(asset, by=by), by=by)
    await company.desk.submit_change(id, by=company.signed("ann", at(0)))
    return id


def held_and_resumed(company: Company, id: UUID) -> list[tuple[str, datetime]]:
    """What freezes did to a change, and as of when."""
    return [
        (type(entry.event).__name__, entry.event.by.effective_at)
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Change.ApprovalHeld | Change.ApprovalResumed)
    ]


async def test_a_change_is_held_from_when_its_asset_comes_into_a_freeze(company: Company) -> None:
    asset = await registered(company, "laptop")
    id, other = await affecting(company, asset), await submitted(company)
    await freeze(company, 1, 10, when=SERVERS)
    freezes = Freezes(company.desk)
    await freezes.keep(at(1), "clock")
    known = len(company.desk.ledger.history(other))

    await classify(company, asset, "server", 3)
    await freezes.keep(at(3.2), "clock")
    during = await due(company, id)
    await freezes.keep(at(10.1), "clock")

    assert during is None
    assert held_and_resumed(company, id) == [("ApprovalHeld", at(3)), ("ApprovalResumed", at(10))]
    assert await due(company, id) == at(10 + 1)
    assert len(company.desk.ledger.history(other)) == known


async def test_a_change_goes_on_from_when_its_asset_leaves_a_freeze(company: Company) -> None:
    asset = await registered(company, "server")
    id = await affecting(company, asset)
    await freeze(company, 1, 10, when=SERVERS)
    freezes = Freezes(company.desk)
    await freezes.keep(at(1), "clock")

    await classify(company, asset, "laptop", 3)
    await freezes.keep(at(3.2), "clock")

    assert held_and_resumed(company, id) == [("ApprovalHeld", at(1)), ("ApprovalResumed", at(3))]
    assert await due(company, id) == at(3 + 3)


async def test_the_next_act_knows_when_the_asset_came_into_the_freeze(company: Company) -> None:
    asset = await registered(company, "laptop")
    id = await affecting(company, asset)
    await freeze(company, 1, 10, when=SERVERS)
    await classify(company, asset, "server", 3)

    await company.desk.time_out_stage(id, 1, "CAB", by=clock(4.1, effective=4))
    await categorise(company, id, "network", 5)

    assert held_and_resumed(company, id) == [("ApprovalHeld", at(3))]
    assert await due(company, id) is None


async def test_a_clock_that_begins_anew_finds_the_same_and_records_it_once(
    company: Company,
) -> None:
    asset = await registered(company, "laptop")
    id = await affecting(company, asset)
    await freeze(company, 1, 10, when=SERVERS)
    await Freezes(company.desk).keep(at(1), "clock")
    await classify(company, asset, "server", 3)
    await classify(company, asset, "laptop", 4)
    await classify(company, asset, "server", 5)

    for _ in range(2):
        freezes = Freezes(company.desk)
        for hours in (5.5, 5.5, 6):
            await freezes.keep(at(hours), "clock")

    assert held_and_resumed(company, id) == [
        ("ApprovalHeld", at(3)),
        ("ApprovalResumed", at(4)),
        ("ApprovalHeld", at(5)),
    ]


ONCE_AFTERWARDS = (10.5,)
AT_EACH_TURN = (0.5, 1, 2, 4, 10)
MISSING_AN_END = (1.2, 4.5, 10)
MISSING_ALL_BUT_THE_LAST = (0.5, 9.9, 10)


@pytest.mark.parametrize(
    "looks", [ONCE_AFTERWARDS, AT_EACH_TURN, MISSING_AN_END, MISSING_ALL_BUT_THE_LAST]
)
@pytest.mark.parametrize("is_new", [True, False], ids=["clocks begin anew", "one clock"])
async def test_freezes_count_however_seldom_anything_looks(
    company: Company, looks: Sequence[float], is_new: bool
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2)
    await freeze(company, 4, 10)
    freezes = Freezes(company.desk)

    for hours in looks:
        freezes = Freezes(company.desk) if is_new else freezes
        await freezes.keep(at(hours), "clock")

    assert held_and_resumed(company, id) == [
        ("ApprovalHeld", at(1)),
        ("ApprovalResumed", at(2)),
        ("ApprovalHeld", at(4)),
        ("ApprovalResumed", at(10)),
    ]
    assert await due(company, id) == at(10 + 1)


async def test_a_clock_that_slept_over_a_freeze_tells_of_it(company: Company) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2)
    freezes = Freezes(company.desk)
    await freezes.keep(at(0.5), "clock")

    await freezes.keep(at(3), "clock")

    assert await due(company, id) == at(4 + 1)


async def test_a_patience_that_ends_after_a_freeze_that_nobody_saw_is_prolonged(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2)

    await company.desk.time_out_stage(id, 1, "CAB", by=clock(4.1, effective=4))

    assert await due(company, id) == at(4 + 1)


async def test_a_turn_of_a_moment_that_was_looked_past_changes_nothing(company: Company) -> None:
    id = await submitted(company)
    await freeze(company, 1, 10)
    await categorise(company, id, "network", 5)

    await company.desk.time_out_stage(id, 1, "CAB", by=clock(5.1, effective=4))

    assert held_and_resumed(company, id) == [("ApprovalHeld", at(1))]


async def test_a_freeze_by_the_week_holds_in_its_hours_only(company: Company) -> None:
    id = await submitted(company)
    nights = BusinessHours(zone="UTC", weekly={day: (("10:00", "11:00"),) for day in WEEKDAYS})
    definition = Definition(kind="freeze", reason="Backups.", hours=nights)
    window = await company.add(ChangeWindow, "draft", name="Backups", definition=definition)
    await company.desk.publish_window(window, by=company.signed("dan"))

    await Freezes(company.desk).keep(at(1.5), "clock")
    await Freezes(company.desk).keep(at(25.5), "clock")

    assert held_and_resumed(company, id) == [
        ("ApprovalHeld", at(1)),
        ("ApprovalResumed", at(2)),
        ("ApprovalHeld", at(25)),
    ]


async def test_who_acts_after_a_freeze_that_nobody_saw_finds_what_it_held(company: Company) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2)

    await company.desk.request_information(id, "Which rack?", by=company.signed("bea", at(3)))
    await company.desk.act_in_round(
        id, Change.provide_information, answer="The left one.", by=company.signed("ann", at(5))
    )

    # An hour before the freeze, an hour after it, and two that are left.
    assert await due(company, id) == at(5 + 2)


async def test_a_change_that_is_edited_into_a_freeze_that_is_over_was_not_held(
    company: Company,
) -> None:
    id = await submitted(company)
    await freeze(company, 1, 2, when=NETWORK)

    await categorise(company, id, "network", 3)
    await Freezes(company.desk).keep(at(3.5), "clock")

    assert held_and_resumed(company, id) == []


async def test_a_freeze_that_is_retired_counts_as_long_as_it_was_in_force(company: Company) -> None:
    id = await submitted(company)
    window = await freeze(company, 1, 10)

    by = company.signed("dan", at(3))
    await company.desk.ledger.edit(ChangeWindow, window, lambda one: one.retire(by=by), by=by)
    await Freezes(company.desk).keep(at(3.5), "clock")

    assert held_and_resumed(company, id) == [("ApprovalHeld", at(1)), ("ApprovalResumed", at(3))]
    assert await due(company, id) == at(3 + 3)


async def test_an_exception_counts_from_when_it_was_made_until_it_was_withdrawn(
    company: Company,
) -> None:
    id = await submitted(company)
    window = await freeze(company, 1, 10)

    await company.desk.except_change(
        window, id, reason="It closes a hole.", by=company.signed("dan", at(2))
    )
    by = company.signed("dan", at(3))
    await company.desk.ledger.edit(
        ChangeWindow, window, lambda one: one.withdraw_exception(id, by=by), by=by
    )
    await Freezes(company.desk).keep(at(11), "clock")

    assert held_and_resumed(company, id) == [
        ("ApprovalHeld", at(1)),
        ("ApprovalResumed", at(2)),
        ("ApprovalHeld", at(3)),
        ("ApprovalResumed", at(10)),
    ]
    assert await due(company, id) == at(10 + 2)


def test_every_event_by_which_windows_may_be_about_other_changes_is_followed() -> None:
    for story in STORIES[Asset]:
        life = lived(Asset, told(story))
        assert life is not None
        asset = Asset(life[0].id)
        for entry in life[1]:
            before = (asset.asset_class, asset.service)
            asset.replay(entry)
            has_changed = (asset.asset_class, asset.service) != before
            assert not has_changed or isinstance(entry.event, (Asset.Registered, *RESCOPING))
