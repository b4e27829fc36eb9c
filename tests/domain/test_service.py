"""The life of a service in the portfolio, and the gates of its design."""

from typing import Any

import pytest

from domain import service as service_module
from domain.approval import OpenStage
from domain.ids import record_id
from domain.quorum import Any as AnyOne
from domain.rules import Refused
from domain.service import GATES, Gate, Service, Status
from tests.people import ANN, BEA, CEM, CUSTOMER, DAN, person

TEAM = record_id("TEA", 1)
BEAS, CEMS = str(person("bea")), str(person("cem"))


def asking(name: str, *voters: str) -> OpenStage:
    return OpenStage(name=name, voters=voters, quorum=AnyOne(), patience="1d", on_timeout="reject")


BOARD, LATER = asking("Board", BEAS, CEMS), asking("Later", BEAS)


def proposed(**more: Any) -> Service:
    """A service that Dan proposed and Ann owns."""
    given: dict[str, Any] = {
        "name": "Payroll",
        "description": "Pays everybody.",
        "owner": person("ann"),
        "team": TEAM,
    }
    return Service.propose(record_id("SVC", 1), **(given | more), by=DAN)


def in_design(**more: Any) -> Service:
    service = proposed(**more)
    service.begin_design(by=ANN)
    return service


def written(gate: Gate = "requirements") -> Service:
    """Ann wrote what is accepted at a gate, and took it up."""
    service = in_design()
    service.write_gate(gate, "Everybody by the 25th.", by=ANN)
    service.take_up(gate, by=ANN)
    return service


def in_approval() -> Service:
    service = written()
    service.submit(stages=(BOARD,), by=ANN)
    return service


def pass_(service: Service, gate: Gate) -> None:
    service.write_gate(gate, "As for the ledger.", by=ANN)
    service.take_up(gate, by=ANN)
    service.pass_gate("It is the usual one.", by=ANN)


def chartered() -> Service:
    service = in_design()
    for gate in service_module.MOVES["charter"].gates:
        pass_(service, gate)
    service.charter(by=ANN)
    return service


def live() -> Service:
    service = chartered()
    pass_(service, "acceptance")
    service.go_live(by=ANN)
    return service


def test_a_service_is_chartered_once_the_gates_of_its_design_are_passed() -> None:
    service = in_design()
    pass_(service, "requirements")
    pass_(service, "SLA draft")

    with pytest.raises(Refused, match="has not passed the gate support model"):
        service.charter(by=ANN)
    pass_(service, "support model")
    service.charter(by=ANN)

    assert service.status is Status.CHARTERED


def test_a_service_goes_live_with_its_acceptance_alone() -> None:
    service = chartered()

    with pytest.raises(Refused, match="has not passed the gate acceptance"):
        service.go_live(by=ANN)
    pass_(service, "acceptance")
    service.go_live(by=ANN)

    assert service.status is Status.LIVE
    assert service.live_since == ANN.at


def test_each_gate_is_passed_in_its_state_alone() -> None:
    service = in_design()
    service.write_gate("acceptance", "Two months have been paid.", by=ANN)

    with pytest.raises(Refused, match="acceptance is passed while a service is chartered"):
        service.take_up("acceptance", by=ANN)


@pytest.mark.parametrize("gate", [gate for gate in GATES if gate != "acceptance"])
def test_what_was_accepted_stays_as_it_was_after_the_charter(gate: str) -> None:
    with pytest.raises(Refused, match="written while a service is in design"):
        chartered().write_gate(gate, "Something else.", by=ANN)


def test_a_service_without_an_owner_stays_a_proposal() -> None:
    with pytest.raises(Refused, match="owner: the service has none yet"):
        in_design(owner=None)


def test_only_the_owner_passes_a_gate_and_says_why() -> None:
    service = written()

    with pytest.raises(Refused, match="Only the owner"):
        service.pass_gate("It is fine.", by=DAN)
    with pytest.raises(Refused, match="needs a note"):
        service.pass_gate(" ", by=ANN)
    service.pass_gate("It is as for the ledger.", by=ANN)

    assert service.passed == {"requirements": 0}


def test_nothing_is_passed_before_it_is_written() -> None:
    with pytest.raises(Refused, match="gate requirements is written first"):
        in_design().take_up("requirements", by=ANN)


def test_a_round_passes_the_gate_that_was_submitted() -> None:
    service = in_approval()

    service.vote("approve", by=CEM)

    assert (service.passed, service.approval) == ({"requirements": 1}, "approved")
    with pytest.raises(Refused, match="has passed the gate requirements"):
        service.submit(stages=(BOARD,), by=ANN)


def test_a_rejected_gate_is_written_anew_and_submitted_again() -> None:
    service = written()
    service.submit(stages=(asking("Cem", CEMS),), by=ANN)
    service.vote("reject", comment="By the 20th.", by=CEM)

    service.write_gate("requirements", "Everybody by the 20th.", by=ANN)
    service.submit(stages=(BOARD,), by=ANN)
    service.vote("approve", by=CEM)

    assert service.passed == {"requirements": 2}


@pytest.mark.parametrize("by", [ANN, DAN])
def test_owner_and_proposer_have_no_vote(by: Any) -> None:
    with pytest.raises(Refused, match="Nobody votes on their own service"):
        in_approval().vote("approve", by=by)


def test_who_wrote_for_the_gate_has_no_vote_on_it_but_on_another() -> None:
    service = in_design()
    service.write_gate("requirements", "By the 25th.", by=BEA)
    service.write_gate("SLA draft", "Gold.", by=ANN)

    service.take_up("requirements", by=ANN)
    with pytest.raises(Refused, match="nobody is asked to approve their own service"):
        service.submit(stages=(BOARD,), by=ANN)
    service.take_up("SLA draft", by=ANN)
    service.submit(stages=(BOARD,), by=ANN)
    service.vote("approve", by=BEA)

    assert service.passed == {"SLA draft": 1}


def test_votes_fall_when_what_they_are_about_is_written_anew() -> None:
    service = written()
    service.submit(stages=(BOARD, LATER), by=ANN)
    service.vote("approve", by=CEM)

    service.write_gate("support model", "By day.", by=ANN)
    kept = service.voted
    service.write_gate("requirements", "Everybody by the 20th.", by=ANN)

    assert kept == {CEMS}
    assert not service.voted
    assert list(service.standing.open) == ["Board"]


def test_who_has_voted_neither_rewrites_nor_comes_to_own_it() -> None:
    service = written()
    service.submit(stages=(BOARD, LATER), by=ANN)
    service.vote("approve", by=CEM)

    with pytest.raises(Refused, match="does not write it anew"):
        service.write_gate("requirements", "Nothing.", by=CEM)
    with pytest.raises(Refused, match="does not become its owner"):
        service.amend(owner=person("cem"), by=ANN)


def test_whoever_writes_a_passed_gate_anew_takes_it_back() -> None:
    service = in_design()
    pass_(service, "requirements")

    service.write_gate("requirements", "Everybody by the 20th.", by=ANN)

    assert service.passed == {}


def test_a_service_taken_back_keeps_its_design_and_loses_its_acceptance() -> None:
    service = chartered()
    pass_(service, "acceptance")

    service.redesign(reason="It is too slow.", by=ANN)
    service.charter(by=ANN)

    with pytest.raises(Refused, match="has not passed the gate acceptance"):
        service.go_live(by=ANN)


def test_no_state_changes_while_a_gate_is_in_approval() -> None:
    service = chartered()
    service.write_gate("acceptance", "All is well.", by=ANN)
    service.take_up("acceptance", by=ANN)
    service.submit(stages=(BOARD,), by=ANN)

    with pytest.raises(Refused, match="in approval: that is withdrawn first"):
        service.redesign(reason="It is too slow.", by=ANN)
    service.retire(reason="It costs too much.", by=ANN)

    assert (service.status, service.standing.open) == (Status.RETIRED, {})


def test_a_live_service_is_retired_in_two_steps_and_can_be_kept() -> None:
    service = live()

    with pytest.raises(Refused, match="its retirement begins first"):
        service.retire(reason="Old.", by=ANN)
    service.begin_retirement(reason="Old.", by=ANN)
    service.keep(reason="The new one is late.", by=ANN)
    service.begin_retirement(reason="Old.", by=ANN)
    service.retire(reason="Old.", by=ANN)

    assert service.status is Status.RETIRED
    with pytest.raises(Refused, match="A retired service cannot be changed"):
        service.amend(name="Wages", by=ANN)


def test_an_amendment_changes_what_it_names_and_nothing_else() -> None:
    service = proposed(customers=[CUSTOMER])
    version = service.version

    service.amend(criticality="high", customers=(), by=ANN)
    service.amend(criticality="high", by=ANN)

    assert (service.criticality, service.customers) == ("high", ())
    assert service.name == "Payroll"
    assert service.version == version + 1


def test_a_chartered_service_keeps_a_description() -> None:
    in_design().amend(description="", by=ANN)

    with pytest.raises(Refused, match="has a description"):
        chartered().amend(description=" ", by=ANN)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"name": " "}, "The name of a service is needed"),
        ({"criticality": "huge"}, "criticality: one of low, medium, high, critical"),
        ({"customers": [CUSTOMER, CUSTOMER]}, "customers: each is named once"),
    ],
)
def test_what_makes_no_service_is_refused(said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        proposed(**said)
