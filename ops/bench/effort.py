"""How long a benchmark measures, and where."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from ops.bench import (
    approvals,
    clocks,
    commands,
    desk,
    http,
    views,
    workflows,
)
from ops.stores.embedded_postgres import EmbeddedPostgres

FEW_SERIES = tuple(
    series
    for series in commands.SERIES
    if series.callers in (8, 256) or (series.processes, series.callers) == (8, 1)
)

Progress = Callable[[str], None]


class Effort(Struct, frozen=True, kw_only=True):
    """How long to measure: the quick way shows that all of it works, and hints at the figures."""

    seconds: float = 1.0
    rounds: int = 2
    connections: tuple[int, ...] = http.CONNECTIONS
    events: int = 60_000
    replayed: int = views.MILLION
    visible: int = 500
    changes: int = desk.CHANGES
    idle: int = workflows.IDLE
    storm: int = workflows.STORM
    approvals: int = approvals.OPEN
    tickets: int = clocks.TICKETS
    series: tuple[commands.Series, ...] = commands.SERIES


FULL = Effort()
QUICK = Effort(
    seconds=0.3,
    rounds=1,
    connections=(8, 64),
    events=10_000,
    replayed=50_000,
    visible=100,
    changes=10,
    idle=1_000,
    storm=100,
    approvals=100,
    tickets=2_000,
    series=FEW_SERIES,
)


class Place(Struct, frozen=True):
    """Where to measure: a folder, and a PostgreSQL server if there can be one."""

    folder: Path
    server: EmbeddedPostgres | None
    progress: Progress = lambda _: None
    with_sqlite: bool = True
    """Whether parts that measure one store after the other measure SQLite."""

    @contextmanager
    def stores(self) -> Iterator[list[tuple[Path, str, str | None]]]:
        """For each store: an empty folder, its name, and the URL of a new database."""
        found: list[tuple[Path, str, str | None]] = []
        if self.with_sqlite:
            found.append((self._new_folder(), "SQLite", None))
        name = f"bench_{os.urandom(4).hex()}"
        if self.server is not None:
            found.append((self._new_folder(), "PostgreSQL", self.server.create_database(name)))
        try:
            yield found
        finally:
            if self.server is not None:
                self.server.drop_database(name)
            for folder, _, _ in found:
                shutil.rmtree(folder)

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))
