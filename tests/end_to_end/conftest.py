from collections.abc import Iterator

import pytest

from tests.end_to_end.desks import RunningDesk
from tests.workflows.mail_server import receiving


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with (
        receiving() as mailbox,
        RunningDesk(tmp_path_factory.mktemp("desk"), mailbox) as running,
    ):
        yield running
