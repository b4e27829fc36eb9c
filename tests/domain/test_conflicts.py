from collections.abc import Iterator
from datetime import datetime
from random import Random
from time import perf_counter
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conflicts import DEPTH, Schedule
from domain.impact import Graph, Relation
from domain.planned import Conflict, Planned, Reason
from tests.domain.plans import asset, change, freeze, hour, maintenance, planned

APP, DB, HOST = asset(1), asset(2), asset(3)
STACK = [Relation(APP, DB), Relation(DB, HOST)]


def test_changes_of_one_asset_at_the_same_time_conflict() -> None:
    mine, other = planned(1, 0, 2, assets=[APP]), planned(2, 1, 3, assets=[APP])

    (conflict,) = Schedule([mine, other]).conflicts(mine)

    assert conflict == Conflict(
        reason="same asset",
        other=change(2),
        start=hour(1),
        end=hour(2),
        things=(str(APP),),
    )
    assert conflict.said() == (
        "CHG0000002 affects AST0000001 too, from 2026-03-02 01:00 UTC to 2026-03-02 02:00 UTC."
    )


def test_changes_that_follow_each_other_do_not_conflict() -> None:
    mine, other = planned(1, 0, 2, assets=[APP]), planned(2, 2, 3, assets=[APP])

    assert Schedule([mine, other]).conflicts(mine) == ()


def test_changes_of_assets_that_depend_on_each_other_conflict_both_ways() -> None:
    below, above = planned(1, 0, 2, assets=[HOST]), planned(2, 0, 2, assets=[APP])
    schedule = Schedule([below, above], Graph(STACK))

    (up,), (down,) = schedule.conflicts(below), schedule.conflicts(above)

    assert (up.reason, up.path) == ("upstream asset", (HOST, DB, APP))
    assert (down.reason, down.path) == ("downstream asset", (APP, DB, HOST))
    assert "AST0000003 > AST0000002 > AST0000001" in up.said()


def test_nobody_implements_two_changes_at_once() -> None:
    mine, other = planned(1, 0, 2, people=["ann"]), planned(2, 1, 3, people=["ann", "bea"])

    (conflict,) = Schedule([other]).conflicts(mine)

    assert (conflict.reason, conflict.things) == ("implementer is busy", ("ann",))


def test_changes_of_one_service_conflict() -> None:
    mine, other = planned(1, 0, 2, services=["mail"]), planned(2, 1, 3, services=["mail"])

    (conflict,) = Schedule([other]).conflicts(mine)

    assert (conflict.reason, conflict.things) == ("same service", ("mail",))


def test_windows_conflict_too() -> None:
    schedule = Schedule([], windows=[freeze(1, 0, 8), maintenance(2, 10, 12)])

    said = [conflict.reason for conflict in schedule.conflicts(planned(1, 7, 9))]

    assert said == ["inside a freeze", "outside a maintenance window"] or said == [
        "outside a maintenance window",
        "inside a freeze",
    ]


plans = st.builds(
    lambda number, start, length, assets, services, people: planned(
        number, start, start + length, assets=assets, services=services, people=people
    ),
    st.integers(1, 50),
    st.integers(0, 12),
    st.integers(1, 5),
    st.sets(st.integers(1, 5).map(asset), max_size=2),
    st.sets(st.sampled_from(["mail", "web"]), max_size=1),
    st.sets(st.sampled_from(["ann", "bea"]), max_size=1),
)
assets = st.integers(1, 5).map(asset)
relations = st.lists(st.builds(Relation, assets, assets), max_size=6)


@settings(deadline=None)
@given(st.lists(plans, max_size=8, unique_by=lambda plan: plan.change), relations)
def test_all_conflicts_are_found_and_no_others(
    planned_changes: list[Planned], given_relations: list[Relation]
) -> None:
    schedule = Schedule(planned_changes, Graph(given_relations))

    for plan in planned_changes:
        found = schedule.conflicts(plan)

        assert {(one.reason, one.other, one.start, one.end) for one in found} == set(
            expected(plan, planned_changes, given_relations)
        )
        assert len(found) == len({(one.reason, one.other) for one in found})
        for one in found:
            check_path(plan, planned_changes, one, given_relations)


@settings(deadline=None)
@given(st.lists(plans, max_size=6, unique_by=lambda plan: plan.change), relations)
def test_a_conflict_is_one_for_both_changes(
    planned_changes: list[Planned], given_relations: list[Relation]
) -> None:
    schedule = Schedule(planned_changes, Graph(given_relations))
    turned: dict[Reason, Reason] = {
        "upstream asset": "downstream asset",
        "downstream asset": "upstream asset",
    }

    pairs = {
        (plan.change, conflict.other, conflict.reason)
        for plan in planned_changes
        for conflict in schedule.conflicts(plan)
    }

    assert pairs == {(other, one, turned.get(reason, reason)) for one, other, reason in pairs}


def test_ten_thousand_planned_changes_are_compared_in_seconds() -> None:
    random = Random(7)
    relations = [
        Relation(asset(number), asset(random.randrange(1, 2_000))) for number in range(1, 2_000)
    ]
    planned_changes = [
        planned(
            number,
            start := random.uniform(0, 24 * 90),
            start + random.uniform(0.5, 8),
            assets=[asset(random.randrange(1, 2_000)) for _ in range(2)],
            services=[f"service {random.randrange(50)}"],
            people=[f"person {random.randrange(200)}"],
        )
        for number in range(10_000)
    ]
    begun = perf_counter()

    schedule = Schedule(planned_changes, Graph(relations))
    found = sum(len(schedule.conflicts(plan)) for plan in planned_changes)

    assert found > 10_000
    assert perf_counter() - begun < 60


def expected(
    plan: Planned, all_plans: list[Planned], given_relations: list[Relation]
) -> Iterator[tuple[Reason, UUID, datetime, datetime]]:
    """By comparing it with every other."""
    above, below = near(plan.assets, given_relations, -1), near(plan.assets, given_relations, 1)
    for other in all_plans:
        start, end = max(plan.start, other.start), min(plan.end, other.end)
        if other.change == plan.change or start >= end:
            continue
        is_same = bool(plan.assets & other.assets)
        holds: list[tuple[Reason, bool]] = [
            ("same asset", is_same),
            ("same service", bool(plan.services & other.services)),
            ("implementer is busy", bool(plan.people & other.people)),
            ("upstream asset", not is_same and bool(other.assets & above)),
            ("downstream asset", not is_same and bool(other.assets & below)),
        ]
        for reason, is_so in holds:
            if is_so:
                yield reason, other.change, start, end


def near(
    starts: frozenset[UUID], given_relations: list[Relation], direction: int
) -> frozenset[UUID]:
    steps = {tuple(relation)[::direction] for relation in given_relations}
    reached = set(starts)
    for _ in range(DEPTH):
        reached |= {other for here, other in steps if here in reached}
    return frozenset(reached - starts)


def check_path(
    plan: Planned, all_plans: list[Planned], found: Conflict, given_relations: list[Relation]
) -> None:
    if found.reason not in ("upstream asset", "downstream asset"):
        assert found.path == ()
        return
    (other,) = (each for each in all_plans if each.change == found.other)
    steps = {
        tuple(relation)[:: -1 if found.reason == "upstream asset" else 1]
        for relation in given_relations
    }
    assert found.path[0] in plan.assets
    assert found.path[-1] in other.assets
    assert all(step in steps for step in zip(found.path, found.path[1:], strict=False))
