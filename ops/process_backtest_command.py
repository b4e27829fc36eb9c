"""The command line of `ledgerdesk process backtest`."""

from typing import Annotated, Any

import typer

from ops.backtest_options import CsvTo, JsonTo, Since, Until, bar, day, outputs
from ops.options import Config, Data, in_order, out, settings_of

File = Annotated[
    str, typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@draft.")
]


def backtest(
    file: File,
    since: Since,
    until: Until,
    subjects: Annotated[
        str,
        typer.Option(
            "--subjects",
            help="changes, incidents (they stand in), all (of these), or records (definitions and "
            "acts on assets).",
        ),
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

    async def run() -> None:
        with outputs(json_to, csv_to, COLUMNS) as told:

            def keep(found: Any, names: Names) -> None:
                told.add([row(found, names)])

            with bar() as tell:
                settings = settings_of(data, config)
                report = await run_backtest(settings, asked, tell=tell, keep=keep)
            told.finish(report)
        if told.is_printed:
            print_report(report, out)

    in_order(run())
