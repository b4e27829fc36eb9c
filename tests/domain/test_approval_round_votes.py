"""Votes while stages are open side by side, are handed on, taken back or felled by an edit."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.approval import All, OpenStage
from domain.approval import Any as AnyOne
from domain.change import Change, Status
from domain.ids import record_id
from domain.rules import Refused
from domain.subjects import material_fields
from tests.domain.changes import (
    BOARD,
    CAB,
    CALENDAR,
    OFFICE,
    again,
    due,
    exacting,
    proposed,
    stage,
    voters,
)
from tests.facts import new_facts
from tests.people import ANN, BEA, MONDAY, person, signed, system

# Stages side by side

SIDE = replace(BOARD, after=())


def test_stages_that_wait_for_none_open_at_once_and_all_must_pass() -> None:
    change = exacting(CAB, SIDE)
    assert list(change.standing.open) == ["CAB", "Board"]

    again(change, "dan", "approve")
    again(change, "bea", "approve")
    assert list(change.standing.open) == ["CAB"]
    again(change, "cem", "approve")

    assert change.status is Status.APPROVED


def test_any_rejection_rejects_whatever_else_is_open() -> None:
    change = exacting(CAB, SIDE)

    again(change, "dan", "reject")

    assert change.status is Status.REJECTED
    assert change.standing.open == {}


def test_who_may_vote_in_two_open_stages_says_in_which() -> None:
    change = exacting(CAB, stage("Board", "bea", "dan", after=()))

    with pytest.raises(Refused, match="There is a vote in CAB and in Board: say for which"):
        again(change, "bea", "approve")
    again(change, "bea", "approve", stage="Board")

    with pytest.raises(Refused, match="in another stage already: the same person counts once"):
        again(change, "bea", "approve", stage="CAB")
    assert change.standing.entitled("CAB") == voters("cem")


def test_where_voters_are_wanting_the_fallback_joins_and_else_it_is_rejected() -> None:
    alone = stage("Alone", "bea")
    helped = exacting(stage("CAB", "bea"), alone, fallback=voters("eve"))
    lost = exacting(stage("CAB", "bea"), alone)

    again(helped, "bea", "approve")
    again(lost, "bea", "approve")

    assert helped.standing.entitled("Alone") == voters("eve")
    again(helped, "eve", "approve")
    assert helped.status is Status.APPROVED
    assert lost.status is Status.REJECTED


def test_the_managers_of_who_approved_are_asked_next() -> None:
    change = exacting(
        stage("CAB", "bea", "cem", quorum=AnyOne()),
        OpenStage(
            name="Managers",
            voters=(),
            quorum=All(),
            patience="1d",
            on_timeout="reject",
            asks_managers=True,
        ),
        managers={str(person("bea")): str(person("dan")), str(person("cem")): str(person("eve"))},
    )

    again(change, "cem", "approve")

    assert change.standing.entitled("Managers") == voters("eve")


# Votes that change


def test_a_vote_is_taken_back_while_its_stage_is_open() -> None:
    change = exacting(CAB)
    again(change, "bea", "approve", conditions=["Tell the users."])

    change.retract_vote(reason="I mistook the plan.", by=BEA)

    assert change.standing.ballots == {}
    assert [task.state for task in change.tasks] == ["cancelled"]
    again(change, "bea", "approve")


def test_an_edit_fells_the_votes_that_saw_something_else_and_opens_their_stages() -> None:
    change = exacting(stage("CAB", "bea"), BOARD, material=("implementation_plan", "backout_plan"))
    again(change, "bea", "approve")
    assert list(change.standing.open) == ["Board"]

    change.plan(implementation="Otherwise.", backout="Swap it back.", by=ANN)

    assert [event for event, _ in new_facts(change)][-2:] == [
        Change.VotesInvalidated,
        Change.StageOpened,
    ]
    assert list(change.standing.open) == ["CAB"]
    assert change.standing.ballots == {}
    change.plan(implementation="Otherwise.", backout="Swap it back at once.", by=ANN)
    again(change, "bea", "approve")
    again(change, "dan", "approve")
    assert change.status is Status.APPROVED


def test_a_vote_about_the_types_of_the_assets_falls_when_other_assets_are_affected() -> None:
    change = exacting(CAB, material=("asset_types",))
    again(change, "bea", "approve")

    change.affect(record_id("AST", 1), by=ANN)

    assert change.standing.ballots == {}


def test_every_field_and_text_of_a_change_can_be_material() -> None:
    change = exacting(CAB)

    fields = {field.name for field in material_fields("change")} - {"submissions"}
    assert fields <= {*change.content(), *change.said}


def test_without_material_fields_nothing_is_edited_in_approval() -> None:
    change = exacting(CAB)

    with pytest.raises(Refused, match="planned before its submission"):
        change.plan(implementation="Otherwise.", backout="Swap it back.", by=ANN)


def test_patience_stands_while_information_is_outstanding() -> None:
    change = proposed()
    change.submit(calendar=CALENDAR, calendar_version=1, hours=OFFICE, stages=[CAB], by=ANN)
    asked = MONDAY + timedelta(hours=1)
    answered = MONDAY + timedelta(days=3)
    before = due(change)
    change.request_information("Until when?", by=signed("bea", asked))

    change.time_out_stage(1, "CAB", by=system("approvals", MONDAY + timedelta(days=2)))
    assert due(change) is None
    change.provide_information("Until Friday.", by=signed("ann", answered))

    after = due(change)
    assert before is not None
    assert after is not None
    assert OFFICE.between(answered, after) == OFFICE.between(asked, before)


def test_a_vote_is_handed_on_to_who_may_vote_only() -> None:
    change = exacting(CAB, exclude=voters("eve"))

    for barred in ("ann", "eve", "cem"):
        with pytest.raises(Refused):
            change.hand_on_vote(person(barred), reason="Away.", by=BEA)
    change.hand_on_vote(person("dan"), reason="Away.", by=BEA)

    with pytest.raises(Refused, match="You have no vote in CAB"):
        again(change, "bea", "approve")
    again(change, "dan", "approve")
