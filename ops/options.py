"""What the commands share: their options, where they print, and how they end."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from ops.settings import Settings, load

out = Console()
err = Console(stderr=True)

Data = Annotated[Path | None, typer.Option("--data", help="The data folder (./data).")]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]
Port = Annotated[int | None, typer.Option("--port", help="Where the API listens (8000).")]


class Wrong(Exception):
    """What the user gave cannot be used; the message says why."""


def settings_of(data: Path | None, config: Path | None, **more: Any) -> Settings:
    return load(config, data=data, **more)


def in_order(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)
