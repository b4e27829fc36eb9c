"""The approvals inbox: who still has to vote on what, until when, and what would decide it; and of
which requester information is asked."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal
from uuid import UUID

from msgspec import structs

import domain.kinds  # noqa: F401 - every kind that people approve must be known
from domain.aggregate import KINDS, Entry, Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp, RoundEvent, RoundState
from domain.asset import Asset
from domain.change import Change
from domain.gates import Gates
from domain.ids import as_id
from domain.life_cycle import Opened
from domain.release import Release
from domain.service import Service
from domain.ticket import Ticket
from domain.versioned import Versioned
from projections.rows import Keys, Rows
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

NAME = "approvals_inbox"
VERSION = 5

Asks = Literal["vote", "information"]


class AskedRow(Row):
    """A voter who has not voted in an open stage, or a requester who owes it an answer."""

    voter: str
    """Whose vote or answer it waits for."""
    record: Id
    number: str
    kind: str
    """What it is: `change`, or `approval process`."""
    title: str
    """That of a ticket, and the name of a definition, an asset, a service or a release."""
    type: str
    """The type of a change, what is to be done with an asset, and the gate of a service or a
    release."""
    risk: str
    requester: Id | None
    organisation: Id | None
    process: Id | None
    round: int
    stage: str
    opened_at: Instant
    due: Instant | None
    """When the patience of the stage ends; none while it waits for information."""
    is_escalated: bool
    still_needed: int
    next: str
    """What would decide the stage."""
    asks: str
    """A vote; or information of the requester, for which the patience of the stage stands."""
    needs_signature: bool
    """Whether a vote is given with the password again."""
    edited: tuple[str, ...]
    """The fields that changed since votes were cast, so that those fell."""
    position: int


class RoundRow(Row):
    """A record and how its round stands, without the business hours."""

    record: Id
    kind: str
    title: str
    type: str
    requester: Id | None
    organisation: Id | None
    is_open: bool = False
    """Whether it waits for votes."""
    risk: str = ""
    standing: RoundState = RoundState()
    edited: tuple[str, ...] = ()
    """The material fields that changed since the submission."""


INBOX = Table(
    NAME,
    VERSION,
    AskedRow,
    key=("voter", "record", "stage", "asks"),
    indexes=[("voter", "due"), ("record",), ("organisation", "due"), ("due",)],
    past=(),
)
ROUNDS = Table(
    f"{NAME}_rounds", VERSION, RoundRow, key=("record",), indexes=[("is_open", "record")]
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.partition(".")[0] in _kinds()


@cache
def _kinds() -> frozenset[str]:
    """The stored names of the kinds that people approve."""
    return frozenset(name for name, kind in KINDS.items() if issubclass(kind, ApprovalRounds))


def _begun(entry: Entry) -> RoundRow:
    """The row of a record, by its first event."""
    event: Any = entry.event
    kind = KINDS[entry.topic.partition(".")[0]]
    assert issubclass(kind, ApprovalRounds)
    return RoundRow(
        id_text(entry.originator_id),
        kind.subject,
        event.title if isinstance(event, Change.Proposed | Opened) else event.name,
        getattr(event, "type", ""),
        id_or_none(_requester(event)),
        id_or_none(getattr(event, "organisation", None)),
    )


def _requester(event: Any) -> UUID | None:
    if isinstance(event, Service.Proposed | Release.Planned):
        return event.owner or as_id(event.by.actor)
    asked: UUID | None = getattr(event, "requester", as_id(event.by.actor))
    return asked


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if entry.originator_version == 1:
        rows.put(ROUNDS, _begun(entry))
        return
    case = CASES.of(type(event))
    if case is None and not isinstance(event, RoundEvent):
        return
    row = rows.get(ROUNDS, id)
    before = _asked(row)
    if isinstance(event, RoundEvent):
        row.standing = structs.replace(event.after(row.standing), hours=None)
    if case is not None:
        case(event, row)
    row.is_open = bool(row.standing.open)
    after = _asked(row)
    for voter, stage, asks in before.difference(after):
        rows.remove(INBOX, voter, id, stage, asks)
    for voter, stage, asks in after.difference(before):
        rows.expect_none(INBOX, (voter, id, stage, asks))
    _ask(entry, row, rows)


def _asked(row: RoundRow) -> set[tuple[str, str, Asks]]:
    """Who may vote and has not voted, and who owes an answer, by stage."""
    return {(who, name, asks) for name in row.standing.open for who, asks in _of_stage(row, name)}


def _of_stage(row: RoundRow, name: str) -> Iterator[tuple[str, Asks]]:
    for voter in row.standing.silent(name):
        yield voter, "vote"
    if row.standing.open[name].asked_by and row.requester is not None:
        yield row.requester, "information"


def _ask(entry: Entry, row: RoundRow, rows: Rows) -> None:
    for name, opened in row.standing.open.items():
        verdict = row.standing.verdict(name)
        for voter, asks in _of_stage(row, name):
            rows.put(
                INBOX,
                AskedRow(
                    voter=voter,
                    record=row.record,
                    number=number_text(entry.originator_id),
                    kind=row.kind,
                    title=row.title,
                    type=row.type,
                    risk=row.risk,
                    requester=row.requester,
                    organisation=row.organisation,
                    process=id_or_none(row.standing.process),
                    round=row.standing.number,
                    stage=name,
                    opened_at=instant(opened.since),
                    due=instant_or_none(opened.due),
                    is_escalated=opened.is_escalated,
                    still_needed=verdict.still_needed,
                    next=verdict.next,
                    asks=asks,
                    needs_signature=row.standing.stage(name).needs_signature,
                    edited=row.edited,
                    position=entry.position,
                ),
            )


@CASES.on(Ticket.Amended)
def _amended(event: Ticket.Amended, row: RoundRow) -> None:
    if event.title is not None:
        row.title = event.title


@CASES.on(Ticket.RequesterChanged)
def _asked_by(event: Ticket.RequesterChanged, row: RoundRow) -> None:
    row.requester = id_or_none(event.requester)
    row.organisation = id_or_none(event.organisation)


@CASES.on(Change.Classified)
def _classified(event: Change.Classified, row: RoundRow) -> None:
    row.type = event.type


@CASES.on(Change.RiskAssessed)
def _assessed(event: Change.RiskAssessed, row: RoundRow) -> None:
    row.risk = event.risk


@CASES.on(ApprovalRounds.Submitted)
def _submitted(_: Event, row: RoundRow) -> None:
    row.edited = ()


@CASES.on(ApprovalRounds.VotesInvalidated)
def _edited(event: ApprovalRounds.VotesInvalidated, row: RoundRow) -> None:
    row.edited = tuple(sorted({*row.edited, *event.fields}))


@CASES.on(Asset.ActProposed)
def _proposed(event: Asset.ActProposed, row: RoundRow) -> None:
    row.type = event.act
    row.requester = id_or_none(as_id(event.by.actor))


@CASES.on(Gates.GateTakenUp)
def _taken_up(event: Gates.GateTakenUp, row: RoundRow) -> None:
    row.type = event.gate


@CASES.on(Service.Amended, Release.Amended)
def _service_amended(event: Service.Amended | Release.Amended, row: RoundRow) -> None:
    row.title = row.title if event.name is None else event.name
    row.requester = row.requester if event.owner is None else id_or_none(event.owner)


@CASES.on(Versioned.Revised, Versioned.DraftAdopted)
def _written(event: Event, row: RoundRow) -> None:
    row.requester = id_or_none(as_id(event.by.actor))


@CASES.on(GivenUp)
def _given_up(_: Event, row: RoundRow) -> None:
    row.standing = row.standing.ended()


def more_keys(entries: Iterable[Entry], rows: Rows) -> Keys:
    """The rows of those who are asked."""
    for id in dict.fromkeys(id_text(entry.originator_id) for entry in entries):
        row = rows.peek(ROUNDS, id)
        for voter, stage, asks in _asked(row) if row and row.is_open else ():
            yield INBOX, (voter, id, stage, asks)


VIEW = View(
    NAME,
    VERSION,
    (INBOX, ROUNDS),
    fold,
    concerns=concerns,
    keyed=(ROUNDS,),
    more_keys=more_keys,
)
