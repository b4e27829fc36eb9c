from collections.abc import Iterator

import pytest

from tests.end_to_end.desks import RunningDesk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(tmp_path_factory.mktemp("desk")) as running:
        yield running
