"""The marks of a diagram in SVG: shapes of nodes, ways with heads of arrows, signs and words."""

from collections.abc import Mapping
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement

from domain.process_graph import Node
from domain.process_progress import NodeState
from projections.diagram_shapes import CIRCLES, DIAMONDS, TIMER_IN, Box, Point, Route
from projections.xml_text import xml_text

SIGNS: Mapping[NodeState, str] = {
    "approved": "M-4 0l3 3 5-6",
    "rejected": "M-3.5-3.5l7 7m0-7l-7 7",
    "open": "M0-4.5V0l3 2",
    "expired": "M0-4.5V1m0 2.5v.6",
    "stopped": "M-3.5 0h7",
}
FAINT = "0.4"
CORNER = 6.0


def outline(group: Element, node: Node, box: Box, *, is_faint: bool, colour: str) -> None:
    x, y = box.centre
    look: dict[str, str] = {}
    if is_faint:
        look["stroke-opacity"] = FAINT
    if node.kind == "task":
        tint = {"fill": colour, "fill-opacity": "0.12" if colour[0] == "#" else "0.04"}
        SubElement(group, "path", {"d": _task(box), **tint, **look})
    elif node.kind in DIAMONDS:
        half = box.width / 2
        path = f"M{x:g} {box.y:g}l{half:g} {half:g}-{half:g} {half:g}-{half:g}-{half:g}z"
        if node.kind in ("fork", "join"):
            path += f"M{x - 10:g} {y:g}h20m-10-10v20"
        elif node.kind == "choice":
            path += f"M{x - 7:g} {y - 7:g}l14 14m0-14l-14 14"
        SubElement(group, "path", {"d": path, **look})
    elif node.kind in CIRCLES:
        _circle(group, node, x, y, look)


def _task(box: Box) -> str:
    """A box with round corners, open where its timer lies on the lower side."""
    radius = 10.0
    wide, high = box.width - 2 * radius, box.height - 2 * radius
    timer = box.x + TIMER_IN
    return (
        f"M{timer - 18:g} {box.bottom:g}H{box.x + radius:g}"
        f"q-{radius:g} 0-{radius:g}-{radius:g}v-{high:g}q0-{radius:g} {radius:g}-{radius:g}"
        f"h{wide:g}q{radius:g} 0 {radius:g} {radius:g}v{high:g}q0 {radius:g}-{radius:g} {radius:g}"
        f"H{timer + 18:g}"
    )


def _circle(group: Element, node: Node, x: float, y: float, look: dict[str, str]) -> None:
    at = {"cx": f"{x:g}", "cy": f"{y:g}"}
    if node.kind == "timer":
        SubElement(group, "circle", {**at, "r": "18", **look})
        SubElement(group, "circle", {**at, "r": "14", **look})
        SubElement(group, "path", {"d": f"M{x:g} {y - 8:g}v8l5 4", **look})
    elif node.kind == "start":
        SubElement(group, "circle", {**at, "r": "17", **look})
    else:
        SubElement(group, "circle", {**at, "r": "16", "stroke-width": "3.5", **look})
        drawn = SIGNS["approved" if node.kind == "approved" else "rejected"]
        moved = f"translate({x:g} {y:g}) scale(1.5)"
        SubElement(group, "path", {"d": drawn, "transform": moved, "stroke-width": "1.5", **look})


def sign(group: Element, state: NodeState, x: float, y: float, colour: str) -> None:
    """A badge on the corner of a task."""
    badge = SubElement(group, "g", {"transform": f"translate({x - 6:g} {y + 6:g})"})
    SubElement(badge, "circle", {"r": "10", "fill": colour, "stroke": "none"})
    SubElement(badge, "path", {"d": SIGNS[state], "stroke": "#fff", "stroke-width": "2"})


def words(group: Element, x: float, y: float, text: str, more: Mapping[str, str]) -> None:
    at = {"x": f"{x:g}", "y": f"{y:g}"}
    SubElement(group, "text", {**at, **more}).text = xml_text(text)


def way(route: Route) -> str:
    """A line with round corners and the head of an arrow."""
    path = [f"M{route[0][0]:g} {route[0][1]:g}"]
    for before, at, after in zip(route, route[1:], route[2:], strict=False):
        reach = min(CORNER, _distance(before, at) / 2, _distance(at, after) / 2)
        start, end = _towards(at, before, reach), _towards(at, after, reach)
        path.append(f"L{start[0]:g} {start[1]:g}Q{at[0]:g} {at[1]:g} {end[0]:g} {end[1]:g}")
    path.append(f"L{route[-1][0]:g} {route[-1][1]:g}")
    (x, y), tip = list(pairwise(route))[-1]
    back = _towards(tip, (x, y), 7)
    across = (4.0, 0.0) if x == tip[0] else (0.0, 4.0)
    path.append(
        f"M{back[0] - across[0]:g} {back[1] - across[1]:g}L{tip[0]:g} {tip[1]:g}"
        f"L{back[0] + across[0]:g} {back[1] + across[1]:g}"
    )
    return "".join(path)


def _distance(first: Point, second: Point) -> float:
    return abs(first[0] - second[0]) + abs(first[1] - second[1])


def _towards(point: Point, other: Point, by: float) -> Point:
    """The point moved so far along a straight line to the other."""
    whole = _distance(point, other)
    if whole == 0:
        return point
    part = by / whole
    return (
        round(point[0] + (other[0] - point[0]) * part, 1),
        round(point[1] + (other[1] - point[1]) * part, 1),
    )
