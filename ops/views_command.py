"""`ledgerdesk views`: the read models."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops.options import Config, Data, in_order, out, settings_of

app = typer.Typer(no_args_is_help=True, help="The read models.")


class Form(StrEnum):
    toml = "toml"
    json = "json"


Names = Annotated[list[str] | None, typer.Argument(help="Which views; all if none.")]


@app.command("list")
def list_(data: Data = None, config: Config = None) -> None:
    """Show how far each view has got."""
    from ops import views

    in_order(views.list_(settings_of(data, config), out))


@app.command()
def declare(
    file: Annotated[
        Path,
        typer.Argument(help="A declaration: .sql, .py, .toml or .json, see docs/views.md."),
    ],
    data: Data = None,
    config: Config = None,
) -> None:
    """Declare a view that covers all that ever happened, or revise it."""
    from ops import view_declaration

    in_order(view_declaration.declare(settings_of(data, config), file, out))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The name of a declared view.")],
    form: Annotated[Form, typer.Option("--as", help="How it is written.")] = Form.toml,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print what was declared, to keep it or to declare it elsewhere."""
    from ops import view_declaration

    in_order(view_declaration.show(settings_of(data, config), name, form.value, out))


@app.command()
def rebuild(
    names: Names = None,
    no_switch: Annotated[
        bool, typer.Option("--no-switch", help="Build them beside, and leave what serves.")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make views anew beside those that serve, compare, and let the new ones serve."""
    from ops import views

    settings = settings_of(data, config)
    in_order(views.rebuild(settings, names or [], out, switches=not no_switch))


@app.command()
def compare(names: Names = None, data: Data = None, config: Config = None) -> None:
    """Compare the views that serve with those built beside them, row by row."""
    from ops import views

    in_order(views.compare(settings_of(data, config), names or [], out))


@app.command()
def switch(names: Names = None, data: Data = None, config: Config = None) -> None:
    """Let the views serve that were built beside."""
    from ops import views

    in_order(views.switch(settings_of(data, config), names or [], out))


@app.command()
def verify(data: Data = None, config: Config = None) -> None:
    """Fold the ledger again and compare with the views, row by row."""
    from ops import views

    in_order(views.verify(settings_of(data, config), out))
