"""`ledgerdesk process`: approval processes as their owners write, compare and take them along."""

import json
from typing import Annotated

import typer

from ops.definition_options import Draft, Version, chosen, print_differences
from ops.options import Config, Data, Wrong, in_order, settings_of
from ops.process_backtest_command import backtest
from ops.process_check import check
from ops.process_map_command import map_
from ops.process_migrate import migrate
from ops.process_simulate import simulate
from ops.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Approval processes, as files and in the ledger.")
app.command()(check)
app.command()(simulate)
app.command()(backtest)
app.command()(migrate)
app.command("map")(map_)

Which = Annotated[
    str,
    typer.Argument(help="A YAML file, or a number: APR0000001, APR0000001@2, APR0000001@draft."),
]


@app.command()
def schema() -> None:
    """Print the JSON Schema of a process document, for editors to complete it by."""
    from domain.process_document import schema

    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The number of a process, such as APR0000001.")],
    version: Version = None,
    draft: Draft = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a process of the ledger as YAML."""
    which = chosen(version, draft)

    async def run() -> None:
        from domain.process_yaml import to_yaml
        from ops.compose import open_ledger
        from ops.process_sources import Sources

        async with open_ledger(settings_of(data, config)) as ledger:
            sources = Sources(ledger)
            found = await sources.numbered(number, which)
            typer.echo(to_yaml(found.definition, found.name, sources.calendar_name), nl=False)

    in_order(run())


@app.command()
def diff(old: Which, new: Which, data: Data = None, config: Config = None) -> None:
    """Tell what the second process has that the first has not, and the other way round.

    The exit code is 0 where they are the same, 1 where they differ, 2 where one cannot be read.
    """

    async def run() -> None:
        from domain.process_diff import Side, differences
        from ops.process_sources import open_sources

        async with open_sources(settings_of(data, config), old, new) as sources:
            one, other = await sources.find(old), await sources.find(new)
            lines = differences(
                Side(one.name, one.definition, sources.calendar_name),
                Side(other.name, other.definition, sources.calendar_name),
            )
        print_differences(list(lines), one.title, other.title)

    in_order(run())


@app.command()
def export(
    which: Which,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="The document, in its usual form.")
    ] = False,
    as_bpmn: Annotated[
        bool, typer.Option("--bpmn", help="BPMN 2.0 XML with its layout, for BPMN tools.")
    ] = False,
    as_svg: Annotated[bool, typer.Option("--svg", help="A drawing.")] = False,
    instance: Annotated[
        str | None,
        typer.Option("--instance", help="A change, to draw how far its approval has come."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a process in another form."""
    if as_yaml + as_bpmn + as_svg != 1:
        raise Wrong("Say in which form: --yaml, --bpmn or --svg.")
    if instance is not None and not as_svg:
        raise Wrong("An instance is drawn: say --svg.")
    settings = settings_of(data, config)

    async def run() -> None:
        if as_yaml:
            await print_yaml(settings, which)
            return
        from ops.process_export import drawn_instance, exported

        if instance is not None:
            typer.echo(await drawn_instance(settings, which, instance), nl=False)
        else:
            typer.echo(await exported(settings, which, "bpmn" if as_bpmn else "svg"), nl=False)

    in_order(run())


async def print_yaml(settings: Settings, which: str) -> None:
    from domain.process_yaml import to_yaml
    from ops.process_sources import open_sources

    async with open_sources(settings, which) as sources:
        found = await sources.find(which)
        typer.echo(to_yaml(found.definition, found.name, sources.calendar_name), nl=False)
