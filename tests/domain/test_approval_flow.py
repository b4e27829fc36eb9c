from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import approval_flow
from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.rules import Refused


def stage(name: str, after: Iterable[str] | None = None) -> Stage:
    return Stage(
        name=name,
        approvers=("person:ada",),
        quorum=AnyOne(),
        patience="1d",
        on_timeout="reject",
        after=None if after is None else tuple(after),
    )


def test_stages_open_one_after_the_other_unless_they_say_otherwise() -> None:
    stages = [stage("a"), stage("b"), stage("c")]

    assert approval_flow.openable(stages, (), ()) == ("a",)
    assert approval_flow.openable(stages, {"a"}, {"a"}) == ("b",)
    assert approval_flow.openable(stages, {"a"}, {"a", "b"}) == ()


def test_stages_after_the_same_one_run_in_parallel_and_one_after_both_waits_for_both() -> None:
    stages = [stage("a"), stage("b", ["a"]), stage("c", ["a"]), stage("d", ["b", "c"])]

    assert approval_flow.openable(stages, {"a"}, {"a"}) == ("b", "c")
    assert approval_flow.openable(stages, {"a", "b"}, {"a", "b", "c"}) == ()
    assert approval_flow.openable(stages, {"a", "b", "c"}, {"a", "b", "c"}) == ("d",)


@pytest.mark.parametrize("name", ["b", "a", "elsewhere"])
def test_a_stage_waits_for_earlier_stages_only(name: str) -> None:
    stages = [stage("a", [name]), stage("b")]

    with pytest.raises(Refused, match=f"a: after: '{name}' is no stage before this one"):
        approval_flow.check(stages)


@given(st.lists(st.lists(st.integers(0, 7), max_size=3) | st.none(), min_size=1, max_size=8))
def test_every_flow_comes_to_its_end(after: list[list[int] | None]) -> None:
    stages = [
        stage(str(index), None if names is None else {str(name % max(index, 1)) for name in names})
        if index
        else stage("0")
        for index, names in enumerate(after)
    ]
    approval_flow.check(stages)
    passed: set[str] = set()

    while opened := approval_flow.openable(stages, passed, passed):
        passed |= set(opened)

    assert passed == {stage.name for stage in stages}
