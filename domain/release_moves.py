"""The life cycle of releases."""

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    PLANNED = "planned"
    ROLLING_OUT = "rolling out"
    STOPPED = "stopped"
    COMPLETED = "completed"
    BACKED_OUT = "backed out"
    CANCELLED = "cancelled"


class Move(NamedTuple):
    """From which states an act leads to which, and the rule that is said to whoever tries others.

    Who may act stands in `domain.policy_releases`, under the name of the act.
    """

    sources: frozenset[Status]
    targets: frozenset[Status]
    rule: str


AHEAD = frozenset({Status.PLANNED, Status.ROLLING_OUT})
UNDER_WAY = frozenset({Status.ROLLING_OUT, Status.STOPPED})
OPEN = AHEAD | UNDER_WAY

MOVES = {
    "start_phase": Move(
        AHEAD,
        frozenset({Status.ROLLING_OUT}),
        "Only a release that is neither stopped nor over goes on.",
    ),
    "complete_phase": Move(
        frozenset({Status.ROLLING_OUT}),
        # An unsuccessful phase stops it, and the last phase completes it.
        frozenset({Status.ROLLING_OUT, Status.STOPPED, Status.COMPLETED}),
        "Only a phase of a release that is rolling out is completed.",
    ),
    "stop": Move(
        frozenset({Status.ROLLING_OUT}),
        frozenset({Status.STOPPED}),
        "Only a release that is rolling out can be stopped.",
    ),
    "resume": Move(
        frozenset({Status.STOPPED}),
        frozenset({Status.ROLLING_OUT, Status.COMPLETED}),
        "Only a stopped release can be resumed.",
    ),
    "back_out": Move(
        UNDER_WAY,
        # It is backed out once all that was rolled out is undone.
        frozenset({Status.STOPPED, Status.BACKED_OUT}),
        "Only a release that is rolling out or stopped can be backed out.",
    ),
    "cancel": Move(
        frozenset({Status.PLANNED}),
        frozenset({Status.CANCELLED}),
        "Only a release of which nothing was rolled out can be cancelled.",
    ),
}
