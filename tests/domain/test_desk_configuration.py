"""Attributes under changes: planned, found, and given when the change is closed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.asset import Asset
from domain.asset_attributes import Attribute, WrongAttributes
from domain.asset_reconciliation import Plan, Said, planned
from domain.asset_type import AssetType
from domain.change import Change
from domain.ids import record_id
from domain.ledger import Work
from domain.person import Role
from domain.rules import Refused
from tests.domain.asset_types import MEMORY, SERIAL
from tests.domain.desks import Company, open_desk
from tests.domain.examples import RESTART

CONTROLLED = replace(MEMORY, is_controlled=True)
OS = Attribute(name="os", kind="text")


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        for name in ("ola", "pia"):
            await company.hire(name, company.operator, Role.CHANGE_MANAGER)
        yield company


async def a_server(company: Company) -> UUID:
    by = company.signed("ola")
    type = await company.desk.define_asset_type(
        name="Server", attributes=(SERIAL, CONTROLLED, OS), by=by
    )
    made = await company.desk.register_asset(
        type=type.subject,
        attributes={"serial": "S1", "memory": 64, "os": "Debian 12"},
        fields={"name": "Mail 1", "asset_class": ""},
        by=company.signed("ola"),
    )
    return made.subject


async def found(
    company: Company, id: UUID, source: str = "scan", order: Any = None, **attributes: Any
) -> Plan:
    """What a source says, and what is done by it."""
    desk, plans = company.desk, []
    by = company.signed("ola")

    async def decide(work: Work) -> None:
        asset = await work.get(Asset, id)
        assert asset.type
        type = await work.read(AssetType, asset.type)
        said = Said(source=source, fields={}, attributes=attributes)
        changes = await desk.planned_by_changes(asset)
        plans.append(planned(asset, type.schema, said, order or {}, changes))
        await desk.reconcile(work, asset, plans[-1], source=source, by=by)

    await desk.ledger.run(by, decide)
    return plans[-1]


async def a_change(company: Company, server: UUID, **attributes: Any) -> UUID:
    """An emergency change that is being implemented."""
    desk = company.desk
    made = await desk.propose_change(
        title="More memory",
        type="emergency",
        requester=company.people["pia"],
        organisation=None,
        by=company.signed("pia"),
    )
    change = made.subject
    await desk.affect(change, server, by=company.signed("pia"))
    await desk.plan_attributes(
        change, asset=server, attributes=attributes, by=company.signed("pia")
    )
    return change


async def started(company: Company, change: UUID) -> None:
    await company.desk.start_implementation(change, by=company.signed("pia"))


async def a_standard_change(company: Company, server: UUID, **attributes: Any) -> UUID:
    """A change from the catalogue that is implemented and not closed."""
    desk, by = company.desk, company.signed("pia")
    change = await a_change(company, server, **attributes)

    def implement(change: Change) -> None:
        change.apply_template(record_id("TPL", 1), version=1, definition=RESTART, form={}, by=by)
        change.submit(by=by)
        change.start_implementation(by=by)
        change.complete_implementation("successful", by=by)

    await desk.ledger.edit(Change, change, implement, by=by)
    return change


async def asset(company: Company, id: UUID) -> Asset:
    return await company.desk.ledger.find(Asset, id)


async def test_what_is_controlled_is_altered_by_a_change_alone(company: Company) -> None:
    server = await a_server(company)

    with pytest.raises(WrongAttributes, match="a change alone alters it"):
        await company.desk.set_asset_attributes(
            server, attributes={"memory": 128}, by=company.signed("ola")
        )
    await company.desk.set_asset_attributes(
        server, attributes={"os": "Debian 13"}, by=company.signed("ola")
    )

    assert (await asset(company, server)).attributes["memory"] == 64


async def test_what_nobody_planned_is_found_once_and_cleared_when_it_is_gone(
    company: Company,
) -> None:
    server = await a_server(company)

    await found(company, server, memory=128)
    again = await found(company, server, memory=128)
    drifted = await asset(company, server)
    await found(company, server, memory=64)
    cleared = await asset(company, server)

    assert again.drifts == {"memory": 128}
    assert drifted.drifts["memory"].found == 128
    assert drifted.attributes["memory"] == 64
    assert cleared.drifts == {}
    assert cleared.version == drifted.version + 1


async def test_what_a_change_is_making_so_is_no_drift(company: Company) -> None:
    server = await a_server(company)
    change = await a_change(company, server, memory=128)

    too_early = await found(company, server, memory=128)
    await found(company, server, memory=64)
    await started(company, change)
    in_time = await found(company, server, memory=128)

    assert too_early.drifts == {"memory": 128}
    assert in_time.drifts == {}
    assert in_time.left == {"memory": "CHG0000001 is making it so"}


async def test_a_plan_is_checked_by_the_type_of_the_asset(company: Company) -> None:
    server = await a_server(company)

    with pytest.raises(WrongAttributes) as refused:
        await a_change(company, server, memory=0, colour="red")

    assert [mistake.place for mistake in refused.value.mistakes] == [
        "attributes.memory",
        "attributes.colour",
    ]


async def test_the_order_of_sources_decides_about_each_attribute(company: Company) -> None:
    server = await a_server(company)
    order = {"os": ["scan", "manual", "sheet"]}

    below = await found(company, server, "sheet", order, os="Windows")
    above = await found(company, server, "scan", order, os="Debian 13")
    stays = await found(company, server, "sheet", order, os="Windows")

    assert below.left == {"os": "manual goes before sheet"}
    assert above.attributes == {"os": "Debian 13"}
    assert stays.left == {"os": "scan goes before sheet"}
    kept = await asset(company, server)
    assert kept.attributes["os"] == "Debian 13"
    assert kept.sources == {"os": "scan"}


async def test_a_closed_change_gives_what_it_planned(company: Company) -> None:
    server = await a_server(company)
    change = await a_standard_change(company, server, memory=128)

    await company.desk.close_change(change, code="implemented", by=company.signed("ola"))

    assert (await asset(company, server)).attributes["memory"] == 128


async def test_a_change_that_failed_gives_nothing(company: Company) -> None:
    server = await a_server(company)
    change = await a_standard_change(company, server, memory=128)

    await company.desk.close_change(change, code="failed", by=company.signed("ola"))

    assert (await asset(company, server)).attributes["memory"] == 64


async def test_a_change_is_not_closed_while_something_else_is_found(company: Company) -> None:
    server = await a_server(company)
    change = await a_standard_change(company, server, memory=128)
    await found(company, server, memory=96)

    with pytest.raises(Refused, match="memory is planned to be 128, and was found to be 96"):
        await company.desk.close_change(change, code="implemented", by=company.signed("ola"))

    assert (await asset(company, server)).drifts
