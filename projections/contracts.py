"""Contracts: with whom, until when, at which cost, and for which assets."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from domain.aggregate import Entry, Event
from domain.asset_record import Cost
from domain.contract import Contract, Status
from projections.one_row import fold_of
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    number_text,
)
from projections.view import Cases, View

NAME = "contracts"
VERSION = 1


class ContractRow(Row):
    id: Id
    number: str
    name: str
    kind: str
    supplier: str
    reference: str
    owner: Id | None
    status: str
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    starts: str | None = None
    last_day: str | None = None
    """None for one without an end."""
    notice_days: int = 0
    notice_by: str | None = None
    """The last day on which notice can be given."""
    cost: str = ""
    currency: str = ""
    billing: str = "yearly"
    covered: tuple[str, ...] = ()
    """The assets that it is for."""
    renewals: int = 0


CONTRACTS = Table(
    NAME,
    VERSION,
    ContractRow,
    key=("id",),
    indexes=[("number",), ("status", "last_day"), ("supplier",), ("name",)],
    past=(),
)
CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Contract.")


def _drafted(entry: Entry, event: Contract.Drafted, at: str) -> ContractRow:
    row = ContractRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        kind=event.kind,
        supplier=event.supplier,
        reference=event.reference,
        owner=id_or_none(event.owner),
        status=Status.DRAFT,
        at=at,
        version=1,
        position=entry.position,
        starts=_day(event.starts),
        last_day=_day(event.last_day),
        notice_days=event.notice_days,
        billing=event.billing,
    )
    _cost(event.cost, row)
    return row


@CASES.on(Contract.Amended)
def _amended(event: Contract.Amended, row: ContractRow) -> None:
    for field in ("name", "reference", "notice_days", "billing"):
        if (said := getattr(event, field)) is not None:
            setattr(row, field, said)
    row.owner = id_or_none(event.owner) or row.owner
    _cost(event.cost, row)


@CASES.on(Contract.Signed)
def _signed(event: Contract.Signed, row: ContractRow) -> None:
    row.status, row.starts = Status.IN_FORCE, _day(event.starts)


@CASES.on(Contract.Renewed)
def _renewed(event: Contract.Renewed, row: ContractRow) -> None:
    row.last_day = _day(event.last_day)
    row.renewals += 1
    _cost(event.cost, row)


@CASES.on(Contract.Covered)
def _covered(event: Contract.Covered, row: ContractRow) -> None:
    row.covered = tuple(map(id_text, event.assets))


@CASES.on(Contract.Ended)
def _ended(_: Event, row: ContractRow) -> None:
    row.status = Status.ENDED


def _cost(cost: Cost | None, row: ContractRow) -> None:
    if cost is not None:
        row.cost, row.currency = str(cost.amount), cost.currency


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _set_notice(row: ContractRow) -> None:
    row.notice_by = None
    if row.last_day is not None:
        with suppress(OverflowError):
            day = date.fromisoformat(row.last_day) - timedelta(days=row.notice_days)
            row.notice_by = day.isoformat()


fold = fold_of(CONTRACTS, Contract.Drafted, _drafted, CASES, finish=_set_notice)
VIEW = View(NAME, VERSION, (CONTRACTS,), fold, concerns=concerns, keyed=(CONTRACTS,))
