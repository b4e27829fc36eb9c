"""What the commands share that run a draft over the past: days, files and progress."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from ops.options import Wrong, err

STANDARD_OUTPUT = "-"

Tell = Callable[[str, int, int], None]
"""Told of the phase, how far it is in the ledger, and where it ends."""

Since = Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")]
Until = Annotated[str, typer.Option("--to", help="The last day.")]
JsonTo = Annotated[
    str | None, typer.Option("--json", help="Write the report there as JSON; - prints only it.")
]
CsvTo = Annotated[
    str | None,
    typer.Option("--csv", help="Write a line for each subject there; - prints only these."),
]


def day(option: str, text: str, *, is_end: bool = False) -> datetime:
    """The moment at which a day begins, or ends. A moment means itself. Raises Wrong."""
    try:
        moment = datetime.fromisoformat(text)
        at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        is_day = "T" not in text.upper() and " " not in text.strip()
        return (at + timedelta(days=1) if is_end and is_day else at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(f"{option}: {text!r} is no day. Write one such as 2026-01-31.") from None


@contextmanager
def opened(option: str, where: str | None) -> Iterator[IO[str] | None]:
    """A file that takes the place of another only once all of it is written."""
    if where is None:
        yield None
        return
    if where == STANDARD_OUTPUT:
        yield sys.stdout
        return
    part = Path(f"{where}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(where)
    except OSError as error:
        raise Wrong(f"{option}: {where}: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def bar() -> Iterator[Tell]:
    """Shows a line for each phase of the work, on standard error."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%")
    lines: dict[str, TaskID] = {}
    with Progress(
        *columns, TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as lines_shown:

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in lines:
                lines[phase] = lines_shown.add_task(phase, total=total)
            lines_shown.update(lines[phase], completed=done)

        yield tell


class Outputs:
    """Where a report goes, and a row for each subject."""

    def __init__(
        self, json_to: str | None, csv_to: str | None, json: IO[str] | None, rows: IO[str] | None
    ) -> None:
        self.is_printed = STANDARD_OUTPUT not in (json_to, csv_to)
        self._json = json
        self._rows = csv.writer(rows) if rows else None

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        if self._rows:
            self._rows.writerows(rows)

    def finish(self, report: object) -> None:
        if self._json:
            encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
            self._json.write(encoded.decode() + "\n")


@contextmanager
def outputs(json_to: str | None, csv_to: str | None, columns: Sequence[str]) -> Iterator[Outputs]:
    """Where the report goes as JSON, and its rows as CSV under these columns."""
    if json_to == csv_to == STANDARD_OUTPUT:
        raise Wrong("Either --json or --csv goes to the standard output.")
    with opened("--json", json_to) as report, opened("--csv", csv_to) as rows:
        found = Outputs(json_to, csv_to, report, rows)
        found.add([columns])
        yield found
