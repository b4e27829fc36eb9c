"""`ledgerdesk process map`: a picture of how records of a kind really went."""

from pathlib import Path
from typing import Annotated

import typer

from ops.options import Config, Data, in_order, settings_of


def map_(
    file: Annotated[Path, typer.Argument(help="Where the SVG is written; - for the output.")],
    kind: Annotated[str, typer.Option(help="Which kind of record.")] = "incident",
    without: Annotated[
        str, typer.Option(help="Events that are passed over, with commas: Amended,Linked.")
    ] = "",
    share: Annotated[
        float, typer.Option(min=0, max=1, help="How much of all steps is drawn, from the most.")
    ] = 0.98,
    since: Annotated[str | None, typer.Option("--from", help="From this day, or @120.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this day, or @500.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Draw which event was followed by which, and how often, in the histories of a kind."""
    from ops.process_map import draw

    settings = settings_of(data, config)
    passed = {name.strip() for name in without.split(",")}
    in_order(draw(settings, str(file), kind, passed, share, since, until))
