"""The command line of `ledgerdesk process backtest`."""

import csv
from contextlib import ExitStack
from typing import Annotated, Any

import typer

from ops.backtest_options import (
    STANDARD_OUTPUT,
    CsvTo,
    JsonTo,
    Since,
    Until,
    bar,
    check_outputs,
    day,
    opened,
)
from ops.options import Config, Data, in_order, out, settings_of

File = Annotated[
    str, typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@draft.")
]


def backtest(
    file: File,
    since: Since,
    until: Until,
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
        since=day("--from", since),
        until=day("--to", until, is_end=True),
        subjects=subjects,  # type: ignore[arg-type]  # `check` refuses any other
        answer_after=answer_after,
        members_as_worked=members_as_worked,
    )
    check(asked)
    check_outputs(json_to, csv_to)

    async def run() -> None:
        import msgspec

        with ExitStack() as stack:
            json_stream = stack.enter_context(opened("--json", json_to))
            csv_stream = stack.enter_context(opened("--csv", csv_to))
            rows = csv.writer(csv_stream) if csv_stream else None
            if rows:
                rows.writerow(COLUMNS)

            def keep(found: Any, names: Names) -> None:
                if rows:
                    rows.writerow(row(found, names))

            with bar() as tell:
                settings = settings_of(data, config)
                report = await run_backtest(settings, asked, tell=tell, keep=keep)
            if json_stream:
                encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
                json_stream.write(encoded.decode() + "\n")
        if STANDARD_OUTPUT not in (json_to, csv_to):
            print_report(report, out)

    in_order(run())
