"""Assets at the desk: their types, and what no two of them have."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.asset import Asset
from domain.asset_attributes import Attribute, WrongAttributes
from domain.asset_type import AssetType
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.asset_types import COLOUR, HEIGHT, MEMORY, SERIAL
from tests.domain.desks import Company, open_desk

USER = Attribute(name="user", kind="person")


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.hire("ola", company.operator)
        yield company


async def a_type(
    company: Company, name: str, *attributes: Attribute, parent: UUID | None = None
) -> UUID:
    receipt = await company.desk.define_asset_type(
        name=name, parent=parent, attributes=attributes, by=company.signed("ola")
    )
    return receipt.subject


async def an_asset(company: Company, type: UUID, **attributes: Any) -> UUID:
    receipt = await company.desk.register_asset(
        type=type,
        attributes=attributes,
        fields={"name": "Box", "asset_class": ""},
        by=company.signed("ola"),
    )
    return receipt.subject


async def set_(company: Company, asset: UUID, **attributes: Any) -> None:
    await company.desk.set_asset_attributes(asset, attributes=attributes, by=company.signed("ola"))


async def test_a_revision_reaches_the_types_that_are_made_from_it(company: Company) -> None:
    desk = company.desk
    hardware = await a_type(company, "Hardware", COLOUR)
    server = await a_type(company, "Server", SERIAL, parent=hardware)
    blade = await a_type(company, "Blade", parent=server)

    await desk.revise_asset_type(hardware, attributes=(COLOUR, HEIGHT), by=company.signed("ola"))

    made = await desk.ledger.find(AssetType, blade)
    assert list(made.schema.attributes) == ["colour", "height", "serial"]
    assert [level.version for level in made.schema.levels] == [2, 2, 2]


async def test_a_revision_that_a_type_below_cannot_inherit_changes_nothing(
    company: Company,
) -> None:
    desk = company.desk
    hardware = await a_type(company, "Hardware")
    server = await a_type(company, "Server", MEMORY, parent=hardware)

    with pytest.raises(WrongAttributes, match="memory is inherited already"):
        await desk.revise_asset_type(hardware, attributes=(MEMORY,), by=company.signed("ola"))

    for id in (hardware, server):
        assert (await desk.ledger.find(AssetType, id)).schema.version == 1


async def test_no_two_types_have_one_name(company: Company) -> None:
    await a_type(company, "Server")

    with pytest.raises(Refused, match="another type of assets has this name"):
        await a_type(company, " server")


async def test_no_two_assets_have_the_same_unique_value_also_of_a_type_below(
    company: Company,
) -> None:
    server = await a_type(company, "Server", SERIAL)
    blade = await a_type(company, "Blade", parent=server)
    other = await a_type(company, "Printer", SERIAL)
    first = await an_asset(company, server, serial="S1")

    with pytest.raises(Refused, match=r"attributes\.serial: another asset has S1"):
        await an_asset(company, blade, serial="S1")
    await an_asset(company, other, serial="S1")
    await set_(company, first, serial="S2")
    second = await an_asset(company, blade, serial="S1")
    with pytest.raises(Refused, match="another asset has S2"):
        await set_(company, second, serial="S2")


async def test_a_type_that_is_left_gives_its_values_back(company: Company) -> None:
    server, other = await a_type(company, "Server", SERIAL), await a_type(company, "Box")
    first = await an_asset(company, server, serial="S1")

    await company.desk.classify_asset(first, type=other, attributes={}, by=company.signed("ola"))

    assert await an_asset(company, server, serial="S1")


async def test_an_attribute_names_what_exists(company: Company) -> None:
    laptop = await a_type(company, "Laptop", USER)
    ola = company.signed("ola").actor

    made = await an_asset(company, laptop, user=ola)
    with pytest.raises(WrongAttributes, match=r"attributes\.user: there is no PER0099999"):
        await set_(company, made, user="PER0099999")

    assert (await company.desk.ledger.find(Asset, made)).attributes == {"user": ola}


async def test_a_retired_type_is_for_no_new_asset(company: Company) -> None:
    server = await a_type(company, "Server", SERIAL)
    first = await an_asset(company, server, serial="S1")
    await company.desk.ledger.edit(
        AssetType,
        server,
        lambda type: type.retire(by=company.signed("ola")),
        by=company.signed("ola"),
    )

    with pytest.raises(Refused, match="ATY0000001 was retired"):
        await an_asset(company, server, serial="S2")
    await set_(company, first, serial="S3")
    with pytest.raises(Refused, match="There is no assettype"):
        await an_asset(company, record_id("ATY", 99))
