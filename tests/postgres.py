"""One PostgreSQL server for all tests, and a fresh database for each that asks."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ops.stores.embedded_postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A server without durability: a test of durability starts its own."""
    folder = new_postgres_folder()
    try:
        with EmbeddedPostgres(folder, durable=False) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a new, empty database, dropped after the test."""
    name = f"test_{uuid4().hex}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


def new_postgres_folder() -> Path:
    """A new folder for a server. As root, pytest's own folders are closed to its account."""
    return Path(tempfile.mkdtemp(prefix="ledgerdesk-pg-"))
