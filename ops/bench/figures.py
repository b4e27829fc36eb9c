"""Figures as every part of the benchmark gives them, beside baselines and against goals."""

from typing import Any, Literal

from msgspec import Struct

from ops.bench.sampling import Share


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
    """`/s`, `s`, `ms`, `µs`, `MB`, `bytes`, or "" for what is counted."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    """Processor time of our process for each, in microseconds."""
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
            f"{written(self.value)} {self.unit}".replace(" /s", "/s").strip(),
            _milliseconds(self.p50_ms),
            _milliseconds(self.p99_ms),
            "" if self.cpu_us is None else f"{written(self.cpu_us)} µs",
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
            "cpu_us": self.cpu_us,
            "baseline": self.baseline,
            "times": self.times,
            "goal": self.goal,
            "is_reached": self.is_reached,
        }


HEADINGS = (
    "What",
    "Figure",
    "p50",
    "p99",
    "CPU each",
    "Beside, in the same run",
    "Ratio",
    "Goal",
    "Reached",
)
NUMERIC = {"Figure", "p50", "p99", "CPU each", "With what it calls", "Itself"}
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

    def table(self) -> list[list[str]]:
        """Headings and rows, without the columns that nothing stands in."""
        rows = [line.cells() for line in self.lines]
        used = [place for place in range(len(HEADINGS)) if any(row[place] for row in rows)]
        return [[row[place] for place in used] for row in (HEADINGS, *rows)]


class Profile(Struct, frozen=True, kw_only=True):
    """Where the time of something went."""

    title: str
    note: str
    shares: list[Share]

    def as_document(self) -> dict[str, Any]:
        return {"title": self.title, "note": self.note, "shares": self.shares}

    def table(self) -> list[list[str]]:
        rows = [
            [f"`{share.place}`", f"{share.percent:.1f} %", f"{share.own_percent:.1f} %"]
            for share in self.shares
        ]
        return [["Function", "With what it calls", "Itself"], *rows]


def markdown(part: Section | Profile) -> str:
    headings, *rows = part.table()
    lines = [f"### {part.title}", "", part.note, "", _row(headings)]
    lines.append(_row(["---:" if heading in NUMERIC else "---" for heading in headings]))
    return "\n".join([*lines, *map(_row, rows)]) + "\n"


def written(number: float) -> str:
    """A number with three digits that mean something, and thousands apart."""
    size = abs(number)
    if size >= 100 or number == int(number):
        return f"{number:,.0f}"
    if size < 0.1:
        return f"{number:.2g}"
    return f"{number:.1f}" if size >= 10 else f"{number:.2f}"


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median and the 99th of a hundred, by the nearest value."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{written(value)} ms"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
