"""The risk of a change: by impact and likelihood."""

from domain.change_moves import Risk
from domain.priority import LEVELS, Level
from domain.rules import require

MATRIX: dict[tuple[Level, Level], Risk] = {
    (1, 1): "very high",
    (1, 2): "high",
    (2, 1): "high",
    (1, 3): "moderate",
    (2, 2): "moderate",
    (3, 1): "moderate",
    (2, 3): "low",
    (3, 2): "low",
    (3, 3): "low",
}
"""The risk of an impact and a likelihood: 1 high, 2 medium, 3 low."""


def by_matrix(impact: Level, likelihood: Level) -> Risk:
    """The risk where no risk model is published. Raises Refused for levels that do not exist."""
    require(impact in LEVELS, "An impact is 1 high, 2 medium or 3 low.")
    require(likelihood in LEVELS, "A likelihood is 1 high, 2 medium or 3 low.")
    return MATRIX[impact, likelihood]
