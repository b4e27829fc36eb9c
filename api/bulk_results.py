"""What came of the rows of bulk jobs over HTTP: as a list, and as a file."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import msgspec

from api import lists, schemas
from api.bulk_file import CSV, NDJSON
from api.bulk_jobs import PRACTICE
from api.http.answers import Answer
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import List, only, words_of
from api.practices import reference_of
from api.reads import OF_READS, entries_of, find, list_parameters, list_response
from domain.bulk_job import BulkJob, Outcome, Stage
from domain.policy import Everything
from projections.bulk_jobs import RowRow, rows_of

ROWS = List(
    name="bulk_rows",
    values={"stage": words_of(Stage), "outcome": words_of(Outcome)},
    sort=("stage", "row"),
)
FORMATS = {"ndjson": NDJSON, "csv": CSV}
COLUMNS = ("row", "act", "outcome", "number", "version", "at", "code", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what spreadsheets take a cell for a formula."""


async def read_rows(call: Call) -> Answer:
    job = await find(call, PRACTICE)
    return await lists.answer(call, ROWS, Everything(), {"job": str(job.id)})


async def download(call: Call) -> Answer:
    """All rows of a stage, in the order of the file."""
    query = call.query()
    only(query, "stage", "format")
    stage, form = query.get("stage", Stage.RUN), query.get("format", "ndjson")
    if stage not in words_of(Stage):
        raise Problem("bad_query", f"stage: it is one of {', '.join(words_of(Stage))}.")
    if form not in FORMATS:
        raise Problem("bad_query", f"format: it is one of {', '.join(FORMATS)}.")
    job = await find(call, PRACTICE)
    found: dict[int, RowRow] = {}
    for entry in await entries_of(call, job.id):
        event: Any = entry.event
        if isinstance(event, BulkJob.RowsRecorded) and event.stage == stage:
            found |= {row.row: row for row in rows_of(entry)}
        elif isinstance(event, BulkJob.UndoPreviewed | BulkJob.UndoStarted):
            # What a stage found out that is begun again does not count any more.
            is_it = stage == (
                Stage.UNDO if isinstance(event, BulkJob.UndoStarted) else Stage.UNDO_PREVIEW
            )
            found = {} if is_it else found
    rows = [found[number] for number in sorted(found)]
    body = _as_csv(rows) if form == "csv" else _as_ndjson(rows)
    headers = [
        (b"cache-control", b"private, no-cache"),
        (
            b"content-disposition",
            f'attachment; filename="{job.number}-{stage.replace(" ", "-")}.{form}"'.encode(),
        ),
    ]
    return Answer(200, body, headers, f"{FORMATS[form]}; charset=utf-8".encode())


def _as_ndjson(rows: list[RowRow]) -> bytes:
    return msgspec.json.Encoder().encode_lines(rows)


def _as_csv(rows: list[RowRow]) -> bytes:
    text = StringIO()
    written = csv.writer(text)
    written.writerow(COLUMNS)
    for row in rows:
        said = msgspec.structs.asdict(row) | {
            name: row.problem.get(name, "") for name in ("code", "detail")
        }
        written.writerow(_cell(said[name]) for name in COLUMNS)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """What a spreadsheet shows as it is, and does not calculate."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA)
    return f"'{value}" if is_formula else value


# Routes ------------------------------------------------------------------------------------


def result_routes() -> Iterator[Route]:
    yield Route(
        method="GET",
        path=f"/{PRACTICE.plural}/{{ref}}/rows",
        endpoint=read_rows,
        act="bulk_job.read_rows",
        operation=Operation(
            id="listBulkJobRows",
            tag=PRACTICE.title,
            summary="List what came of its rows, by stage",
            parameters=[reference_of(PRACTICE), *list_parameters(ROWS, "job")],
            responses={200: list_response(ROWS)},
            problems=(*OF_READS, "not_found"),
        ),
    )
    yield Route(
        method="GET",
        path=f"/{PRACTICE.plural}/{{ref}}/results",
        endpoint=download,
        act="bulk_job.read_rows",
        operation=Operation(
            id="downloadBulkJobResults",
            tag=PRACTICE.title,
            summary="Fetch what came of all rows of a stage as a file",
            parameters=[
                reference_of(PRACTICE),
                schemas.query("stage", "Which.", {"type": "string", "enum": [*words_of(Stage)]}),
                schemas.query("format", "As what.", {"type": "string", "enum": [*FORMATS]}),
            ],
            responses={
                200: {
                    "description": "A line a row, in the order of the file.",
                    "content": {media: {"schema": {}} for media in FORMATS.values()},
                }
            },
            problems=(*OF_READS, "not_found"),
        ),
    )
