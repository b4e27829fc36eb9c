"""Lists of choices that come from elsewhere."""

from typing import Any

from domain.aggregate import Entry
from domain.choice_list import ChoiceList, ordered
from projections.rows import Rows
from projections.tables import Id, Instant, Row, Table, id_text, instant, number_text
from projections.view import View

NAME = "choice_lists"
VERSION = 1


class ChoiceListRow(Row):
    id: Id
    number: str
    name: str
    source: str
    choices: tuple[str, ...]
    at: Instant
    """When something last happened to it."""
    version: int
    position: int
    count: int = 0
    is_retired: bool = False


LISTS = Table(
    NAME, VERSION, ChoiceListRow, key=("id",), indexes=[("name",)], past=(), is_small=True
)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("ChoiceList.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    match event:
        case ChoiceList.Defined(name=name, source=source, choices=choices):
            number = number_text(entry.originator_id)
            row = rows.put(
                LISTS, LISTS.row(id, number, name, source, choices, at, 1, entry.position)
            )
        case ChoiceList.Replaced(added=added, removed=removed):
            row = rows.get(LISTS, id)
            row.choices = ordered({*row.choices, *added}.difference(removed))
        case _:
            row = rows.get(LISTS, id)
            row.is_retired = True
    row.count = len(row.choices)
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


def _key(entry: Entry) -> list[tuple[Table[Any], tuple[str]]]:
    return [(LISTS, (id_text(entry.originator_id),))]


VIEW = View(NAME, VERSION, (LISTS,), fold, concerns=concerns, keys=_key)
