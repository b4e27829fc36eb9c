"""A set of ids that may be larger than memory: it spills to a temporary file that nobody sees."""

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self
from uuid import UUID


class Ids:
    def __init__(self) -> None:
        # SQLite removes a database without a name when it is closed.
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute("CREATE TABLE ids (id BLOB PRIMARY KEY) WITHOUT ROWID")
        self._rows.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()

    def add(self, ids: Iterable[UUID]) -> None:
        self._rows.executemany("INSERT OR IGNORE INTO ids VALUES (?)", ((id.bytes,) for id in ids))

    def __contains__(self, id: UUID) -> bool:
        found = self._rows.execute("SELECT 1 FROM ids WHERE id = ?", (id.bytes,))
        return found.fetchone() is not None

    def __len__(self) -> int:
        return int(self._rows.execute("SELECT count(*) FROM ids").fetchone()[0])

    def __iter__(self) -> Iterator[UUID]:
        """In order, kind by kind."""
        for (id,) in self._rows.execute("SELECT id FROM ids ORDER BY id"):
            yield UUID(bytes=id)
