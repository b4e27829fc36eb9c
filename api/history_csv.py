"""Entries of a history as lines of CSV."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

import msgspec

from api import schemas
from api.http.answers import Answer
from api.http.errors import Problem
from domain.aggregate import Entry
from domain.event_fields import fields_of
from domain.ids import number_of

COLUMNS = (
    "position",
    "number",
    "version",
    "event",
    "recorded_at",
    "effective_at",
    "actor",
    "on_behalf_of",
    "channel",
    "cause",
    "facts",
)


FORMATS = ("json", "csv")
FORMAT = schemas.query(
    "format",
    "As what it is answered; as CSV it is whole, without `limit` and `cursor`.",
    {"type": "string", "enum": list(FORMATS)},
)


def is_asked(query: Mapping[str, str]) -> bool:
    """Whether CSV is asked for. Raises Problem for what is neither that nor JSON."""
    asked = query.get("format", "json")
    if asked not in FORMATS:
        raise Problem("bad_query", f"format: it is one of {', '.join(FORMATS)}.")
    return asked == "csv"


def answer(number: str, entries: Sequence[Entry]) -> Answer:
    """A whole history as a file."""
    lines = [csv_line(COLUMNS), *(csv_line(as_row(entry)) for entry in entries)]
    headers = [
        (b"cache-control", b"private, no-cache"),
        (b"content-disposition", f'attachment; filename="{number}-history.csv"'.encode()),
    ]
    body = "".join(f"{line}\r\n" for line in lines).encode()
    return Answer(200, body, headers, b"text/csv; charset=utf-8")


def as_row(entry: Entry) -> tuple[str, ...]:
    """An entry as the cells under COLUMNS; the cause and the facts are JSON."""
    by = entry.event.by
    plain = msgspec.to_builtins(entry.event)
    facts = {name: plain[name] for name in fields_of(type(entry.event)) if name in plain}
    return (
        str(entry.position),
        number_of(entry.originator_id),
        str(entry.originator_version),
        entry.topic,
        by.at.isoformat(),
        by.effective_at.isoformat(),
        by.actor,
        by.on_behalf_of,
        by.channel,
        as_cell(by.cause) if by.cause else "",
        as_cell(facts),
    )


def as_cell(value: object) -> str:
    """A value as JSON, nothing for None: a spreadsheet takes no JSON for a formula but a negative
    number, which it may."""
    return "" if value is None else msgspec.json.encode(value).decode()


def csv_line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
