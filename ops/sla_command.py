"""`ledgerdesk sla`: service levels: why clocks ran or stood, and policies as their owners write
them."""

import json
from typing import Annotated

import typer

from ops.definition_options import Draft, Version, chosen, print_differences
from ops.options import Config, Data, in_order, instant, out, settings_of
from ops.sla_backtest_command import backtest
from ops.sla_what_if import what_if

app = typer.Typer(no_args_is_help=True, help="Service levels: clocks, and policies as files.")
app.command()(backtest)
app.command("what-if")(what_if)

Which = Annotated[
    str,
    typer.Argument(help="A YAML file, or a number: SLP0000001, SLP0000001@2, SLP0000001@draft."),
]


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="A number such as INC0001042, or an id.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A moment: 2026-03-03T14:00Z, or 5m ago.")
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show what is promised for a ticket, when it is due, and why its clocks ran or stood."""
    from ops.sla import show as show_clocks

    moment = None if as_of is None else instant(as_of)
    in_order(show_clocks(settings_of(data, config), number, moment, out))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a policy document, for editors to complete it by."""
    from domain.service_level_document import schema

    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@app.command()
def check(
    which: Which,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the document in its usual form.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Tell all that is wrong with a policy by line and column: what it says, what its names mean
    on the desk, if there is one, and clocks that could never run or never stop.

    The exit code is 0 if it can be published, and 2 if it is wrong.
    """

    async def run() -> None:
        from domain.rules import Refused
        from domain.service_level_policy import check as check_agreement
        from ops.policy_sources import open_policies
        from ops.problems import UserProblem

        async with open_policies(settings_of(data, config), which) as sources:
            found = await sources.find(which)
            try:
                check_agreement(found.agreement)
            except Refused as refused:
                raise UserProblem(f"{found.title}: {refused}") from None
            sources.require_people(found)
            if as_yaml:
                typer.echo(found.yaml, nl=False)
                return
            where = "" if sources.desk else " Names were not looked up: there is no ledger."
            targets = ", ".join(promise.name for promise in found.agreement.targets)
            typer.echo(f"{found.title}: {found.name} promises {targets}.{where}")

    in_order(run())


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The number of a policy, such as SLP0000001.")],
    version: Version = None,
    draft: Draft = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a policy of the ledger as YAML."""
    which = chosen(version, draft)

    async def run() -> None:
        from ops.policy_sources import open_policies

        async with open_policies(settings_of(data, config), number) as sources:
            typer.echo((await sources.numbered(number, which)).yaml, nl=False)

    in_order(run())


@app.command()
def diff(old: Which, new: Which, data: Data = None, config: Config = None) -> None:
    """Tell what the second policy has that the first has not, and the other way round.

    The exit code is 0 where they are the same, 1 where they differ, 2 where one cannot be read.
    """

    async def run() -> None:
        from domain.service_level_diff import differences
        from ops.policy_sources import open_policies

        async with open_policies(settings_of(data, config), old, new) as sources:
            one, other = await sources.find(old), await sources.find(new)
            lines = differences(one.fields, other.fields)
        print_differences(list(lines), one.title, other.title)

    in_order(run())
