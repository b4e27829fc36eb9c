import pytest
from msgspec.structs import replace

from domain.asset import Asset
from domain.asset_attributes import WrongAttributes
from domain.asset_type import LEVELS_MAX, AssetType
from domain.ids import record_id
from domain.rules import NotFound, Refused
from tests.domain.asset_types import (
    A_SERVER,
    A_SERVER_LATER,
    COLOUR,
    HARDWARE,
    HARDWARE_ID,
    HARDWARE_LATER,
    MEMORY,
    SERIAL,
    SERVER_ID,
)
from tests.facts import fact, new_facts
from tests.people import BEA

ID = record_id("AST", 1)


def server() -> AssetType:
    made = AssetType.define(
        SERVER_ID, name="Server", parent=HARDWARE, attributes=(SERIAL, MEMORY), by=BEA
    )
    new_facts(made)
    return made


def a_server() -> Asset:
    asset = Asset.register(ID, name="Mail 1", asset_class="server", by=BEA)
    asset.classify(A_SERVER, {"serial": "S1", "memory": 64}, by=BEA)
    new_facts(asset)
    return asset


def test_a_version_holds_what_it_inherits() -> None:
    made = server()

    assert made.schema == A_SERVER
    assert list(made.schema.attributes) == ["colour", "serial", "memory"]
    assert made.parent == HARDWARE_ID


def test_what_is_inherited_later_makes_a_version_and_the_first_stays() -> None:
    made = server()

    made.inherit(HARDWARE_LATER, by=BEA)
    made.revise((SERIAL,), by=BEA)

    assert list(made.schema.attributes) == ["colour", "height", "serial"]
    assert made.schema_of(1) == A_SERVER
    assert made.schema.version == 3
    with pytest.raises(NotFound):
        made.schema_of(4)


def test_the_same_again_records_nothing() -> None:
    made = server()

    made.revise((SERIAL, MEMORY), by=BEA)
    made.inherit(HARDWARE, by=BEA)

    assert new_facts(made) == []


def test_an_attribute_keeps_its_kind_and_whether_it_is_unique_even_after_a_pause() -> None:
    made = server()
    made.revise((SERIAL,), by=BEA)

    with pytest.raises(WrongAttributes, match="memory is of the kind integer for good"):
        made.revise((SERIAL, replace(MEMORY, kind="text", at_least="", at_most="")), by=BEA)
    with pytest.raises(WrongAttributes, match="is said when it is added"):
        made.revise((replace(SERIAL, is_unique=False),), by=BEA)


def test_an_attribute_that_is_inherited_is_not_added_again() -> None:
    with pytest.raises(WrongAttributes, match="colour is inherited already"):
        server().revise((COLOUR,), by=BEA)


def test_types_stand_in_lines_of_limited_length() -> None:
    deep = replace(HARDWARE, levels=HARDWARE.levels * LEVELS_MAX)

    with pytest.raises(Refused, match="stand in one line"):
        AssetType.define(SERVER_ID, name="Server", parent=deep, by=BEA)


# Assets of a type --------------------------------------------------------------------------


def test_an_asset_says_by_which_version_it_was_checked() -> None:
    asset = a_server()

    asset.set_attributes(A_SERVER_LATER, {"height": "2.50", "colour": "grey"}, by=BEA)

    assert new_facts(asset) == [
        fact(
            Asset.AttributesSet,
            type_version=2,
            attributes={"colour": "grey", "height": "2.5"},
            removed=("memory",),
        )
    ]
    assert asset.attributes == {"serial": "S1", "colour": "grey", "height": "2.5"}
    assert (asset.asset_class, asset.type_version) == ("Server", 2)


def test_attributes_that_are_there_already_are_set_without_an_event() -> None:
    asset = a_server()

    asset.set_attributes(A_SERVER, {"memory": 64, "colour": None}, by=BEA)
    asset.classify(A_SERVER, {"serial": "S1", "memory": 64}, by=BEA)

    assert new_facts(asset) == []


def test_what_is_required_is_not_taken_away() -> None:
    with pytest.raises(WrongAttributes, match=r"attributes\.serial: it is needed"):
        a_server().set_attributes(A_SERVER, {"serial": None}, by=BEA)


def test_attributes_are_those_of_the_own_type() -> None:
    plain = Asset.register(ID, name="Mail 1", asset_class="server", by=BEA)

    with pytest.raises(Refused, match="gets a type before"):
        plain.set_attributes(A_SERVER, {"serial": "S1"}, by=BEA)
    with pytest.raises(Refused, match="are those of its type"):
        a_server().set_attributes(HARDWARE, {"colour": "grey"}, by=BEA)
