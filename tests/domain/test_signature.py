from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.approval import Any as AnyOne
from domain.approval import OpenStage, Stage
from domain.approval_process import Definition, mistakes
from domain.approval_round import Terms
from domain.approval_round_state import IN_MEETING
from domain.change import Change
from domain.ids import number_of
from domain.rules import Refused
from domain.signature import Proven
from tests.domain.changes import CAB, proposed, stage, submitted, vote, voters
from tests.facts import new_facts
from tests.people import ANN, CLOCK, DAN, MONDAY, person, signed

PROVEN = Proven(method="password", at=MONDAY)
SIGNED = stage("Board", "dan", "eve", quorum=AnyOne(), needs_signature=True)
ASKS = "Board asks for a signature"


def test_a_signed_vote_says_what_was_signed_by_whom_when_and_how() -> None:
    change = submitted(SIGNED)
    content = change.material_digest(change.content())

    change.vote("approve", conditions=["Tell them."], proven=PROVEN, by=DAN)

    cast = next(fact for event, fact in new_facts(change) if event is Change.VoteCast)
    assert cast["signature"].meaning == (
        "I approve the change CHG0000001 in the stage Board, on 1 condition."
    )
    assert (cast["signature"].method, cast["signature"].at) == ("password", MONDAY)
    assert cast["signature"].digest == content != ""


def test_what_is_signed_changes_with_the_record() -> None:
    before, after = submitted(SIGNED), submitted(SIGNED)
    after.categorise(category="network", by=ANN)

    assert before.material_digest(before.content()) != after.material_digest(after.content())


def test_a_signature_for_another_names_them() -> None:
    change = submitted(SIGNED)

    change.vote("abstain", proven=PROVEN, by=signed("gil", on_behalf_of=str(person("dan"))))

    cast = next(fact for event, fact in new_facts(change) if event is Change.VoteCast)
    assert cast["signature"].meaning == (
        "I abstain from deciding on the change CHG0000001 in the stage Board, "
        f"on behalf of {number_of(person('dan'))}."
    )


def test_a_vote_can_be_signed_where_nobody_asks_for_it() -> None:
    change = submitted(CAB)

    change.vote("approve", proven=PROVEN, by=signed("bea"))

    assert change.standing.ballots["CAB"][str(person("bea"))].is_signed


CHANNELS = st.sampled_from(["api", "portal", "mail", "link", "cli", "rule", IN_MEETING])


@given(
    channel=CHANNELS, cast=st.sampled_from(["approve", "reject", "abstain"]), behalf=st.booleans()
)
def test_without_proof_nobody_votes_in_a_stage_that_asks_for_signatures_on_any_channel(
    channel: str, cast: Any, behalf: bool
) -> None:
    change = submitted(SIGNED)
    by = signed("gil", on_behalf_of=str(person("dan"))) if behalf else DAN

    with pytest.raises(Refused, match=ASKS):
        change.vote(cast, comment="So.", by=replace(by, channel=channel))

    assert change.standing.ballots == {}


def test_a_vote_without_a_signature_falls_when_its_approval_moves_to_a_stage_that_asks() -> None:
    plain = replace(SIGNED, quorum=CAB.quorum, needs_signature=False)
    change = submitted(plain)
    vote(change, "dan", "approve")

    made = move(change, replace(plain, needs_signature=True))

    assert made.dropped == {"Board": voters("dan")}
    assert change.standing.ballots == {}


def test_what_was_passed_without_signatures_does_not_become_what_asks_for_them() -> None:
    change = submitted(stage("Peers", "bea", quorum=AnyOne()), SIGNED)
    vote(change, "bea", "approve")

    with pytest.raises(Refused, match="Peers asks for signatures, and Peers was passed without"):
        move(change, stage("Peers", "bea", quorum=AnyOne(), needs_signature=True), SIGNED)


def move(change: Change, *stages: OpenStage) -> Any:
    olga = signed("olga", MONDAY + timedelta(hours=1))
    return change.migrate_approval(2, stages=stages, terms=Terms(), by=olga)


def test_silence_never_passes_a_stage_that_asks_for_signatures() -> None:
    silent = replace(SIGNED, on_timeout="approve")

    with pytest.raises(Refused, match="nothing is approved by silence"):
        proposed().submit(stages=[silent], by=ANN)

    change = submitted(SIGNED)
    change.time_out_stage(1, "Board", by=replace(CLOCK, at=MONDAY + timedelta(days=9)))
    assert change.standing.passed == ()


@pytest.mark.parametrize(("whole", "of_stage"), [("required", "none"), ("none", "required")])
def test_a_definition_that_asks_for_signatures_is_not_approved_by_silence(
    whole: Any, of_stage: Any
) -> None:
    definition = Definition(
        subjects=("change",),
        signature=whole,
        stages=(
            Stage(
                name="Board",
                approvers=("person:dan",),
                quorum=AnyOne(),
                patience="1d",
                on_timeout="approve",
                signature=of_stage,
            ),
        ),
    )

    [found] = mistakes(definition)

    assert found.place == "stages[0].on_timeout"
