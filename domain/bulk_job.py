"""Bulk jobs: many commands, one a row of a file, previewed, run and undone as one.

A job goes through its rows in stages: first a preview, without effect; then the run; and, if it is
to be as if the job had never been, a preview of the undoing and the undoing itself. What came of
each row is recorded page by page, so whoever goes on after an interruption knows where.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID, uuid5

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.ids import named_id
from domain.moves import Move, require_move
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require

ROWS_MAX = 10_000
BYTES_MAX = 10 * 1024 * 1024
ROW_BYTES_MAX = 64 * 1024
RECORDED_MAX = 1_000
"""So many results are recorded by one command at most."""
UNDER_WAY_MAX = 5
"""So many jobs of one person are under way at a time."""
KEPT_BYTES_MAX = 10 * BYTES_MAX
"""So much the files of one person's jobs take."""
FILE_KEPT = timedelta(days=30)
"""How long the file of a job is kept after something last happened to the job, if nobody says
otherwise."""

_COMMANDS = named_id("BLK", "commands")


class Status(StrEnum):
    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    PREVIEWING_UNDO = "previewing undo"
    UNDOING = "undoing"
    UNDONE = "undone"


class Stage(StrEnum):
    PREVIEW = "preview"
    RUN = "run"
    UNDO_PREVIEW = "undo preview"
    UNDO = "undo"

    @property
    def is_dry(self) -> bool:
        """Whether it has no effect."""
        return self in (Stage.PREVIEW, Stage.UNDO_PREVIEW)

    @property
    def is_backwards(self) -> bool:
        """Whether it begins with the last row, as what came last is undone first."""
        return self in (Stage.UNDO_PREVIEW, Stage.UNDO)


class Outcome(StrEnum):
    """What came of a row, or would come of it."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNDONE = "undone"
    LEFT = "left"
    """It is not undone: the record has moved on, or there is no way back."""


_RUNS = frozenset({Status.PREVIEWING, Status.RUNNING, Status.PREVIEWING_UNDO, Status.UNDOING})
UNDER_WAY = _RUNS | {Status.STOPPING}
"""In these states somebody has still to do something about it."""
_UNDOABLE = frozenset({Status.DONE, Status.STOPPED})

MOVES: Mapping[str, Move[Status | None]] = {
    "start": Move(
        frozenset({Status.PREVIEWED, Status.STOPPED}),
        Status.RUNNING,
        "Only a job that was previewed or stopped can be started.",
    ),
    "retry": Move(
        frozenset({Status.DONE}), Status.RUNNING, "Only the rows of a job that is done are retried."
    ),
    "preview_undo": Move(
        _UNDOABLE, Status.PREVIEWING_UNDO, "Only a job that is done or stopped can be undone."
    ),
    "undo": Move(_UNDOABLE, Status.UNDOING, "Only a job that is done or stopped can be undone."),
    "stop": Move(_RUNS, Status.STOPPING, "Only a job that is under way can be stopped."),
    "record_rows": Move(UNDER_WAY, None, "Rows are recorded of a job that is under way."),
    "finish": Move(UNDER_WAY, None, "Only a job that is under way comes to its end."),
    "give_up": Move(UNDER_WAY, Status.STOPPED, "Only a job that is under way is given up."),
}


class Result(Struct, frozen=True, array_like=True, omit_defaults=True):
    """What came of one row. `version` is that of the record after it; 0 without a record."""

    row: int
    act: str
    outcome: Outcome
    record: UUID | None = None
    version: int = 0


class BulkJob(Aggregate):
    prefix = "BLK"

    owner: UUID | None
    organisation: UUID | None
    sha256: str
    media_type: str
    act: str
    """What the rows do that do not say it themselves."""
    rows: int
    status: Status
    stage: Stage
    begun: int
    """The version at which the present stage began."""
    scopes: tuple[str, ...]
    """Those of whoever began the present stage."""
    results: Mapping[int, Result]
    """What came of the rows that were run, by their numbers."""
    told: frozenset[int]
    """The rows that the present stage has seen to."""
    undone: frozenset[int]
    """Those of them that it has undone, or would."""
    is_undone: bool
    """Whether any of it was undone, or was to be."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.owner = self.organisation = None
        self.sha256 = self.media_type = self.act = ""
        self.rows = self.begun = 0
        self.status, self.stage = Status.PREVIEWING, Stage.PREVIEW
        self.scopes = ()
        self.results = {}
        self.told = self.undone = frozenset()
        self.is_undone = False

    def todo(self) -> Iterator[int]:
        """The rows that the present stage has still to see to, in its order."""
        rows = range(1, self.rows + 1)
        for row in reversed(rows) if self.stage.is_backwards else rows:
            if row not in self.told and (not self.stage.is_backwards or self._has_effect(row)):
                yield row

    def _has_effect(self, row: int) -> bool:
        result = self.results.get(row)
        return result is not None and result.outcome in (Outcome.CREATED, Outcome.CHANGED)

    def _begin(self, stage: Stage, scopes: tuple[str, ...]) -> None:
        self.stage, self.scopes = stage, scopes
        self.begun = self.version + 1
        self.told = frozenset(self.results) if stage is Stage.RUN else frozenset()
        self.undone = frozenset()

    # Propose -------------------------------------------------------------------------------

    @classmethod
    def propose(
        cls,
        id: UUID,
        *,
        name: str,
        media_type: str,
        size: int,
        sha256: str,
        rows: int,
        act: str = "",
        owner: UUID,
        organisation: UUID,
        scopes: Sequence[str],
        by: Provenance,
    ) -> Self:
        """Take a file, to be previewed. `size` is in bytes."""
        require(1 <= rows <= ROWS_MAX, f"A bulk job has 1 to {ROWS_MAX} rows.")
        require(1 <= size <= BYTES_MAX, f"The file of a bulk job has 1 to {BYTES_MAX} bytes.")
        return cls.begin(
            id,
            cls.Proposed(
                by=by,
                name=text.name(name, "The name of a file"),
                media_type=media_type,
                size=size,
                sha256=sha256,
                rows=rows,
                act=act,
                owner=owner,
                organisation=organisation,
                scopes=tuple(scopes),
            ),
        )

    class Proposed(Event):
        name: Annotated[str, Personal("actor")]
        media_type: str
        size: int
        sha256: str
        rows: int
        owner: UUID
        organisation: UUID
        act: str = ""
        scopes: tuple[str, ...] = ()

        def apply(self, job: "BulkJob", /) -> None:
            job.owner, job.organisation = self.owner, self.organisation
            job.sha256, job.media_type, job.act = self.sha256, self.media_type, self.act
            job.rows = self.rows
            job.status = Status.PREVIEWING
            job._begin(Stage.PREVIEW, self.scopes)

    # Start, retry --------------------------------------------------------------------------

    def start(self, *, scopes: Sequence[str], others: int = 0, by: Provenance) -> None:
        """Run the rows that have not been run. `others` of the same person are under way."""
        require_move(MOVES, "start", self.status)
        require_room(others)
        require(not self.is_undone, "A job that was undone is not started again.")
        self.record(self.Started(by=by, scopes=tuple(scopes)))

    class Started(Event):
        scopes: tuple[str, ...] = ()

        def apply(self, job: "BulkJob", /) -> None:
            job.status = Status.RUNNING
            job._begin(Stage.RUN, self.scopes)

    def retry(self, *, scopes: Sequence[str], others: int = 0, by: Provenance) -> None:
        """Run again the rows that failed."""
        require_move(MOVES, "retry", self.status)
        require_room(others)
        require(not self.is_undone, "A job that was undone is not started again.")
        failed = any(result.outcome is Outcome.FAILED for result in self.results.values())
        require(failed, "No row of this job has failed.")
        self.record(self.Retried(by=by, scopes=tuple(scopes)))

    class Retried(Event):
        scopes: tuple[str, ...] = ()

        def apply(self, job: "BulkJob", /) -> None:
            job.status = Status.RUNNING
            job.results = {
                row: result
                for row, result in job.results.items()
                if result.outcome is not Outcome.FAILED
            }
            job._begin(Stage.RUN, self.scopes)

    # Undo ----------------------------------------------------------------------------------

    def preview_undo(self, *, scopes: Sequence[str], others: int = 0, by: Provenance) -> None:
        """Find out what undoing would do."""
        require_move(MOVES, "preview_undo", self.status)
        require_room(others)
        self.record(self.UndoPreviewed(by=by, scopes=tuple(scopes)))

    class UndoPreviewed(Event):
        scopes: tuple[str, ...] = ()

        def apply(self, job: "BulkJob", /) -> None:
            job.status = Status.PREVIEWING_UNDO
            job._begin(Stage.UNDO_PREVIEW, self.scopes)

    def undo(self, *, scopes: Sequence[str], others: int = 0, by: Provenance) -> None:
        """Take back what the rows did, where nothing else has happened to their records since."""
        require_move(MOVES, "undo", self.status)
        require_room(others)
        self.record(self.UndoStarted(by=by, scopes=tuple(scopes)))

    class UndoStarted(Event):
        scopes: tuple[str, ...] = ()

        def apply(self, job: "BulkJob", /) -> None:
            job.status, job.is_undone = Status.UNDOING, True
            job._begin(Stage.UNDO, self.scopes)

    # Rows ----------------------------------------------------------------------------------

    def record_rows(
        self, *, results: Sequence[Result], problems: Mapping[str, Any], by: Provenance
    ) -> None:
        """Say what came of some rows. `problems` are problem documents by the row's number."""
        require_move(MOVES, "record_rows", self.status)
        require(
            len(results) <= RECORDED_MAX, f"At most {RECORDED_MAX} rows are recorded at a time."
        )
        new = tuple(result for result in results if result.row not in self.told)
        require(
            all(1 <= result.row <= self.rows for result in new), "A job has the rows of its file."
        )
        if new:
            rows = {str(result.row) for result in new}
            said = {row: problem for row, problem in problems.items() if row in rows}
            self.record(self.RowsRecorded(by=by, stage=self.stage, results=new, problems=said))

    class RowsRecorded(Event):
        stage: Stage
        results: tuple[Result, ...]
        problems: Annotated[dict[str, Any], Personal("actor")] = {}

        def apply(self, job: "BulkJob", /) -> None:
            job.told = job.told | {result.row for result in self.results}
            job.undone = job.undone | {
                result.row for result in self.results if result.outcome is Outcome.UNDONE
            }
            if self.stage is Stage.RUN:
                job.results = {**job.results, **{result.row: result for result in self.results}}

        @property
        def counts(self) -> Counter[Outcome]:
            return Counter(result.outcome for result in self.results)

    # Finish, stop --------------------------------------------------------------------------

    def finish(self, *, by: Provenance) -> None:
        """Come to the end of a stage, or to where it was told to stop."""
        require_move(MOVES, "finish", self.status)
        is_over = self.status is Status.STOPPING or next(self.todo(), None) is None
        require(is_over, "A stage is over once each row was seen to.")
        self.record(self.Finished(by=by, status=self._finished()))

    def _finished(self) -> Status:
        if self.status is Status.STOPPING:
            return Status.STOPPED
        match self.stage:
            case Stage.PREVIEW:
                return Status.PREVIEWED
            case Stage.UNDO:
                return Status.UNDONE
        return Status.DONE if len(self.results) == self.rows else Status.STOPPED

    class Finished(Event):
        status: Status

        def apply(self, job: "BulkJob", /) -> None:
            job.status = self.status

    def stop(self, reason: str, *, by: Provenance) -> None:
        """Do no more than the rows that are being done; the others can be gone on with."""
        require_move(MOVES, "stop", self.status)
        self.record(
            self.Stopped(by=by, reason=text.reason(reason, "A job is stopped with a reason."))
        )

    class Stopped(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, job: "BulkJob", /) -> None:
            job.status = Status.STOPPING

    def give_up(self, reason: str, *, by: Provenance) -> None:
        """Stop it, as it cannot go on."""
        require_move(MOVES, "give_up", self.status)
        self.record(
            self.GivenUp(by=by, reason=text.reason(reason, "A job is given up for a reason."))
        )

    class GivenUp(Event):
        reason: str

        def apply(self, job: "BulkJob", /) -> None:
            job.status = Status.STOPPED


def require_room(others: int, kept: int = 0, size: int = 0) -> None:
    """For one more job under way. `others` of the same person are, and the files of all of theirs
    take `kept` bytes; the new one has `size`."""
    require(
        others < UNDER_WAY_MAX,
        f"At most {UNDER_WAY_MAX} bulk jobs of one person are under way at a time: let one come to "
        "its end, or stop it.",
    )
    require(
        kept + size <= KEPT_BYTES_MAX,
        f"The files of one person's bulk jobs have at most {KEPT_BYTES_MAX} bytes together; theirs "
        f"have {kept} until the oldest are removed.",
    )


def command_of(job: UUID, stage: Stage, step: int | str) -> UUID:
    """The id of the command of a row, or of another step of a stage: the same whenever it is
    given, so that it is recorded once."""
    return uuid5(_COMMANDS, f"{job}/{stage}/{step}")
