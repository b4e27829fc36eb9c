"""How far an approval has come, from the events of its change."""

from datetime import timedelta

from msgspec.structs import replace

from domain.aggregate import Event
from domain.approval import OpenStage
from domain.approval_round import Skipped, Terms
from domain.change import Change
from domain.process_progress import Progress
from projections.approval_progress import latest_round, progress
from tests.domain.changes import BOARD, CAB, DUE, ESCALATING, PROCESS, proposed, vote
from tests.people import ANN, person, system

NAMES = {str(person(name)): name for name in ("ann", "bea", "cem", "dan")}
NONE = Terms()


def submitted(*stages: OpenStage, terms: Terms = NONE) -> Change:
    change = proposed()
    change.submit(
        process=PROCESS,
        process_version=2,
        calendar=None,
        calendar_version=0,
        hours=None,
        stages=stages,
        terms=terms,
        by=ANN,
    )
    return change


def events(change: Change) -> list[Event]:
    return [entry.event for entry in change.pending]


def standing(change: Change) -> Progress:
    return progress(latest_round(events(change)), NAMES.__getitem__)


def test_an_open_stage_tells_who_voted_and_what_would_decide_it() -> None:
    change = submitted(CAB, BOARD)
    vote(change, "bea", "approve")

    round, found = latest_round(events(change)), standing(change)

    cab = found.of("CAB")
    assert round.process == (PROCESS, 2)
    assert round.people == {str(person(name)) for name in ("bea", "cem", "dan")}
    assert (found.outcome, cab.state, cab.voted, cab.voters) == ("open", "open", 1, 2)
    assert cab.who == ("bea: approve.", "To vote: cem.")
    assert "1 more" in cab.text
    assert found.of("Board").state == "waiting"


def test_a_round_ends_approved() -> None:
    change = submitted(CAB, BOARD)
    for name in ("bea", "cem", "dan"):
        vote(change, name, "approve")

    found = standing(change)

    assert found.outcome == "approved"
    assert [found.of(name).state for name in ("CAB", "Board")] == ["approved", "approved"]


def test_a_rejection_ends_what_is_open_beside_it() -> None:
    change = submitted(CAB, replace(BOARD, after=()))
    vote(change, "dan", "reject")

    found = standing(change)

    assert found.outcome == "rejected"
    assert [found.of(name).state for name in ("CAB", "Board")] == ["stopped", "rejected"]


def test_a_stage_that_does_not_apply_is_skipped() -> None:
    change = submitted(CAB, terms=Terms(skipped=(Skipped("Legal", "It is a standard change."),)))

    legal = standing(change).of("Legal")

    assert (legal.state, legal.text) == ("skipped", "It is a standard change.")


def test_the_end_of_patience_asks_again_and_then_rejects() -> None:
    change = submitted(ESCALATING)

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))
    again = standing(change).of("CAB")
    late = DUE + timedelta(hours=8)
    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", late))
    end = standing(change).of("CAB")

    assert (again.state, again.is_again, again.is_timed_out) == ("open", True, False)
    assert (end.state, end.is_again, end.is_timed_out) == ("rejected", True, True)


def test_who_takes_a_change_back_ends_its_round() -> None:
    change = submitted(CAB)
    change.withdraw(reason="Not needed.", by=ANN)

    found = standing(change)

    assert (found.outcome, found.of("CAB").state) == ("ended", "stopped")


def test_a_change_that_was_not_submitted_has_no_process() -> None:
    assert latest_round(events(proposed())).process is None
