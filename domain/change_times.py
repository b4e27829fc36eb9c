"""When a change is to be implemented: what was asked for, what was set, and what spoke against it.

The conflicts of a change come and go with other changes and windows. What is recorded here is how
they stood when it was approved, and when it was scheduled.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Event
from domain.change_draft import ChangeDraft
from domain.change_moves import Status
from domain.planned import Conflict
from domain.provenance import Provenance
from domain.rules import require
from domain.subjects import Value
from domain.wall_clock import micros

CONFLICTS_MAX = 200
"""So many conflicts are recorded one by one, and of the others their number."""

Occasion = Literal["approval", "scheduling", "implementation"]


class Noted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The conflicts of a change as they stood."""

    at: datetime
    start: datetime
    end: datetime
    """The planned time that was looked at."""
    conflicts: tuple[Conflict, ...] = ()
    more: int = 0
    """How many others there were."""


class ChangeTimes(ChangeDraft, abstract=True):
    requested_start: datetime | None
    requested_end: datetime | None
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    noted: dict[Occasion, Noted]
    """The latest of each occasion."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.requested_start = None
        self.requested_end = None
        self.scheduled_start = None
        self.scheduled_end = None
        self.noted = {}

    @property
    def planned_start(self) -> datetime | None:
        """When it is scheduled, or else asked for."""
        return self.scheduled_start or self.requested_start

    @property
    def planned_end(self) -> datetime | None:
        return self.scheduled_end or self.requested_end

    def content(self) -> Mapping[str, Value | None]:
        return {
            **super().content(),
            "is_scheduled": self.planned_start is not None,
            "planned_start": self.planned_start,
            "planned_end": self.planned_end,
        }

    # Ask for a time, and schedule ---------------------------------------------------------------

    def request_time(self, *, start: datetime, end: datetime, by: Provenance) -> None:
        """Say when it is to be implemented, before it is submitted: those who vote see it."""
        self._require("request_time")
        _require_ahead(start, end, by)
        if (start, end) != (self.requested_start, self.requested_end):
            self.record(
                self.TimeRequested(by=by, start=start.astimezone(UTC), end=end.astimezone(UTC))
            )

    class TimeRequested(Event):
        start: datetime
        end: datetime

        def apply(self, change: "ChangeTimes", /) -> None:
            change.requested_start = self.start
            change.requested_end = self.end

    def schedule(self, *, start: datetime, end: datetime, by: Provenance) -> None:
        """Set when it is implemented, from an instant to another, or set it anew."""
        self._require("schedule")
        _require_ahead(start, end, by)
        if (start, end) != (self.scheduled_start, self.scheduled_end):
            self.record(self.Scheduled(by=by, start=start.astimezone(UTC), end=end.astimezone(UTC)))

    class Scheduled(Event):
        start: datetime
        end: datetime

        def apply(self, change: "ChangeTimes", /) -> None:
            change.status = Status.SCHEDULED
            change.scheduled_start = self.start
            change.scheduled_end = self.end

    # Note conflicts -------------------------------------------------------------------------

    def note_conflicts(
        self,
        occasion: Occasion,
        conflicts: Sequence[Conflict],
        *,
        start: datetime,
        end: datetime,
        by: Provenance,
    ) -> None:
        """Record what speaks against a planned time as it is now, also where nothing does."""
        self.require_not_over()
        self.record(
            self.ConflictsNoted(
                by=by,
                occasion=occasion,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                conflicts=tuple(conflicts[:CONFLICTS_MAX]),
                more=max(0, len(conflicts) - CONFLICTS_MAX),
            )
        )

    class ConflictsNoted(Event):
        occasion: Occasion
        start: datetime
        end: datetime
        conflicts: tuple[Conflict, ...] = ()
        more: int = 0

        def apply(self, change: "ChangeTimes", /) -> None:
            noted = Noted(
                at=self.by.effective_at,
                start=self.start,
                end=self.end,
                conflicts=self.conflicts,
                more=self.more,
            )
            change.noted = {**change.noted, self.occasion: noted}


def _require_ahead(start: datetime, end: datetime, by: Provenance) -> None:
    require(micros(start) < micros(end), "A change starts before it ends.")
    require(start >= by.effective_at, "A change is not scheduled in the past.")
