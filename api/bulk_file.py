"""The file of a bulk job: NDJSON, a line a row, or CSV under headers.

It is right as a whole, or refused as a whole with the place of each mistake. Whether the body of a
row is what its act takes is found out row by row, as a request finds it out.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from api.bulk_acts import acts
from api.bulk_csv import read_csv
from api.bulk_row import BulkRow, Mistake, row_of
from api.http.errors import Problem, clean
from domain.bulk_job import ROW_BYTES_MAX, ROWS_MAX

NDJSON = "application/x-ndjson"
CSV = "text/csv"
ERRORS_SHOWN_MAX = 50

_BYTE = re.compile(r"\(byte (\d+)\)")


class Said(Struct, forbid_unknown_fields=True):
    """One line of NDJSON."""

    act: str = ""
    record: str | None = None
    if_match: int | None = None
    body: msgspec.Raw = msgspec.Raw(b"{}")


_SAID = msgspec.json.Decoder(Said)


def read(data: bytes, media_type: str, act: str) -> list[BulkRow]:
    """The rows of a file. `act` is that of rows which name none. Raises Problem with the places of
    what is wrong."""
    if act and act not in acts():
        raise _problem([Mistake(0, f"act: there is no act {act[:80]!r}, such as `incident.log`.")])
    reading = read_csv if media_type == CSV else _read_ndjson
    rows: list[BulkRow] = []
    mistakes: list[Mistake] = []
    try:
        for found in reading(_text(data), act):
            if isinstance(found, Mistake):
                mistakes.append(found)
            else:
                rows.append(found)
            if len(rows) + len(mistakes) > ROWS_MAX:
                raise Mistake(0, f"A bulk job has at most {ROWS_MAX} rows.")
            if len(mistakes) >= ERRORS_SHOWN_MAX:
                break
    except Mistake as mistake:
        mistakes.append(mistake)
    if not rows and not mistakes:
        mistakes.append(Mistake(0, "The file has no rows."))
    if mistakes:
        raise _problem(mistakes)
    return rows


def _text(data: bytes) -> str:
    """Raises Mistake at the first byte that is not UTF-8. A mark at the beginning is left out."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise Mistake(before.count(b"\n") + 1, "The file is not UTF-8.", column) from None


def _read_ndjson(text: str, act: str) -> Iterator[BulkRow | Mistake]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            said = _said(line, number)
            body = bytes(said.body)
            yield row_of(number, said.act or act, said.record, said.if_match, body, "")
        except Mistake as mistake:
            yield mistake


def _said(line: str, number: int) -> Said:
    raw = line.encode("utf-8", "surrogatepass")
    if len(raw) > ROW_BYTES_MAX:
        raise Mistake(number, f"A row has at most {ROW_BYTES_MAX} bytes.")
    try:
        said = _SAID.decode(raw)
        # What is kept as it is has not been read yet.
        if not isinstance(msgspec.json.decode(said.body), dict):
            raise Mistake(number, "body: an object is needed.")
    except (msgspec.DecodeError, RecursionError) as error:
        at = _BYTE.search(str(error))
        column = len(raw[: int(at[1])].decode("utf-8", "replace")) + 1 if at else 0
        is_json = isinstance(error, msgspec.ValidationError)
        detail = str(error) if is_json else "This is no JSON."
        raise Mistake(number, detail, column) from None
    return said


def _problem(mistakes: list[Mistake]) -> Problem:
    errors: list[Mapping[str, str | int]] = []
    for mistake in mistakes:
        place = {"line": mistake.line, "column": mistake.column}
        known = {name: number for name, number in place.items() if number}
        errors.append({"detail": clean(str(mistake)), **known})
    first = mistakes[0]
    where = f"Line {first.line}" + (f", column {first.column}" if first.column else "") + ": "
    more = f" ({len(mistakes) - 1} more in errors)" if len(mistakes) > 1 else ""
    detail = (where if first.line else "") + clean(str(first)) + more
    return Problem("invalid", detail, errors=errors)
