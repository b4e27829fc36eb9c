"""Tables of moves: which act leads a record from which states to which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from domain.rules import require

Target = TypeVar("Target", bound=StrEnum | None)


class Move(NamedTuple, Generic[Target]):
    """From which states an act leads to which, and the rule that is said to whoever tries others.

    Who may act stands in `domain.policy`, under the name of the act. Without a target, the state
    stays.
    """

    sources: frozenset[StrEnum]
    target: Target
    rule: str


def require_move(moves: Mapping[str, Move[Any]], act: str, status: StrEnum | None) -> None:
    """Refuse an act from a state that it does not lead away from."""
    move = moves[act]
    require(status in move.sources, move.rule)
