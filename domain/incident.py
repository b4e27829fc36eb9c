"""Incidents: unplanned interruptions of a service, or losses of its quality (ITIL 4)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.escalated import Escalated
from domain.personal import Personal
from domain.promises import FIRST_RESPONSE, RESOLUTION
from domain.provenance import Provenance
from domain.rules import require

Channel = Literal["portal", "api", "email", "phone", "chat", "walk-in", "monitoring", "imported"]
PendingReason = Literal["customer", "vendor", "change", "problem", "evidence"]

SUPPORT_LEVELS = (1, 2, 3)


class Status(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in progress"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Move(NamedTuple):
    """From which states an act leads to which, and the rule that is said to whoever tries others.

    Who may act stands in `domain.policy`, under the name of the act.
    """

    sources: frozenset[Status]
    target: Status
    rule: str


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
}


class Incident(Escalated):
    prefix = "INC"
    what: ClassVar[str] = "incident"

    status: Status
    channel: str
    pending_reason: str
    support_level: int
    reopened: int
    responded_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    is_major_proposed: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = Status.NEW
        self.channel = ""
        self.pending_reason = ""
        self.support_level = 1
        self.reopened = 0
        self.responded_at = None
        self.resolved_at = None
        self.closed_at = None
        self.is_major_proposed = False

    @property
    def is_over(self) -> bool:
        return self.status in (Status.CLOSED, Status.CANCELLED)

    @property
    def is_called_off(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def is_at_work(self) -> bool:
        return self.status in OPEN

    def met_at(self, target: str) -> datetime | None:
        return {FIRST_RESPONSE: self.responded_at, RESOLUTION: self.resolved_at}.get(target)

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    # Log ---------------------------------------------------------------------------------

    @classmethod
    def log(
        cls,
        id: UUID,
        *,
        title: str,
        description: str = "",
        requester: UUID | None,
        organisation: UUID | None,
        channel: Channel = "portal",
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Logged(
                by=by,
                title=text.title(title, "An incident"),
                description=text.body(description, "A description"),
                requester=requester,
                organisation=organisation,
                channel=channel,
            ),
        )

    class Logged(Event):
        title: Annotated[str, Personal("requester")]
        description: Annotated[str, Personal("requester")] = ""
        requester: UUID | None = None
        organisation: UUID | None = None
        channel: Channel = "portal"

        def apply(self, incident: "Incident", /) -> None:
            incident.requester = self.requester
            incident.organisation = self.organisation
            incident.channel = self.channel

    # Assign: as every ticket, and a new one is new no more ---------------------------------

    def hand_to(self, team: UUID | None, assignee: UUID | None) -> None:
        super().hand_to(team, assignee)
        if self.status is Status.NEW:
            self.status = Status.ASSIGNED

    # Start work --------------------------------------------------------------------------

    def start(self, *, by: Provenance) -> None:
        self._require("start")
        if self.status is not Status.IN_PROGRESS:
            self.record(self.WorkStarted(by=by))

    class WorkStarted(Event):
        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.IN_PROGRESS
            incident.pending_reason = ""

    # Respond: the first public word of an agent to the requester -------------------------

    def respond(self, *, by: Provenance) -> None:
        """Note that the desk has answered for the first time. Later answers record nothing."""
        if self.responded_at is None and not self.is_over:
            self.record(self.FirstResponded(by=by))

    class FirstResponded(Event):
        def apply(self, incident: "Incident", /) -> None:
            incident.responded_at = self.by.effective_at
            incident.answer()

    # Escalate functionally: to the people who know more ------------------------------------

    def escalate_functionally(
        self,
        *,
        team: UUID,
        support_level: int,
        reason: str,
        assignee: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Hand over to another team or level of support, with the reason of the hand-over."""
        require(self.status in OPEN, "Only an open incident can be escalated.")
        require(support_level in SUPPORT_LEVELS, "The levels of support are 1, 2 and 3.")
        require(
            team != self.team or support_level != self.support_level,
            "An incident is escalated to another team or level of support.",
        )
        self.record(
            self.EscalatedFunctionally(
                by=by,
                team=team,
                assignee=assignee,
                support_level=support_level,
                reason=text.reason(reason, "A functional escalation needs a reason."),
            )
        )

    class EscalatedFunctionally(Event):
        team: UUID
        support_level: int
        reason: Annotated[str, Personal("actor")]
        assignee: UUID | None = None

        def apply(self, incident: "Incident", /) -> None:
            incident.hand_to(self.team, self.assignee)
            incident.support_level = self.support_level

    # Propose as a major incident ------------------------------------------------------------

    def propose_major_incident(self, *, reason: str, by: Provenance) -> None:
        """Say that it may be a major incident, which somebody has to decide. A second proposal
        records nothing."""
        require(self.is_at_work, "Only an open incident can be proposed as a major one.")
        if not self.is_major_proposed:
            self.record(
                self.MajorIncidentProposed(
                    by=by, reason=text.reason(reason, "A proposal needs a reason.")
                )
            )

    class MajorIncidentProposed(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, incident: "Incident", /) -> None:
            incident.is_major_proposed = True

    # Wait and resume ----------------------------------------------------------------------

    def pend(self, reason: PendingReason, *, note: str = "", by: Provenance) -> None:
        """Wait for somebody or something else."""
        self._require("pend")
        self.record(
            self.Paused(by=by, reason=reason, note=text.body(note, "A note", text.REASON_MAX))
        )

    class Paused(Event):
        reason: PendingReason
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.PENDING
            incident.pending_reason = self.reason

    def resume(self, *, by: Provenance) -> None:
        self._require("resume")
        self.record(self.Resumed(by=by))

    class Resumed(Event):
        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.IN_PROGRESS
            incident.pending_reason = ""

    class Requeued(Event):
        """Work has stopped, and it waits to be taken up. Only imported histories say so."""

        def apply(self, incident: "Incident", /) -> None:
            is_held = incident.team is not None or incident.assignee is not None
            incident.status = Status.ASSIGNED if is_held else Status.NEW
            incident.pending_reason = ""

    # Resolve, reopen, close, cancel ---------------------------------------------------------

    def resolve(self, *, code: str, resolution: str, by: Provenance) -> None:
        """Say that it works again, and how. That answers the requester too, if nobody has yet."""
        self._require("resolve")
        code = text.name(code, "A closure code")
        resolution = text.reason(resolution, "A resolution says what was done.")
        self.respond(by=by)
        self.record(self.Resolved(by=by, code=code, resolution=resolution))

    class Resolved(Event):
        code: str
        resolution: Annotated[str, Personal("actor")] = ""

        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.RESOLVED
            incident.pending_reason = ""
            incident.resolved_at = self.by.effective_at
            incident.answer()

    def reopen(self, *, reason: str, by: Provenance) -> None:
        self._require("reopen")
        self.record(self.Reopened(by=by, reason=text.reason(reason, "Reopening needs a reason.")))

    class Reopened(Event):
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.IN_PROGRESS
            incident.resolved_at = None
            incident.closed_at = None
            incident.reopened += 1

    def close(self, *, by: Provenance) -> None:
        self._require("close")
        self.record(self.Closed(by=by))

    class Closed(Event):
        code: str = ""

        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.CLOSED
            incident.pending_reason = ""
            incident.closed_at = self.by.effective_at

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, incident: "Incident", /) -> None:
            incident.status = Status.CANCELLED
            incident.pending_reason = ""
            incident.closed_at = self.by.effective_at
