"""Emergency changes, which may be implemented before they are approved, and what they owe then."""

from datetime import timedelta

import pytest

from domain import obligations
from domain.change import Change, Status
from domain.rules import Refused
from tests.domain.changes import BOARD, CAB, OFFICE, proposed, vote
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, DAN, MONDAY, signed, system

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
RETROSPECTIVE = "retrospective approval"


def started() -> Change:
    """An emergency change that was begun before it was submitted."""
    change = proposed("emergency")
    change.start_implementation(hours=OFFICE, by=BEA)
    new_facts(change)
    return change


def owed(change: Change) -> list[str]:
    return [one.name for one in change.obligations]


def test_an_emergency_change_begins_at_once_and_owes_its_approval() -> None:
    change = proposed("emergency")

    change.start_implementation(hours=OFFICE, by=BEA)

    assert new_facts(change) == [
        fact(Change.ImplementationStarted),
        fact(Change.RetrospectiveApprovalOwed, due=WEDNESDAY),
    ]
    assert change.status is Status.IMPLEMENTING


def test_a_normal_change_does_not_begin_before_its_approval() -> None:
    with pytest.raises(Refused, match="Only an approved change can be implemented"):
        proposed().start_implementation(by=BEA)


def test_an_approved_emergency_change_owes_nothing() -> None:
    change = proposed("emergency")
    change.submit(stages=[BOARD], by=ANN)
    vote(change, "dan", "approve")

    change.start_implementation(by=BEA)

    assert owed(change) == []


def test_a_rejected_emergency_change_does_not_begin() -> None:
    change = proposed("emergency")
    change.submit(stages=[BOARD], by=ANN)
    vote(change, "dan", "reject")

    with pytest.raises(Refused, match="Only an approved change can be implemented"):
        change.start_implementation(by=BEA)


def test_the_approval_goes_on_while_it_is_implemented() -> None:
    change = proposed("emergency")
    change.submit(stages=[BOARD], by=ANN)
    change.start_implementation(by=BEA)

    assert (change.status, change.is_in_approval) == (Status.IMPLEMENTING, True)
    change.complete_implementation("successful", by=BEA)
    vote(change, "dan", "approve")

    assert (change.status, change.approval) == (Status.IMPLEMENTED, "approved")
    assert owed(change) == []


def test_it_is_submitted_while_it_is_implemented_or_afterwards() -> None:
    change = started()
    change.assess_risk(impact=1, likelihood=1, by=BEA)
    change.plan(implementation="As done.", backout="None.", by=BEA)
    change.back_out(reason="It made it worse.", by=BEA)

    change.submit(stages=[BOARD], by=ANN)
    assert change.status is Status.BACKED_OUT
    with pytest.raises(Refused, match="assessed before its submission"):
        change.assess_risk(impact=3, likelihood=3, by=BEA)
    vote(change, "dan", "reject")

    assert (change.status, change.approval) == (Status.BACKED_OUT, "rejected")
    assert owed(change) == ["review"]


def test_who_carries_it_out_does_not_decide_on_it() -> None:
    change = started()

    assert {signed("bea").actor} <= change.barred
    with pytest.raises(Refused, match="nobody is asked to approve their own change"):
        change.submit(stages=[CAB], by=ANN)


def test_it_cannot_be_made_something_else_once_it_began() -> None:
    change = started()

    with pytest.raises(Refused, match="can be classified"):
        change.classify("normal", by=BEA)
    with pytest.raises(Refused, match="not approved yet can be withdrawn"):
        change.withdraw(reason="Never mind.", by=ANN)
    with pytest.raises(Refused, match="not being implemented yet can be cancelled"):
        change.cancel(reason="Never mind.", by=ANN)


def test_it_is_closed_after_its_approval_is_decided() -> None:
    change = started()
    change.complete_implementation("successful", by=BEA)
    change.review("successful", notes="All well.", by=ANN)

    with pytest.raises(Refused, match="closed after its retrospective approval is decided"):
        change.close(code="implemented", by=ANN)
    change.submit(stages=[BOARD], by=ANN)
    change.vote("approve", hours=None, by=DAN)
    change.close(code="implemented", by=ANN)

    assert change.status is Status.CLOSED


def test_an_approval_that_is_late_is_noted_once_and_owed_until_it_is_given() -> None:
    change = started()
    assert obligations.next_moment(change.obligations) == WEDNESDAY

    change.note_overdue(by=system("clock", TUESDAY))
    assert new_facts(change) == []
    for _ in range(2):
        change.note_overdue(by=system("clock", WEDNESDAY))

    assert new_facts(change) == [fact(Change.RetrospectiveApprovalOverdue, due=WEDNESDAY)]
    assert obligations.next_moment(change.obligations) is None
    assert owed(change) == [RETROSPECTIVE]
    change.submit(stages=[BOARD], by=ANN)
    vote(change, "dan", "approve")
    assert owed(change) == []


def test_a_failed_change_owes_one_review() -> None:
    change = proposed("emergency")
    change.submit(stages=[BOARD], by=ANN)
    vote(change, "dan", "approve")
    change.start_implementation(by=BEA)
    new_facts(change)

    change.complete_implementation("unsuccessful", hours=OFFICE, by=BEA)
    change.back_out(reason="It is of no use.", hours=OFFICE, by=BEA)

    late = MONDAY + timedelta(days=7)
    assert new_facts(change) == [
        fact(Change.Implemented, outcome="unsuccessful"),
        fact(Change.ReviewOwed, due=late),
        fact(Change.BackedOut, reason="It is of no use."),
    ]
    change.note_overdue(by=system("clock", late))
    assert new_facts(change) == [fact(Change.ReviewOverdue, due=late)]
    change.review("unsuccessful", notes="The part was wrong.", by=ANN)
    assert owed(change) == []
    with pytest.raises(Refused, match="A closure code is one of implemented"):
        change.close(code="done", by=ANN)  # type: ignore[arg-type]  # refused
    change.close(code="backed out", by=ANN)
