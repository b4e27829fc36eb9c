"""The approvals inbox: who still has to vote on what, until when, and what would decide it."""

from typing import Any

import msgspec

from domain.aggregate import Entry, Event
from domain.approval import OpenStage, Vote
from domain.change import Change
from domain.ticket import Ticket
from projections.rows import Rows
from projections.tables import Id, Instant, Row, Table, id_or_none, id_text, instant, number_text
from projections.view import Cases, View

NAME = "approvals_inbox"
VERSION = 1


class AskedRow(Row):
    """A voter who has not voted in an open stage."""

    voter: str
    change: Id
    number: str
    title: str
    type: str
    risk: str
    requester: Id | None
    organisation: Id | None
    round: int
    stage: str
    opened_at: Instant
    due: Instant
    is_escalated: bool
    still_needed: int
    next: str
    """What would decide the stage."""
    position: int


class RoundRow(Row):
    """A change and its open stage."""

    change: Id
    title: str
    type: str
    requester: Id | None
    organisation: Id | None
    proposer: str
    assignee: Id | None = None
    risk: str = ""
    round: int = 0
    stages: tuple[OpenStage, ...] = ()
    open: OpenStage | None = None
    votes: tuple[tuple[str, Vote], ...] = ()
    opened_at: Instant = ""
    due: Instant = ""
    is_escalated: bool = False


INBOX = Table(
    NAME,
    VERSION,
    AskedRow,
    key=("voter", "change"),
    indexes=[("voter", "due"), ("change",), ("organisation", "due"), ("due",)],
)
ROUNDS = Table(f"{NAME}_rounds", VERSION, RoundRow, key=("change",))

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Change.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Change.Proposed):
        requester, organisation = id_or_none(event.requester), id_or_none(event.organisation)
        proposer = event.by.actor
        rows.put(ROUNDS, RoundRow(id, event.title, event.type, requester, organisation, proposer))
        return
    case = CASES.of(type(event))
    if case is None:
        return
    row = rows.get(ROUNDS, id)
    before = set(_silent(row))
    case(event, row)
    after = _silent(row)
    for voter in before.difference(after):
        rows.remove(INBOX, voter, id)
    _ask(entry, row, after, rows)


def _silent(row: RoundRow) -> list[str]:
    """Who is asked, may vote and has not voted."""
    if row.open is None:
        return []
    out = {voter for voter, _ in row.votes} | {row.proposer, row.requester, row.assignee}
    return [voter for voter in row.open.voters if voter not in out]


def _ask(entry: Entry, row: RoundRow, voters: list[str], rows: Rows) -> None:
    if row.open is None:
        return
    verdict = row.open.verdict(dict(row.votes))
    for voter in voters:
        rows.put(
            INBOX,
            AskedRow(
                voter=voter,
                change=row.change,
                number=number_text(entry.originator_id),
                title=row.title,
                type=row.type,
                risk=row.risk,
                requester=row.requester,
                organisation=row.organisation,
                round=row.round,
                stage=row.open.name,
                opened_at=row.opened_at,
                due=row.due,
                is_escalated=row.is_escalated,
                still_needed=verdict.still_needed,
                next=verdict.next,
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


@CASES.on(Ticket.Assigned)
def _assigned(event: Ticket.Assigned, row: RoundRow) -> None:
    row.assignee = id_or_none(event.assignee)


@CASES.on(Change.Classified)
def _classified(event: Change.Classified, row: RoundRow) -> None:
    row.type = event.type


@CASES.on(Change.RiskAssessed)
def _assessed(event: Change.RiskAssessed, row: RoundRow) -> None:
    row.risk = event.risk


@CASES.on(Change.Submitted)
def _submitted(event: Change.Submitted, row: RoundRow) -> None:
    row.round, row.stages, row.open, row.votes = event.round, event.stages, None, ()


@CASES.on(Change.StageOpened)
def _opened(event: Change.StageOpened, row: RoundRow) -> None:
    row.open, row.votes, row.is_escalated = row.stages[event.index], (), False
    row.opened_at, row.due = instant(event.by.effective_at), instant(event.due)


@CASES.on(Change.VoteCast)
def _voted(event: Change.VoteCast, row: RoundRow) -> None:
    row.votes = (*row.votes, (event.by.actor, event.vote))


@CASES.on(Change.StageEscalated)
def _escalated(event: Change.StageEscalated, row: RoundRow) -> None:
    if row.open is not None:
        voters = tuple(dict.fromkeys((*row.open.voters, *event.to)))
        row.open = msgspec.structs.replace(row.open, voters=voters)
    row.due, row.is_escalated = instant(event.due), True


@CASES.on(Change.StageDecided, Change.Approved, Change.Rejected, Change.Withdrawn, Change.Cancelled)
def _closed(_: Event, row: RoundRow) -> None:
    row.open, row.votes = None, ()


VIEW = View(NAME, VERSION, (INBOX, ROUNDS), fold, concerns=concerns, keyed=(ROUNDS,))
