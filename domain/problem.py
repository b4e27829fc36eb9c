"""Problems: causes, or possible causes, of incidents; known errors once analysed (ITIL 4)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self, Unpack
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.life_cycle import Moved, Opened, Opening, Resolvable, opening
from domain.merging import Mergeable
from domain.moves import Move
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.tasks import Task
from domain.ticket import Visibility
from domain.ticket_tasks import AddedTasks

PendingReason = Literal["customer", "vendor", "change", "evidence"]
SYMPTOMS_MAX = 100


class Status(StrEnum):
    PROPOSED = "proposed"
    NEW = "new"
    ASSIGNED = "assigned"
    INVESTIGATING = "investigating"
    PENDING = "pending"
    KNOWN_ERROR = "known error"
    RESOLVED = "resolved"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


UNRESOLVED = frozenset(
    {Status.NEW, Status.ASSIGNED, Status.INVESTIGATING, Status.PENDING, Status.KNOWN_ERROR}
)
ACTIVE = UNRESOLVED - {Status.PENDING}
DONE = frozenset({Status.RESOLVED, Status.REVIEWED})

MOVES = {
    "accept": Move(
        frozenset({Status.PROPOSED}), Status.NEW, "Only a proposed problem can be accepted."
    ),
    "decline": Move(
        frozenset({Status.PROPOSED}), Status.CANCELLED, "Only a proposed problem can be declined."
    ),
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
        DONE,
        Status.INVESTIGATING,
        "Only a resolved problem can reopen.",
    ),
    "review": Move(
        frozenset({Status.RESOLVED}), Status.REVIEWED, "Only a resolved problem can be reviewed."
    ),
    "close": Move(DONE, Status.CLOSED, "Only a resolved problem can be closed."),
    "cancel": Move(UNRESOLVED, Status.CANCELLED, "Only an open problem can be cancelled."),
    "merge": Move(
        UNRESOLVED | {Status.PROPOSED},
        Status.MERGED,
        "Only an open or proposed problem can be merged into another.",
    ),
}
"""A problem that was a known error when it began to wait is one again when it resumes. One that is
accepted and was given to somebody before is assigned. Undoing a merge leads to where it was."""


class Problem(Resolvable, Mergeable, AddedTasks):
    prefix = "PRB"
    what: ClassVar[str] = "problem"
    moves = MOVES
    first = Status.NEW
    handed: ClassVar[Mapping[str, StrEnum]] = {Status.NEW: Status.ASSIGNED}

    status: Status
    workarounds: int
    """How many texts it had as its workaround; the latest holds."""
    has_cause: bool
    is_known_error: bool
    proposed_by: str
    """The number of the rule that proposed it; empty if a person raised it."""
    symptoms: int
    fix: UUID | None
    """The change that removes its cause."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.workarounds = 0
        self.has_cause = False
        self.is_known_error = False
        self.proposed_by = ""
        self.symptoms = 0
        self.fix = None

    @property
    def is_unresolved(self) -> bool:
        """Whether it is proposed, or open."""
        return self.status is Status.PROPOSED or self.status in UNRESOLVED

    # Raise -------------------------------------------------------------------------------

    @classmethod
    def raise_(cls, id: UUID, *, by: Provenance, **said: Unpack[Opening]) -> Self:
        return cls.begin(id, cls.Raised(by=by, **opening("A problem", said)))

    class Raised(Opened):
        pass

    # Propose, accept, decline ----------------------------------------------------------------

    @classmethod
    def propose(cls, id: UUID, *, title: str, description: str = "", by: Provenance) -> Self:
        """Say that there may be a problem, which somebody has to decide."""
        said: Opening = {
            "title": title,
            "description": description,
            "requester": None,
            "organisation": None,
        }
        return cls.begin(id, cls.Proposed(by=by, **opening("A problem", said)))

    class Proposed(Opened):
        def apply(self, problem: "Problem", /) -> None:
            super().apply(problem)
            problem.status = Status.PROPOSED
            problem.proposed_by = self.by.cause.rule if self.by.cause else ""

    def accept(self, *, by: Provenance) -> None:
        """Log it: it is a problem from now on."""
        self._require("accept")
        self.record(self.Accepted(by=by))

    class Accepted(Moved):
        act = "accept"

        def apply(self, problem: "Problem", /) -> None:
            super().apply(problem)
            if problem.team is not None or problem.assignee is not None:
                problem.status = Status.ASSIGNED

    def decline(self, *, reason: str, by: Provenance) -> None:
        """Say that it is none. It keeps its incidents, so that they are not proposed again."""
        self._require("decline")
        self.record(
            self.Declined(by=by, reason=text.reason(reason, "Declining a problem needs a reason."))
        )

    class Declined(Resolvable.Cancelled):
        act = "decline"

    # Investigate ---------------------------------------------------------------------------

    def investigate(self, *, by: Provenance) -> None:
        self._require("investigate")
        if self.status is not Status.INVESTIGATING:
            self.record(self.InvestigationStarted(by=by))

    class InvestigationStarted(Moved):
        act = "investigate"

    @property
    def has_workaround(self) -> bool:
        return self.workarounds > 0

    @property
    def is_worked_around(self) -> bool:
        """Whether it is a known error, not resolved yet, that one can live with."""
        return self.is_known_error and self.has_workaround and self.status in UNRESOLVED

    def note_symptom(self, symptom: str, *, by: Provenance) -> None:
        """Say by what the problem is seen. Each symptom is kept."""
        require(self.status in UNRESOLVED, "Only an open problem gets a symptom.")
        require(self.symptoms < SYMPTOMS_MAX, f"A problem has at most {SYMPTOMS_MAX} symptoms.")
        self.record(
            self.SymptomNoted(by=by, text=text.reason(symptom, "A symptom says what is seen."))
        )

    class SymptomNoted(Event):
        text: Annotated[str, Personal("actor")]

        def apply(self, problem: "Problem", /) -> None:
            problem.symptoms += 1

    def _require_turn(self, task: Task) -> None:
        require(self.status in UNRESOLVED, "Tasks are done while the problem is open.")
        super()._require_turn(task)

    def document_workaround(
        self,
        workaround: str,
        *,
        visibility: Visibility = Visibility.INTERNAL,
        by: Provenance,
    ) -> None:
        """Say how to live with the problem until it is resolved: to the requesters of its incidents
        as well, if it is public. The latest text holds."""
        require(self.status in UNRESOLVED, "Only an open problem gets a workaround.")
        self.record(
            self.WorkaroundDocumented(
                by=by,
                text=text.reason(workaround, "A workaround says what to do."),
                visibility=visibility,
            )
        )

    class WorkaroundDocumented(Event):
        text: Annotated[str, Personal("actor")]
        visibility: Visibility = Visibility.INTERNAL

        def apply(self, problem: "Problem", /) -> None:
            problem.workarounds += 1

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

    class KnownErrorDeclared(Moved):
        act = "declare_known_error"

        def apply(self, problem: "Problem", /) -> None:
            super().apply(problem)
            problem.is_known_error = True

    # Fix, review -----------------------------------------------------------------------------

    def plan_fix(self, change: UUID, *, by: Provenance) -> None:
        """Say which change removes its cause. The latest holds."""
        require(self.status in UNRESOLVED, "Only an open problem gets a fix.")
        if change != self.fix:
            self.record(self.FixPlanned(by=by, change=change))

    class FixPlanned(Event):
        change: UUID

        def apply(self, problem: "Problem", /) -> None:
            problem.fix = self.change

    def review(self, *, notes: str, by: Provenance) -> None:
        """Say what was learnt from it, once it is resolved."""
        self._require("review")
        self.record(
            self.Reviewed(by=by, notes=text.reason(notes, "A review says what was learnt."))
        )

    class Reviewed(Moved):
        act = "review"

        notes: Annotated[str, Personal("actor")]

    # Resume, reopen --------------------------------------------------------------------------

    class Resumed(Resolvable.Resumed):
        def apply(self, problem: "Problem", /) -> None:
            super().apply(problem)
            if problem.is_known_error:
                problem.status = Status.KNOWN_ERROR

    class Reopened(Resolvable.Reopened):
        """It is investigated anew, and no longer a known error."""

        def apply(self, problem: "Problem", /) -> None:
            super().apply(problem)
            problem.is_known_error = False
