"""How far an approval has come in the flow graph of its definition."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from domain.process_graph import Block, Graph, Node

StageState = Literal["waiting", "open", "approved", "rejected", "skipped", "stopped"]
"""`stopped`: the round ended while it was open."""

NodeState = StageState | Literal["expired"]
"""`expired`: its patience ran out."""


class StageProgress(Struct, frozen=True, kw_only=True):
    """voted, voters: how many have voted, of how many who may.
    is_again: whether more people were asked as patience ran out.
    is_timed_out: whether the end of patience decided.
    text: what the votes amount to, and what would decide it.
    who: who voted how, line by line.
    """

    state: StageState
    voted: int = 0
    voters: int = 0
    is_again: bool = False
    is_timed_out: bool = False
    text: str = ""
    who: tuple[str, ...] = ()


class Progress(Struct, frozen=True, kw_only=True):
    """stages: by name; those that are left out wait. outcome: how the round stands, in a word."""

    stages: Mapping[str, StageProgress]
    outcome: Literal["open", "approved", "rejected", "ended"] = "open"

    def of(self, stage: str) -> StageProgress:
        return self.stages.get(stage, StageProgress(state="waiting"))


class Trace(Struct, frozen=True, kw_only=True):
    """The nodes that were reached, with how they stand, and the edges that were taken, by id."""

    nodes: Mapping[str, NodeState]
    edges: frozenset[str]


def trace(graph: Graph, progress: Progress) -> Trace:
    """Which way an approval took."""
    passed = _passed(graph, progress)
    taken = set[str]()
    for block in graph.blocks:
        taken |= set(_within(block, progress.of(block.stage.name), passed))
    left = {block.exit: block.stage.name for block in graph.blocks}
    known = {node.id: node for node in graph.nodes}
    # Forks and joins follow from what comes before them: at most as many steps as there are nodes.
    reached = {"start"}
    for _ in graph.nodes:
        before = len(taken)
        for edge in graph.between:
            if edge.source in left:
                goes = left[edge.source] in passed
            else:
                goes = _is_reached(graph, known[edge.source], taken, reached)
            if goes:
                taken.add(edge.id)
        if len(taken) == before:
            break
    nodes = dict(_states(graph, progress, taken))
    return Trace(nodes=nodes, edges=frozenset(taken))


def _passed(graph: Graph, progress: Progress) -> set[str]:
    """The stages that are behind: approved, or skipped after all that they wait for."""
    passed = set[str]()
    for block in graph.blocks:
        state = progress.of(block.stage.name).state
        waits = any(name not in passed for name in block.after)
        if state == "approved" or (state == "skipped" and not waits):
            passed.add(block.stage.name)
    return passed


def _within(block: Block, stage: StageProgress, passed: set[str]) -> Iterator[str]:
    """The edges that were taken in a stage."""
    by_votes = stage.state in ("approved", "rejected") and not stage.is_timed_out
    by_time = stage.state in ("approved", "rejected") and stage.is_timed_out
    is_behind = block.stage.name in passed
    has_begun = stage.state not in ("waiting", "skipped")
    roles = {node.id: node.role for node in block.nodes}
    for edge in block.edges:
        match roles[edge.source], roles[edge.target]:
            case "when", "task":
                goes = has_begun
            case "when", _:
                goes = is_behind and stage.state == "skipped"
            case "timer", "again":
                goes = stage.is_again
            case ("timer" | "again_timer") as timer, _:
                goes = by_time and stage.is_again == (timer == "again_timer")
            case ("task" | "again") as task, _:
                goes = by_votes and stage.is_again == (task == "again")
            case "votes", _:
                goes = by_votes
            case _, "rejected":
                goes = by_votes and stage.state == "rejected"
            case _:
                goes = by_votes and stage.state == "approved"
        if goes:
            yield edge.id


def _is_reached(graph: Graph, node: Node, taken: set[str], reached: set[str]) -> bool:
    ways = [edge.id in taken for edge in graph.edges if edge.target == node.id]
    return node.id in reached or (all(ways) if node.kind == "join" else any(ways))


def _states(graph: Graph, progress: Progress, taken: set[str]) -> Iterator[tuple[str, NodeState]]:
    blocks = {node.id: block for block in graph.blocks for node in block.nodes}
    into: dict[str, list[bool]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        into[edge.target].append(edge.id in taken)
    for node in graph.nodes:
        ways = into[node.id]
        if node.kind in ("task", "timer"):
            yield node.id, _asking(node, progress.of(blocks[node.id].stage.name))
        elif node.kind == "start" or (all(ways) if node.kind == "join" else any(ways)):
            yield node.id, "rejected" if node.kind == "rejected" else "approved"
        else:
            yield node.id, "waiting"


def _asking(node: Node, stage: StageProgress) -> NodeState:
    """How a task or its timer stands."""
    is_second = node.role in ("again", "again_timer")
    is_used = stage.is_again or not is_second
    has_expired = (stage.is_again and not is_second) or (
        stage.is_timed_out and stage.is_again == is_second
    )
    if node.kind == "timer":
        return "expired" if has_expired else "waiting"
    if not is_used:
        return "skipped" if stage.state == "skipped" else "waiting"
    return "expired" if has_expired else stage.state
