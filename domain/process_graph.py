"""A definition as a flow graph: what happens between a submission and its decision.

Each stage is a block of nodes with one way in and one way out. All ways part and meet in gateways,
so that nothing splits or joins without being seen. A stage that was skipped is left where it is
entered, as it counts as passed as soon as all that it waits for is passed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from domain import approval_flow
from domain.approval import Stage
from domain.approval_process import Definition
from domain.process_words import patience_words

Kind = Literal["start", "task", "timer", "choice", "merge", "fork", "join", "approved", "rejected"]
Role = Literal[
    "when",
    "task",
    "timer",
    "again",
    "again_timer",
    "votes",
    "decision",
    "rejected",
    "unanswered",
    "passed",
]
"""What a node does in the block of its stage: whether the stage applies, the asking, the end of
patience, the asking of more people and the end of theirs, where the votes of both meet, the
decision, the rejection by votes and for want of them, and where all ways to pass it meet."""


class Node(Struct, frozen=True, kw_only=True):
    """host: the task that a timer interrupts."""

    id: str
    kind: Kind
    name: str = ""
    stage: str = ""
    role: Role | None = None
    host: str = ""


class Edge(Struct, frozen=True, kw_only=True):
    """condition: CEL over `subject`, or over the `outcome` of a stage; the way that is taken
    where no condition holds is the default."""

    source: str
    target: str
    name: str = ""
    condition: str = ""
    is_default: bool = False

    @property
    def id(self) -> str:
        return f"{self.source}__{self.target}"


class Block(Struct, frozen=True, kw_only=True):
    """The nodes of a stage. after: the stages that it waits for, without those that wait for each
    other already."""

    stage: Stage
    after: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    entry: str
    exit: str

    def node(self, role: Role) -> Node | None:
        return next((node for node in self.nodes if node.role == role), None)


class Graph(Struct, frozen=True, kw_only=True):
    """nodes, edges: those of the blocks and what connects them."""

    blocks: tuple[Block, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def is_parallel(self) -> bool:
        return any(node.kind == "fork" for node in self.nodes)

    @property
    def between(self) -> tuple[Edge, ...]:
        """The edges that connect the blocks."""
        inner = {edge.id for block in self.blocks for edge in block.edges}
        return tuple(edge for edge in self.edges if edge.id not in inner)


def graph(definition: Definition) -> Graph:
    """The flow of a definition that `approval_process.check` accepts."""
    awaited = necessary(approval_flow.before(definition.stages))
    blocks = tuple(
        _block(f"stage{number}", stage, awaited[stage.name], has_fallback=bool(definition.fallback))
        for number, stage in enumerate(definition.stages, 1)
    )
    outer = _Outer(blocks)
    outer.connect()
    return Graph(
        blocks=blocks,
        nodes=(*outer.nodes, *(node for block in blocks for node in block.nodes)),
        edges=(*outer.edges, *(edge for block in blocks for edge in block.edges)),
    )


def necessary(before: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What each stage waits for, without what another that it waits for has waited for."""
    all_before: dict[str, set[str]] = {}
    found: dict[str, tuple[str, ...]] = {}
    for name, awaited in before.items():
        earlier = {one for other in awaited for one in all_before[other]}
        all_before[name] = earlier | set(awaited)
        found[name] = tuple(one for one in awaited if one not in earlier)
    return found


# A stage -----------------------------------------------------------------------------------


def _block(id: str, stage: Stage, after: tuple[str, ...], *, has_fallback: bool) -> Block:
    block = _Inner(id, stage)
    end = stage.on_timeout
    if end == "fallback" and not has_fallback:
        end = "reject"
    asks_again = end in ("escalate", "fallback")
    has_detour = bool(stage.when) or end == "approve"
    task = block.add("task", "task", stage.name)
    if stage.when:
        when = block.add("choice", "when", f"{_one_line(stage.when)}?")
        block.connect(when, task, name="yes", condition=stage.when)
    timer = block.add("timer", "timer", patience_words(stage.patience), host=task)
    decision = block.add("choice", "decision", "Approved?")
    rejected = block.add("rejected", "rejected", "Rejected")
    voted = decision
    if asks_again:
        more = "escalated" if end == "escalate" else "fallback"
        again = block.add("task", "again", f"{stage.name}, {more}")
        again_timer = block.add("timer", "again_timer", patience_words(stage.patience), host=again)
        voted = block.add("merge", "votes")
        block.connect(timer, again)
        block.connect(again, voted)
        block.connect(voted, decision)
        block.connect(again_timer, block.add("rejected", "unanswered", "Rejected: no answer"))
    elif end == "reject":
        block.connect(timer, block.add("rejected", "unanswered", "Rejected: no answer"))
    block.connect(task, voted)
    if has_detour:
        passed = block.add("merge", "passed")
        block.connect(decision, passed, name="approved", condition=APPROVED)
        if stage.when:
            block.connect(when, passed, name="no", is_default=True)
        if end == "approve":
            block.connect(timer, passed)
    block.connect(decision, rejected, name="rejected", is_default=True)
    return Block(
        stage=stage,
        after=after,
        nodes=tuple(block.nodes),
        edges=tuple(block.edges),
        entry=when if stage.when else task,
        exit=passed if has_detour else decision,
    )


APPROVED = 'outcome == "approved"'


class _Inner:
    def __init__(self, id: str, stage: Stage) -> None:
        self.id = id
        self.stage = stage
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def add(self, kind: Kind, role: Role, name: str = "", host: str = "") -> str:
        id = f"{self.id}_{role}"
        self.nodes.append(
            Node(id=id, kind=kind, name=name, stage=self.stage.name, role=role, host=host)
        )
        return id

    def connect(
        self,
        source: str,
        target: str,
        name: str = "",
        condition: str = "",
        *,
        is_default: bool = False,
    ) -> None:
        self.edges.append(
            Edge(
                source=source,
                target=target,
                name=name,
                condition=condition,
                is_default=is_default,
            )
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Between the stages ------------------------------------------------------------------------


class _Outer:
    """The start, the end, and the gateways where ways that run side by side part and meet."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.decisions = {
            node.id for one in blocks for node in one.nodes if node.role == "decision"
        }
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def connect(self) -> None:
        start = self._add("start", "start", "Submitted")
        first = [block.stage.name for block in self.blocks if not block.after]
        outs = {"": self._parted("start", start, first)}
        ends = set[str]()
        for block in self.blocks:
            name = block.stage.name
            later = [other.stage.name for other in self.blocks if name in other.after]
            if not later:
                ends.add(name)
            outs[name] = self._parted(_prefix(block), block.exit, later)
        for block in self.blocks:
            ins = [outs[name] for name in block.after or ("",)]
            self._met(_prefix(block), ins, block.entry)
        last = [outs[block.stage.name] for block in self.blocks if block.stage.name in ends]
        self._met("end", last, self._add("approved", "approved", "Approved"))

    def _parted(self, prefix: str, source: str, targets: Collection[str]) -> str:
        """The node from which the ways to these stages go out."""
        if len(targets) < 2:
            return source
        fork = self._add(f"{prefix}_fork", "fork")
        self._link(source, fork)
        return fork

    def _met(self, prefix: str, sources: Sequence[str], target: str) -> None:
        if len(sources) > 1:
            join = self._add(f"{prefix}_join", "join")
            self._link(join, target)
            target = join
        for source in sources:
            self._link(source, target)

    def _add(self, id: str, kind: Kind, name: str = "") -> str:
        self.nodes.append(Node(id=id, kind=kind, name=name))
        return id

    def _link(self, source: str, target: str) -> None:
        is_decision = source in self.decisions
        self.edges.append(
            Edge(
                source=source,
                target=target,
                name="approved" if is_decision else "",
                condition=APPROVED if is_decision else "",
            )
        )


def _prefix(block: Block) -> str:
    return block.nodes[0].id.partition("_")[0]
