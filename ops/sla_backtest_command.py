"""The command line of `ledgerdesk sla backtest`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ops.backtest_options import CsvTo, JsonTo, Since, Until, bar, day, outputs
from ops.options import Config, Data, in_order, out, settings_of

File = Annotated[
    str, typer.Argument(help="A YAML file, or a number: SLP0000001, SLP0000001@draft.")
]


def backtest(
    file: File,
    since: Since,
    until: Until,
    calendar: Annotated[
        str,
        typer.Option("--calendar", help="A YAML file with a calendar to try with the policy."),
    ] = "",
    recorded_in: Annotated[
        str,
        typer.Option(
            "--recorded-in",
            help="The detail of imported tickets that says whether their service level was kept.",
        ),
    ] = "",
    json_to: JsonTo = None,
    csv_to: CsvTo = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Run a draft over the real history: what would have been kept, and what would differ."""
    from ops.sla_backtest import Asked, Names, check
    from ops.sla_backtest import backtest as run_backtest
    from ops.sla_backtest_shown import COLUMNS, print_result, rows

    asked = Asked(
        policy=file,
        since=day("--from", since),
        until=day("--to", until, is_end=True),
        calendar=calendar,
        recorded_in=recorded_in,
    )
    check(asked)

    async def run() -> None:
        with outputs(json_to, csv_to, COLUMNS) as told:

            def keep(found: Any, names: Names) -> None:
                told.add(rows(found, names))

            with bar() as tell:
                settings = settings_of(data, config)
                now = datetime.now(UTC)
                result = await run_backtest(settings, asked, now=now, tell=tell, keep=keep)
            told.finish(result)
        if told.is_printed:
            print_result(result, out)

    in_order(run())
