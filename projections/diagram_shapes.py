"""Boxes, ways and where the ways meet the shapes; lengths are pixels, y grows downwards."""

from collections.abc import Iterable, Sequence
from math import sqrt

from msgspec import Struct

from domain.process_graph import Kind

Point = tuple[float, float]
Route = tuple[Point, ...]

TASK = (160.0, 88.0)
GATEWAY = (50.0, 50.0)
EVENT = (36.0, 36.0)
TIMER_IN = 32.0
"""From the left side of a task to the centre of the timer on its lower side."""

DIAMONDS = ("choice", "merge", "fork", "join")
CIRCLES = ("start", "timer", "approved", "rejected")


def size_of(kind: Kind) -> tuple[float, float]:
    """Width and height; those of gateways and events are what BPMN tools expect."""
    if kind == "task":
        return TASK
    return GATEWAY if kind in DIAMONDS else EVENT


class Box(Struct, frozen=True, kw_only=True):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, right: float, down: float) -> "Box":
        return Box(
            x=round(self.x + right, 1),
            y=round(self.y + down, 1),
            width=self.width,
            height=self.height,
        )

    def overlaps(self, other: "Box") -> bool:
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


def centred(kind: Kind, x: float, y: float) -> Box:
    """The box of a node with its centre there."""
    width, height = size_of(kind)
    return Box(x=x - width / 2, y=y - height / 2, width=width, height=height)


def box_around(boxes: Iterable[Box], routes: Iterable[Route]) -> Box:
    every = list(boxes)
    points = [point for route in routes for point in route]
    left = min([box.x for box in every] + [x for x, _ in points])
    top = min([box.y for box in every] + [y for _, y in points])
    right = max([box.right for box in every] + [x for x, _ in points])
    bottom = max([box.bottom for box in every] + [y for _, y in points])
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def clipped(route: Route, source: tuple[Kind, Box], target: tuple[Kind, Box]) -> Route:
    """A way between two blocks, from the border of the one node to that of the other."""
    points = list(route)
    points[0] = _right_of(*source, points[0][1])
    points[-1] = _left_of(*target, points[-1][1])
    return straightened(points)


def straightened(points: Sequence[Point]) -> Route:
    """Without points that are no corners."""
    found: list[Point] = []
    for point in points:
        if found and found[-1] == point:
            continue
        while len(found) > 1 and _in_line(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    return tuple(found)


def _in_line(first: Point, second: Point, third: Point) -> bool:
    return first[0] == second[0] == third[0] or first[1] == second[1] == third[1]


def _right_of(kind: Kind, box: Box, y: float) -> Point:
    return box.centre[0] + _reach(kind, box, y), y


def _left_of(kind: Kind, box: Box, y: float) -> Point:
    return box.centre[0] - _reach(kind, box, y), y


def _reach(kind: Kind, box: Box, y: float) -> float:
    """How far the shape goes to the side at that height."""
    off = abs(y - box.centre[1])
    half = box.width / 2
    if kind in DIAMONDS:
        return max(0.0, half - off)
    if kind in CIRCLES:
        return sqrt(max(0.0, half * half - off * off))
    return half
