from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given

from domain import quorum as quorums
from domain.quorum import (
    All,
    Any,
    Count,
    First,
    Group,
    Groups,
    Majority,
    Mandatory,
    Percent,
    Quorum,
    Responded,
    Unless,
    Veto,
    Weighted,
    may_abstain,
    replaced,
    resolved,
    selectors,
)
from domain.quorum_form import DEPTH_MAX
from domain.rules import Refused
from tests.domain.quorums import PEOPLE, rules

STORED: Mapping[str, Quorum] = {
    '{"kind":"any"}': Any(),
    '{"kind":"all"}': All(),
    '{"kind":"count","approvals":2}': Count(2),
    '{"kind":"percent","percent":"200/3"}': Percent("200/3"),
    '{"kind":"first"}': First(),
    '{"kind":"majority"}': Majority(),
    '{"kind":"majority","abstain":false}': Majority(abstain=False),
    '{"kind":"responded"}': Responded(),
    '{"kind":"weighted","weights":{"person:ada":3},"weight":4}': Weighted(
        {"person:ada": 3}, weight=4
    ),
    '{"kind":"weighted","weights":{"person:ada":3},"others":0,"percent":50}': Weighted(
        {"person:ada": 3}, others=0, percent=50
    ),
    '{"kind":"veto","holders":["team:CAB"],"of":{"kind":"any"}}': Veto(("team:CAB",), Any()),
    '{"kind":"mandatory","voters":["person:ada"],"of":{"kind":"majority"}}': Mandatory(
        ("person:ada",), Majority()
    ),
    '{"kind":"unless","reject":{"kind":"count","approvals":2},"of":{"kind":"any"}}': Unless(
        Count(2), Any()
    ),
    '{"kind":"groups","groups":[{"name":"Network","voters":["team:Network"],'
    '"of":{"kind":"count","approvals":2}}],"of":{"kind":"all"}}': Groups(
        (Group("Network", ("team:Network",), Count(2)),), All()
    ),
}


@pytest.mark.parametrize("stored", STORED)
def test_each_kind_is_stored_as_it_always_was(stored: str) -> None:
    assert msgspec.json.decode(stored, type=Quorum) == STORED[stored]
    assert msgspec.json.encode(STORED[stored]).decode() == stored


def test_every_kind_is_among_the_stored_ones() -> None:
    assert {type(rule) for rule in STORED.values()} == set(Quorum.__args__)


DIRECTORY = {
    "person:ada": ("ada",),
    "team:CAB": ("ada", "bob"),
    "role:approver": ("bob", "cyd"),
    "team:Empty": (),
}


def test_selectors_become_people_and_names_of_groups_stay() -> None:
    rule = Veto(
        ("person:ada", "team:CAB"),
        Mandatory(
            ("role:approver",),
            Groups(
                (
                    Group("Red", ("team:CAB",), Weighted({"person:ada": 2, "team:CAB": 1})),
                    Group("Blue", ("role:approver",), Unless(Any(), Majority())),
                ),
                Veto(("Red",), Weighted({"Blue": 3}, weight=2)),
            ),
        ),
    )

    assert selectors(rule) == ("person:ada", "team:CAB", "role:approver")
    assert resolved(rule, DIRECTORY.__getitem__) == Veto(
        ("ada", "bob"),
        Mandatory(
            ("bob", "cyd"),
            Groups(
                (
                    Group("Red", ("ada", "bob"), Weighted({"ada": 2, "bob": 1})),
                    Group("Blue", ("bob", "cyd"), Unless(Any(), Majority())),
                ),
                Veto(("Red",), Weighted({"Blue": 3}, weight=2)),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Veto(("team:Empty",), Any()), "veto: team:Empty gives nobody"),
        (Unless(Any(), Mandatory(("person:ada", "team:Empty"), Any())), "mandatory: team:Empty"),
        (Groups((Group("Red", ("team:Empty",), Any()),), All()), "groups: Red: team:Empty gives"),
    ],
)
def test_a_selector_that_gives_nobody_is_refused_where_somebody_is_needed(
    rule: Quorum, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        resolved(rule, DIRECTORY.__getitem__)


def test_a_weight_for_nobody_weighs_nothing() -> None:
    rule = Weighted({"team:Empty": 5, "person:ada": 2}, weight=2)

    assert resolved(rule, DIRECTORY.__getitem__) == Weighted({"ada": 2}, weight=2)


@given(rules)
def test_who_stands_for_another_is_all_that_the_other_was(rule: Quorum) -> None:
    changed = replaced(rule, "ada", "oscar")

    expected = ["oscar" if name == "ada" else name for name in selectors(rule)]
    assert list(selectors(changed)) == expected
    assert replaced(changed, "oscar", "ada") == rule


def test_abstaining_is_forbidden_by_any_part_that_counts_the_voter() -> None:
    strict = Count(1, abstain=False)
    groups = Groups((Group("Red", ("ada",), strict), Group("Blue", ("bob",), Any())), All())

    assert may_abstain(Any(), "ada")
    assert not may_abstain(strict, "ada")
    assert not may_abstain(Veto(("bob",), strict), "ada")
    assert [may_abstain(groups, voter) for voter in ("ada", "bob", "eve")] == [False, True, False]
    assert not may_abstain(Groups(groups.groups, All(), abstain=False), "bob")


def group(*voters: str, name: str = "Red", of: Quorum | None = None) -> Group:
    return Group(name, voters or ("team:CAB",), of or Any())


def deep(depth: int) -> Quorum:
    return Any() if depth == 1 else Veto(("person:ada",), deep(depth - 1))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Count(0), "A quorum needs at least one approval."),
        (Percent(0), "A percentage is more than 0 and at most 100."),
        (Percent("many"), "'many' is not a percentage such as 50 or 200/3."),
        (Weighted({"person:ada": 2}), "Either weight or percent says the quorum."),
        (Weighted({}, weight=1, percent=1), "Either weight or percent says the quorum."),
        (Weighted({}, weight=0), "weight: a quorum needs at least a weight of 1."),
        (Weighted({}, percent=101), "A percentage is more than 0 and at most 100."),
        (Weighted({"person:ada": 0}, 0, weight=1), "weights: somebody has a weight."),
        (Weighted({"person:ada": -1}, weight=1), "weights: a weight is a number from 0 to"),
        (Weighted({}, 10**7, weight=1), "weights: a weight is a number from 0 to 1000000."),
        (Veto((), Any()), "holders: nobody is named."),
        (Mandatory((), Any()), "voters: nobody is named."),
        (Veto(("person:ada",), Count(0)), "of: A quorum needs at least one approval."),
        (Unless(First(), Any()), "reject: it is one of any, all, majority, percent, count and"),
        (Unless(Count(0), Any()), "reject: A quorum needs at least one approval."),
        (Groups((), All()), "groups: from 1 to 20 groups are named."),
        (Groups((group(name=" Red"),), All()), "groups[0].name: a group has a name"),
        (Groups((group(), group()), All()), "groups[1].name: two groups are 'Red'."),
        (Groups((Group("Red", (), Any()),), All()), "groups[0].voters: nobody is named."),
        (
            Groups((group("person:ada", of=Count(2)),), All()),
            "groups[0].of: 2 approvals are needed of 1 person.",
        ),
        (Groups((group(),), Count(2)), "of: 2 approvals are needed of 1 group."),
        (Groups((group(),), Veto(("Blue",), Any())), "of: holders: 'Blue' is no group of this"),
        (Groups((group(),), Weighted({"Blue": 1}, weight=1)), "of: weights: 'Blue' is no group"),
        (Groups((group(),), Weighted({}, weight=2)), "of: weight: all groups together weigh 1."),
        (
            Groups((group(of=Groups((group(),), All())),), All()),
            "groups[0].of: Groups stand in no other groups.",
        ),
        (Groups((group(),), Groups((group(),), All())), "of: Groups stand in no other groups."),
        (deep(DEPTH_MAX + 1), "Rules stand at most 5 deep in each other."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_place(rule: Quorum, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        quorums.check(rule)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Count(6), "6 approvals are needed of 5 people."),
        (Veto(("ada",), Count(6)), "of: 6 approvals are needed of 5 people."),
        (
            Weighted({"ada": 3}, others=0, weight=4),
            "Even if everybody approves: Approvals weigh 3 and rejections 0 of 3: 4 are needed, "
            "and out of reach.",
        ),
        (
            Mandatory(("oscar",), Any()),
            "Even if everybody approves: Not everybody approved, or can, whose approval is "
            "mandatory.",
        ),
        (
            Groups((Group("Red", ("oscar",), Any()), Group("Blue", PEOPLE, Any())), All()),
            "Even if everybody approves: 1 approved and 1 rejected of 2 groups: 2 approvals are "
            "needed, and out of reach. Red: 0 approved and 0 rejected of 0: 1 approval is needed, "
            "and out of reach.",
        ),
    ],
)
def test_a_rule_that_its_voters_cannot_reach_is_refused_with_the_reason(
    rule: Quorum, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        quorums.check(rule, PEOPLE)

    assert str(refused.value) == reason


def test_sound_rules_are_accepted() -> None:
    quorums.check(deep(DEPTH_MAX))
    quorums.check(Count(2), 2)
    quorums.check(Unless(Count(9), Majority()), PEOPLE)
    quorums.check(Groups((group(of=Count(9)), group(name="Blue")), Count(1)), 1)
