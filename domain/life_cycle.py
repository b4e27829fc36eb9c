"""What most tickets share of their life cycles.

A ticket is opened, worked on, made to wait, and closed or cancelled. A kind states its own moves in
one table at the head of its module; what an event leads to is told by the table, too.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NotRequired,
    TypedDict,
)
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.moves import Move, require_move
from domain.personal import Personal
from domain.provenance import Provenance
from domain.ticket import Ticket

Channel = Literal["portal", "api", "email", "phone", "chat", "walk-in", "monitoring", "imported"]
PendingReason = Literal["customer", "vendor", "change", "problem", "evidence"]


class Moved(Event):
    """An event that leads to another state: the target of its act."""

    act: ClassVar[str]

    def apply(self, ticket: Any, /) -> None:
        ticket.status = ticket.moves[self.act].target
        ticket.pending_reason = ""


class Opening(TypedDict):
    """What is said of a new ticket."""

    title: str
    description: NotRequired[str]
    requester: UUID | None
    organisation: UUID | None


def opening(a_ticket: str, said: Opening) -> Opening:
    """The same, cleaned. Raises Refused, calling it `a_ticket`."""
    return {
        "title": text.title(said["title"], a_ticket),
        "description": text.body(said.get("description", ""), "A description"),
        "requester": said["requester"],
        "organisation": said["organisation"],
    }


class Opened(Event):
    """The first event of a ticket."""

    title: Annotated[str, Personal("requester")]
    description: Annotated[str, Personal("requester")] = ""
    requester: UUID | None = None
    organisation: UUID | None = None

    def apply(self, ticket: Any, /) -> None:
        ticket.requester = self.requester
        ticket.organisation = self.organisation


class Received(Opened):
    """The first event of a ticket that came through a channel."""

    channel: Channel = "portal"

    def apply(self, ticket: Any, /) -> None:
        super().apply(ticket)
        ticket.channel = self.channel


class LifeCycle(Ticket, abstract=True):
    """A ticket of a kind whose moves stand in a table, with the acts that all of these share."""

    moves: ClassVar[Mapping[str, Move[Any]]]
    first: ClassVar[StrEnum]
    """The state of a new one."""
    handed: ClassVar[Mapping[str, StrEnum]] = {}
    """What handing a ticket over makes of a state in which nobody had it."""

    status: StrEnum
    pending_reason: str
    reopened: int
    closed_at: datetime | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.status = self.first
        self.pending_reason = ""
        self.reopened = 0
        self.closed_at = None

    @property
    def is_over(self) -> bool:
        return self.status in ("closed", "cancelled")

    @property
    def is_called_off(self) -> bool:
        return self.status == "cancelled"

    @property
    def is_at_work(self) -> bool:
        """Whether somebody has still to do something about it."""
        return self.status in self.moves["cancel"].sources

    def _require(self, act: str) -> None:
        require_move(self.moves, act, self.status)

    # Assign: as every ticket, and somebody has it then ---------------------------------------

    def hand_to(self, team: UUID | None, assignee: UUID | None) -> None:
        super().hand_to(team, assignee)
        self.status = self.handed.get(self.status, self.status)

    # Wait and resume -----------------------------------------------------------------------

    def pend(self, reason: PendingReason, *, note: str = "", by: Provenance) -> None:
        """Wait for somebody or something else."""
        self._require("pend")
        self.record(
            self.Paused(by=by, reason=reason, note=text.body(note, "A note", text.REASON_MAX))
        )

    class Paused(Moved):
        act = "pend"

        reason: PendingReason
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "LifeCycle", /) -> None:
            super().apply(ticket)
            ticket.pending_reason = self.reason

    def resume(self, *, by: Provenance) -> None:
        self._require("resume")
        self.record(self.Resumed(by=by))

    class Resumed(Moved):
        act = "resume"

    # Close, cancel -------------------------------------------------------------------------

    def close(self, *, by: Provenance) -> None:
        self._require("close")
        self.record(self.Closed(by=by))

    class Closed(Moved):
        act = "close"

        def apply(self, ticket: Any, /) -> None:
            super().apply(ticket)
            ticket.closed_at = self.by.effective_at

    def cancel(self, *, reason: str, by: Provenance) -> None:
        self._require("cancel")
        self.record(
            self.Cancelled(by=by, reason=text.reason(reason, "A cancellation needs a reason."))
        )

    class Cancelled(Moved):
        act = "cancel"

        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: Any, /) -> None:
            super().apply(ticket)
            ticket.closed_at = self.by.effective_at


class Startable(LifeCycle, abstract=True):
    """A ticket that somebody starts to work on."""

    def start(self, *, by: Provenance) -> None:
        self._require("start")
        if self.status is not self.moves["start"].target:
            self.record(self.WorkStarted(by=by))

    class WorkStarted(Moved):
        act = "start"


class Reopenable(LifeCycle, abstract=True):
    """A ticket that is done before it is closed, and may be taken up again until then."""

    def reopen(self, *, reason: str, by: Provenance) -> None:
        """Take it up again."""
        self._require("reopen")
        self.record(self.Reopened(by=by, reason=text.reason(reason, "Reopening needs a reason.")))

    class Reopened(Moved):
        act = "reopen"

        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: Any, /) -> None:
            super().apply(ticket)
            ticket.closed_at = None
            ticket.reopened += 1


class Resolvable(Reopenable, abstract=True):
    """A ticket that ends with a resolution."""

    def resolve(self, *, code: str, resolution: str, by: Provenance) -> None:
        """Say that it works again, and how."""
        self.record(self._resolution(code, resolution, by))

    def _resolution(self, code: str, resolution: str, by: Provenance) -> "Resolvable.Resolved":
        self._require("resolve")
        return self.Resolved(
            by=by,
            code=text.name(code, "A closure code"),
            resolution=text.reason(resolution, "A resolution says what was done."),
        )

    class Resolved(Moved):
        act = "resolve"

        code: str
        resolution: Annotated[str, Personal("actor")] = ""

    class Requeued(Event):
        """Work has stopped, and it waits to be taken up. Only imported histories say so."""

        def apply(self, ticket: "Resolvable", /) -> None:
            is_held = ticket.team is not None or ticket.assignee is not None
            ticket.status = ticket.handed[ticket.first] if is_held else ticket.first
            ticket.pending_reason = ""
