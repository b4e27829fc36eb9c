"""What the commands share that show and compare definitions."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ops.options import Wrong, out

Version = Annotated[
    int | None, typer.Option("--version", help="A published version; else the latest.")
]
Draft = Annotated[bool, typer.Option("--draft", help="The draft.")]


def chosen(version: int | None, draft: bool) -> str | None:
    """What is shown: `draft`, a version, or None for the latest. Raises Wrong."""
    if draft and version is not None:
        raise Wrong("Either a version is shown or the draft.")
    return "draft" if draft else None if version is None else str(version)


def print_differences(lines: Sequence[str], old: str, new: str) -> None:
    """Prints in what two differ, if they do, and ends the command: with 1 then, else with 0."""
    if lines:
        for line in (f"--- {old}", f"+++ {new}", *lines):
            style = {"+": "green", "-": "red"}.get(line.strip()[:1])
            out.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1 if lines else 0)
