"""A file laid out on disk: its rows read, checked, grouped by record and ordered.

The rows of a record may stand anywhere in a file of any size. A scratch database sorts them, so
that memory stays flat, and a file that is damaged at its end is known before anything is recorded.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from ops.importing.errors import BadFile, BadRow
from ops.importing.mapping_file import MappingFile
from ops.importing.rows import Parsed, Parser, Row
from ops.importing.table import RawRow, open_table

ORDER_KEYS = 3
BATCH = 2_000
RECORDS_KNOWN_MAX = 100_000
BLOCK_BYTES = 1 << 20

TABLES = """
CREATE TABLE records (ordinal INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE rows (
    record INTEGER NOT NULL,
    first NOT NULL,
    second NOT NULL,
    third NOT NULL,
    line INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (record, first, second, third, line)
) WITHOUT ROWID;
CREATE TABLE rejects (line INTEGER PRIMARY KEY, reason TEXT NOT NULL, cells TEXT NOT NULL);
CREATE TABLE summary (rows INTEGER, rejected INTEGER, records INTEGER, serial_max INTEGER);
"""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Row).decode


class Staged(NamedTuple):
    record: int
    """The place of the record among the others, in the order of their first rows."""
    row: Row


class Reject(NamedTuple):
    line: int
    reason: str
    cells: str


class Stage:
    """The rows of a file that was read to its end."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self.rows, rejected, self.records, self.serial_max = self._database.execute(
            "SELECT rows, rejected, records, serial_max FROM summary"
        ).fetchone()
        self.rows_read: int = self.rows + rejected

    def staged(self, first_record: int = 1) -> Iterator[Staged]:
        """The rows from a record on, record by record, each in its order."""
        rows = self._database.execute(
            "SELECT record, data FROM rows WHERE record >= ?"
            " ORDER BY record, first, second, third, line",
            (first_record,),
        )
        return (Staged(record, _decode(data)) for record, data in rows)

    def keys(self) -> Iterator[str]:
        """The foreign numbers of all records, in order."""
        return (
            key for (key,) in self._database.execute("SELECT key FROM records ORDER BY ordinal")
        )

    def reject(self, row: Row, reason: str) -> None:
        """Note that a row cannot be recorded; again without effect."""
        self._database.execute(
            "INSERT OR REPLACE INTO rejects VALUES (?, ?, ?)",
            (row.line, reason, _encode([row.key, *row.fields, *row.details]).decode()),
        )

    def is_rejected(self, row: Row) -> bool:
        found = self._database.execute("SELECT 1 FROM rejects WHERE line = ?", (row.line,))
        return found.fetchone() is not None

    def rejects(self) -> Iterator[Reject]:
        rows = self._database.execute("SELECT line, reason, cells FROM rejects ORDER BY line")
        return (Reject(*row) for row in rows)

    def count_rejects(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM rejects").fetchone()[0])

    def close(self) -> None:
        self._database.close()


def stage(
    file: Path,
    mapping: MappingFile,
    path: Path,
    *,
    now: datetime,
    progress: Callable[[int, int], None],
) -> Stage:
    """Lay a file out at a path, or take what lies there already. Raises BadFile, BadMapping."""
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        try:
            _Staging(unfinished).run(file, mapping, now, progress)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return Stage(path)


class _Staging:
    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, isolation_level=None)
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            "cache_size = -32000",
        ):
            self._database.execute(f"PRAGMA {setting}")
        self._database.executescript(TABLES)
        self._path = path
        self._ordinals: dict[str, int] = {}
        self._records = 0
        self._rows = 0
        self._rejected = 0
        self._serial_max = 0
        self._batch: list[tuple[object, ...]] = []
        self._first_reject = ""

    def run(
        self,
        file: Path,
        mapping: MappingFile,
        now: datetime,
        progress: Callable[[int, int], None],
    ) -> None:
        try:
            self._database.execute("BEGIN")
            with open_table(file, mapping.mapping.file) as table:
                mapping.require_columns(table.columns)
                parser = Parser(mapping.mapping, table.columns, now)
                for raw in table:
                    self._take(raw, parser)
                    if len(self._batch) >= BATCH:
                        self._flush()
                        progress(table.done, table.size)
                progress(table.size, table.size)
            self._flush()
            if not self._rows:
                raise BadFile(
                    f"{file}: no row fits the mapping. {self._first_reject}"
                    if self._rejected
                    else f"{file}: the file has a header and no rows."
                )
            self._database.execute(
                "INSERT INTO summary VALUES (?, ?, ?, ?)",
                (self._rows, self._rejected, self._records, self._serial_max),
            )
            self._database.execute("COMMIT")
        finally:
            self._database.close()
        descriptor = os.open(self._path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    def _take(self, raw: RawRow, parser: Parser) -> None:
        try:
            if raw.complaint:
                raise BadRow(raw.complaint)
            parsed = parser.parse(raw.line, raw.cells)
        except BadRow as bad:
            self._rejected += 1
            self._first_reject = self._first_reject or f"Line {raw.line}: {bad}."
            cells = _encode([_storable(cell) for cell in raw.cells]).decode()
            self._database.execute(
                "INSERT INTO rejects VALUES (?, ?, ?)", (raw.line, _storable(str(bad)), cells)
            )
            return
        self._rows += 1
        if parsed.serial is not None and parsed.serial > self._serial_max:
            self._serial_max = parsed.serial
        self._batch.append(self._stored(parsed))

    def _stored(self, parsed: Parsed) -> tuple[object, ...]:
        order = parsed.order + (0,) * (ORDER_KEYS - len(parsed.order))
        row = parsed.row
        return (self._ordinal(row.key), *order, row.line, _encode(row))

    def _ordinal(self, key: str) -> int:
        ordinal = self._ordinals.get(key)
        if ordinal is None:
            ordinal = self._find_ordinal(key)
            if len(self._ordinals) >= RECORDS_KNOWN_MAX:
                self._ordinals.clear()
            self._ordinals[key] = ordinal
        return ordinal

    def _find_ordinal(self, key: str) -> int:
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO records VALUES (?, ?)", (self._records + 1, key)
        )
        if cursor.rowcount:
            self._records += 1
            return self._records
        found = self._database.execute("SELECT ordinal FROM records WHERE key = ?", (key,))
        return int(found.fetchone()[0])

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", self._batch)
        self._batch.clear()


def digest_of(file: Path, mapping: MappingFile) -> str:
    """What tells one import from another: 16 hexadecimal digits of the file and the mapping."""
    digest = sha256(mapping.text.encode())
    try:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise BadFile(f"{file}: {error.strerror or error}.") from None
    return digest.hexdigest()[:16]


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
