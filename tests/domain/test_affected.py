import pytest

from domain.affected import AFFECTED_MAX
from domain.ids import record_id
from domain.incident import Incident
from domain.rules import Refused
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, person


def incident() -> Incident:
    logged = Incident.log(
        record_id("INC", 1),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    new_facts(logged)
    return logged


def test_each_person_is_affected_once() -> None:
    some = incident()

    for _ in range(2):
        some.add_affected_person(person("max"), by=BEA)
    some.remove_affected_person(person("cem"), by=BEA)
    some.remove_affected_person(person("max"), by=BEA)

    assert some.affected_people == ()
    assert new_facts(some) == [
        fact(Incident.AffectedPersonAdded, person=person("max")),
        fact(Incident.AffectedPersonRemoved, person=person("max")),
    ]


def test_so_many_people_are_affected_and_nobody_by_what_is_over() -> None:
    some = incident()
    for serial in range(AFFECTED_MAX):
        some.add_affected_person(record_id("PER", serial), by=BEA)

    with pytest.raises(Refused, match="At most 500 people are named"):
        some.add_affected_person(record_id("PER", AFFECTED_MAX), by=BEA)
    some.cancel(reason="Logged twice.", by=BEA)
    with pytest.raises(Refused, match="that is over cannot be changed"):
        some.remove_affected_person(record_id("PER", 1), by=BEA)
