"""CSV as rows of a bulk job: headers name the fields of the body, with dots into them.

An empty cell says nothing. `act`, `record` and `if_match` are not of the body; `body.` before a
header says that it is.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

import msgspec

from api.bulk_acts import Act, acts
from api.bulk_cells import KINDS, WHOLE, Path, kinds_at, value_of
from api.bulk_row import BulkRow, Mistake, row_of
from domain.bulk_job import ROW_BYTES_MAX

COLUMNS_MAX = 300
CELLS_OF_ROW = ("act", "record", "if_match")


def read_csv(text: str, act: str) -> Iterator[BulkRow | Mistake]:
    """The rows, and what is wrong in others. Raises Mistake where nothing more can be read."""
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0]), strict=True
    )
    headers = _headers(_next(reader))
    if act:
        _check_headers(headers, acts()[act])
    number = 0
    while True:
        line = reader.line_num + 1
        cells = _next(reader)
        if cells is None:
            return
        if not any(cells):
            continue
        number += 1
        try:
            yield _row(headers, cells, act, line, number)
        except Mistake as mistake:
            yield mistake


def _delimiter(line: str) -> str:
    """What stands between the headers: spreadsheets of some countries write semicolons."""
    return max(",;\t", key=line.count)


def _next(reader: Any) -> list[str] | None:
    line = reader.line_num + 1
    try:
        found: list[str] | None = next(reader, None)
    except csv.Error as error:
        raise Mistake(line, f"This is no CSV: {error}.") from None
    return found


def _headers(cells: Sequence[str] | None) -> dict[str, Path]:
    """The place in the body by header; none for what is of the row. Raises Mistake."""
    if not cells:
        raise Mistake(1, "The first line has the headers.")
    if len(cells) > COLUMNS_MAX:
        raise Mistake(1, f"A file has at most {COLUMNS_MAX} columns.")
    headers: dict[str, Path] = {}
    for place, cell in enumerate(cells, 1):
        name = cell.strip()
        path = () if name in CELLS_OF_ROW else tuple(name.removeprefix("body.").split("."))
        if "" in path:
            raise Mistake(1, f"Header {place}: a name is needed, such as title or details.floor.")
        if name in headers or (path and path in headers.values()):
            raise Mistake(1, f"Header {place}: {name[:80]} is there twice.")
        headers[name] = path
    paths = {path for path in headers.values() if path}
    for name, path in headers.items():
        if any(path[:length] in paths for length in range(1, len(path))):
            raise Mistake(1, f"{name[:80]}: what it is within has a column of its own.")
    return headers


def _check_headers(headers: Mapping[str, Path], act: Act) -> None:
    for name, path in headers.items():
        if path and not kinds_at(act, path):
            raise Mistake(1, f"{name[:80]}: {act.name} takes no such field.")


def _row(
    headers: Mapping[str, Path], cells: Sequence[str], act: str, line: int, number: int
) -> BulkRow:
    if len(cells) != len(headers):
        raise Mistake(line, f"row {number}: {len(cells)} cells under {len(headers)} headers.")
    if sum(map(len, cells)) > ROW_BYTES_MAX:
        raise Mistake(line, f"row {number}: a row has at most {ROW_BYTES_MAX} bytes.")
    said = dict(zip(headers, cells, strict=True))
    named = said.get("act", "").strip() or act
    version = said.get("if_match", "").strip()
    if version and not WHOLE.fullmatch(version):
        raise Mistake(line, f"row {number}, column if_match: {KINDS['integer']}.")
    body: dict[str, Any] = {}
    if named in acts():
        for name, cell in said.items():
            if headers[name] and cell != "":
                _put(
                    body,
                    headers[name],
                    _value(acts()[named], name, headers[name], cell, line, number),
                )
    record = said.get("record", "").strip()
    raw = msgspec.json.encode(body)
    return row_of(
        line, named, record, int(version) if version else None, raw, f"row {number}, column "
    )


def _put(body: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
    body[path[-1]] = value


def _value(act: Act, name: str, path: Path, cell: str, line: int, number: int) -> Any:
    kinds = kinds_at(act, path)
    place = f"row {number}, column {name[:80]}: "
    if not kinds:
        raise Mistake(line, f"{place}{act.name} takes no such field.")
    try:
        return value_of(kinds, cell)
    except ValueError as error:
        raise Mistake(line, f"{place}{error}.") from None
