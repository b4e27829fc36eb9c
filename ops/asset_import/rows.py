"""The rows of a file as names with texts: CSV with a header, or one JSON object a line."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ops.asset_import.mapping import AssetMapping
from ops.importing.errors import BadFile, BadMapping
from ops.importing.table import GZIP_MAGIC, LINE_CHARACTERS_MAX, open_table


class Line(NamedTuple):
    number: int
    cells: dict[str, str]
    complaint: str = ""
    """Why it cannot be read."""


def lines(file: Path, mapping: AssetMapping) -> Iterator[Line]:
    """The rows of a file, in order. Raises BadFile and BadMapping."""
    name = file.name.removesuffix(".gz")
    if name.endswith((".ndjson", ".jsonl")):
        return _objects(file)
    return _table(file, mapping)


def _table(file: Path, mapping: AssetMapping) -> Iterator[Line]:
    with open_table(file, mapping.file) as table:
        absent = [column for column in mapping.columns if column not in table.columns]
        if absent:
            raise BadMapping(f"{file}: the file has no column {', '.join(map(repr, absent))}.")
        for row in table:
            cells = dict(zip(table.columns, row.cells, strict=False))
            yield Line(row.line, cells, row.complaint)


def _objects(file: Path) -> Iterator[Line]:
    try:
        with file.open("rb") as raw:
            is_compressed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if is_compressed else raw
            number = 0
            while line := stream.readline(LINE_CHARACTERS_MAX):
                number += 1
                if len(line) == LINE_CHARACTERS_MAX:
                    raise BadFile(f"{file}, line {number}: the line is too long.")
                if line.strip():
                    yield _object(number, line)
    except (OSError, EOFError) as error:
        raise BadFile(f"{file}: {getattr(error, 'strerror', None) or error}.") from None


def _object(number: int, line: bytes) -> Line:
    try:
        read: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Line(number, {}, f"the line is no JSON: {error}")
    if not isinstance(read, dict):
        return Line(number, {}, "the line is no JSON object")
    cells = {}
    for name, value in read.items():
        if isinstance(value, dict | list):
            return Line(number, {}, f"{name}: a value is a text, a number, true, false or null")
        cells[str(name)] = "" if value is None else _text(value)
    return Line(number, cells)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
