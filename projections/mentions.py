"""Where people were mentioned: each mention of each, whether they have read it, and whether it is
theirs to read."""

from collections.abc import Iterator
from typing import Any

from domain.aggregate import Entry
from domain.ids import as_id, prefix_of
from domain.ticket import Ticket, Visibility
from projections import tickets
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "mentions"
VERSION = 1


class TicketRow(Row):
    id: Id
    requester: Id | None
    organisation: Id | None
    watchers: tuple[str, ...] = ()
    mentioned: tuple[Json, ...] = ()
    """The position of each comment that mentions somebody, and whom."""


class MentionRow(Row):
    ticket: Id
    position: int
    """Of the comment."""
    person: Id
    number: str
    kind: str
    author: Id | None
    at: Instant
    is_internal: bool
    requester: Id | None
    organisation: Id | None
    follower: Id | None
    """The same person while they follow the ticket."""
    teams: tuple[str, ...] = ()
    """The teams that were mentioned in it."""
    is_read: bool = False
    read_at: Instant | None = None


TICKETS = Table(f"{NAME}_tickets", VERSION, TicketRow, key=("id",))
MENTIONS = Table(
    NAME,
    VERSION,
    MentionRow,
    key=("ticket", "position", "person"),
    indexes=[("person", "is_read", "at"), ("person", "at")],
    past=("is_read",),
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    is_taken = entry.originator_version == 1 or CASES.of(type(entry.event)) is not None
    return is_taken and tickets.is_of_ticket(entry)


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if entry.originator_version == 1:
        whose = id_or_none(event.requester), id_or_none(event.organisation)
        rows.put(TICKETS, TicketRow(id, *whose))
    elif case := CASES.of(type(event)):
        case(entry, event, rows)


@CASES.on(Ticket.Commented)
def _mention(entry: Entry, event: Ticket.Commented, rows: Rows) -> None:
    if not event.mentions:
        return
    id = id_text(entry.originator_id)
    ticket = rows.get(TICKETS, id)
    for person in map(id_text, event.mentions):
        rows.put(
            MENTIONS,
            MentionRow(
                ticket=id,
                position=entry.position,
                person=person,
                number=number_text(entry.originator_id),
                kind=tickets.KINDS[prefix_of(entry.originator_id)],
                author=id_or_none(as_id(event.by.actor)),
                at=instant(event.by.effective_at),
                is_internal=event.visibility is Visibility.INTERNAL,
                requester=ticket.requester,
                organisation=ticket.organisation,
                follower=person if person in ticket.watchers else None,
                teams=tuple(map(id_text, event.teams)),
            ),
        )
    told = ({"position": entry.position, "person": id_text(one)} for one in event.mentions)
    ticket.mentioned = (*ticket.mentioned, *told)


@CASES.on(Ticket.MentionsRead)
def _read(entry: Entry, event: Ticket.MentionsRead, rows: Rows) -> None:
    for row in _mentions(entry, rows, event.by.actor):
        if not row.is_read:
            row.is_read, row.read_at = True, instant(event.by.effective_at)


@CASES.on(Ticket.Watched)
def _watched(entry: Entry, event: Ticket.Watched, rows: Rows) -> None:
    ticket, person = rows.get(TICKETS, id_text(entry.originator_id)), id_text(event.person)
    ticket.watchers = (*ticket.watchers, person)
    for row in _mentions(entry, rows, person):
        row.follower = person


@CASES.on(Ticket.Unwatched)
def _unwatched(entry: Entry, event: Ticket.Unwatched, rows: Rows) -> None:
    ticket, person = rows.get(TICKETS, id_text(entry.originator_id)), id_text(event.person)
    ticket.watchers = tuple(one for one in ticket.watchers if one != person)
    for row in _mentions(entry, rows, person):
        row.follower = None


@CASES.on(Ticket.RequesterChanged)
def _asked_by(entry: Entry, event: Ticket.RequesterChanged, rows: Rows) -> None:
    ticket = rows.get(TICKETS, id_text(entry.originator_id))
    ticket.requester = id_or_none(event.requester)
    ticket.organisation = id_or_none(event.organisation)
    for row in _mentions(entry, rows):
        row.requester, row.organisation = ticket.requester, ticket.organisation


def _mentions(entry: Entry, rows: Rows, person: str = "") -> Iterator[MentionRow]:
    """The mentions on a ticket, of one person or of all."""
    ticket = rows.get(TICKETS, id_text(entry.originator_id))
    for one in ticket.mentioned:
        if person in ("", one["person"]):
            yield rows.get(MENTIONS, ticket.id, one["position"], one["person"])


VIEW = View(
    NAME,
    VERSION,
    (TICKETS, MENTIONS),
    fold,
    concerns=concerns,
    keyed=(TICKETS,),
    owned=(MENTIONS,),
)
