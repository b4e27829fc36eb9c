import pytest

from domain.person import Person
from domain.personal import ERASED
from domain.rules import Refused
from tests.people import ANN, BEA, CUSTOMER, person, signed

CEM = signed("cem")


@pytest.fixture
def ann() -> Person:
    return Person.register(
        person("ann"),
        username="ann",
        name="Ann Example",
        email="ann@example.org",
        organisation=CUSTOMER,
        by=BEA,
    )


def test_an_erasure_is_asked_for_by_one_and_confirmed_by_another(ann: Person) -> None:
    ann.request_erasure(reason="She asked for it.", by=BEA)

    with pytest.raises(Refused, match="by somebody else than who asked for it"):
        ann.erase(by=BEA)
    ann.erase(by=CEM)

    assert (ann.is_erased, ann.is_active, ann.password) == (True, False, "")
    assert (ann.username, ann.name, ann.email) == (ERASED, ERASED, "")


def test_nobody_confirms_their_own_erasure(ann: Person) -> None:
    ann.request_erasure(reason="She asked for it.", by=BEA)

    with pytest.raises(Refused, match="and whom it is about"):
        ann.erase(by=ANN)


@pytest.mark.parametrize("end", ["withdraw", "hold"])
def test_what_is_not_asked_for_any_more_is_not_confirmed(ann: Person, end: str) -> None:
    ann.request_erasure(reason="She asked for it.", by=BEA)
    if end == "withdraw":
        ann.withdraw_erasure(by=ANN)
    else:
        ann.place_legal_hold(reason="A case.", by=BEA)
        ann.lift_legal_hold(reason="It is closed.", by=BEA)

    with pytest.raises(Refused, match="asked for before it is confirmed"):
        ann.erase(by=CEM)


def test_who_is_under_a_legal_hold_is_not_erased(ann: Person) -> None:
    ann.place_legal_hold(reason="A case.", by=BEA)

    with pytest.raises(Refused, match="under a legal hold"):
        ann.request_erasure(reason="She asked for it.", by=BEA)


def test_the_event_of_an_erasure_says_nothing_of_the_person(ann: Person) -> None:
    ann.request_erasure(reason="She asked for it.", by=BEA)
    ann.collect_events()

    ann.erase(by=CEM)
    events = [entry.event for entry in ann.collect_events()]
    ann.erase(by=BEA)

    assert events[-1] == Person.Erased(by=CEM)
    assert ann.pending == ()


@pytest.mark.parametrize(
    "act",
    [
        lambda ann: ann.amend(name="Ann", by=BEA),
        lambda ann: ann.reactivate(by=BEA),
        lambda ann: ann.place_legal_hold(reason="A case.", by=BEA),
        lambda ann: ann.request_erasure(reason="Again.", by=BEA),
        lambda ann: ann.set_password("$argon2id$a", by=BEA),
    ],
    ids=["amend", "reactivate", "hold", "request", "password"],
)
def test_who_was_erased_stays_erased(ann: Person, act: object) -> None:
    ann.request_erasure(reason="She asked for it.", by=BEA)
    ann.erase(by=CEM)

    with pytest.raises(Refused, match="stays erased"):
        act(ann)  # type: ignore[operator]  # a lambda of the list
