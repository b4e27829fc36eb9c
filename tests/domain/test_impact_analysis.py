from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Asset
from domain.asset_redundancy import Group
from domain.ids import record_id
from domain.impact import Graph, Relation
from domain.impact_analysis import Net, analysed, net_at
from domain.rules import Refused
from tests.facts import new_facts
from tests.people import BEA

SHOP, WEB_1, WEB_2, WEB_3, HOST, RACK = (record_id("AST", number) for number in range(1, 7))

PAIR = {SHOP: (Group((WEB_1, WEB_2), 1),)}
FARM = Net(
    frozenset(
        [
            *(Relation(SHOP, web) for web in (WEB_1, WEB_2)),
            Relation(WEB_1, HOST),
            Relation(WEB_2, HOST),
            Relation(WEB_3, RACK),
            Relation(HOST, RACK),
        ]
    ),
    PAIR,
)

numbers = st.integers(1, 6).map(lambda number: record_id("AST", number))
relations = st.frozensets(st.builds(Relation, numbers, numbers), max_size=14)


def effects(net: Net, start: UUID, direction: str = "up") -> Mapping[UUID, str]:
    return {one.asset: one.effect for one in analysed(net, start, direction)}  # type: ignore[arg-type]  # one of two


def test_what_is_redundant_does_not_fail_by_one_of_a_group() -> None:
    assert effects(FARM, WEB_1) == {SHOP: "weakened"}


def test_what_all_members_of_a_group_depend_on_lets_it_fail() -> None:
    assert effects(FARM, HOST) == {SHOP: "fails", WEB_1: "fails", WEB_2: "fails"}


def test_downwards_it_is_told_whose_failure_the_first_asset_feels() -> None:
    assert effects(FARM, SHOP, "down") == {
        WEB_1: "weakened",
        WEB_2: "weakened",
        HOST: "fails",
        RACK: "fails",
    }


def test_what_is_above_something_weakened_holds() -> None:
    above = record_id("AST", 9)
    net = Net(FARM.relations | {Relation(above, SHOP)}, PAIR)

    assert effects(net, WEB_1) == {SHOP: "weakened", above: "holds"}


def test_two_of_three_fail_with_the_second() -> None:
    webs = (WEB_1, WEB_2, WEB_3)
    net = Net(
        frozenset([*(Relation(SHOP, web) for web in webs), Relation(WEB_2, WEB_1)]),
        {SHOP: (Group(webs, 2),)},
    )

    assert effects(net, WEB_1)[SHOP] == "fails"
    assert effects(net, WEB_2)[SHOP] == "weakened"


@given(relations)
def test_without_groups_all_that_is_above_fails(given_relations: frozenset[Relation]) -> None:
    net = Net(given_relations, {})

    for start in (SHOP, HOST):
        paths = Graph(given_relations).paths([start], "up")
        assert effects(net, start) == dict.fromkeys(paths, "fails")
        assert set(effects(net, start, "down").values()) <= {"fails"}


@given(relations, st.integers(1, 2))
def test_more_redundancy_lets_nothing_more_fail(
    given_relations: frozenset[Relation], needed: int
) -> None:
    def failing(needed: int) -> set[UUID]:
        net = Net(given_relations, {SHOP: (Group((WEB_1, WEB_2, WEB_3), needed),)})
        return {asset for asset, effect in effects(net, HOST).items() if effect == "fails"}

    assert failing(needed) <= failing(needed + 1)


def test_the_net_is_what_was_recorded_by_a_moment() -> None:
    asset = Asset.register(SHOP, name="Shop", asset_class="application", by=BEA)
    for other in (WEB_1, WEB_2):
        asset.relate(other, type="runs on", by=BEA)
    asset.group("Web", members=[WEB_1, WEB_2], needed=1, by=BEA)
    asset.unrelate(WEB_2, type="runs on", by=BEA)
    entries = asset.collect_events()
    for position, entry in enumerate(entries, 1):
        entry.position = position

    assert net_at(entries, 1) == Net(frozenset(), {})
    assert net_at(entries, 4) == Net(
        frozenset([Relation(SHOP, WEB_1), Relation(SHOP, WEB_2)]),
        {SHOP: (Group((WEB_1, WEB_2), 1),)},
    )
    assert effects(net_at(entries, 4), WEB_1) == {SHOP: "weakened"}
    # One member is left, and it is needed.
    assert effects(net_at(entries), WEB_1) == {SHOP: "fails"}


# Groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "needed", "rule"),
    [
        ([WEB_1], 1, "2 to 200"),
        ([WEB_1, WEB_2], 2, "fewer than all"),
        ([WEB_1, WEB_2], 0, "at least one"),
        ([WEB_1, HOST], 1, "that it is related to"),
        ([WEB_2, WEB_3], 1, "in one group at most"),
    ],
)
def test_a_group_makes_sense(members: list[UUID], needed: int, rule: str) -> None:
    asset = Asset.register(SHOP, name="Shop", asset_class="application", by=BEA)
    for other in (WEB_1, WEB_2, WEB_3, RACK):
        asset.relate(other, type="runs on", by=BEA)
    asset.group("Old", members=[WEB_3, RACK], needed=1, by=BEA)

    with pytest.raises(Refused, match=rule):
        asset.group("Web", members=members, needed=needed, by=BEA)


def test_a_group_that_is_there_is_said_again_without_an_event() -> None:
    asset = Asset.register(SHOP, name="Shop", asset_class="application", by=BEA)
    for other in (WEB_1, WEB_2):
        asset.relate(other, type="runs on", by=BEA)
    asset.group("Web", members=[WEB_2, WEB_1], needed=1, by=BEA)
    new_facts(asset)

    asset.group(" Web", members=[WEB_1, WEB_2], needed=1, by=BEA)
    asset.group("Other", members=[], needed=1, by=BEA)

    assert new_facts(asset) == []
