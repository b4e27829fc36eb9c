"""`ledgerdesk inventory`: the machine that it runs on, for the register."""

from pathlib import Path
from typing import Annotated

import typer

from ops.inventory import agent
from ops.inventory.sending import NotTaken
from ops.options import Wrong


def inventory(
    to: Annotated[str, typer.Option("--to", help="The address of a desk that is to have it.")] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="The file with the token for that.")
    ] = None,
    type: Annotated[
        str, typer.Option("--type", help="The type of assets that machines are at that desk.")
    ] = agent.TYPE,
    packages: Annotated[
        bool, typer.Option("--packages", help="Print each installed package, and nothing else.")
    ] = False,
) -> None:
    """Print what this machine is as NDJSON, or bring the register of a desk up to it."""
    try:
        if packages:
            agent.report_packages()
        elif to:
            agent.send(to, token_file, type)
        else:
            agent.report()
    except NotTaken as no:
        raise Wrong(str(no)) from None
