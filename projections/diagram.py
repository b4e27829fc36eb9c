"""Where the nodes and edges of a flow graph are drawn: from left to right, without overlaps.

A block has a form of its own, with its way through it on a straight line. Between the blocks the
library lays out; this module alone knows it. The same graph always gives the same drawing.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from msgspec import Struct

from domain.process_graph import Edge, Graph, Node
from projections.diagram_blocks import Form, form_of
from projections.diagram_rows import Span, closed_up
from projections.diagram_shapes import Box, Point, Route, box_around, clipped, from_middles, size_of

MARGIN = 24.0


class Diagram(Struct, frozen=True, kw_only=True, dict=True):
    """boxes: by node; routes: by edge, orthogonal, from border to border; labels: where the names
    of nodes and edges stand that are not written into the node, by its id."""

    graph: Graph
    boxes: Mapping[str, Box]
    routes: Mapping[str, Route]
    labels: Mapping[str, Box]
    width: float
    height: float

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.graph.nodes}


def diagram(graph: Graph) -> Diagram:
    """Lay out a flow graph."""
    forms = {block.entry: form_of(block) for block in graph.blocks}
    unit_of = {node.id: block.entry for block in graph.blocks for node in block.nodes}
    alone = [node for node in graph.nodes if node.id not in unit_of]
    forms |= {node.id: _alone(node) for node in alone}
    unit_of |= {node.id: node.id for node in alone}
    centres, between = _placed(forms, graph.between, unit_of)
    centres, between = _closed_up(forms, centres, between)
    boxes: dict[str, Box] = {}
    routes: dict[str, Route] = {}
    labels: dict[str, Box] = {}
    for unit, form in forms.items():
        x, y = centres[unit]
        by = (x - form.width / 2, y)
        boxes |= {id: box.moved(*by) for id, box in form.boxes.items()}
        labels |= {id: box.moved(*by) for id, box in form.labels.items()}
        routes |= {
            id: tuple((at + by[0], down + by[1]) for at, down in route)
            for id, route in form.routes.items()
        }
    kinds = {node.id: node.kind for node in graph.nodes}
    for edge in graph.between:
        route = clipped(
            between[edge.id],
            (kinds[edge.source], boxes[edge.source]),
            (kinds[edge.target], boxes[edge.target]),
        )
        routes[edge.id] = route
        if edge.name:
            x, y = route[0]
            labels[edge.id] = Box(x=x + 4, y=y - 17, width=52, height=14)
    return _on_sheet(graph, boxes, routes, labels)


def _alone(node: Node) -> Form:
    """A node that belongs to no stage, and its name below."""
    width, height = size_of(node.kind)
    wide = max(width, 64.0) if node.name else width
    box = Box(x=(wide - width) / 2, y=-height / 2, width=width, height=height)
    labels = {}
    below = height / 2
    if node.name:
        labels = {node.id: Box(x=0, y=below + 4, width=wide, height=14)}
        below += 18
    return Form(
        width=wide,
        above=height / 2,
        below=below,
        boxes={node.id: box},
        routes={},
        labels=labels,
    )


# The library -------------------------------------------------------------------------------

OPTIONS = {
    "direction": "leftright",
    "seed": 1,
    "spacing": {"layer_gap": 44.0, "node_gap": 28.0},
    "routing": {"centre_ports": "all", "port_sides": "facing_only"},
}


def _placed(
    forms: Mapping[str, Form], edges: Sequence[Edge], unit_of: Mapping[str, str]
) -> tuple[dict[str, Point], dict[str, Route]]:
    """The centres of the forms, and the ways between them."""
    # The library takes 4 MB, for those who draw.
    import graphlay

    asked = graphlay.Graph()
    for unit, form in forms.items():
        # The middle of the height is where edges end, so it must be the way through the form.
        asked.node(unit, width=form.width, height=2 * max(form.above, form.below))
    for edge in edges:
        asked.edge(unit_of[edge.source], unit_of[edge.target])
    found = graphlay.layout(asked, options=OPTIONS)
    centres = {unit: _point(node["center"]) for unit, node in zip(forms, found.nodes, strict=True)}
    routes = {
        edge.id: from_middles(
            _squared([_point(point) for point in drawn["points"]]),
            centres[unit_of[edge.source]][1],
            centres[unit_of[edge.target]][1],
        )
        for edge, drawn in zip(edges, found.edges, strict=True)
    }
    return centres, routes


def _squared(points: Sequence[Point]) -> list[Point]:
    """With corners that are exactly square: the library may be off by less than a pixel."""
    found = [points[0]]
    for x, y in points[1:]:
        before_x, before_y = found[-1]
        found.append((before_x, y) if abs(x - before_x) < abs(y - before_y) else (x, before_y))
    return found


def _point(found: Mapping[str, float]) -> Point:
    # What is on one row must be so exactly.
    return round(found["x"], 1), round(found["y"], 1)


def _closed_up(
    forms: Mapping[str, Form], centres: Mapping[str, Point], routes: Mapping[str, Route]
) -> tuple[dict[str, Point], dict[str, Route]]:
    """The same, with the height taken out that was only there to centre the forms."""
    spans = [
        Span(
            y=centres[unit][1],
            left=centres[unit][0] - form.width / 2,
            right=centres[unit][0] + form.width / 2,
            above=form.above,
            below=form.below,
        )
        for unit, form in forms.items()
    ]
    for route in routes.values():
        for (x, y), (to_x, to_y) in pairwise(route):
            if y == to_y:
                left, right = sorted((x, to_x))
                spans.append(Span(y=y, left=left, right=right, above=4, below=4))
    rows = closed_up(spans)
    return (
        {unit: (x, rows[y]) for unit, (x, y) in centres.items()},
        {id: tuple((x, rows[y]) for x, y in route) for id, route in routes.items()},
    )


def _on_sheet(
    graph: Graph,
    boxes: Mapping[str, Box],
    routes: Mapping[str, Route],
    labels: Mapping[str, Box],
) -> Diagram:
    """All of it moved so that it begins at the margin, in whole pixels."""
    every = box_around([*boxes.values(), *labels.values()], routes.values())
    right, down = MARGIN - every.x, MARGIN - every.y
    return Diagram(
        graph=graph,
        boxes={id: box.moved(right, down) for id, box in boxes.items()},
        routes={
            id: tuple((round(x + right, 1), round(y + down, 1)) for x, y in route)
            for id, route in routes.items()
        },
        labels={id: box.moved(right, down) for id, box in labels.items()},
        width=round(every.width + 2 * MARGIN),
        height=round(every.height + 2 * MARGIN),
    )
