from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.approval import All, Count, OpenStage
from domain.approval import Any as AnyOne
from domain.approval_round import Skipped, Terms
from domain.change import Change
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.changes import PROCESS, proposed, stage, submitted, vote, voters
from tests.domain.migrating import BOARD, LATER, OLGA, migrate
from tests.facts import new_facts
from tests.people import signed

PEERS = stage("Peers", "bea", "cem", quorum=Count(2))

SECURITY = stage("Security", "bea", quorum=AnyOne(), after=())

NETWORK = stage("Network", "cem", quorum=AnyOne(), after=())

JOIN = stage("Board", "dan", quorum=AnyOne(), after=("Security", "Network"))


def test_what_is_passed_stays_and_what_is_open_goes_on_with_a_new_patience() -> None:
    change = submitted(PEERS, BOARD)
    vote(change, "bea", "approve")
    vote(change, "cem", "approve")
    vote(change, "dan", "approve")

    made = migrate(change, PEERS, replace(BOARD, patience="2h"), stage("Audit", "fay"))

    assert (made.passed, made.going_on, made.waiting) == (("Peers",), ("Board",), ("Audit",))
    assert made.kept == {"Peers": voters("bea", "cem"), "Board": voters("dan")}
    assert made.dropped == {}
    assert change.standing.process_version == 2
    assert change.standing.passed == ("Peers",)
    assert change.standing.votes("Board") == dict.fromkeys(voters("dan"), "approve")
    assert change.standing.open["Board"].due == LATER + timedelta(hours=2)
    assert [event for event, _ in new_facts(change)] == [Change.ApprovalMigrated]


def test_a_vote_falls_if_its_voter_has_none_in_the_new_stage() -> None:
    change = submitted(PEERS)
    vote(change, "bea", "approve")

    made = migrate(change, stage("Peers", "cem", "dan"))

    assert made.dropped == {"Peers": voters("bea")}
    assert change.standing.ballots == {}
    with pytest.raises(Refused, match="You have no vote in Peers"):
        vote(change, "bea", "approve")


def test_what_the_votes_that_stay_amount_to_follows_at_once() -> None:
    change = submitted(PEERS, BOARD)
    vote(change, "bea", "approve")

    migrate(change, replace(PEERS, quorum=AnyOne()), BOARD)

    assert change.standing.passed == ("Peers",)
    assert list(change.standing.open) == ["Board"]


def test_a_stage_that_is_called_otherwise_is_mapped() -> None:
    change = submitted(PEERS, BOARD)
    vote(change, "bea", "approve")
    with pytest.raises(Refused, match="Peers is open, and version 2 has no such stage: map it"):
        migrate(change, replace(PEERS, name="Colleagues"), BOARD)

    renamed = replace(PEERS, name="Colleagues")
    made = migrate(change, renamed, BOARD, mapping={"Peers": "Colleagues"})

    assert made.going_on == ("Colleagues",)
    assert list(change.standing.votes("Colleagues")) == list(voters("bea"))


def test_a_stage_that_is_new_before_a_passed_one_opens_now() -> None:
    change = submitted(PEERS, BOARD)
    vote(change, "bea", "approve")
    vote(change, "cem", "approve")

    made = migrate(
        change,
        stage("Privacy", "fay", after=()),
        replace(PEERS, after=("Privacy",)),
        replace(BOARD, after=("Peers",)),
    )

    assert (made.passed, made.opening, made.going_on) == (("Peers",), ("Privacy",), ("Board",))
    assert list(change.standing.open) == ["Board", "Privacy"]


def test_an_open_stage_that_now_waits_for_another_waits_again_with_its_votes() -> None:
    change = submitted(PEERS)
    vote(change, "bea", "approve")

    made = migrate(change, stage("Privacy", "fay"), PEERS)

    assert (made.again, made.opening) == (("Peers",), ("Privacy",))
    assert list(change.standing.open) == ["Privacy"]
    vote(change, "fay", "approve")
    vote(change, "cem", "approve")
    assert change.approval == "approved"


@pytest.mark.parametrize(
    ("stages", "terms", "mapping", "rule"),
    [
        (
            (BOARD,),
            Terms(skipped=(Skipped("Security", "No."), Skipped("Network", "No."))),
            {},
            "Network is open, and version 2 skips Network for this subject: map it to another",
        ),
        (
            (NETWORK, replace(JOIN, after=("Network",))),
            Terms(),
            {},
            "Board waits for Security and Network, of which Security is passed, and version 2 has "
            "no stage Security: map it",
        ),
        (
            (stage("Review", "bea", after=()), stage("Board", "dan")),
            Terms(),
            {"Security": "Review", "Network": "Review"},
            "Security and Network cannot become Review together: they are not all passed",
        ),
        ((NETWORK,), Terms(), {"Nobody": "Network"}, "the approval has no stage 'Nobody'"),
        ((NETWORK,), Terms(), {"Security": "Nobody"}, "version 2 has no stage 'Nobody'"),
        (
            (NETWORK,),
            Terms(skipped=(Skipped("Security", "No."),)),
            {"Network": "Security"},
            "version 2 skips Security for this subject",
        ),
    ],
)
def test_a_position_without_a_counterpart_is_refused(
    stages: tuple[OpenStage, ...], terms: Terms, mapping: dict[str, str], rule: str
) -> None:
    change = submitted(SECURITY, NETWORK, JOIN)
    vote(change, "bea", "approve")

    with pytest.raises(Refused, match=rule):
        migrate(change, *stages, terms=terms, mapping=mapping)

    assert new_facts(change) == []


def test_a_passed_branch_that_is_skipped_in_the_other_version_holds_nothing_up() -> None:
    change = submitted(SECURITY, NETWORK, JOIN)
    vote(change, "bea", "approve")

    made = migrate(
        change,
        NETWORK,
        replace(JOIN, after=("Network",)),
        terms=Terms(skipped=(Skipped("Security", "No."),)),
    )

    assert made.going_on == ("Network",)
    assert made.dropped == {"Security": voters("bea")}


def test_stages_that_are_all_passed_become_one() -> None:
    change = submitted(SECURITY, NETWORK, JOIN)
    vote(change, "bea", "approve")
    vote(change, "cem", "approve")

    made = migrate(
        change,
        stage("Review", "bea", "cem"),
        stage("Board", "dan"),
        mapping={"Security": "Review", "Network": "Review"},
    )

    assert made.passed == ("Review",)
    assert set(change.standing.votes("Review")) == set(voters("bea", "cem"))


def test_a_round_that_is_over_stays_on_its_version() -> None:
    change = submitted(BOARD)
    vote(change, "dan", "reject")

    with pytest.raises(Refused, match="does not run any more"):
        migrate(change, BOARD)


def test_a_round_is_not_moved_to_the_version_it_is_on_nor_by_those_whose_it_is() -> None:
    change = submitted(BOARD)

    with pytest.raises(Refused, match="on version 1 already"):
        change.migrate_approval(1, stages=(BOARD,), terms=Terms(), by=OLGA)
    with pytest.raises(Refused, match="Nobody moves the approval of their own change"):
        migrate(change, BOARD, by=signed("ann", LATER))


def test_who_voted_twice_as_they_might_counts_once_in_a_version_that_does_not_let_them() -> None:
    change = proposed()
    change.submit(
        process=PROCESS,
        process_version=1,
        stages=(PEERS, stage("Board", "bea", "dan")),
        terms=Terms(repeat_voters=True),
        by=signed("ann"),
    )
    for stage_name, name in (("Peers", "bea"), ("Peers", "cem"), ("Board", "bea")):
        change.vote("approve", stage=stage_name, hours=None, by=signed(name))

    made = migrate(change, PEERS, stage("Board", "bea", "dan", quorum=AnyOne()))

    assert made.dropped == {"Board": voters("bea")}
    assert change.standing.silent("Board") == voters("dan")


def test_an_abstention_falls_where_nobody_abstains() -> None:
    change = submitted(replace(BOARD, quorum=All()))
    vote(change, "dan", "abstain", "")

    made = migrate(change, replace(BOARD, quorum=All(abstain=False)))

    assert made.dropped == {"Board": voters("dan")}


def test_managers_of_those_who_approved_before_are_asked_in_a_stage_that_goes_on() -> None:
    change = submitted(PEERS, BOARD)
    vote(change, "bea", "approve")
    vote(change, "cem", "approve")

    made = migrate(
        change,
        PEERS,
        stage("Board", "dan", asks_managers=True),
        terms=Terms(managers=dict(zip(voters("bea"), voters("fay"), strict=True))),
    )

    assert made.stages[1].voters == voters("dan", "fay")
    assert change.standing.entitled("Board") == voters("dan", "fay")


def test_patience_stands_on_while_information_is_outstanding_and_is_whole_afterwards() -> None:
    change = submitted(BOARD)
    change.request_information("Why?", by=signed("dan"))

    migrate(change, replace(BOARD, patience="2h"))

    assert change.standing.open["Board"].due is None
    change.provide_information("So.", by=signed("ann", LATER + timedelta(days=1)))
    assert change.standing.open["Board"].due == LATER + timedelta(days=1, hours=2)


def test_a_freeze_holds_on() -> None:
    change = submitted(BOARD)
    window = record_id("WIN", 1)
    change.hold_approval(window, by=signed("eve"))

    migrate(change, BOARD)

    assert change.standing.open["Board"].is_held
    change.resume_approval(window, by=signed("eve", LATER + timedelta(days=1)))
    assert change.standing.open["Board"].due == LATER + timedelta(days=1, hours=8)


def test_votes_that_stay_are_about_the_material_fields_of_the_new_version() -> None:
    change = submitted(BOARD)
    vote(change, "dan", "approve")

    migrate(change, BOARD, terms=Terms(material=("category",)))

    [ballot] = change.standing.ballots["Board"].values()
    assert ballot.seen == change.material_digest() != ""
    change.prioritise(impact=1, urgency=1, by=signed("olga"))
    assert change.standing.votes("Board")
    change.categorise(category="network", by=signed("olga"))
    assert not change.standing.votes("Board")
