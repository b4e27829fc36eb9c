"""A process map as a picture for documents: SVG that stands on its own, light on any page."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import sqrt
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.process_map import END, START, ProcessMap, Step
from projections.diagram_layout import laid_out_in_circles
from projections.diagram_marks import way, words
from projections.diagram_shapes import Box, Point, Route
from projections.diagram_text import NORMAL, SMALL, width_of
from projections.xml_text import xml_text

MARGIN = 24.0
HEIGHT = 84.0
LABEL = 13.0
DOT = 18.0
PAPER, INK, FAINT = "#ffffff", "#1c2733", "#5b6b7b"
FILLS = ("#eef4fb", "#cfe1f5", "#a9caee")
"""From what happened rarely to what happened most."""
WIDTHS = (1.0, 5.0)
"""Of the rarest and the most frequent way."""


def svg(found: ProcessMap, *, title: str) -> str:
    return _Sheet(found).drawn(title)


class _Sheet:
    def __init__(self, found: ProcessMap) -> None:
        self._found = found
        self._steps = [step for step in sorted(found.steps) if step[0] != step[1]]
        ends = {name for step in self._steps for name in step}
        self._sizes: Mapping[str, Point] = {
            name: (DOT, DOT) if name in (START, END) else (self._width(name), HEIGHT)
            for name in sorted(ends | found.events.keys())
        }
        self._centres, self._routes = laid_out_in_circles(self._sizes, self._steps)
        self._most_events = max(found.events.values(), default=1)
        self._most_steps = max(found.steps.values(), default=1)

    def drawn(self, title: str) -> str:
        left, top, right, bottom = self._bounds()
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN + 20
        box = f"{left - MARGIN:g} {top - MARGIN - 20:g} {width:g} {height:g}"
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": box,
                "width": f"{width:g}",
                "height": f"{height:g}",
                "role": "img",
                "font-family": "system-ui, sans-serif",
                "fill": INK,
            },
        )
        SubElement(root, "title").text = xml_text(title)
        at = {"x": f"{left - MARGIN:g}", "y": f"{top - MARGIN - 20:g}"}
        SubElement(root, "rect", {**at, "width": "100%", "height": "100%", "fill": PAPER})
        words(root, left, top - MARGIN, title, {"font-size": f"{NORMAL:g}", "font-weight": "600"})
        for step in self._steps:
            self._way(root, step, self._routes[step])
        for name in self._sizes:
            self._node(root, name)
        self._counts(root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def _bounds(self) -> tuple[float, float, float, float]:
        points = [point for route in self._routes.values() for point in route]
        for name, (x, y) in self._centres.items():
            wide, high = self._sizes[name]
            points += [(x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)]
        xs, ys = zip(*points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def _way(self, root: Element, step: Step, route: Route) -> None:
        thin, thick = WIDTHS
        share = sqrt(self._found.steps[step] / self._most_steps)
        look = {
            "d": way(route),
            "fill": "none",
            "stroke": FAINT,
            "stroke-width": f"{thin + (thick - thin) * share:.1f}",
            "stroke-linejoin": "round",
        }
        SubElement(root, "path", look)

    def _node(self, root: Element, name: str) -> None:
        x, y = self._centres[name]
        if name in (START, END):
            look = {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{DOT / 2:g}", "stroke": INK}
            fill = PAPER if name == START else INK
            SubElement(root, "circle", {**look, "fill": fill, "stroke-width": "2"})
            return
        wide, high = self._sizes[name]
        count = self._found.events[name]
        fill = FILLS[min(len(FILLS) - 1, int(len(FILLS) * sqrt(count / self._most_events)))]
        place = {"x": f"{x - wide / 2:g}", "y": f"{y - high / 2:g}"}
        size = {"width": f"{wide:g}", "height": f"{high:g}", "rx": "8"}
        SubElement(root, "rect", {**place, **size, "fill": fill, "stroke": INK})
        middle = {"text-anchor": "middle"}
        words(root, x, y - 3, _spoken(name), {**middle, "font-size": f"{NORMAL:g}"})
        small = {"font-size": f"{SMALL:g}", "fill": FAINT}
        words(root, x, y + 14, self._often(name), {**middle, **small})

    def _often(self, name: str) -> str:
        again = self._found.steps.get((name, name))
        return f"{self._found.events[name]:,}" + (f" · again {again:,}" if again else "")

    def _width(self, name: str) -> float:
        lines = width_of(_spoken(name), NORMAL), width_of(self._often(name), SMALL)
        return max(96.0, *(line + 20 for line in lines))

    def _counts(self, root: Element) -> None:
        """How often each way was gone, above a level part of it, where nothing else is said."""
        taken = [
            Box(x=x - wide / 2, y=y - high / 2, width=wide, height=high)
            for name, (x, y) in self._centres.items()
            for wide, high in [self._sizes[name]]
        ]
        look = {
            "text-anchor": "middle",
            "font-size": f"{SMALL:g}",
            "stroke": PAPER,
            "stroke-width": "4",
            "paint-order": "stroke",
        }
        for step in self._steps:
            text = f"{self._found.steps[step]:,}"
            free = list(_places(self._routes[step], width_of(text, SMALL)))
            box = next((one for one in free if not any(map(one.overlaps, taken))), free[0])
            taken.append(box)
            words(root, box.x + box.width / 2, box.y + box.height - 3, text, look)


def _places(route: Route, width: float) -> Iterator[Box]:
    """Where a text of a width can stand on a way, the best place first."""
    level = [(one, other) for one, other in pairwise(route) if one[1] == other[1]]
    for part in (0.5, 0.3, 0.7, 0.15, 0.85):
        for (x, y), (to_x, _) in sorted(level, key=lambda ends: -abs(ends[1][0] - ends[0][0])):
            middle = x + part * (to_x - x)
            yield Box(x=middle - width / 2, y=y - LABEL - 2, width=width, height=LABEL)


def _spoken(name: str) -> str:
    """`WorkStarted` as `Work started`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.partition(".")[2] or name)
    return spaced[:1] + spaced[1:].lower()
