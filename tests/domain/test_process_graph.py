"""The flow graph of a definition: well formed, and the same order of stages as in the core."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain import approval_flow
from domain.approval import Any, OnTimeout, Stage
from domain.approval_process import Definition, mistakes
from domain.process_graph import Graph, graph, necessary
from domain.process_progress import Progress, StageProgress, trace
from tests.domain.flows import flows, progresses
from tests.domain.process_documents import definitions


def stage(name: str, on_timeout: OnTimeout = "reject", **more: object) -> Stage:
    given: dict[str, object] = {"approvers": ("team:CAB",), "quorum": Any(), "patience": "4h"}
    to = ("role:change-manager",)
    return Stage(name=name, on_timeout=on_timeout, escalate_to=to, **given | more)  # type: ignore[arg-type]  # any fields


def of(*stages: Stage, fallback: tuple[str, ...] = ()) -> Graph:
    return graph(Definition(subjects=("change",), stages=stages, fallback=fallback))


def pairs(found: Graph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in found.edges}


def test_a_stage_is_asked_decided_and_left() -> None:
    found = of(stage("CAB"))

    assert pairs(found) == {
        ("start", "stage1_task"),
        ("stage1_task", "stage1_decision"),
        ("stage1_timer", "stage1_unanswered"),
        ("stage1_decision", "stage1_rejected"),
        ("stage1_decision", "approved"),
    }


def test_a_condition_leads_around_its_stage() -> None:
    found = of(stage("CAB", when='subject.risk == "high"'))

    [yes, no] = [edge for edge in found.edges if edge.source == "stage1_when"]
    assert (yes.target, yes.condition) == ("stage1_task", 'subject.risk == "high"')
    assert (no.target, no.is_default) == ("stage1_passed", True)


@pytest.mark.parametrize(
    ("on_timeout", "fallback", "target"),
    [
        ("reject", (), "stage1_unanswered"),
        ("approve", (), "stage1_passed"),
        ("escalate", (), "stage1_again"),
        ("fallback", ("role:administrator",), "stage1_again"),
        ("fallback", (), "stage1_unanswered"),
    ],
)
def test_the_end_of_patience_leads_to_its_outcome(
    on_timeout: OnTimeout, fallback: tuple[str, ...], target: str
) -> None:
    found = of(stage("CAB", on_timeout), fallback=fallback)

    assert ("stage1_timer", target) in pairs(found)


def test_ways_that_run_side_by_side_part_and_meet_in_gateways() -> None:
    found = of(
        stage("A"), stage("B", after=("A",)), stage("C", after=("A",)), stage("D", after=("B", "C"))
    )

    assert {("stage1_decision", "stage1_fork"), ("stage4_join", "stage4_task")} <= pairs(found)
    assert found.is_parallel


def test_a_stage_waits_once_for_what_another_waits_for_already() -> None:
    found = of(stage("A"), stage("B"), stage("C", after=("A", "B")))

    assert found.blocks[2].after == ("B",)
    assert not found.is_parallel


@given(definition=flows() | definitions())
def test_a_graph_is_well_formed(definition: Definition) -> None:
    assume(not list(mistakes(definition)))

    found = graph(definition)

    nodes = {node.id: node for node in found.nodes}
    into = Counter(edge.target for edge in found.edges)
    out = Counter(edge.source for edge in found.edges)
    assert len(nodes) == len(found.nodes)
    assert len(pairs(found)) == len(found.edges)
    assert [node.id for node in found.nodes if node.kind == "start"] == ["start"]
    assert [node.id for node in found.nodes if node.kind == "approved"] == ["approved"]
    ways = {
        "start": (0, 0, 1, 1),
        "timer": (0, 0, 1, 1),
        "task": (1, 1, 1, 1),
        "choice": (1, 1, 2, 2),
        "fork": (1, 1, 2, 99),
        "merge": (2, 99, 1, 1),
        "join": (2, 99, 1, 1),
        "approved": (1, 1, 0, 0),
        "rejected": (1, 1, 0, 0),
    }
    for node in found.nodes:
        least_in, most_in, least_out, most_out = ways[node.kind]
        assert least_in <= into[node.id] <= most_in, node
        assert least_out <= out[node.id] <= most_out, node
        assert (node.host in nodes) == (node.kind == "timer")
    for choice in (node for node in found.nodes if node.kind == "choice"):
        leaving = [edge for edge in found.edges if edge.source == choice.id]
        assert sorted(edge.is_default for edge in leaving) == [False, True]
        assert all(edge.name and bool(edge.condition) != edge.is_default for edge in leaving)


@given(definition=flows())
def test_what_is_left_out_of_waiting_changes_nothing(definition: Definition) -> None:
    before = approval_flow.before(definition.stages)

    def all_before(awaited: dict[str, tuple[str, ...]], name: str) -> set[str]:
        return {one for other in awaited[name] for one in {other} | all_before(awaited, other)}

    for name in before:
        assert all_before(dict(before), name) == all_before(necessary(before), name)


@given(data=st.data(), definition=flows())
def test_the_way_of_an_approval_is_that_of_the_core(
    data: st.DataObject, definition: Definition
) -> None:
    progress = data.draw(progresses(definition))
    found = graph(definition)

    way = trace(found, progress)

    states = {name: progress.of(name).state for name in (one.name for one in definition.stages)}
    skipped = [name for name, state in states.items() if state == "skipped"]
    passed = [name for name, state in states.items() if state == "approved"]
    begun = [name for name, state in states.items() if state not in ("skipped", "waiting")]
    may_begin = approval_flow.openable(definition.stages, passed, (), skipped)
    for block in found.blocks:
        name = block.stage.name
        into = [edge.id in way.edges for edge in found.edges if edge.target == block.entry]
        if name not in skipped:
            assert all(into) == (name in begun or name in may_begin)
    assert (way.nodes["approved"] == "approved") == (progress.outcome == "approved")
    ends = [way.nodes[node.id] for node in found.nodes if node.kind == "rejected"]
    assert ("rejected" in ends) == (progress.outcome == "rejected")


def test_every_state_of_a_stage_is_drawn() -> None:
    found = of(stage("CAB", "escalate"), stage("Board"))

    def nodes(**more: object) -> dict[str, str]:
        cab = StageProgress(**more)  # type: ignore[arg-type]  # any fields
        return dict(trace(found, Progress(stages={"CAB": cab})).nodes)

    assert nodes(state="open")["stage1_task"] == "open"
    assert nodes(state="open")["stage1_again"] == "waiting"
    escalated = nodes(state="open", is_again=True)
    assert (escalated["stage1_task"], escalated["stage1_again"]) == ("expired", "open")
    assert escalated["stage1_timer"] == "expired"
    late = nodes(state="rejected", is_again=True, is_timed_out=True)
    assert (late["stage1_unanswered"], late["stage1_rejected"]) == ("rejected", "waiting")
    assert nodes(state="stopped")["stage1_task"] == "stopped"
    assert nodes(state="approved")["stage2_task"] == "waiting"
