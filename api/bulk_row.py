"""One row of the file of a bulk job, and what can be wrong with it."""

from msgspec import Struct

from api.bulk_acts import Act, acts
from domain.ids import parse_reference
from domain.rules import NotFound

VERSION_MAX = 2**53


class BulkRow(Struct, frozen=True):
    act: Act
    record: str
    """The number or the id of what it is about; empty for what creates."""
    version: int | None
    """The version that was seen; None for any."""
    body: bytes
    """The body of the request, as JSON."""


class Mistake(Exception):
    """What is wrong in a file, and in which line; the column is counted in characters, from 1."""

    def __init__(self, line: int, detail: str, column: int = 0) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


def row_of(
    line: int, named: str, record: str | None, version: int | None, body: bytes, place: str
) -> BulkRow:
    """A row, if it names what it needs. Raises Mistake, at a place."""
    act = acts().get(named)
    if act is None:
        raise Mistake(line, f"{place}act: there is no act {named[:80]!r}, such as `incident.log`.")
    if act.is_creation:
        if record or version is not None:
            raise Mistake(line, f"{place}record: {act.name} makes a record, and is about none.")
        return BulkRow(act, "", None, body)
    try:
        id = parse_reference(record or "")
    except NotFound:
        raise Mistake(
            line, f"{place}record: the number or the id of a record is needed for {act.name}."
        ) from None
    if version is not None and not 0 <= version <= VERSION_MAX:
        raise Mistake(line, f"{place}if_match: a version of the record is needed.")
    return BulkRow(act, str(id), version, body)
