"""Report schedules: figures, or rows of a saved view, that people are sent by mail time and again.

At each of its moments it falls due for all whom it is for then; what each of them was sent, as of
which position of the ledger, is recorded one by one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import Struct

from domain import rhythm, text, wall_clock
from domain.aggregate import Aggregate, Event
from domain.moves import Move, require_move
from domain.periods import Period
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rhythm import Rhythm
from domain.rules import require

PEOPLE_MAX = 200
TEAMS_MAX = 50
RECIPIENTS_MAX = 1_000
NAMES_MAX = 20


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


_GOING = frozenset({Status.ACTIVE, Status.PAUSED})
_OVER = "A schedule that has ended stays as it was."
MOVES: Mapping[str, Move[Any]] = {
    "amend": Move(_GOING, None, _OVER),
    "pause": Move(frozenset({Status.ACTIVE}), Status.PAUSED, "Only an active schedule is paused."),
    "resume": Move(frozenset({Status.PAUSED}), Status.ACTIVE, "Only a paused schedule is resumed."),
    "run_now": Move(_GOING, None, _OVER),
    "end": Move(_GOING, Status.ENDED, _OVER),
}

Outcome = Literal["sent", "withheld", "no address", "refused", "given up", "failed"]
"""What came of a delivery: the reader may not read it (withheld) or has no address or has left, the
mail server refused it or was away for too long, or the figures cannot be counted (failed)."""
AMISS = frozenset({"refused", "given up", "failed"})


class Contents(Struct, frozen=True, kw_only=True):
    """What is sent: a report by its name, with what it is grouped by and which tickets it is of; or
    the rows of a saved view. `period` is the last whole one before the moment, of a report that
    tells what happened in a time."""

    report: str = ""
    view: UUID | None = None
    by: tuple[str, ...] = ()
    filters: Mapping[str, str] = {}
    period: Period = "month"


class Delivery(Struct, frozen=True, kw_only=True):
    """What somebody is still to be sent. `position` is the one as of which it is counted, `since`
    when it fell due for them."""

    person: UUID
    moment: datetime
    position: int
    since: datetime
    is_preview: bool = False


class Said(Event):
    """What is said of a schedule when it is defined or amended."""

    name: str
    contents: Contents
    rhythm: Rhythm
    zone: str
    people: tuple[UUID, ...]
    teams: tuple[UUID, ...]

    def say(self, schedule: "ReportSchedule") -> None:
        schedule.name, schedule.contents = self.name, self.contents
        schedule.rhythm, schedule.zone = self.rhythm, self.zone
        schedule.people, schedule.teams = self.people, self.teams


class ReportSchedule(Aggregate):
    prefix = "RSC"

    name: str
    owner: UUID | None
    organisation: UUID | None
    contents: Contents
    rhythm: Rhythm
    zone: str
    """By whose wall clock it comes, and its periods begin and end."""
    people: tuple[UUID, ...]
    teams: tuple[UUID, ...]
    """Whose members it is for, as they are at its moments."""
    status: Status
    since: datetime
    """After which moment it falls due."""
    outstanding: tuple[Delivery, ...]
    outcomes: Mapping[UUID, Outcome]
    """What came of the latest time that it fell due, by whom it was for."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.owner = self.organisation = None
        self.contents = Contents()
        self.rhythm = Rhythm(every="month")
        self.zone = "UTC"
        self.people = self.teams = ()
        self.status = Status.ACTIVE
        self.since = wall_clock.EPOCH
        self.outstanding = ()
        self.outcomes = {}

    @property
    def has_words(self) -> bool:
        return True

    # Define, amend -----------------------------------------------------------------------

    @classmethod
    def define(
        cls,
        id: UUID,
        *,
        name: str,
        owner: UUID,
        organisation: UUID,
        contents: Contents,
        rhythm: Rhythm,
        zone: str = "UTC",
        people: Sequence[UUID] = (),
        teams: Sequence[UUID] = (),
        by: Provenance,
    ) -> Self:
        _check(contents, rhythm, zone, people, teams)
        return cls.begin(
            id,
            cls.Defined(
                by=by,
                name=text.name(name, "The name of a schedule"),
                owner=owner,
                organisation=organisation,
                contents=contents,
                rhythm=rhythm,
                zone=zone,
                people=tuple(people),
                teams=tuple(teams),
            ),
        )

    class Defined(Said):
        name: Annotated[str, Personal("owner")]
        owner: UUID
        organisation: UUID

        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.owner, schedule.organisation = self.owner, self.organisation
            schedule.since = self.by.at
            self.say(schedule)

    def amend(
        self,
        *,
        name: str,
        contents: Contents,
        rhythm: Rhythm,
        zone: str = "UTC",
        people: Sequence[UUID] = (),
        teams: Sequence[UUID] = (),
        by: Provenance,
    ) -> None:
        """Say anew what is sent, when, and to whom."""
        require_move(MOVES, "amend", self.status)
        _check(contents, rhythm, zone, people, teams)
        name = text.name(name, "The name of a schedule")
        said = (name, contents, rhythm, zone, tuple(people), tuple(teams))
        if said != (self.name, self.contents, self.rhythm, self.zone, self.people, self.teams):
            self.record(
                self.Amended(
                    by=by,
                    name=name,
                    contents=contents,
                    rhythm=rhythm,
                    zone=zone,
                    people=tuple(people),
                    teams=tuple(teams),
                )
            )

    class Amended(Said):
        name: Annotated[str, Personal("actor")]

        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.since = max(schedule.since, self.by.at)
            self.say(schedule)

    # Pause, resume, end --------------------------------------------------------------------

    def pause(self, *, by: Provenance) -> None:
        """Let it fall due no more until it is resumed; what is on its way still goes."""
        require_move(MOVES, "pause", self.status)
        self.record(self.Paused(by=by))

    class Paused(Event):
        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.status = Status.PAUSED

    def resume(self, *, by: Provenance) -> None:
        """Let it fall due again; the moments in between are left out."""
        require_move(MOVES, "resume", self.status)
        self.record(self.Resumed(by=by))

    class Resumed(Event):
        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.status = Status.ACTIVE
            schedule.since = max(schedule.since, self.by.at)

    def end(self, *, by: Provenance) -> None:
        """Send nothing more."""
        require_move(MOVES, "end", self.status)
        self.record(self.Ended(by=by))

    class Ended(Event):
        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.status = Status.ENDED
            schedule.outstanding = ()

    # Fall due ------------------------------------------------------------------------------

    def fall_due(
        self, moment: datetime, *, position: int, recipients: Sequence[UUID], by: Provenance
    ) -> None:
        """Have it sent as of a moment, at which the ledger had got to a position."""
        if self.status is not Status.ACTIVE or moment <= self.since:
            return
        require(len(recipients) <= RECIPIENTS_MAX, f"A schedule is for at most {RECIPIENTS_MAX:,}.")
        self.record(
            self.FellDue(by=by, moment=moment, position=position, recipients=tuple(recipients))
        )

    class FellDue(Event):
        moment: datetime
        position: int
        recipients: tuple[UUID, ...] = ()

        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.since = self.moment
            schedule.outcomes = {}
            new = (
                Delivery(
                    person=person, moment=self.moment, position=self.position, since=self.by.at
                )
                for person in self.recipients
            )
            schedule.outstanding = (*schedule.outstanding, *new)

    def run_now(self, person: UUID, *, position: int, by: Provenance) -> None:
        """Have it sent to whoever asks, as of now, as a preview."""
        require_move(MOVES, "run_now", self.status)
        if not any(one.is_preview and one.person == person for one in self.outstanding):
            self.record(self.PreviewAsked(by=by, person=person, position=position))

    class PreviewAsked(Event):
        person: UUID
        position: int

        def apply(self, schedule: "ReportSchedule", /) -> None:
            preview = Delivery(
                person=self.person,
                moment=self.by.at,
                position=self.position,
                since=self.by.at,
                is_preview=True,
            )
            schedule.outstanding = (*schedule.outstanding, preview)

    # Deliver -------------------------------------------------------------------------------

    def note_delivery(
        self,
        delivery: Delivery,
        outcome: Outcome,
        *,
        definition: str = "",
        definition_version: int = 0,
        sha256: Mapping[str, str] = {},
        why: str = "",
        by: Provenance,
    ) -> None:
        """Say what came of a delivery. `sha256` are the digests of the files by their names."""
        if delivery in self.outstanding:
            self.record(
                self.Delivered(
                    by=by,
                    person=delivery.person,
                    moment=delivery.moment,
                    position=delivery.position,
                    outcome=outcome,
                    is_preview=delivery.is_preview,
                    definition=definition,
                    definition_version=definition_version,
                    sha256=dict(sha256),
                    why=why[: text.REASON_MAX],
                )
            )

    class Delivered(Event):
        person: UUID
        moment: datetime
        position: int
        outcome: Outcome
        is_preview: bool = False
        definition: str = ""
        """What the figures mean: the name of a report, or the number of a view."""
        definition_version: int = 0
        sha256: dict[str, str] = {}
        why: str = ""

        def apply(self, schedule: "ReportSchedule", /) -> None:
            schedule.outstanding = tuple(
                one
                for one in schedule.outstanding
                if (one.person, one.moment, one.is_preview)
                != (self.person, self.moment, self.is_preview)
            )
            if not self.is_preview and self.moment == schedule.since:
                schedule.outcomes = {**schedule.outcomes, self.person: self.outcome}


def _check(
    contents: Contents, given: Rhythm, zone: str, people: Sequence[UUID], teams: Sequence[UUID]
) -> None:
    rhythm.check(given)
    wall_clock.zone(zone)
    require(
        (contents.report != "") != (contents.view is not None),
        "contents: either a report or a saved view.",
    )
    is_plain = not contents.by and not contents.filters
    require(contents.view is None or is_plain, "contents: a saved view says itself what it asks.")
    require(len(contents.by) <= NAMES_MAX, f"contents: at most {NAMES_MAX} names.")
    require(len(contents.filters) <= NAMES_MAX, f"contents: at most {NAMES_MAX} filters.")
    for said in (contents.report, *contents.by, *contents.filters, *contents.filters.values()):
        text.body(said, "contents: it", text.NAME_MAX)
    require(len(people) + len(teams) > 0, "A schedule is for somebody.")
    require(len(people) <= PEOPLE_MAX, f"people: at most {PEOPLE_MAX} are named.")
    require(len(teams) <= TEAMS_MAX, f"teams: at most {TEAMS_MAX} are named.")
    require(len({*people, *teams}) == len(people) + len(teams), "Each is named once.")
