"""What the commands share: their options, where they print, and how they end."""

import asyncio
import re
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
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


_AGO = re.compile(r"([0-9]{1,9}) ?([smhd]) ago")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


class Wrong(Exception):
    """What the user gave cannot be used; the message says why."""


def settings_of(data: Path | None, config: Path | None, **more: Any) -> Settings:
    return load(config, data=data, **more)


def in_order(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def instant(text: str, now: datetime | None = None) -> datetime:
    """A moment that a person typed: ISO 8601, in UTC where no zone is given, or how long ago it
    was, such as `90s ago`, `5m ago`, `2h ago` and `3d ago`. Raises Wrong."""
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return (now or datetime.now(UTC)) - int(ago[1]) * _UNITS[ago[2]]
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Wrong(
            f"{text!r} is no moment. Write one such as 2026-03-03T14:00Z or 5m ago."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
