"""Saved views of lists, and who may use them besides their owners."""

from typing import Any
from uuid import UUID

from msgspec import to_builtins

from domain.aggregate import Entry
from domain.saved_view import SavedView
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    as_json,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import View

NAME = "saved_views"
VERSION = 2


class SavedViewRow(Row):
    id: Id
    number: str
    name: str
    list: str
    owner: Id
    organisation: Id
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    asking: Json = {}
    """What is asked, by the parameters of the list."""
    shared_with: str = "nobody"
    team: Id | None = None
    subscribers: tuple[str, ...] = ()
    mailings: Json = {}
    """How subscribers are told by mail, by their ids."""
    is_removed: bool = False


class AudienceRow(Row):
    """A team or an organisation whose people use a view."""

    view: Id
    organisation: Id


VIEWS = Table(
    NAME,
    VERSION,
    SavedViewRow,
    key=("id",),
    indexes=[("number",), ("owner", "name"), ("name",)],
    past=(),
    is_small=True,
)
AUDIENCE = Table(
    f"{NAME}_audience",
    VERSION,
    AudienceRow,
    key=("view", "organisation"),
    indexes=[("organisation", "view")],
    past=(),
    is_small=True,
)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("SavedView.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    if isinstance(event, SavedView.Saved):
        row = rows.put(VIEWS, _saved(entry, event, at))
    else:
        row = rows.get(VIEWS, id)
    match event:
        case SavedView.Saved() | SavedView.Amended():
            row.name = event.name
            row.asking = as_json(event.asking)
        case SavedView.Shared():
            _share(rows, row, event)
        case SavedView.Removed():
            _close(rows, row)
            row.is_removed, row.subscribers, row.mailings = True, (), {}
        case SavedView.Subscribed():
            _end(row, event.person)
            row.subscribers = (*row.subscribers, id_text(event.person))
            if event.mailing is not None:
                said = as_json(to_builtins(event.mailing))
                row.mailings = {**row.mailings, id_text(event.person): said}
        case SavedView.Unsubscribed():
            _end(row, event.person)
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


def _saved(entry: Entry, event: SavedView.Saved, at: str) -> SavedViewRow:
    return SavedViewRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        list=event.list,
        owner=id_text(event.owner),
        organisation=id_text(event.organisation),
        at=at,
        version=1,
        position=entry.position,
    )


def _end(row: SavedViewRow, person: UUID) -> None:
    gone = id_text(person)
    row.subscribers = tuple(one for one in row.subscribers if one != gone)
    row.mailings = {one: how for one, how in row.mailings.items() if one != gone}


def _share(rows: Rows, row: SavedViewRow, event: SavedView.Shared) -> None:
    _close(rows, row)
    row.shared_with, row.team = event.shared_with, id_or_none(event.team)
    if whose := _audience(row):
        rows.put(AUDIENCE, AudienceRow(row.id, whose))


def _close(rows: Rows, row: SavedViewRow) -> None:
    if whose := _audience(row):
        rows.remove(AUDIENCE, row.id, whose)


def _audience(row: SavedViewRow) -> Id | None:
    whose = {"team": row.team, "organisation": row.organisation}
    return whose.get(row.shared_with)


VIEW = View(NAME, VERSION, (VIEWS, AUDIENCE), fold, concerns=concerns, keyed=(VIEWS,))
