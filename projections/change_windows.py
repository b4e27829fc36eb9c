"""Maintenance windows and freezes, with the changes that are excepted from them."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.change_window import ChangeWindow, Definition
from projections import governed
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    as_json,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

NAME = "change_windows"
VERSION = 3


class WindowRow(Row):
    """`kind`, `starts` and `ends` are those in force, or of the draft before it is published."""

    id: Id
    number: str
    name: str
    kind: str
    starts: Instant | None
    ends: Instant | None
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    author: str = ""
    """Who wrote the draft as it is, or submitted it."""
    approval_status: str = ""
    outstanding: str = ""
    approval: Json = {}
    comments: tuple[Json, ...] = ()
    published_version: int = 0
    is_retired: bool = False
    draft: Json = {}
    published: Json = {}
    exceptions: dict[str, str] = {}
    """The changes that it is not for, and who said so."""

    @property
    def written(self) -> Mapping[str, str]:
        return {}


WINDOWS = Table(
    NAME,
    VERSION,
    WindowRow,
    key=("id",),
    indexes=[("number",), ("name",), ("kind", "starts")],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("ChangeWindow.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    if isinstance(event, ChangeWindow.Drafted):
        row = rows.put(
            WINDOWS,
            WindowRow(
                id=id,
                number=number_text(entry.originator_id),
                name=event.name,
                kind=event.definition.kind,
                starts=instant_or_none(event.definition.start),
                ends=instant_or_none(event.definition.end),
                at=at,
                version=1,
                position=entry.position,
            ),
        )
    else:
        row = rows.get(WINDOWS, id)
    if case := CASES.of(type(event)):
        case(event, row)
    governed.fold(event, row)
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


@CASES.on(ChangeWindow.Drafted, ChangeWindow.Revised)
def _drafted(event: ChangeWindow.Drafted, row: WindowRow) -> None:
    row.draft = as_json(event.definition)
    if not row.published:
        _show(event.definition, row)


@CASES.on(ChangeWindow.VersionPublished)
def _published(event: ChangeWindow.VersionPublished, row: WindowRow) -> None:
    row.published, row.published_version = as_json(event.definition), event.number
    _show(event.definition, row)


@CASES.on(ChangeWindow.ChangeExcepted)
def _excepted(event: ChangeWindow.ChangeExcepted, row: WindowRow) -> None:
    row.exceptions = {**row.exceptions, str(event.change): event.by.actor}


@CASES.on(ChangeWindow.ExceptionWithdrawn)
def _withdrawn(event: ChangeWindow.ExceptionWithdrawn, row: WindowRow) -> None:
    change = str(event.change)
    row.exceptions = {id: who for id, who in row.exceptions.items() if id != change}


@CASES.on(ChangeWindow.Retired)
def _retired(_: Event, row: WindowRow) -> None:
    row.is_retired = True


def _show(definition: Definition, row: WindowRow) -> None:
    row.kind = definition.kind
    row.starts, row.ends = instant_or_none(definition.start), instant_or_none(definition.end)


VIEW = View(NAME, VERSION, (WINDOWS,), fold, concerns=concerns, keyed=(WINDOWS,))
