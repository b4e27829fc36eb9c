"""Priority from impact and urgency: 1 critical, 2 high, 3 moderate, 4 low, 5 planning."""

from typing import Literal
from uuid import UUID

import msgspec

from domain.rules import require

Level = Literal[1, 2, 3]
"""An impact or an urgency: 1 high, 2 medium, 3 low."""

Priority = Literal[1, 2, 3, 4, 5]

LEVELS: dict[Level, str] = {1: "high", 2: "medium", 3: "low"}
NAMES: dict[Priority, str] = {1: "critical", 2: "high", 3: "moderate", 4: "low", 5: "planning"}


class Matrix(msgspec.Struct, frozen=True):
    """The priority of each impact (row, 1 first) and urgency (column, 1 first)."""

    rows: tuple[tuple[int, ...], ...]


DEFAULT = Matrix(rows=((1, 2, 3), (2, 3, 4), (3, 4, 5)))


class MatrixInUse(msgspec.Struct, frozen=True):
    """A matrix, and the version of the type of ticket that it is from; None for the usual one."""

    matrix: Matrix = DEFAULT
    type: UUID | None = None
    version: int = 0


USUAL = MatrixInUse()


def priority(impact: int, urgency: int, matrix: Matrix = DEFAULT) -> int:
    """The priority of an impact and an urgency. Raises Refused for levels that do not exist."""
    require(impact in LEVELS, "An impact is 1 high, 2 medium or 3 low.")
    require(urgency in LEVELS, "An urgency is 1 high, 2 medium or 3 low.")
    return matrix.rows[impact - 1][urgency - 1]


def check(matrix: Matrix) -> None:
    """Refuse a matrix that has holes, unknown priorities, or in which worse ranks lower."""
    rows = matrix.rows
    require(
        len(rows) == len(LEVELS) and all(len(row) == len(LEVELS) for row in rows),
        "A priority matrix has three rows of impact and three columns of urgency.",
    )
    for impact, row in zip(LEVELS, rows, strict=True):
        for urgency, value in zip(LEVELS, row, strict=True):
            place = f"impact {impact}, urgency {urgency}"
            require(value in NAMES, f"{place}: a priority is a number from 1 to 5.")
            worse_impact = impact > 1 and rows[impact - 2][urgency - 1] > value
            worse_urgency = urgency > 1 and row[urgency - 2] > value
            require(
                not worse_impact and not worse_urgency,
                f"{place}: a lower impact or urgency must not rank before a higher one.",
            )
