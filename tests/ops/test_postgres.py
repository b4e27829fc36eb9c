"""What is special about the ledger on PostgreSQL: a network, a server, and their moods."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.ids import record_id
from domain.recorder import Receipt
from ops.stores.postgres import PostgresRecorder
from ops.stores.postgres_connections import conninfo
from tests.ops.cutting_line import CuttingLine
from tests.ops.ended_connections import END_OTHERS, ending_connections, sockets
from tests.stores import write

A = record_id("THG", 1)


@pytest.fixture
async def recorder(postgres_url: str) -> AsyncIterator[PostgresRecorder]:
    opened = PostgresRecorder(postgres_url, patience_seconds=20)
    yield opened
    await opened.aclose()


async def test_lost_connections_neither_lose_nor_double_a_write(
    postgres_url: str, recorder: PostgresRecorder
) -> None:
    callers, commands = 16, 900
    receipts: list[Receipt] = []

    async def caller(number: int) -> None:
        for version in range(1, commands + 1):
            receipts.append(await recorder.append(write(number, version)))

    with ending_connections(postgres_url) as ended:
        async with asyncio.timeout(60):
            await asyncio.gather(*map(caller, range(callers)))

    total = callers * commands
    stored = recorder.select_notifications(1, total + 1)
    assert sum(ended) > 10
    assert [row.id for row in stored] == list(range(1, total + 1))
    assert sorted(receipt.position for receipt in receipts) == list(range(1, total + 1))
    assert {(row.originator_id, row.originator_version) for row in stored} == {
        (record_id("THG", number), version)
        for number in range(callers)
        for version in range(1, commands + 1)
    }


async def test_an_answer_lost_after_the_commit_is_got_again(postgres_url: str) -> None:
    address = conninfo_to_dict(postgres_url)
    line = CuttingLine(str(address["host"]), int(str(address["port"])), one_in=12)
    await PostgresRecorder(postgres_url).aclose()
    receipts: list[Receipt] = []

    async with line.open():
        recorder = await asyncio.to_thread(
            PostgresRecorder, make_conninfo(postgres_url, port=line.port), patience_seconds=20
        )

        async def caller(number: int) -> None:
            for version in range(1, 31):
                receipts.append(await recorder.append(write(number, version)))

        async with asyncio.timeout(60):
            await asyncio.gather(*map(caller, range(8)))
        now = write(99, 1)
        for _ in range(20):
            await asyncio.to_thread(recorder.append_now, [now])
        await recorder.aclose()

    reader = PostgresRecorder(postgres_url)
    assert line.cuts > 5
    assert any(receipt.is_repeat for receipt in receipts)
    assert sorted(receipt.position for receipt in receipts) == list(range(1, 241))
    assert [row.id for row in reader.select_notifications(1, 1000)] == list(range(1, 242))
    await reader.aclose()


async def test_lost_connections_do_not_turn_a_write_into_its_own_conflict(
    postgres_url: str, recorder: PostgresRecorder
) -> None:
    await recorder.append(write(A, 1))
    refused = 0

    with ending_connections(postgres_url):
        for version in range(2, 40):
            await recorder.append(write(A, version))
            try:
                recorder.append_now([write(A, version)])
            except IntegrityError:
                refused += 1
            assert await recorder.version(A) == version

    assert refused == 38


async def test_who_waits_hears_again_after_a_lost_connection(
    postgres_url: str, recorder: PostgresRecorder
) -> None:
    waiting = asyncio.ensure_future(recorder.wait(0, 20))
    assert await recorder.wait(0, 0.2) == 0
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(END_OTHERS)
    writer = PostgresRecorder(postgres_url)

    await writer.append(write(A, 1))

    assert await waiting == 1
    await writer.aclose()


async def test_a_server_that_stays_away_is_told_of(postgres_url: str) -> None:
    recorder = PostgresRecorder(postgres_url, patience_seconds=0.3)
    name = conninfo_to_dict(postgres_url)["dbname"]
    server_url = make_conninfo(postgres_url, dbname="postgres")
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )

        with pytest.raises(OperationalError):
            await recorder.append(write(A, 1))
        with pytest.raises(OperationalError):
            await recorder.version(A)
        with pytest.raises(OperationalError):
            recorder.max_notification_id()

        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert (await recorder.append(write(A, 1))).position == 1
    await recorder.aclose()


async def test_a_commit_is_durable_whatever_the_server_and_the_url_say(postgres_url: str) -> None:
    url = make_conninfo(postgres_url, options="-c synchronous_commit=off -c work_mem=5MB")

    with psycopg.connect(conninfo(url)) as connection:
        settings = [
            connection.execute(f"SHOW {name}".encode()).fetchone()
            for name in ("synchronous_commit", "transaction_isolation", "work_mem")
        ]

    assert settings == [("on",), ("read committed",), ("5MB",)]


async def test_many_reads_at_once_share_few_connections(
    postgres_url: str, recorder: PostgresRecorder
) -> None:
    await recorder.append(write(A, 1))

    versions = await asyncio.gather(*(recorder.version(A) for _ in range(200)))
    leaving = [asyncio.ensure_future(recorder.version(A)) for _ in range(50)]
    await asyncio.sleep(0)
    for task in leaving[::2]:
        task.cancel()

    assert set(versions) == {1}
    async with asyncio.timeout(10):
        assert {await task for task in leaving[1::2]} == {1}
        assert await recorder.version(A) == 1
    with psycopg.connect(postgres_url) as server:
        row = server.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'ledgerdesk'"
        ).fetchone()
    assert row is not None
    assert row[0] <= 1 + 4 + 1


async def test_closing_leaves_no_connection_behind_that_was_being_made(postgres_url: str) -> None:
    """The server would wait for it for a minute, and a database to be dropped with the server."""
    before = sockets()

    for attempt in range(20):
        recorder = PostgresRecorder(postgres_url)
        waiting = asyncio.create_task(recorder.wait(0, 10))
        for _ in range(attempt):
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await recorder.aclose()

    del waiting
    assert sockets() == before


async def test_ledgers_of_two_databases_do_not_wake_each_other(
    postgres_server: object, postgres_url: str, recorder: PostgresRecorder
) -> None:
    from ops.stores.embedded_postgres import EmbeddedPostgres

    assert isinstance(postgres_server, EmbeddedPostgres)
    name = f"test_{uuid4().hex}"
    other = PostgresRecorder(postgres_server.create_database(name))
    for version in range(1, 4):
        await other.append(write(A, version))

    assert await recorder.wait(0, 0.2) == 0
    assert other.identity() != recorder.identity()
    await other.aclose()
    postgres_server.drop_database(name)
