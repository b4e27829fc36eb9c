"""The demo company as the benchmarks use it: with people whose tokens may ask a lot."""

import asyncio
import json
from pathlib import Path
from typing import Any

from ops.compose import open_desk
from ops.demo import seed
from ops.settings import Settings

AGENTS = ("ann", "bea", "dora")


def found(data: Path, **settings: Any) -> list[str]:
    """Found the company in a new ledger; the tokens of its agents."""
    asyncio.run(_found(Settings(data=data, **settings)))
    return [tokens_of(data)[name] for name in AGENTS]


async def _found(settings: Settings) -> None:
    async with open_desk(settings) as desk:
        await seed(desk, settings)


def tokens_of(data: Path) -> dict[str, str]:
    """The tokens of all people of the demo company, by their user names."""
    tokens: dict[str, str] = json.loads((data / "demo-tokens.json").read_text(encoding="utf-8"))
    return tokens
