"""Meetings of a change advisory board: which changes are on the agenda, who votes, what is said.

A vote that is taken in a meeting is a vote on the change: the chair writes it down for a member
who is there and has a vote.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self, get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.approval import Vote
from domain.change_moves import Risk, Type
from domain.change_moves import Status as ChangeStatus
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.wall_clock import micros

AGENDA_MAX = 250
PRESENT_MAX = 200


class AgendaFilter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which changes come onto the agenda: those that fit every list that is not empty."""

    statuses: tuple[ChangeStatus, ...] = (ChangeStatus.IN_APPROVAL,)
    risks: tuple[Risk, ...] = ()
    types: tuple[Type, ...] = ()


class Status(StrEnum):
    SCHEDULED = "scheduled"
    IN_SESSION = "in session"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class CabMeeting(Aggregate):
    prefix = "CAB"

    title: str
    status: Status
    team: UUID | None
    chair: UUID | None
    start: datetime | None
    end: datetime | None
    filter: AgendaFilter
    agenda: tuple[UUID, ...]
    present: tuple[UUID, ...]
    minuted: tuple[UUID, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.title = ""
        self.status = Status.SCHEDULED
        self.team = None
        self.chair = None
        self.start = None
        self.end = None
        self.filter = AgendaFilter()
        self.agenda = ()
        self.present = ()
        self.minuted = ()

    def _require_scheduled(self) -> None:
        require(self.status is Status.SCHEDULED, "This meeting has begun, or is over.")

    def _require_in_session(self) -> None:
        require(self.status is Status.IN_SESSION, "This meeting is not in session.")

    # Schedule ----------------------------------------------------------------------------

    @classmethod
    def schedule(
        cls,
        id: UUID,
        *,
        title: str,
        team: UUID,
        chair: UUID,
        start: datetime,
        end: datetime,
        filter: AgendaFilter = AgendaFilter(),  # noqa: B008 - it is frozen
        by: Provenance,
    ) -> Self:
        _check_times(start, end, by)
        _check_filter(filter)
        return cls.begin(
            id,
            cls.Scheduled(
                by=by,
                title=text.title(title, "A meeting"),
                team=team,
                chair=chair,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                filter=filter,
            ),
        )

    class Scheduled(Event):
        title: str
        team: UUID
        chair: UUID
        start: datetime
        end: datetime
        filter: AgendaFilter

        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.title = self.title
            meeting.team = self.team
            meeting.chair = self.chair
            meeting.start = self.start
            meeting.end = self.end
            meeting.filter = self.filter

    def reschedule(self, *, start: datetime, end: datetime, by: Provenance) -> None:
        self._require_scheduled()
        _check_times(start, end, by)
        if (start, end) != (self.start, self.end):
            start, end = start.astimezone(UTC), end.astimezone(UTC)
            self.record(self.Rescheduled(by=by, start=start, end=end))

    class Rescheduled(Event):
        start: datetime
        end: datetime

        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.start = self.start
            meeting.end = self.end

    # Fix the agenda ------------------------------------------------------------------------

    def fix_agenda(self, changes: Sequence[UUID], *, by: Provenance) -> None:
        """Put these changes on the agenda: those that fit the filter now."""
        self._require_scheduled()
        agenda = tuple(dict.fromkeys(changes))
        require(len(agenda) <= AGENDA_MAX, f"An agenda has at most {AGENDA_MAX} changes.")
        if agenda != self.agenda:
            self.record(self.AgendaFixed(by=by, changes=agenda))

    class AgendaFixed(Event):
        changes: tuple[UUID, ...] = ()

        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.agenda = self.changes

    # Open, and close or cancel -----------------------------------------------------------------

    def open(self, present: Sequence[UUID], *, by: Provenance) -> None:
        """Begin, with those who are there."""
        self._require_scheduled()
        self._require_chair(by)
        require(0 < len(present) <= PRESENT_MAX, f"A meeting is held by 1 to {PRESENT_MAX} people.")
        self.record(self.Opened(by=by, present=tuple(dict.fromkeys(present))))

    class Opened(Event):
        present: tuple[UUID, ...]

        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.status = Status.IN_SESSION
            meeting.present = self.present

    def close(self, *, by: Provenance) -> None:
        self._require_in_session()
        self._require_chair(by)
        self.record(self.Closed(by=by))

    class Closed(Event):
        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.status = Status.CLOSED

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require_scheduled()
        reason = text.reason(reason, "A meeting is cancelled for a reason.")
        self.record(self.Cancelled(by=by, reason=reason))

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, meeting: "CabMeeting", /) -> None:
            meeting.status = Status.CANCELLED

    # Vote, and write minutes -----------------------------------------------------------------

    def record_vote(self, change: UUID, *, member: UUID, vote: Vote, by: Provenance) -> None:
        """Note how a member who is there voted on a change of the agenda."""
        self._require_in_session()
        self._require_chair(by)
        self._require_on_agenda(change)
        require(member in self.present, "Only who is there votes in a meeting.")
        require(vote in get_args(Vote), "A vote is approve, reject or abstain.")
        self.record(self.VoteRecorded(by=by, change=change, member=member, vote=vote))

    class VoteRecorded(Event):
        change: UUID
        member: UUID
        vote: Vote

    def minute(self, change: UUID, *, said: str, by: Provenance) -> None:
        """Write down what was said about a change, or write it anew."""
        self._require_in_session()
        self._require_on_agenda(change)
        said = text.body(said, "The minutes")
        require(said != "", "Minutes say something.")
        self.record(self.Minuted(by=by, change=change, said=said))

    class Minuted(Event):
        change: UUID
        said: Annotated[str, Personal("actor")]

        def apply(self, meeting: "CabMeeting", /) -> None:
            if self.change not in meeting.minuted:
                meeting.minuted = (*meeting.minuted, self.change)

    def _require_chair(self, by: Provenance) -> None:
        require(by.actor == str(self.chair), "Only its chair leads a meeting.")

    def _require_on_agenda(self, change: UUID) -> None:
        require(change in self.agenda, "This change is not on the agenda.")


def _check_times(start: datetime, end: datetime, by: Provenance) -> None:
    require(micros(start) < micros(end), "A meeting starts before it ends.")
    require(end >= by.effective_at, "A meeting is not scheduled in the past.")


def _check_filter(filter: AgendaFilter) -> None:
    require(len(filter.statuses) > 0, "filter.statuses: at least one is needed.")
    for place, given, known in (
        ("statuses", filter.statuses, tuple(ChangeStatus)),
        ("risks", filter.risks, get_args(Risk)),
        ("types", filter.types, get_args(Type)),
    ):
        require(set(given) <= set(known), f"filter.{place}: one of {', '.join(known)}.")
