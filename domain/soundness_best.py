"""The best case of an approval process: how few votes and steps can approve something."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal

from domain import approval_flow
from domain.approval_process import Definition
from domain.soundness_cases import Case
from domain.soundness_report import Shortest
from domain.soundness_voters import needed_at_first

First = Literal["asked elsewhere", "asked here only"]


def fewest_votes(case: Case, applied: Collection[int]) -> int | None:
    """So many approvals are enough where these stages apply, if in each those vote first who are
    asked in most stages, or in fewest; None if both leave too few people."""
    orders: tuple[First, ...] = ("asked elsewhere", "asked here only")
    numbers = (_votes(case, applied, first) for first in orders)
    return min((number for number in numbers if number is not None), default=None)


def _votes(case: Case, applied: Collection[int], first: First) -> int | None:
    asked = {index: case.voters(case.seats[index], applied) for index in applied}
    often = Counter(voter for voters in asked.values() for voter in voters)
    sign = -1 if first == "asked elsewhere" else 1
    voted: set[str] = set()
    number = 0
    for index, voters in asked.items():
        left = [voter for voter in voters if voter not in voted]
        stage = case.seats[index].open
        needed = max(1, needed_at_first(stage.quorum, left))
        if needed > len(left) and not stage.asks_managers:
            return None
        number += needed
        if not case.repeat_voters:
            voted |= set(sorted(left, key=lambda voter: sign * often[voter])[:needed])
    return number


def shortest(definition: Definition, fewest: Mapping[tuple[int, ...], int]) -> Shortest | None:
    """The fewest votes with which something is approved, and the steps of that; None if nothing is.

    fewest: the votes that are enough, by the stages that apply.
    """
    best = min(
        ((votes, _steps(definition, applied)) for applied, votes in fewest.items()), default=None
    )
    return None if best is None else Shortest(votes=best[0], steps=best[1])


def _steps(definition: Definition, applied: Collection[int]) -> int:
    """How many stages wait for each other at most."""
    stages = definition.stages
    skipped = [each.name for index, each in enumerate(stages) if index not in applied]
    steps: dict[str, int] = {}
    for name, awaited in approval_flow.before(stages, skipped).items():
        steps[name] = 1 + max((steps[each] for each in awaited), default=0)
    return max(steps.values())
