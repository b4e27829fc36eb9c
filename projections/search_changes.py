"""How a record was found in the past: from how it is found now, and its changes since."""

from collections.abc import Iterable
from typing import Any

import msgspec

from projections.search_rows import SEARCH, ChangeRow, SearchRow, head_of

WRITTEN = (
    "title",
    "texts",
    "organisation",
    "people",
    "watchers",
    "is_published",
    "is_public",
    "audience",
)
"""What the head of the words is made of, and changes."""
TRUTHS = frozenset(name for name in WRITTEN if SEARCH.column[name].kind == "boolean")


def change_of(row: SearchRow, before: SearchRow) -> ChangeRow:
    """What a change has to note that made a row what it is."""
    written = {
        name: was for name in WRITTEN if (was := getattr(before, name)) != getattr(row, name)
    }
    # SQLite gives truths back as numbers.
    written |= {name: bool(was) for name, was in written.items() if name in TRUTHS}
    return ChangeRow(
        row.id,
        row.known,
        row.held,
        len(before.said),
        len(before.internal),
        len(before.words) - before.head,
        written,
    )


def undone(row: SearchRow, changes: Iterable[ChangeRow]) -> SearchRow:
    """A row as it was before its last changes, which come the oldest first."""
    first: ChangeRow | None = None
    written: dict[str, Any] = {}
    for change in changes:
        first = first or change
        written = change.written | written
    if first is None:
        return row
    tail = row.words[row.head :][: first.tail]
    restored = {name: _value(name, was) for name, was in written.items()}
    was = msgspec.structs.replace(
        row, said=row.said[: first.said], internal=row.internal[: first.internal], **restored
    )
    head = head_of(was) if written else row.words[: row.head]
    was.words, was.head = head + tail, len(head)
    return was


def _value(name: str, was: Any) -> Any:
    column = SEARCH.column[name]
    return msgspec.convert(was, column.type) if column.kind == "json" else was
