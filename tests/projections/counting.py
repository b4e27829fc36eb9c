"""A view in which an event that counts twice, or not at all, shows."""

from domain.aggregate import Entry
from projections.rows import Rows
from projections.tables import Row, Table, id_text
from projections.view import View


class CountRow(Row):
    id: str
    events: int
    last: int


def counting(version: int = 1, name: str = "counts", refuses: frozenset[int] = frozenset()) -> View:
    """How many events each record has; the positions in `refuses` are poison."""
    table = Table(name, version, CountRow, key=("id",), indexes=[("last",)])

    def fold(entry: Entry, rows: Rows) -> None:
        if entry.position in refuses:
            raise ValueError("This one is poison.")
        id = id_text(entry.originator_id)
        row = rows.find(table, id) or rows.put(table, CountRow(id, 0, 0))
        row.events += 1
        row.last = entry.originator_version

    return View(name, version, (table,), fold, keyed=(table,))
