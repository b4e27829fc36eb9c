"""Figures as every part of the benchmark gives them, beside baselines and against goals."""

from typing import Any, Literal

from msgspec import Struct


class Goal(Struct, frozen=True):
    sense: Literal["at least", "at most"]
    number: float
    times_baseline: bool = False
    """Whether the number counts baselines, and not the figure's own unit."""


class Baseline(Struct, frozen=True):
    """What a figure is compared with: measured in the same run, in the same unit."""

    name: str
    value: float


class Line(Struct, frozen=True, kw_only=True):
    """One figure."""

    name: str
    value: float
    unit: str
    """`/s`, `s`, `ms`, `µs`, `MB`, `bytes` or `%`."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    baseline: Baseline | None = None
    goal: Goal | None = None

    @property
    def times(self) -> float | None:
        """How many baselines the figure is."""
        return None if self.baseline is None else self.value / self.baseline.value

    @property
    def is_reached(self) -> bool | None:
        """Whether the goal is; None without one."""
        if self.goal is None:
            return None
        figure = self.times if self.goal.times_baseline else self.value
        assert figure is not None
        if self.goal.sense == "at least":
            return figure >= self.goal.number
        return figure <= self.goal.number

    def cells(self) -> tuple[str, ...]:
        """The line as texts, in the order of HEADINGS."""
        beside = f"{self.baseline.name}: {written(self.baseline.value)}" if self.baseline else ""
        return (
            self.name,
            f"{written(self.value)} {self.unit}".replace(" /s", "/s"),
            _milliseconds(self.p50_ms),
            _milliseconds(self.p99_ms),
            beside,
            "" if self.times is None else f"{written(self.times)} {TIMES}",
            self._goal(),
            {True: "yes", False: "no", None: ""}[self.is_reached],
        )

    def _goal(self) -> str:
        if self.goal is None:
            return ""
        sign = {"at least": "≥", "at most": "≤"}[self.goal.sense]
        unit = TIMES if self.goal.times_baseline else self.unit
        return f"{sign} {written(self.goal.number)} {unit}".replace(" /s", "/s")

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
            "baseline": self.baseline,
            "times": self.times,
            "goal": self.goal,
            "is_reached": self.is_reached,
        }


HEADINGS = ("What", "Figure", "p50", "p99", "Beside, in the same run", "Ratio", "Goal", "Reached")
NUMERIC = range(1, 4)
TIMES = "\N{MULTIPLICATION SIGN}"


class Section(Struct, frozen=True, kw_only=True):
    """Figures that belong together."""

    title: str
    note: str
    """What exactly was done."""
    lines: list[Line]

    def as_document(self) -> dict[str, Any]:
        lines = [line.as_document() for line in self.lines]
        return {"title": self.title, "note": self.note, "lines": lines}

    def as_markdown(self) -> str:
        """The section with its table, without the columns that nothing stands in."""
        rows = [line.cells() for line in self.lines]
        used = [place for place in range(len(HEADINGS)) if any(row[place] for row in rows)]
        lines = [f"### {self.title}", "", self.note, ""]
        lines.append(_row([HEADINGS[place] for place in used]))
        lines.append(_row(["---:" if place in NUMERIC else "---" for place in used]))
        lines += [_row([row[place] for place in used]) for row in rows]
        return "\n".join(lines) + "\n"


def written(number: float) -> str:
    """A number with three digits that mean something, and thousands apart."""
    size = abs(number)
    if size >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if size >= 10 else f"{number:.2f}"


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median and the 99th of a hundred, by the nearest value."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{written(value)} ms"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
