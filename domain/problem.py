"""Problems: causes, or possible causes, of incidents; known errors once analysed (ITIL 4)."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket import Ticket

PendingReason = Literal["customer", "vendor", "change", "evidence"]


class Status(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    INVESTIGATING = "investigating"
    PENDING = "pending"
    KNOWN_ERROR = "known error"
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


UNRESOLVED = frozenset(
    {Status.NEW, Status.ASSIGNED, Status.INVESTIGATING, Status.PENDING, Status.KNOWN_ERROR}
)
ACTIVE = UNRESOLVED - {Status.PENDING}

MOVES = {
    "investigate": Move(
        ACTIVE - {Status.KNOWN_ERROR},
        Status.INVESTIGATING,
        "Only an open problem that is neither pending nor a known error is investigated.",
    ),
    "declare_known_error": Move(
        ACTIVE, Status.KNOWN_ERROR, "Only an open problem that is not pending is a known error."
    ),
    "pend": Move(ACTIVE, Status.PENDING, "Only an open problem that is not pending can wait."),
    "resume": Move(
        frozenset({Status.PENDING}), Status.INVESTIGATING, "Only a pending problem can be resumed."
    ),
    "resolve": Move(UNRESOLVED, Status.RESOLVED, "Only an open problem can be resolved."),
    "reopen": Move(
        frozenset({Status.RESOLVED}),
        Status.INVESTIGATING,
        "Only a resolved problem can reopen.",
    ),
    "close": Move(
        frozenset({Status.RESOLVED}), Status.CLOSED, "Only a resolved problem can be closed."
    ),
    "cancel": Move(UNRESOLVED, Status.CANCELLED, "Only an open problem can be cancelled."),
}
"""A problem that was a known error when it began to wait is one again when it resumes."""


class Problem(Ticket):
    prefix = "PRB"
    what: ClassVar[str] = "problem"

    status: Status
    pending_reason: str
    has_workaround: bool
    has_cause: bool
    is_known_error: bool
    reopened: int

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = Status.NEW
        self.pending_reason = ""
        self.has_workaround = False
        self.has_cause = False
        self.is_known_error = False
        self.reopened = 0

    @property
    def is_over(self) -> bool:
        return self.status in (Status.CLOSED, Status.CANCELLED)

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    # Raise -------------------------------------------------------------------------------

    @classmethod
    def raise_(
        cls,
        id: UUID,
        *,
        title: str,
        description: str = "",
        requester: UUID | None,
        organisation: UUID | None,
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Raised(
                by=by,
                title=text.title(title, "A problem"),
                description=text.body(description, "A description"),
                requester=requester,
                organisation=organisation,
            ),
        )

    class Raised(Event):
        title: Annotated[str, Personal("requester")]
        description: Annotated[str, Personal("requester")] = ""
        requester: UUID | None = None
        organisation: UUID | None = None

        def apply(self, problem: "Problem", /) -> None:
            problem.requester = self.requester
            problem.organisation = self.organisation

    # Assign: as every ticket, and a new one is new no more ---------------------------------

    def hand_to(self, team: UUID | None, assignee: UUID | None) -> None:
        super().hand_to(team, assignee)
        if self.status is Status.NEW:
            self.status = Status.ASSIGNED

    # Investigate ---------------------------------------------------------------------------

    def investigate(self, *, by: Provenance) -> None:
        self._require("investigate")
        if self.status is not Status.INVESTIGATING:
            self.record(self.InvestigationStarted(by=by))

    class InvestigationStarted(Event):
        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.INVESTIGATING

    def document_workaround(self, workaround: str, *, by: Provenance) -> None:
        """Say how to live with the problem until it is resolved. The latest text holds."""
        require(self.status in UNRESOLVED, "Only an open problem gets a workaround.")
        self.record(
            self.WorkaroundDocumented(
                by=by, text=text.reason(workaround, "A workaround says what to do.")
            )
        )

    class WorkaroundDocumented(Event):
        text: Annotated[str, Personal("actor")]

        def apply(self, problem: "Problem", /) -> None:
            problem.has_workaround = True

    def identify_cause(self, cause: str, *, by: Provenance) -> None:
        """Say what causes the problem. The latest text holds."""
        require(self.status in UNRESOLVED, "Only an open problem gets a cause.")
        self.record(
            self.CauseIdentified(by=by, text=text.reason(cause, "A cause says what is wrong."))
        )

    class CauseIdentified(Event):
        text: Annotated[str, Personal("actor")]

        def apply(self, problem: "Problem", /) -> None:
            problem.has_cause = True

    def declare_known_error(self, *, by: Provenance) -> None:
        """Say that the problem is analysed and not resolved."""
        self._require("declare_known_error")
        require(
            self.has_cause or self.has_workaround,
            "A known error has a cause or a workaround on record.",
        )
        if self.status is not Status.KNOWN_ERROR:
            self.record(self.KnownErrorDeclared(by=by))

    class KnownErrorDeclared(Event):
        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.KNOWN_ERROR
            problem.is_known_error = True

    # Wait and resume -----------------------------------------------------------------------

    def pend(self, reason: PendingReason, *, note: str = "", by: Provenance) -> None:
        """Wait for somebody or something else."""
        self._require("pend")
        self.record(
            self.Paused(by=by, reason=reason, note=text.body(note, "A note", text.REASON_MAX))
        )

    class Paused(Event):
        reason: PendingReason
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.PENDING
            problem.pending_reason = self.reason

    def resume(self, *, by: Provenance) -> None:
        self._require("resume")
        self.record(self.Resumed(by=by))

    class Resumed(Event):
        def apply(self, problem: "Problem", /) -> None:
            known = problem.is_known_error
            problem.status = Status.KNOWN_ERROR if known else Status.INVESTIGATING
            problem.pending_reason = ""

    class Requeued(Event):
        """Work has stopped, and it waits to be taken up. Only imported histories say so."""

        def apply(self, problem: "Problem", /) -> None:
            is_held = problem.team is not None or problem.assignee is not None
            problem.status = Status.ASSIGNED if is_held else Status.NEW
            problem.pending_reason = ""

    # Resolve, reopen, close, cancel ---------------------------------------------------------

    def resolve(self, *, code: str, resolution: str, by: Provenance) -> None:
        self._require("resolve")
        self.record(
            self.Resolved(
                by=by,
                code=text.name(code, "A closure code"),
                resolution=text.reason(resolution, "A resolution says what was done."),
            )
        )

    class Resolved(Event):
        code: str
        resolution: Annotated[str, Personal("actor")] = ""

        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.RESOLVED
            problem.pending_reason = ""

    def reopen(self, *, reason: str, by: Provenance) -> None:
        """Take the problem up again: it is investigated anew, and no longer a known error."""
        self._require("reopen")
        self.record(self.Reopened(by=by, reason=text.reason(reason, "Reopening needs a reason.")))

    class Reopened(Event):
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.INVESTIGATING
            problem.is_known_error = False
            problem.reopened += 1

    def close(self, *, by: Provenance) -> None:
        self._require("close")
        self.record(self.Closed(by=by))

    class Closed(Event):
        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.CLOSED

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, problem: "Problem", /) -> None:
            problem.status = Status.CANCELLED
            problem.pending_reason = ""
