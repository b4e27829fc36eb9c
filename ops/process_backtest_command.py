"""The command line of `ledgerdesk process backtest`."""

import csv
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from ops.options import Config, Data, Wrong, err, in_order, out, settings_of

if TYPE_CHECKING:
    from ops.process_backtest import Tell

STANDARD_OUTPUT = "-"

File = Annotated[
    str, typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@draft.")
]
JsonTo = Annotated[
    str | None, typer.Option("--json", help="Write the report there as JSON; - prints only it.")
]
CsvTo = Annotated[
    str | None,
    typer.Option("--csv", help="Write a line for each subject there; - prints only these."),
]


def backtest(
    file: File,
    since: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")],
    until: Annotated[str, typer.Option("--to", help="The last day.")],
    subjects: Annotated[
        str, typer.Option("--subjects", help="changes, incidents (they stand in), or all.")
    ] = "changes",
    answer_after: Annotated[
        str, typer.Option("--answer-after", help="How long everybody takes to vote, such as 4h.")
    ] = "",
    members_as_worked: Annotated[
        bool,
        typer.Option(
            "--members-as-worked",
            help="Teams without members have those who were assigned in their name most.",
        ),
    ] = False,
    json_to: JsonTo = None,
    csv_to: CsvTo = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Run a draft over the real history: who would have been asked, and what would differ."""
    from ops.process_backtest import Asked, Names, check
    from ops.process_backtest import backtest as run_backtest
    from ops.process_backtest_shown import COLUMNS, print_report, row

    asked = Asked(
        process=file,
        since=_day("--from", since),
        until=_day("--to", until, is_end=True),
        subjects=subjects,  # type: ignore[arg-type]  # `check` refuses any other
        answer_after=answer_after,
        members_as_worked=members_as_worked,
    )
    check(asked)
    if json_to == csv_to == STANDARD_OUTPUT:
        raise Wrong("Either --json or --csv goes to the standard output.")

    async def run() -> None:
        import msgspec

        with ExitStack() as stack:
            json_stream = stack.enter_context(_opened("--json", json_to))
            csv_stream = stack.enter_context(_opened("--csv", csv_to))
            rows = csv.writer(csv_stream) if csv_stream else None
            if rows:
                rows.writerow(COLUMNS)

            def keep(found: Any, names: Names) -> None:
                if rows:
                    rows.writerow(row(found, names))

            with _bar() as tell:
                settings = settings_of(data, config)
                report = await run_backtest(settings, asked, tell=tell, keep=keep)
            if json_stream:
                encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
                json_stream.write(encoded.decode() + "\n")
        if STANDARD_OUTPUT not in (json_to, csv_to):
            print_report(report, out)

    in_order(run())


def _day(option: str, text: str, *, is_end: bool = False) -> datetime:
    """The moment at which a day begins, or ends. A moment means itself. Raises Wrong."""
    try:
        moment = datetime.fromisoformat(text)
        at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        is_day = "T" not in text.upper() and " " not in text.strip()
        return (at + timedelta(days=1) if is_end and is_day else at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(f"{option}: {text!r} is no day. Write one such as 2026-01-31.") from None


@contextmanager
def _opened(option: str, where: str | None) -> Iterator[IO[str] | None]:
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
def _bar() -> Iterator["Tell"]:
    """Shows a line for each phase of the work, on standard error."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%")
    lines: dict[str, TaskID] = {}
    with Progress(
        *columns, TimeElapsedColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as bar:

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in lines:
                lines[phase] = bar.add_task(phase, total=total)
            bar.update(lines[phase], completed=done)

        yield tell
