"""Incidents: unplanned interruptions of a service, or losses of its quality (ITIL 4)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain.aggregate import Event
from domain.functional import FunctionallyEscalated
from domain.life_cycle import (
    Channel,
    Opening,
    PendingReason,
    Received,
    Resolvable,
    Startable,
    opening,
)
from domain.major_incident import MajorIncident
from domain.merging import Mergeable
from domain.moves import Move
from domain.promises import FIRST_RESPONSE, RESOLUTION
from domain.provenance import Provenance
from domain.satisfaction import Satisfaction
from domain.workarounds import WorkedAround

__all__ = ["MOVES", "Channel", "Incident", "PendingReason", "Status"]


class Status(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in progress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN = frozenset({Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING})
ACTIVE = OPEN - {Status.PENDING}

MOVES = {
    "start": Move(ACTIVE, Status.IN_PROGRESS, "Only an open incident that is not pending starts."),
    "pend": Move(ACTIVE, Status.PENDING, "Only an open incident that is not pending can wait."),
    "resume": Move(
        frozenset({Status.PENDING}), Status.IN_PROGRESS, "Only a pending incident can be resumed."
    ),
    "resolve": Move(OPEN, Status.RESOLVED, "Only an open incident can be resolved."),
    "reopen": Move(
        frozenset({Status.RESOLVED}), Status.IN_PROGRESS, "Only a resolved incident can reopen."
    ),
    "close": Move(
        frozenset({Status.RESOLVED}), Status.CLOSED, "Only a resolved incident can be closed."
    ),
    "cancel": Move(OPEN, Status.CANCELLED, "Only an open incident can be cancelled."),
    "merge": Move(OPEN, Status.MERGED, "Only an open incident can be merged into another."),
}
"""Handing it over leads from `new` to `assigned`; undoing a merge, to where it was before."""


class Incident(
    Startable,
    Resolvable,
    Mergeable,
    Satisfaction,
    MajorIncident,
    WorkedAround,
    FunctionallyEscalated,
):
    prefix = "INC"
    what: ClassVar[str] = "incident"
    moves = MOVES
    first = Status.NEW
    handed: ClassVar[Mapping[str, StrEnum]] = {Status.NEW: Status.ASSIGNED}

    status: Status
    channel: str
    responded_at: datetime | None
    resolved_at: datetime | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.channel = ""
        self.responded_at = None
        self.resolved_at = None

    def met_at(self, target: str) -> datetime | None:
        return {FIRST_RESPONSE: self.responded_at, RESOLUTION: self.resolved_at}.get(target)

    # Log ---------------------------------------------------------------------------------

    @classmethod
    def log(
        cls,
        id: UUID,
        *,
        channel: Channel = "portal",
        by: Provenance,
        **said: Unpack[Opening],
    ) -> Self:
        return cls.begin(id, cls.Logged(by=by, channel=channel, **opening("An incident", said)))

    class Logged(Received):
        pass

    # Respond: the first public word of an agent to the requester -------------------------

    def respond(self, *, by: Provenance) -> None:
        """Note that the desk has answered for the first time. Later answers record nothing."""
        if self.responded_at is None and not self.is_over:
            self.record(self.FirstResponded(by=by))

    class FirstResponded(Event):
        def apply(self, incident: "Incident", /) -> None:
            incident.responded_at = self.by.effective_at
            incident.answer()

    # Resolve, reopen, close -----------------------------------------------------------------

    def resolve(self, *, code: str, resolution: str, by: Provenance) -> None:
        """Say that it works again, and how. That answers the requester too, if nobody has yet."""
        resolved = self._resolution(code, resolution, by)
        self.respond(by=by)
        self.record(resolved)

    class Resolved(Resolvable.Resolved):
        def apply(self, incident: "Incident", /) -> None:
            super().apply(incident)
            incident.resolved_at = self.by.effective_at
            incident.answer()

    class Reopened(Resolvable.Reopened):
        def apply(self, incident: "Incident", /) -> None:
            super().apply(incident)
            incident.resolved_at = None
            incident.owe_update(self.by.effective_at)

    class Closed(Resolvable.Closed):
        code: str = ""
