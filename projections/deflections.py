"""Which articles made a ticket needless, as people said, and whether they asked all the same."""

from datetime import datetime, timedelta

from domain.aggregate import Entry
from domain.article import Article
from domain.ids import as_id, prefix_of
from domain.person import Person
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import View

NAME = "deflections"
VERSION = 1

KINDS = {"INC": "incident", "QST": "question", "REQ": "request"}
"""The tickets that an article can make needless, by their prefixes."""
FOLLOWED_WITHIN = timedelta(hours=24)
LATEST = 20
"""Of how many of the latest of a person it is told that a ticket followed."""


class DeflectionRow(Row):
    position: int
    article: Id
    number: str
    version: int
    """That of the article."""
    person: Id | None
    organisation: Id | None
    """That of the person at the time."""
    at: Instant
    shown: tuple[str, ...] = ()
    """The articles that had been suggested."""
    is_followed: bool = False
    """Whether the person asked for something all the same, soon after."""
    ticket: Id | None = None
    """The first ticket that followed."""


class ReaderRow(Row):
    person: Id
    organisation: Id
    latest: tuple[int, ...] = ()
    """The positions of the latest deflections."""


DEFLECTIONS = Table(
    NAME,
    VERSION,
    DeflectionRow,
    key=("position",),
    indexes=[("at",), ("article", "at"), ("organisation", "at")],
    past=(),
)
READERS = Table(f"{NAME}_readers", VERSION, ReaderRow, key=("person",))


def concerns(entry: Entry) -> bool:
    if isinstance(entry.event, Article.Deflected | Person.Registered | Person.Moved):
        return True
    return entry.originator_version == 1 and prefix_of(entry.originator_id) in KINDS


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    if isinstance(event, Person.Registered):
        rows.put(READERS, ReaderRow(id_text(entry.originator_id), id_text(event.organisation)))
    elif isinstance(event, Person.Moved):
        rows.get(READERS, id_text(entry.originator_id)).organisation = id_text(event.organisation)
    elif isinstance(event, Article.Deflected):
        _deflected(entry, event, rows)
    else:
        asked_by = id_or_none(getattr(event, "requester", None))
        if asked_by is not None:
            _opened(id_text(entry.originator_id), asked_by, event.by.effective_at, rows)


def _deflected(entry: Entry, event: Article.Deflected, rows: Rows) -> None:
    person = id_or_none(as_id(event.by.actor))
    reader = None if person is None else rows.find(READERS, person)
    if reader is not None:
        reader.latest = (*reader.latest, entry.position)[-LATEST:]
    rows.put(
        DEFLECTIONS,
        DeflectionRow(
            position=entry.position,
            article=id_text(entry.originator_id),
            number=number_text(entry.originator_id),
            version=event.number,
            person=person,
            organisation=None if reader is None else reader.organisation,
            at=instant(event.by.effective_at),
            shown=tuple(map(str, event.shown)),
        ),
    )


def _opened(ticket: Id, asked_by: Id, opened_at: datetime, rows: Rows) -> None:
    reader = rows.peek(READERS, asked_by)
    if reader is None or not reader.latest:
        return
    since, until = instant(opened_at - FOLLOWED_WITHIN), instant(opened_at)
    for position in reader.latest:
        found = rows.peek(DEFLECTIONS, position)
        if found is not None and not found.is_followed and since <= found.at <= until:
            row = rows.get(DEFLECTIONS, position)
            row.is_followed, row.ticket = True, ticket


VIEW = View(NAME, VERSION, (DEFLECTIONS, READERS), fold, concerns=concerns)
