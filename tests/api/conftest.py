from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.house import House, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("house")) as house:
        yield house
