import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import quorum as quorums
from domain.approval import (
    All,
    Any,
    Count,
    First,
    OpenStage,
    Outcome,
    Percent,
    Quorum,
    Stage,
    Verdict,
    Vote,
    check,
    combined,
    verdict,
)
from domain.quorum import tallied
from domain.rules import Refused

VOTES: tuple[Vote, ...] = get_args(Vote)
PEOPLE = ("ada", "bob", "cyd", "dan")

percentages = st.one_of(
    st.integers(1, 100),
    st.sampled_from(("200/3", "66.7", "33.3", "0.1", "100/3", "50")),
)
quorum_rules: st.SearchStrategy[Quorum] = st.one_of(
    st.just(Any()),
    st.just(All()),
    st.integers(1, 5).map(Count),
    percentages.map(Percent),
    st.just(First()),
)


@st.composite
def ballots(draw: st.DrawFn, people: Sequence[str] = PEOPLE) -> dict[str, Vote]:
    """Votes of some people, in some order."""
    voters = draw(st.permutations(people))[: draw(st.integers(0, len(people)))]
    return {voter: draw(st.sampled_from(VOTES)) for voter in voters}


def counted_at_the_end(quorum: Quorum, votes: Mapping[str, Vote]) -> Outcome:
    """The outcome once everybody has voted, by the words of the rule alone."""
    cast = list(votes.values())
    yes, no = cast.count("approve"), cast.count("reject")
    match quorum:
        case Any():
            reached = yes > 0
        case All():
            reached = yes > 0 and no == 0
        case Count(approvals=needed):
            reached = yes >= needed
        case Percent(percent=percent):
            reached = yes > 0 and Fraction(yes, yes + no) * 100 >= Fraction(percent)
        case First():
            reached = next((vote for vote in cast if vote != "abstain"), "reject") == "approve"
    return "approved" if reached else "rejected"


def completions(votes: Mapping[str, Vote], voters: Sequence[str]) -> Iterator[dict[str, Vote]]:
    """Every way in which the votes can go on until everybody has voted."""
    silent = [voter for voter in voters if voter not in votes]
    for order in permutations(silent):
        for rest in product(VOTES, repeat=len(silent)):
            yield {**votes, **dict(zip(order, rest, strict=True))}


@given(quorum_rules, ballots(), st.integers(1, 4))
def test_it_is_decided_exactly_when_no_further_vote_can_change_it(
    quorum: Quorum, votes: dict[str, Vote], number: int
) -> None:
    voters = PEOPLE[:number]
    votes = {voter: vote for voter, vote in votes.items() if voter in voters}

    endings = {counted_at_the_end(quorum, end) for end in completions(votes, voters)}

    expected = endings.pop() if len(endings) == 1 else "pending"
    assert verdict(quorum, voters, votes).outcome == expected


@given(quorum_rules, ballots())
def test_once_decided_it_never_changes(quorum: Quorum, votes: dict[str, Vote]) -> None:
    outcomes = [
        verdict(quorum, PEOPLE, dict(list(votes.items())[:number])).outcome
        for number in range(len(votes) + 1)
    ]

    decided = [outcome for outcome in outcomes if outcome != "pending"]
    assert len(set(decided)) <= 1
    assert outcomes[len(outcomes) - len(decided) :] == decided


@given(quorum_rules, ballots(), st.sampled_from(PEOPLE))
def test_one_approval_in_place_of_another_vote_never_harms(
    quorum: Quorum, votes: dict[str, Vote], voter: str
) -> None:
    ranks = {"rejected": 0, "pending": 1, "approved": 2}
    better: dict[str, Vote] = {**votes, voter: "approve"}

    before = verdict(quorum, PEOPLE, votes).outcome
    assert ranks[verdict(quorum, PEOPLE, better).outcome] >= ranks[before]


@given(quorum_rules.filter(lambda rule: not isinstance(rule, First)), ballots(), st.randoms())
def test_the_order_of_votes_matters_only_to_the_first_responder(
    quorum: Quorum, votes: dict[str, Vote], random: object
) -> None:
    reordered = dict(sorted(votes.items()))

    assert verdict(quorum, PEOPLE, reordered) == verdict(quorum, PEOPLE, votes)


@given(quorum_rules, ballots())
def test_strangers_and_repeated_names_do_not_count(quorum: Quorum, votes: dict[str, Vote]) -> None:
    with_strangers: dict[str, Vote] = {"eve": "approve", **votes, "mallory": "reject"}

    assert verdict(quorum, (*PEOPLE, "ada"), with_strangers) == verdict(quorum, PEOPLE, votes)


@given(quorum_rules.filter(lambda rule: not isinstance(rule, First)), ballots())
def test_what_it_says_would_decide_it_decides_it(quorum: Quorum, votes: dict[str, Vote]) -> None:
    before = verdict(quorum, PEOPLE, votes)
    silent = [voter for voter in PEOPLE if voter not in votes]
    if before.outcome != "pending":
        assert (before.still_needed, before.next) == (0, "")
        return
    said = re.fullmatch(
        r"Needs (\d+) more of (\d+); (\d+) more rejections? makes? it unreachable\.", before.next
    )
    assert said is not None
    needed, waiting, rejections = (int(number) for number in said.groups())
    assert needed == before.still_needed
    assert waiting == len(silent)

    def after(number: int, vote: Vote) -> Outcome:
        return verdict(quorum, PEOPLE, {**votes, **dict.fromkeys(silent[:number], vote)}).outcome

    assert after(needed, "approve") == "approved"
    assert after(needed - 1, "approve") == "pending"
    assert after(rejections, "reject") == "rejected"
    assert after(rejections - 1, "reject") == "pending"


def test_the_reason_is_a_sentence_with_the_figures() -> None:
    people = ("a", "b", "c", "d", "e")

    found = verdict(Count(3), people, {"a": "approve", "b": "reject"})

    assert found == Verdict(
        "pending",
        "1 approved and 1 rejected of 5: 3 approvals are needed.",
        2,
        "Needs 2 more of 3; 2 more rejections make it unreachable.",
    )


def test_fractions_are_exact() -> None:
    three = ("a", "b", "c")
    two: dict[str, Vote] = {"a": "approve", "b": "approve"}

    assert verdict(Percent("200/3"), three, two).outcome == "approved"
    assert verdict(Percent("66.66"), three, two).outcome == "approved"
    assert verdict(Percent("66.67"), three, two).outcome == "pending"
    assert verdict(Percent(67), three, {**two, "c": "reject"}).outcome == "rejected"


def test_the_first_answer_decides_and_an_abstention_is_none() -> None:
    abstained: dict[str, Vote] = {"ada": "abstain"}

    assert verdict(First(), PEOPLE, abstained).outcome == "pending"
    assert verdict(First(), PEOPLE, {**abstained, "bob": "reject", "cyd": "approve"}).outcome == (
        "rejected"
    )
    assert verdict(First(), PEOPLE, dict.fromkeys(PEOPLE, "abstain")).outcome == "rejected"


@given(st.integers(1, 100), st.integers(0, 20), st.integers(0, 20), st.integers(1, 20))
def test_a_tally_of_shares_agrees_with_the_votes(
    percent: int, yes: int, no: int, number: int
) -> None:
    yes, no = min(yes, number), min(no, number - min(yes, number))
    people = [str(each) for each in range(number)]
    votes: dict[str, Vote] = {
        **dict.fromkeys(people[:yes], "approve"),
        **dict.fromkeys(people[yes : yes + no], "reject"),
    }

    found = tallied(Fraction(percent, 100), Fraction(yes, number), Fraction(no, number))

    assert found == verdict(Percent(percent), people, votes).outcome


def test_stages_that_must_all_approve_are_rejected_by_one() -> None:
    assert combined([]) == "none"
    assert combined(["approved", "approved"]) == "approved"
    assert combined(["approved", "pending"]) == "pending"
    assert combined(["pending", "rejected", "approved"]) == "rejected"


def stage(**changes: object) -> Stage:
    fields = {
        "name": "CAB",
        "approvers": ("role:cab",),
        "quorum": Any(),
        "patience": "2bd",
        "on_timeout": "reject",
    }
    return Stage(**(fields | changes))  # type: ignore[arg-type]


def opened(**changes: object) -> OpenStage:
    fields = {
        "name": "CAB",
        "voters": PEOPLE,
        "quorum": Any(),
        "patience": "8h",
        "on_timeout": "approve",
    }
    return OpenStage(**(fields | changes))  # type: ignore[arg-type]


def test_sound_stages_are_accepted() -> None:
    check(
        [
            stage(approvers=("manager-of:requester",), name="Manager"),
            stage(approvers=("team:Service Desk", "person:ada"), quorum=Count(2)),
            stage(name="Board", on_timeout="escalate", escalate_to=("person:ada",)),
        ]
    )
    check([opened(quorum=Count(4)), opened(name="Board", quorum=Percent("200/3"))])


@pytest.mark.parametrize(
    ("stages", "reason"),
    [
        ([], "at least one stage"),
        ([stage(), stage()], "CAB: two stages have this name"),
        ([stage(name=" ")], "needs a name"),
        ([stage(approvers=())], "CAB: Nobody is named"),
        ([stage(approvers=("ada",))], "CAB: 'ada' selects nobody"),
        ([stage(approvers=("person:",))], "CAB: 'person:' selects nobody"),
        ([stage(approvers=("manager-of:ada",))], "CAB: 'manager-of:ada' selects nobody"),
        ([stage(patience="soon")], "CAB: 'soon' is not a duration"),
        ([stage(quorum=Count(0))], "CAB: A quorum needs at least one"),
        (
            [stage(quorum=Count(2), approvers=("person:ada", "person:ada"))],
            "CAB: 2 approvals are needed of 1 person",
        ),
        ([stage(quorum=Percent(0))], "CAB: A percentage is more than 0"),
        ([stage(quorum=Percent(101))], "CAB: A percentage is more than 0"),
        ([stage(quorum=Percent("1e999999"))], "CAB: '1e999999' is not a percentage"),
        ([stage(quorum=Percent("1/0"))], "CAB: '1/0' is not a percentage"),
        ([stage(on_timeout="escalate")], "CAB: It escalates"),
        (
            [stage(on_timeout="escalate", escalate_to=("the boss",))],
            "CAB: 'the boss' selects nobody",
        ),
        ([opened(voters=())], "CAB: Nobody is there to vote"),
        ([opened(quorum=Count(5))], "CAB: 5 approvals are needed of 4 people"),
        ([opened(quorum=Count(2), voters=("ada", "ada"))], "CAB: 2 approvals are needed of 1"),
    ],
)
def test_stages_that_could_never_end_are_refused(
    stages: list[Stage] | list[OpenStage], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(stages)

    assert reason in str(refused.value)


@given(quorum_rules, st.integers(1, 4))
def test_every_accepted_quorum_can_be_reached_and_each_refused_one_cannot(
    quorum: Quorum, number: int
) -> None:
    voters = PEOPLE[:number]
    everybody: dict[str, Vote] = dict.fromkeys(voters, "approve")
    try:
        quorums.check(quorum, number)
    except Refused:
        assert verdict(quorum, voters, everybody).outcome == "rejected"
    else:
        assert verdict(quorum, voters, everybody).outcome == "approved"


@given(quorum_rules)
def test_stages_are_json_that_says_its_kind(quorum: Quorum) -> None:
    written = msgspec.json.encode(opened(quorum=quorum))

    assert b'"kind":' in written
    assert msgspec.json.decode(written, type=OpenStage) == opened(quorum=quorum)
    assert opened(quorum=quorum).verdict({}).outcome in ("pending", "rejected")
