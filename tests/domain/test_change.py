from datetime import datetime, timedelta

import pytest

from domain.change import MOVES, Change, Status
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.changes import (
    BOARD,
    CAB,
    DISK,
    DUE,
    LATER,
    approved,
    proposed,
    standard,
    submitted,
    vote,
)
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CEM, MONDAY, person, system

TEMPLATE = record_id("TPL", 1)


def test_a_change_needs_a_title() -> None:
    with pytest.raises(Refused, match="needs a title"):
        Change.propose(record_id("CHG", 1), title=" ", requester=None, organisation=None, by=ANN)


def test_the_risk_follows_from_impact_and_likelihood() -> None:
    change = proposed()

    change.assess_risk(impact=1, likelihood=2, by=ANN)

    assert new_facts(change) == [fact(Change.RiskAssessed, risk="high", impact=1, likelihood=2)]


def test_a_normal_change_is_assessed_and_planned_before_it_is_submitted() -> None:
    change = Change.propose(
        record_id("CHG", 1), title="Swap", requester=person("ann"), organisation=None, by=ANN
    )

    with pytest.raises(Refused, match="The risk of a normal change is assessed first"):
        change.submit(stages=[CAB], by=ANN)
    change.assess_risk(impact=3, likelihood=3, by=ANN)
    with pytest.raises(Refused, match="A normal change is planned before"):
        change.submit(stages=[CAB], by=ANN)


def test_a_standard_change_is_pre_authorised() -> None:
    change = standard()

    change.submit(by=ANN)

    assert new_facts(change) == [
        fact(Change.Submitted, round=1),
        fact(Change.Approved, round=1, reason="pre-authorised"),
    ]
    assert change.status is Status.APPROVED


def test_a_normal_change_is_not_approved_by_nobody() -> None:
    change = proposed()

    with pytest.raises(Refused, match="at least one stage"):
        change.submit(by=ANN)

    assert change.status is Status.PROPOSED


def test_a_change_becomes_standard_by_a_template_alone() -> None:
    change = proposed()

    with pytest.raises(Refused, match="by a template of the change catalogue"):
        change.classify("standard", by=ANN)
    with pytest.raises(Refused, match="comes from a published template"):
        proposed("standard")


def test_a_rejected_change_does_not_become_standard() -> None:
    change = submitted(BOARD)
    vote(change, "dan", "reject")

    with pytest.raises(Refused, match="Only a proposed change can be made from a template"):
        change.apply_template(TEMPLATE, version=1, definition=DISK, form={"bay": "7"}, by=ANN)


def test_what_is_submitted_stays_as_it_is() -> None:
    change = submitted(CAB)

    with pytest.raises(Refused, match="can be amended"):
        change.amend(title="Something else", by=ANN)
    with pytest.raises(Refused, match="planned before its submission"):
        change.plan(implementation="Otherwise.", backout="No.", by=ANN)
    with pytest.raises(Refused, match="assessed before its submission"):
        change.assess_risk(impact=3, likelihood=3, by=ANN)
    with pytest.raises(Refused, match="can be classified"):
        change.classify("standard", by=ANN)


def test_a_change_is_scheduled_once_approved_and_not_in_the_past() -> None:
    hour = timedelta(hours=1)

    with pytest.raises(Refused, match="Only an approved change can be scheduled"):
        submitted(CAB).schedule(start=LATER, end=LATER + hour, by=BEA)
    change = approved()
    with pytest.raises(Refused, match="starts before it ends"):
        change.schedule(start=LATER, end=LATER, by=BEA)
    with pytest.raises(Refused, match="not scheduled in the past"):
        change.schedule(start=MONDAY - hour, end=LATER, by=BEA)
    with pytest.raises(Refused, match="needs a zone"):
        change.schedule(start=datetime(2026, 3, 3), end=LATER, by=BEA)
    new_facts(change)

    change.schedule(start=LATER, end=LATER + hour, by=BEA)
    change.schedule(start=LATER, end=LATER + hour, by=BEA)

    assert new_facts(change) == [fact(Change.Scheduled, start=LATER, end=LATER + hour)]


def test_a_change_is_implemented_reviewed_and_closed() -> None:
    change = approved()

    change.start_implementation(by=BEA)
    change.complete_implementation("successful with issues", by=BEA)
    with pytest.raises(Refused, match="Only a reviewed change can be closed"):
        change.close(code="implemented", by=BEA)
    change.review("successful", notes="One hour longer than planned.", by=CEM)
    change.close(code="implemented with issues", by=CEM)

    assert change.status is Status.CLOSED
    assert change.outcome == "successful"
    with pytest.raises(Refused, match="not being implemented yet"):
        change.cancel(reason="Too late.", by=ANN)


def test_a_change_that_was_backed_out_is_reviewed() -> None:
    change = approved()
    change.start_implementation(by=BEA)

    change.back_out(reason="The switch did not start.", by=BEA)

    assert (change.status, change.outcome) == (Status.BACKED_OUT, "unsuccessful")
    change.review("unsuccessful", notes="Broken on delivery.", by=CEM)
    change.close(code="backed out", by=CEM)


def test_a_standard_change_is_closed_without_a_review() -> None:
    change = standard()
    change.complete_task(1, by=BEA)
    change.submit(by=ANN)
    change.start_implementation(by=BEA)
    change.complete_task(2, by=BEA)
    change.complete_implementation("successful", by=BEA)

    change.close(code="implemented", by=BEA)

    assert change.status is Status.CLOSED


@pytest.mark.parametrize("end", ["withdraw", "cancel"])
def test_a_change_that_is_taken_back_is_not_open_for_votes(end: str) -> None:
    change = submitted(CAB)

    getattr(change, end)(reason="Not needed any more.", by=ANN)

    assert change.is_over
    with pytest.raises(Refused, match="not open for votes"):
        vote(change, "bea", "approve")
    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))
    assert change.is_over


def test_every_state_but_the_last_ones_has_a_way_out() -> None:
    ways = {source for move in MOVES.values() if move.target for source in move.sources}

    assert set(Status) - ways == {Status.CLOSED, Status.WITHDRAWN, Status.CANCELLED}
