"""The phases of a release: when each is rolled out, with which changes, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.rules import require

PHASES_MAX = 20
CHANGES_MAX = 100

State = Literal["planned", "rolling out", "done", "backed out"]
Outcome = Literal["successful", "successful with issues", "unsuccessful"]


class Phase(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A phase by its number, from 1. Its gate is called by its name."""

    number: int
    name: str
    start: datetime
    end: datetime
    changes: tuple[UUID, ...] = ()
    state: State = "planned"
    outcome: str = ""
    """What came of it, once it is done."""


def called(phases: Sequence[Phase], name: str) -> Phase | None:
    return next((phase for phase in phases if phase.name == name), None)


def under_way(phases: Sequence[Phase]) -> Phase | None:
    """The phase that is rolling out."""
    return next((phase for phase in phases if phase.state == "rolling out"), None)


def upcoming(phases: Sequence[Phase]) -> Phase | None:
    """The phase whose turn it is: all before it are done."""
    for phase in phases:
        if phase.state != "done":
            return phase if phase.state == "planned" else None
    return None


def last_started(phases: Sequence[Phase]) -> Phase | None:
    """The latest phase that was rolled out and is not undone."""
    started = [phase for phase in phases if phase.state in ("rolling out", "done")]
    return started[-1] if started else None


def check_time(phases: Sequence[Phase], number: int, start: datetime, end: datetime) -> None:
    """Refuse a time that is none, or that is not between those of the phases around it."""
    require(start < end, "end: a phase ends after it starts.")
    for other in phases:
        if other.number < number:
            require(
                other.end <= start, f"start: {other.name} comes before it, and ends after that."
            )
        if other.number > number:
            require(end <= other.start, f"end: {other.name} starts before that.")


def check_changes(phases: Sequence[Phase], number: int, changes: Sequence[UUID]) -> None:
    """Refuse changes that are named twice, in one phase or in two."""
    require(len(changes) <= CHANGES_MAX, f"changes: a phase has at most {CHANGES_MAX} changes.")
    require(len(set(changes)) == len(changes), "changes: each is named once.")
    for other in phases:
        require(
            other.number == number or set(changes).isdisjoint(other.changes),
            f"changes: one of them is in {other.name}.",
        )
