"""`ledgerdesk bulk`: many commands as one, asked of a desk that runs, with a token."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.options import Config, Data, Wrong, err, out, settings_of

if TYPE_CHECKING:
    from api.client import Client, Json

app = typer.Typer(
    no_args_is_help=True,
    help="Bulk jobs: many commands as one. LEDGERDESK_TOKEN says in whose name, "
    "LEDGERDESK_SERVER on which desk.",
)

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
}
SHOWN_MAX = 20

Job = Annotated[str, typer.Argument(metavar="JOB", help="Its number, such as BLK0000001.")]


class Stage(StrEnum):
    PREVIEW = "preview"
    RUN = "run"
    UNDO_PREVIEW = "undo preview"
    UNDO = "undo"


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or NDJSON, see docs/bulk.md.")],
    act: Annotated[
        str | None, typer.Option("--act", help="What rows do that do not say it: incident.log.")
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Run it at once if the preview refuses no row.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Propose a job with the rows of a file, and show what it would do."""
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise Wrong(f"{file.name}: the name of a file ends in {', '.join(MEDIA_TYPES)}.")
    try:
        rows = file.read_bytes()
    except OSError as error:
        raise Wrong(f"{file}: {error.strerror}.") from None
    with _desk(data, config) as desk:
        job = desk.propose_bulk(rows, media_type=media_type, act=act, name=file.name)
        _previewed(desk, job.number, run)


@app.command()
def change(
    act: Annotated[str, typer.Argument(help="A kind and a command, such as incident.assign.")],
    filter: Annotated[
        str | None, typer.Option("--filter", help="A condition on the list, docs/querying.md.")
    ] = None,
    q: Annotated[str | None, typer.Option("--q", help="As in the search box.")] = None,
    record: Annotated[
        list[str] | None, typer.Option("--record", help="A number; again for more.")
    ] = None,
    body: Annotated[
        str, typer.Option("--body", help="What a request to the act would say, as JSON.")
    ] = "{}",
    run: Annotated[
        bool, typer.Option("--run", help="Run it at once if the preview refuses no row.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Propose one act on each record of a list that fulfils a condition, or that is named."""
    try:
        said = json.loads(body)
    except ValueError as error:
        raise Wrong(f"--body: this is no JSON: {error}.") from None
    asked = {"filter": filter, "q": q, "records": record or None}
    chosen: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    with _desk(data, config) as desk:
        job = desk.create("bulk-jobs", act=act, body=said, **chosen)
        _previewed(desk, job.number, run)


@app.command()
def show(job: Job, data: Data = None, config: Config = None) -> None:
    """Show how a job stands; while it is under way, until its stage is over."""
    with _desk(data, config) as desk:
        _tell(desk, desk.wait_for_bulk(job, progress=_progress))


@app.command()
def preview(
    job: Job,
    undo: Annotated[bool, typer.Option("--undo", help="What undoing it would do.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show what running a job would do, or undoing it."""
    with _desk(data, config) as desk:
        if undo:
            found = desk.run_bulk(job, "preview-undo", progress=_progress)
        else:
            found = desk.wait_for_bulk(job, progress=_progress)
        _tell(desk, found, Stage.UNDO_PREVIEW if undo else Stage.PREVIEW)


@app.command()
def run(job: Job, data: Data = None, config: Config = None) -> None:
    """Do the rows of a job, or those that are left. Exit code 1 if any failed."""
    _stage(job, "start", data, config)


@app.command()
def retry(job: Job, data: Data = None, config: Config = None) -> None:
    """Do again the rows that failed. Exit code 1 if any failed again."""
    _stage(job, "retry", data, config)


@app.command()
def undo(job: Job, data: Data = None, config: Config = None) -> None:
    """Undo the rows whose records have not moved on. Exit code 1 if any is left."""
    _stage(job, "undo", data, config)


@app.command()
def stop(
    job: Job,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    data: Data = None,
    config: Config = None,
) -> None:
    """Do no more rows of a job; `run` goes on with the others."""
    with _desk(data, config) as desk:
        _tell(desk, desk.run_bulk(job, "stop", reason=reason))


@app.command()
def results(
    job: Job,
    to: Annotated[Path, typer.Option("--to", help="A new file; - for the standard output.")],
    stage: Annotated[Stage, typer.Option("--stage", help="Of which stage.")] = Stage.RUN,
    format: Annotated[
        Format | None, typer.Option("--format", help="Else by the name of the file.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write what came of each row into a file."""
    form = format or (Format.CSV if to.suffix.lower() == ".csv" else Format.NDJSON)
    with _desk(data, config) as desk:
        found = desk.download(f"/bulk-jobs/{job}/results", stage=stage.value, format=form.value)
    if to == Path("-"):
        sys.stdout.write(found.decode())
        return
    try:
        with to.open("xb") as file:
            file.write(found)
    except OSError as error:
        raise Wrong(f"--to: {to} cannot be written: {error.strerror}.") from None
    lines = found.count(b"\n")
    out.print(f"{to}: {lines:,} lines", markup=False, highlight=False, soft_wrap=True)


# What they share ---------------------------------------------------------------------------


@contextmanager
def _desk(data: Path | None, config: Path | None) -> "Iterator[Client]":
    """The desk, to be asked. What it refuses is told as it says it. Raises Wrong."""
    import httpx2

    from api.client import Client, Problem

    settings = settings_of(data, config)
    if settings.token is None:
        raise Wrong("LEDGERDESK_TOKEN: give a token, in whose name it is done.")
    server = settings.server or settings.url
    try:
        with Client(server, settings.token.get_secret_value()) as desk:
            yield desk
    except Problem as problem:
        more = [one for one in problem.errors[1:] if "detail" in one]
        places = "".join(f"\nLine {one['line']}: {one['detail']}" for one in more if "line" in one)
        raise Wrong(f"{problem.detail}{places}") from None
    except httpx2.TransportError as error:
        raise Wrong(f"{server} does not answer: {error}") from None


def _previewed(desk: "Client", job: str, run: bool) -> None:
    found = desk.wait_for_bulk(job, progress=_progress)
    if run and found["status"] == "previewed" and not found["preview"].get("failed"):
        _end(desk, desk.run_bulk(job, progress=_progress))
        return
    _tell(desk, found, Stage.PREVIEW)
    if found["status"] == "previewed":
        out.print(f"run it by: ledgerdesk bulk run {job}", markup=False, highlight=False)


def _stage(job: str, act: str, data: Path | None, config: Path | None) -> None:
    with _desk(data, config) as desk:
        _end(desk, desk.run_bulk(job, act, progress=_progress))


def _end(desk: "Client", job: "Json") -> None:
    _tell(desk, job)
    if {"failed", "left"} & _counts(job).keys():
        raise typer.Exit(1)


def _progress(job: "Json") -> None:
    if err.is_terminal:
        err.print(_line(job), end="\r", markup=False, highlight=False, soft_wrap=True)


def _line(job: "Json") -> str:
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(_counts(job).items()))
    seen_to = f"{job['seen_to']:,} of {job['rows']:,} rows"
    return f"{job['number']} {job['status']}, {seen_to}: {told or 'nothing yet'}"


def _counts(job: "Json") -> dict[str, int]:
    """How many rows had which outcome in the stage that it is in."""
    counts: dict[str, int] = job[job["stage"].replace(" ", "_")]
    return counts


def _tell(desk: "Client", job: "Json", stage: str = "") -> None:
    """How a job stands, and the first rows with which something is wrong."""
    lines = [_line(job)]
    if job["reason"]:
        lines.append(f"stopped: {job['reason']}")
    results = desk.bulk_results(job["number"], stage=stage or job["stage"])
    wrong = [row for row in results if row["problem"]]
    for row in wrong[:SHOWN_MAX]:
        what = " ".join(filter(None, (row["outcome"], row["act"], row["number"])))
        lines.append(f"row {row['row']}: {what}: {row['problem'].get('detail', '')}")
    if len(wrong) > SHOWN_MAX:
        lines.append(f"and {len(wrong) - SHOWN_MAX:,} more: ledgerdesk bulk results")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
