"""The usual fold: an event begins the one row of a record, and those after it change it."""

from collections.abc import Callable
from typing import Any

from domain.aggregate import Entry, Event
from projections.rows import Rows
from projections.tables import Table, id_text, instant
from projections.view import Cases


def fold_of(
    table: Table[Any],
    begun: type[Event],
    begin: Callable[[Entry, Any, str], Any],
    cases: Cases[Any],
    *,
    finish: Callable[[Any], None] = lambda row: None,
) -> Callable[[Entry, Rows], None]:
    """A fold into rows with `id`, `at`, `version` and `position`. `begin` makes the row of the
    first event, which happened at a moment; `finish` sets what follows from the rest of it."""

    def fold(entry: Entry, rows: Rows) -> None:
        event = entry.event
        at = instant(event.by.effective_at)
        if isinstance(event, begun):
            row = rows.put(table, begin(entry, event, at))
        else:
            row = rows.get(table, id_text(entry.originator_id))
        if case := cases.of(type(event)):
            case(event, row)
        finish(row)
        row.at, row.version, row.position = at, entry.originator_version, entry.position

    return fold
