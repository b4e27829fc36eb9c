from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain import quorum as quorums
from domain.quorum import (
    All,
    Any,
    Count,
    First,
    Group,
    Groups,
    Percent,
    Quorum,
    Veto,
    Vote,
    Weighted,
    combined,
    depends_on_order,
    outcome,
    tallied,
    verdict,
)
from domain.rules import Refused
from tests.domain.quorums import (
    PEOPLE,
    VOTES,
    approvals,
    decided,
    kinds,
    rejections,
    rules,
    situations,
)

Situation = tuple[Quorum, tuple[str, ...], dict[str, Vote]]


@given(situations())
def test_it_is_decided_exactly_when_no_further_vote_can_change_it(situation: Situation) -> None:
    rule, voters, votes = situation

    assert verdict(rule, voters, votes).outcome == decided(rule, voters, votes)


@given(situations(), st.permutations(PEOPLE), st.lists(st.sampled_from(VOTES), min_size=5))
def test_once_decided_it_never_changes(
    situation: Situation, order: list[str], more: list[Vote]
) -> None:
    rule, voters, votes = situation
    rest = [voter for voter in order if voter in voters and voter not in votes]
    later = {**votes, **dict(zip(rest, more, strict=False))}

    steps = [dict(list(later.items())[:number]) for number in range(len(later) + 1)]
    outcomes = [outcome(rule, voters, step) for step in steps]

    found = [each for each in outcomes if each != "pending"]
    assert len(set(found)) <= 1
    assert outcomes[len(outcomes) - len(found) :] == found


@given(situations(), st.sampled_from(PEOPLE))
def test_one_approval_in_place_of_another_vote_never_harms(
    situation: Situation, voter: str
) -> None:
    rule, voters, votes = situation
    ranks = {"rejected": 0, "pending": 1, "approved": 2}
    better: dict[str, Vote] = {**votes, voter: "approve"}

    assert ranks[outcome(rule, voters, better)] >= ranks[outcome(rule, voters, votes)]


@given(situations())
def test_the_order_of_votes_matters_only_to_the_first_responder(situation: Situation) -> None:
    rule, voters, votes = situation
    reordered = dict(sorted(votes.items(), reverse=True))

    assert depends_on_order(rule) == (First in kinds(rule))
    if not depends_on_order(rule):
        assert verdict(rule, voters, reordered) == verdict(rule, voters, votes)


@given(situations())
def test_strangers_and_repeated_names_do_not_count(situation: Situation) -> None:
    rule, voters, votes = situation
    with_strangers: dict[str, Vote] = {"oscar": "approve", **votes, "mallory": "reject"}

    assert verdict(rule, (*voters, voters[0]), with_strangers) == verdict(rule, voters, votes)


@given(situations())
def test_a_decided_quorum_needs_nothing_and_a_pending_one_says_what(situation: Situation) -> None:
    found = verdict(*situation)

    assert (found.outcome == "pending") == (found.next != "") == (found.still_needed > 0)
    assert found.reason.endswith(".")
    assert found.outcome == outcome(*situation)


@given(situations())
def test_the_approvals_still_needed_are_enough(situation: Situation) -> None:
    rule, voters, votes = situation
    found = verdict(rule, voters, votes)
    if found.outcome != "pending":
        return
    silent = [voter for voter in voters if voter not in votes]

    def is_enough(number: int) -> bool:
        return any(
            outcome(rule, voters, {**votes, **approvals(some)}) == "approved"
            for some in combinations(silent, number)
        )

    assert is_enough(found.still_needed)
    # Where people count in several parts, which choice serves most of them is not searched for.
    if len(kinds(rule) & {Weighted, Groups}) == 0:
        assert not is_enough(found.still_needed - 1)


def test_fractions_are_exact() -> None:
    three = ("a", "b", "c")
    two: dict[str, Vote] = {"a": "approve", "b": "approve"}

    assert outcome(Percent("200/3"), three, two) == "approved"
    assert outcome(Percent("66.66"), three, two) == "approved"
    assert outcome(Percent("66.67"), three, two) == "pending"
    assert outcome(Percent(67), three, {**two, "c": "reject"}) == "rejected"
    assert outcome(Weighted({"c": 0}, percent="100"), three, two) == "approved"
    assert outcome(Weighted({"c": 4}, percent="100/3"), three, two) == "approved"
    assert outcome(Weighted({"c": 4}, percent="33.34"), three, two) == "pending"


def test_the_first_answer_decides_and_an_abstention_is_none() -> None:
    abstained: dict[str, Vote] = {"ada": "abstain"}

    assert outcome(First(), PEOPLE, abstained) == "pending"
    assert outcome(First(), PEOPLE, {**abstained, "bob": "reject", "cyd": "approve"}) == "rejected"
    assert outcome(First(), PEOPLE, dict.fromkeys(PEOPLE, "abstain")) == "rejected"


def test_whoever_joins_later_stands_in_for_every_group() -> None:
    rule = Groups((Group("red", ("ada",), Any()), Group("blue", ("bob",), Any())), All())

    assert outcome(rule, ("ada",), {"ada": "approve"}) == "rejected"
    assert outcome(rule, ("ada", "eve"), {"ada": "approve"}) == "pending"
    assert outcome(rule, ("ada", "eve"), {"ada": "approve", "eve": "approve"}) == "approved"


def test_a_hundred_voters_in_twenty_groups_are_counted_at_once() -> None:
    people = tuple(str(number) for number in range(100))
    groups = tuple(
        Group(f"team {number}", people[number * 5 : number * 5 + 7], Count(2))
        for number in range(20)
    )

    found = verdict(Veto(people[90:], Groups(groups, All())), people, {})

    assert found.outcome == "pending"
    assert found.still_needed == 28


@given(st.integers(1, 100), st.integers(0, 20), st.integers(0, 20), st.integers(1, 20))
def test_a_tally_of_shares_agrees_with_the_votes(
    percent: int, yes: int, no: int, number: int
) -> None:
    yes, no = min(yes, number), min(no, number - min(yes, number))
    people = [str(each) for each in range(number)]
    votes = {**approvals(people[:yes]), **rejections(people[yes : yes + no])}

    found = tallied(Fraction(percent, 100), Fraction(yes, number), Fraction(no, number))

    assert found == verdict(Percent(percent), people, votes).outcome


def test_stages_that_must_all_approve_are_rejected_by_one() -> None:
    assert combined([]) == "none"
    assert combined(["approved", "approved"]) == "approved"
    assert combined(["approved", "pending"]) == "pending"
    assert combined(["pending", "rejected", "approved"]) == "rejected"


def is_accepted(rule: Quorum, voters: Sequence[str] | None) -> bool:
    try:
        quorums.check(rule, voters)
    except Refused:
        return False
    return True


@given(rules.filter(lambda rule: is_accepted(rule, None)), st.integers(1, 5))
def test_every_accepted_quorum_can_be_reached_and_each_refused_one_cannot(
    rule: Quorum, number: int
) -> None:
    voters = PEOPLE[:number]

    assert is_accepted(rule, voters) == (outcome(rule, voters, approvals(voters)) == "approved")
