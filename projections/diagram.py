"""Where the nodes and edges of a flow graph are drawn: from left to right, without overlaps.

A block has a form of its own, with its way through it on a straight line. Between them the
layout is found by a library. The same graph always gives the same drawing.
"""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from domain.process_graph import Graph, Node
from projections.diagram_blocks import Form, form_of
from projections.diagram_layout import Link, laid_out
from projections.diagram_shapes import DIAMONDS, Box, Route, box_around, clipped, size_of

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
    links = [Link(edge.id, unit_of[edge.source], unit_of[edge.target]) for edge in graph.between]
    placed = laid_out(forms, links)
    boxes: dict[str, Box] = {}
    routes: dict[str, Route] = {}
    labels: dict[str, Box] = {}
    for unit, form in forms.items():
        x, y = placed.centres[unit]
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
            placed.routes[edge.id],
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
        is_gateway=node.kind in DIAMONDS,
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
