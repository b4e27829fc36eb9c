import pytest

from domain.ids import record_id
from domain.organisation import Organisation
from domain.rules import Refused
from tests.facts import fact, new_facts
from tests.people import BEA, OPERATOR

ID = record_id("ORG", 1)


@pytest.fixture
def bakery() -> Organisation:
    bakery = Organisation.register(ID, name="Bakery", by=BEA)
    new_facts(bakery)
    return bakery


def test_an_organisation_is_registered_as_a_part_of_another() -> None:
    bakery = Organisation.register(ID, name=" The  Bakery ", parent=OPERATOR, by=BEA)

    assert new_facts(bakery) == [
        fact(Organisation.Registered, name="The Bakery", parent=OPERATOR, is_operator=False)
    ]


def test_an_organisation_is_not_part_of_itself() -> None:
    with pytest.raises(Refused, match="not part of itself"):
        Organisation.register(ID, name="Bakery", parent=ID, by=BEA)


def test_an_organisation_is_renamed_and_deactivated_once(bakery: Organisation) -> None:
    for _ in range(2):
        bakery.rename("The Bakery", by=BEA)
    for _ in range(2):
        bakery.deactivate(by=BEA)

    assert new_facts(bakery) == [
        fact(Organisation.Renamed, name="The Bakery"),
        fact(Organisation.Deactivated),
    ]


def test_a_deactivated_organisation_is_not_renamed(bakery: Organisation) -> None:
    bakery.deactivate(by=BEA)

    with pytest.raises(Refused, match="deactivated cannot be changed"):
        bakery.rename("The Bakery", by=BEA)
