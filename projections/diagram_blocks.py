"""The form of a stage in a diagram: its nodes around the straight way through it.

On the line lie whether the stage applies, the asking, the decision, and where all ways to pass it
meet. The way of a skipped stage runs above the line; what the end of patience does stands below.
Distances are from the left end of the line.
"""

from collections.abc import Mapping

from msgspec import Struct

from domain.process_graph import Block, Edge, Node, Role
from projections.diagram_shapes import (
    EVENT,
    GATEWAY,
    TASK,
    TIMER_IN,
    Box,
    Route,
    box_around,
    centred,
)
from projections.diagram_text import SMALL, width_of

GAP = 28.0
LABEL_GAP = 62.0
"""Between two nodes whose edge has a name."""
CONDITION_WIDTH = 132.0
SKIP_ABOVE = 58.0
AGAIN_BELOW = 144.0
"""From the line to the centre of the second asking."""
END_BELOW = 84.0
"""From the line to the centre of a rejection."""
DETOUR_BELOW = 128.0
"""From the line to the way that the end of patience takes if it approves."""
LINE = 14.0
"""The height of a line of text."""

HALF_TASK, HALF_GATEWAY, HALF_EVENT = TASK[1] / 2, GATEWAY[1] / 2, EVENT[1] / 2


class Form(Struct, frozen=True, kw_only=True):
    """above, below: how far it reaches from the line. is_gateway: whether ways end beside it."""

    width: float
    above: float
    below: float
    boxes: Mapping[str, Box]
    routes: Mapping[str, Route]
    labels: Mapping[str, Box]
    is_gateway: bool = False


def form_of(block: Block) -> Form:
    drawing = _Drawing(block)
    drawing.line()
    drawing.below()
    drawing.name_nodes()
    drawing.name_edges()
    around = box_around(
        [*drawing.boxes.values(), *drawing.labels.values()], drawing.routes.values()
    )
    return Form(
        width=max(drawing.x, around.right),
        above=-around.y,
        below=around.bottom,
        boxes=drawing.boxes,
        routes=drawing.routes,
        labels=drawing.labels,
    )


class _Drawing:
    def __init__(self, block: Block) -> None:
        self.block = block
        self.nodes: dict[Role, Node] = {node.role: node for node in block.nodes if node.role}
        self.edges = {(edge.source, edge.target): edge for edge in block.edges}
        self.boxes: dict[str, Box] = {}
        self.routes: dict[str, Route] = {}
        self.labels: dict[str, Box] = {}
        self.x = 0.0

    # Nodes and ways ------------------------------------------------------------------------

    def line(self) -> None:
        """What lies on the line, from left to right."""
        if "when" in self.nodes:
            self.x = (CONDITION_WIDTH - GATEWAY[0]) / 2
            self._put_on_line("when", LABEL_GAP)
        self._put_on_line("task", GAP)
        self._join_line("when", "task")
        last: Role = "task"
        if "votes" in self.nodes:
            self._put_on_line("votes", GAP)
            self._join_line("task", "votes")
            last = "votes"
        self._put_on_line("decision", LABEL_GAP)
        self._join_line(last, "decision")
        if "passed" not in self.nodes:
            return
        self._put_on_line("passed", 0)
        self._join_line("decision", "passed")
        if "when" in self.nodes:
            (left, _), (right, _) = self._box("when").centre, self._box("passed").centre
            up = -SKIP_ABOVE
            self._route(
                "when",
                "passed",
                (left, -HALF_GATEWAY),
                (left, up),
                (right, up),
                (right, -HALF_GATEWAY),
            )

    def below(self) -> None:
        """The rejection, and what the end of patience does."""
        decision = self._box("decision").centre[0]
        self._put("rejected", decision, END_BELOW)
        self._route(
            "decision", "rejected", (decision, HALF_GATEWAY), (decision, self._top(END_BELOW))
        )
        timer = self._box("task").x + TIMER_IN
        self._put("timer", timer, HALF_TASK)
        out = (timer, HALF_TASK + HALF_EVENT)
        if "again" in self.nodes:
            self._again(timer, out)
        elif "unanswered" in self.nodes:
            self._put("unanswered", timer, END_BELOW + 30)
            self._route("timer", "unanswered", out, (timer, self._top(END_BELOW + 30)))
        else:
            passed = self._box("passed").centre[0]
            self._route(
                "timer",
                "passed",
                out,
                (timer, DETOUR_BELOW),
                (passed, DETOUR_BELOW),
                (passed, HALF_GATEWAY),
            )

    def _again(self, timer: float, out: tuple[float, float]) -> None:
        task = self._box("task").centre[0]
        self._put("again", task, AGAIN_BELOW)
        self._route("timer", "again", out, (timer, AGAIN_BELOW - HALF_TASK))
        votes = self._box("votes").centre[0]
        self._route(
            "again",
            "votes",
            (self._box("again").right, AGAIN_BELOW),
            (votes, AGAIN_BELOW),
            (votes, HALF_GATEWAY),
        )
        bottom = AGAIN_BELOW + HALF_TASK
        self._put("again_timer", timer, bottom)
        end = bottom + 74
        self._put("unanswered", timer, end)
        self._route(
            "again_timer", "unanswered", (timer, bottom + HALF_EVENT), (timer, self._top(end))
        )

    def _put_on_line(self, role: Role, gap: float) -> None:
        node = self.nodes[role]
        box = centred(node.kind, 0, 0)
        self.boxes[node.id] = box.moved(self.x - box.x, 0)
        self.x += box.width + gap

    def _put(self, role: Role, x: float, y: float) -> None:
        node = self.nodes[role]
        self.boxes[node.id] = centred(node.kind, x, y)

    def _box(self, role: Role) -> Box:
        return self.boxes[self.nodes[role].id]

    def _top(self, y: float) -> float:
        return y - HALF_EVENT

    def _join_line(self, source: Role, target: Role) -> None:
        if source in self.nodes:
            ends = (self._box(source).right, 0.0), (self._box(target).x, 0.0)
            self._route(source, target, *ends)

    def _route(self, source: Role, target: Role, *points: tuple[float, float]) -> None:
        self.routes[self._edge(source, target).id] = points

    def _edge(self, source: Role, target: Role) -> Edge:
        return self.edges[self.nodes[source].id, self.nodes[target].id]

    # Names ---------------------------------------------------------------------------------

    def name_nodes(self) -> None:
        """Beside what is too small to be written into."""
        for role, node in self.nodes.items():
            box = self.boxes[node.id]
            x, _ = box.centre
            match role:
                case "when":
                    place = Box(
                        x=x - CONDITION_WIDTH / 2,
                        y=box.bottom + 4,
                        width=CONDITION_WIDTH,
                        height=3 * LINE,
                    )
                case "timer" | "again_timer":
                    width = min(124.0, width_of(node.name, SMALL))
                    height = 2 * LINE
                    place = Box(x=box.right + 2, y=box.centre[1] + 3, width=width, height=height)
                case "rejected":
                    place = Box(x=x - 32, y=box.bottom + 2, width=64, height=LINE)
                case "unanswered":
                    place = Box(x=box.right + 4, y=box.y + 11, width=124, height=LINE)
                case "decision":
                    place = Box(x=x - 32, y=box.y - 2 - LINE, width=64, height=LINE)
                case _:
                    continue
            self.labels[node.id] = place

    def name_edges(self) -> None:
        for edge in self.block.edges:
            if not edge.name:
                continue
            (x, y), (to_x, _) = self.routes[edge.id][:2]
            if x == to_x and edge.name == "no":
                self.labels[edge.id] = Box(x=x + 6, y=y - 22, width=20, height=LINE)
            elif x == to_x:
                self.labels[edge.id] = Box(x=x + 5, y=y + 8, width=50, height=LINE)
            else:
                self.labels[edge.id] = Box(x=x + 4, y=y - 3 - LINE, width=52, height=LINE)
