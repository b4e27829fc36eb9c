"""Meetings of change advisory boards, with their agenda, votes and minutes."""

from typing import Any

import msgspec

from domain.aggregate import Entry, Event
from domain.cab_meeting import CabMeeting, Status
from projections.one_row import fold_of
from projections.tables import Id, Instant, Json, Row, Table, id_text, instant, number_text
from projections.view import Cases, View

NAME = "cab_meetings"
VERSION = 1

Votes = list[dict[str, str]]


class Item(msgspec.Struct):
    """A change on the agenda, with what was said and how the members voted."""

    change: str
    number: str
    minutes: str = ""
    votes: Votes = []


class MeetingRow(Row):
    id: Id
    number: str
    title: str
    status: str
    team: Id
    chair: Id
    starts_at: Instant
    ends_at: Instant
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    agenda_filter: Json
    agenda: tuple[Item, ...] = ()
    present: tuple[str, ...] = ()
    reason: str = ""
    """Why it was cancelled."""


MEETINGS = Table(
    NAME,
    VERSION,
    MeetingRow,
    key=("id",),
    indexes=[("number",), ("starts_at", "id"), ("status", "starts_at"), ("team", "starts_at")],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("CabMeeting.")


def _scheduled(entry: Entry, event: CabMeeting.Scheduled, at: str) -> MeetingRow:
    return MeetingRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        title=event.title,
        status=Status.SCHEDULED,
        team=id_text(event.team),
        chair=id_text(event.chair),
        starts_at=instant(event.start),
        ends_at=instant(event.end),
        at=at,
        version=1,
        position=entry.position,
        agenda_filter=msgspec.to_builtins(event.filter),
    )


fold = fold_of(MEETINGS, CabMeeting.Scheduled, _scheduled, CASES)


@CASES.on(CabMeeting.Rescheduled)
def _rescheduled(event: CabMeeting.Rescheduled, row: MeetingRow) -> None:
    row.starts_at, row.ends_at = instant(event.start), instant(event.end)


@CASES.on(CabMeeting.AgendaFixed)
def _fixed(event: CabMeeting.AgendaFixed, row: MeetingRow) -> None:
    row.agenda = tuple(Item(id_text(change), number_text(change)) for change in event.changes)


@CASES.on(CabMeeting.Opened)
def _opened(event: CabMeeting.Opened, row: MeetingRow) -> None:
    row.status, row.present = Status.IN_SESSION, tuple(map(id_text, event.present))


@CASES.on(CabMeeting.VoteRecorded)
def _voted(event: CabMeeting.VoteRecorded, row: MeetingRow) -> None:
    vote = {"member": id_text(event.member), "vote": event.vote}
    row.agenda = tuple(
        Item(item.change, item.number, item.minutes, [*item.votes, vote])
        if item.change == id_text(event.change)
        else item
        for item in row.agenda
    )


@CASES.on(CabMeeting.Minuted)
def _minuted(event: CabMeeting.Minuted, row: MeetingRow) -> None:
    row.agenda = tuple(
        Item(item.change, item.number, event.said, item.votes)
        if item.change == id_text(event.change)
        else item
        for item in row.agenda
    )


@CASES.on(CabMeeting.Closed)
def _closed(_: Event, row: MeetingRow) -> None:
    row.status = Status.CLOSED


@CASES.on(CabMeeting.Cancelled)
def _cancelled(event: CabMeeting.Cancelled, row: MeetingRow) -> None:
    row.status, row.reason = Status.CANCELLED, event.reason


VIEW = View(NAME, VERSION, (MEETINGS,), fold, concerns=concerns, keyed=(MEETINGS,))
