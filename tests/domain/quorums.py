"""Quorums by the words of their rules alone, tried out on every way the votes can go on; and rules
and votes to try."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import get_args

from hypothesis import strategies as st

from domain.quorum import (
    All,
    Any,
    Count,
    First,
    Group,
    Groups,
    Majority,
    Mandatory,
    Outcome,
    Percent,
    Quorum,
    Responded,
    Unless,
    Veto,
    Vote,
    Weighted,
)

VOTES: tuple[Vote, ...] = get_args(Vote)
PEOPLE = ("ada", "bob", "cyd", "dan", "eve")
Votes = Mapping[str, Vote]


def decided(rule: Quorum, voters: Sequence[str], votes: Votes) -> Outcome:
    """The outcome that all ends have in common; pending if they differ."""
    silent = [voter for voter in voters if voter not in votes]
    ends = {holds(rule, voters, end) for end in endings(rule, silent, votes)}
    if len(ends) == 2:
        return "pending"
    return "approved" if ends.pop() else "rejected"


def endings(rule: Quorum, silent: Sequence[str], votes: Votes) -> Iterator[dict[str, Vote]]:
    """Every way in which the votes can go on to the end, and where silence matters stop before."""
    answers: tuple[Vote | None, ...] = VOTES
    if kinds(rule) & {Responded}:
        answers = (*VOTES, None)
    orders = permutations(silent) if kinds(rule) & {First} else [tuple(silent)]
    for order in orders:
        for rest in product(answers, repeat=len(silent)):
            said = zip(order, rest, strict=True)
            yield {**votes, **{voter: vote for voter, vote in said if vote is not None}}


def holds(rule: Quorum, voters: Sequence[str], votes: Votes) -> bool:
    """Whether a rule approves at an end. Who stayed silent to the end is taken to reject."""
    said: dict[str, Vote] = {voter: votes.get(voter, "reject") for voter in voters}
    match rule:
        case First():
            cast = [vote for voter, vote in votes.items() if voter in said and vote != "abstain"]
            return cast[:1] == ["approve"]
        case Responded():
            return "approve" in said.values() and all(voter in votes for voter in voters)
        case Veto(holders=holders, of=of):
            vetoed = any(said.get(holder) == "reject" for holder in holders)
            return not vetoed and holds(of, voters, votes)
        case Mandatory(voters=mandatory, of=of):
            given = all(said.get(voter) == "approve" for voter in mandatory)
            return given and holds(of, voters, votes)
        case Unless(reject=reject, of=of):
            turned: dict[str, Vote] = {"approve": "reject", "reject": "approve"}
            swapped = {voter: turned.get(vote, vote) for voter, vote in said.items()}
            return not holds(reject, voters, swapped) and holds(of, voters, votes)
        case Groups(groups=groups, of=of):
            return holds(of, [group.name for group in groups], ballot(groups, voters, votes))
        case _:
            return adds_up(rule, said)


def adds_up(rule: Quorum, said: Votes) -> bool:
    """Whether a rule that only counts is reached."""
    yes = [voter for voter, vote in said.items() if vote == "approve"]
    no = [voter for voter, vote in said.items() if vote == "reject"]
    match rule:
        case Any():
            return len(yes) > 0
        case All():
            return len(yes) > 0 and not no
        case Majority():
            return len(yes) > len(no)
        case Count(approvals=needed):
            return len(yes) >= needed
        case Percent(percent=percent):
            return reaches(len(yes), len(no), percent)
        case Weighted(weights=weights, others=others):
            approving = sum(weights.get(voter, others) for voter in yes)
            rejecting = sum(weights.get(voter, others) for voter in no)
            if rule.weight is not None:
                return approving >= rule.weight
            return reaches(approving, rejecting, rule.percent or 0)
    raise AssertionError(rule)


def reaches(yes: int, no: int, percent: int | str) -> bool:
    return yes > 0 and Fraction(yes, yes + no) * 100 >= Fraction(percent)


def ballot(groups: Sequence[Group], voters: Sequence[str], votes: Votes) -> dict[str, Vote]:
    """What the decided groups have decided, in the order of the votes that decided them."""
    placed = {voter for group in groups for voter in group.voters}
    found: list[tuple[int, int, str, Vote]] = []
    for index, group in enumerate(groups):
        counted = [one for one in voters if one in group.voters or one not in placed]
        for number in range(len(votes) + 1):
            outcome = decided(group.of, counted, dict(list(votes.items())[:number]))
            if outcome != "pending":
                vote: Vote = "approve" if outcome == "approved" else "reject"
                found.append((number, index, group.name, vote))
                break
    return {name: vote for _, _, name, vote in sorted(found)}


def kinds(rule: Quorum) -> set[type]:
    """The kinds of the rule and of all in it."""
    found: set[type] = {type(rule)}
    match rule:
        case Veto(of=of) | Mandatory(of=of):
            found |= kinds(of)
        case Unless(reject=reject, of=of):
            found |= kinds(reject) | kinds(of)
        case Groups(groups=groups, of=of):
            found |= kinds(of).union(*(kinds(group.of) for group in groups))
    return found


def approvals(voters: Sequence[str]) -> dict[str, Vote]:
    return dict.fromkeys(voters, "approve")


def rejections(voters: Sequence[str]) -> dict[str, Vote]:
    return dict.fromkeys(voters, "reject")


percentages = st.one_of(
    st.integers(1, 100),
    st.sampled_from(("200/3", "66.7", "33.3", "0.1", "100/3", "50")),
)
some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True).map(tuple)


def scales(names: Sequence[str]) -> st.SearchStrategy[Weighted]:
    """Rules by weight, over people or groups of these names."""
    weights = st.dictionaries(st.sampled_from(names), st.integers(0, 4), max_size=3)
    others = st.integers(0, 2)
    return st.one_of(
        st.builds(Weighted, weights, others, st.integers(1, 8)),
        st.builds(Weighted, weights, others, st.none(), percentages),
    )


def plain(names: Sequence[str]) -> st.SearchStrategy[Quorum]:
    """Rules that may also stand in the place of `reject`."""
    return st.one_of(
        st.just(Any()),
        st.just(All()),
        st.just(Majority()),
        st.builds(Count, st.integers(1, 4)),
        st.builds(Percent, percentages),
        scales(names),
    )


def simple(names: Sequence[str]) -> st.SearchStrategy[Quorum]:
    return st.one_of(plain(names), st.just(First()), st.just(Responded()))


def nested(names: Sequence[str]) -> st.SearchStrategy[Quorum]:
    """Rules over people or over groups of these names."""
    named = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    return st.recursive(
        simple(names),
        lambda of: st.one_of(
            st.builds(Veto, named, of),
            st.builds(Mandatory, named, of),
            st.builds(Unless, plain(names), of),
        ),
        max_leaves=2,
    )


@st.composite
def grouped(draw: st.DrawFn) -> Groups:
    """Rules over one to three groups, which may share people."""
    names = ("red", "blue", "green")[: draw(st.integers(1, 3))]
    groups = tuple(Group(name, draw(some), draw(nested(PEOPLE))) for name in names)
    return Groups(groups, draw(nested(names)))


rules: st.SearchStrategy[Quorum] = st.one_of(
    simple(PEOPLE),
    nested(PEOPLE),
    grouped(),
    st.builds(Veto, some, grouped()),
    st.builds(Mandatory, some, grouped()),
    st.builds(Unless, plain(PEOPLE), grouped()),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Quorum, tuple[str, ...], dict[str, Vote]]:
    """A rule, its voters, and what some of them have voted, in some order."""
    rule = draw(rules)
    # In any order and each silent or not: that is 24 orders of 256 ends for four of them.
    is_costly = bool(kinds(rule) & {First, Groups, Responded})
    voters = PEOPLE[: draw(st.integers(1, 4 if is_costly else 5))]
    answered = draw(st.permutations(voters))
    least = max(0, len(voters) - 3) if is_costly else 0
    answered = answered[: draw(st.integers(least, len(voters)))]
    return rule, voters, {voter: draw(st.sampled_from(VOTES)) for voter in answered}
