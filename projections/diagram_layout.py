"""Where the forms of a diagram stand, and how the ways between them run: by a library, which this
module alone knows. The same forms and ways always stand the same."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from projections.diagram_blocks import Form
from projections.diagram_rows import Span, closed_up
from projections.diagram_shapes import Point, Route

OPTIONS = {
    "direction": "leftright",
    "seed": 1,
    "spacing": {"layer_gap": 44.0, "node_gap": 28.0},
    "routing": {"centre_ports": "all", "port_sides": "facing_only"},
}
ROUNDABOUT = {
    "direction": "leftright",
    "seed": 1,
    "spacing": {"layer_gap": 110.0, "node_gap": 34.0},
}
NARROWED = 0.6
"""How much nearer to the middle of a gateway ways come in than they leave, so that none of those
that come in lies on one that leaves."""
STROKE = 4.0
"""The room of a way to each side."""


class Link(Struct, frozen=True):
    """A way that is wanted, from a form to another."""

    id: str
    source: str
    target: str


class Way(Struct, frozen=True, kw_only=True):
    """out, into: how far below the lines of its forms it leaves and comes in, level; turns: the x
    of its first and its last turn; between: its points from the one to the other."""

    start: float
    end: float
    out: float = 0.0
    into: float = 0.0
    turns: tuple[float, float]
    between: Route = ()


class Layout(Struct, frozen=True, kw_only=True):
    """The middles of the forms on their lines, and the ways by the ids of their links."""

    centres: Mapping[str, Point]
    routes: Mapping[str, Route]


def laid_out(forms: Mapping[str, Form], links: Sequence[Link]) -> Layout:
    """Lay out forms from left to right along links that go no way round."""
    centres, drawn = _drawn(forms, links)
    centres = _levelled(centres, links, drawn)
    ways = {
        link.id: _way(route, link, forms, centres) for link, route in zip(links, drawn, strict=True)
    }
    rows = closed_up(_spans(forms, links, centres, ways))
    return Layout(
        centres={unit: (x, rows[y]) for unit, (x, y) in centres.items()},
        routes={
            link.id: tuple(
                (x, rows[row] + off) for x, row, off in _points(ways[link.id], link, centres)
            )
            for link in links
        },
    )


def laid_out_in_circles(
    sizes: Mapping[str, Point], steps: Iterable[tuple[str, str]]
) -> tuple[dict[str, Point], dict[tuple[str, str], Route]]:
    """Lay out boxes of a width and a height along steps that may lead back, from left to right: the
    middles of the boxes, and the ways."""
    import graphlay

    graph = graphlay.Graph()
    for name, (width, height) in sizes.items():
        graph.node(name, width=width, height=height)
    wanted = list(steps)
    for source, target in wanted:
        graph.edge(source, target)
    found = graphlay.layout(graph, options=ROUNDABOUT)
    centres = {name: _point(node["center"]) for name, node in zip(sizes, found.nodes, strict=True)}
    routes = {
        step: _squared([_point(point) for point in edge["points"]])
        for step, edge in zip(wanted, found.edges, strict=True)
    }
    return centres, routes


def _drawn(
    forms: Mapping[str, Form], links: Sequence[Link]
) -> tuple[dict[str, Point], list[Route]]:
    # The library takes 4 MB, for those who draw.
    import graphlay

    graph = graphlay.Graph()
    for unit, form in forms.items():
        # The middle of the height is where ways end, so it must be the line of the form.
        graph.node(unit, width=form.width, height=2 * max(form.above, form.below))
    for link in links:
        graph.edge(link.source, link.target)
    found = graphlay.layout(graph, options=OPTIONS)
    centres = {unit: _point(node["center"]) for unit, node in zip(forms, found.nodes, strict=True)}
    return centres, [_squared([_point(point) for point in edge["points"]]) for edge in found.edges]


def _point(found: Mapping[str, float]) -> Point:
    # What is on one row must be so exactly.
    return round(found["x"], 1), round(found["y"], 1)


def _squared(points: Sequence[Point]) -> Route:
    """With corners that are exactly square: the library may be off by less than a pixel."""
    found = [points[0]]
    for x, y in points[1:]:
        before_x, before_y = found[-1]
        found.append((before_x, y) if abs(x - before_x) < abs(y - before_y) else (x, before_y))
    return tuple(found)


def _levelled(
    centres: Mapping[str, Point], links: Sequence[Link], drawn: Sequence[Route]
) -> dict[str, Point]:
    """With forms on the same line that a straight way connects: the library lets it end beside the
    middle instead. Nothing stands between them, so nothing is in the way of it."""
    found = dict(centres)
    straight = [link for link, route in zip(links, drawn, strict=True) if len(route) == 2]
    for link in sorted(straight, key=lambda link: centres[link.source][0]):
        found[link.target] = (found[link.target][0], found[link.source][1])
    return found


def _way(route: Route, link: Link, forms: Mapping[str, Form], centres: Mapping[str, Point]) -> Way:
    (start, out), (end, into) = route[0], route[-1]
    if len(route) == 2:
        middle = (start + end) / 2
        return Way(start=start, end=end, turns=(middle, middle))
    from_line, to_line = centres[link.source][1], centres[link.target][1]
    return Way(
        start=start,
        end=end,
        out=out - from_line if forms[link.source].is_gateway else 0.0,
        into=(into - to_line) * NARROWED if forms[link.target].is_gateway else 0.0,
        turns=(route[1][0], route[-2][0]),
        between=route[2:-2],
    )


def _points(way: Way, link: Link, centres: Mapping[str, Point]) -> list[tuple[float, float, float]]:
    """The points of a way: x, the row, and how far below the row."""
    source, target = centres[link.source][1], centres[link.target][1]
    first, last = way.turns
    return [
        (way.start, source, way.out),
        (first, source, way.out),
        *((x, y, 0.0) for x, y in way.between),
        (last, target, way.into),
        (way.end, target, way.into),
    ]


def _spans(
    forms: Mapping[str, Form],
    links: Sequence[Link],
    centres: Mapping[str, Point],
    ways: Mapping[str, Way],
) -> Iterable[Span]:
    """What lies on each row. The ends of ways lie on those of their forms, and move with them."""
    for unit, form in forms.items():
        x, y = centres[unit]
        left, right = x - form.width / 2, x + form.width / 2
        yield Span(y=y, left=left, right=right, above=form.above, below=form.below)
    for link in links:
        for (x, row, off), (to_x, to_row, _) in pairwise(_points(ways[link.id], link, centres)):
            if row == to_row:
                left, right = sorted((x, to_x))
                above, below = max(0, -off) + STROKE, max(0, off) + STROKE
                yield Span(y=row, left=left, right=right, above=above, below=below)
