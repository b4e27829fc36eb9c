from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.temporal import live_client as live_client
from tests.temporal import skipper as skipper
from tests.workflows.floor import Floor, open_floor


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """A desk with a company that works office hours, Monday to Friday, 9 to 17 UTC."""
    async with open_floor(tmp_path) as opened:
        await opened.company.build()
        yield opened
