"""What a process finds out of records that others move on."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.ids import record_id
from ops.stores.postgres import PostgresRecorder
from ops.stores.postgres_looks import AT_ONCE_MAX
from tests.ops.cutting_line import CuttingLine
from tests.ops.ended_connections import END_OTHERS, ending_connections, sockets
from tests.stores import write

RECORDS = [record_id("THG", number) for number in range(8)]


@pytest.fixture
async def reader(postgres_url: str) -> AsyncIterator[PostgresRecorder]:
    opened = PostgresRecorder(postgres_url, patience_seconds=20)
    yield opened
    await opened.aclose()


@pytest.fixture
async def writer(postgres_url: str) -> AsyncIterator[PostgresRecorder]:
    opened = PostgresRecorder(postgres_url, patience_seconds=20)
    yield opened
    await opened.aclose()


async def later(recorder: PostgresRecorder, number: int, after: int) -> list[int]:
    events = await recorder.stream(RECORDS[number], after=after)
    assert {event.originator_id for event in events} <= {RECORDS[number]}
    return [event.originator_version for event in events]


async def write_all(recorder: PostgresRecorder, versions: int) -> None:
    for version in range(1, versions + 1):
        await asyncio.gather(*(recorder.append(write(one, version)) for one in RECORDS))


async def test_what_one_process_has_acknowledged_another_sees_at_once(
    writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    async def follow(number: int) -> None:
        for version in range(1, 41):
            await writer.append(write(RECORDS[number], version))
            assert await later(reader, number, max(1, version - 2)) == list(
                range(max(2, version - 1), version + 1)
            )

    await asyncio.gather(*map(follow, range(8)))


async def test_the_same_record_known_up_to_several_versions_is_looked_at_once(
    writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 5)

    found = await asyncio.gather(*(later(reader, 3, after) for after in (4, 1, 5, 2, 9)))

    assert found == [[5], [2, 3, 4, 5], [], [3, 4, 5], []]


async def test_a_look_finds_events_as_they_were_written(
    writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 3)

    alone = await reader.stream(RECORDS[1], after=1)
    both = await asyncio.gather(*(reader.stream(one, after=1) for one in RECORDS[:3]))

    assert list(alone) == list(reader.select_events(RECORDS[1], gt=1))
    assert list(both[2]) == list(reader.select_events(RECORDS[2], gt=1))


async def test_more_looks_than_go_at_once_are_all_answered(
    writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 2)

    unknown = (record_id("THG", 1_000 + number) for number in range(2 * AT_ONCE_MAX))
    found = await asyncio.gather(
        *(reader.stream(one, after=1) for one in (*unknown, *RECORDS)), later(reader, 0, 1)
    )

    assert [len(events) for events in found[: 2 * AT_ONCE_MAX]] == [0] * 2 * AT_ONCE_MAX
    assert [len(events) for events in found[2 * AT_ONCE_MAX :]] == [1] * 9


async def test_who_leaves_does_not_keep_others_waiting(
    writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 2)

    for leaving in range(4):
        looks = [asyncio.ensure_future(later(reader, number, 1)) for number in range(8)]
        for _ in range(leaving):
            await asyncio.sleep(0)
        for look in looks[::2]:
            look.cancel()
        async with asyncio.timeout(10):
            assert [await look for look in looks[1::2]] == [[2]] * 4


async def test_looks_go_on_over_lost_connections(
    postgres_url: str, writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 3)

    with ending_connections(postgres_url) as ended:
        async with asyncio.timeout(60):
            while sum(ended) < 10:
                found = await asyncio.gather(*(later(reader, number, 2) for number in range(8)))
                assert found == [[3]] * 8
                assert await later(reader, 5, 1) == [2, 3]


async def test_a_connection_that_ends_while_nobody_asks_is_made_again(
    postgres_url: str, writer: PostgresRecorder, reader: PostgresRecorder
) -> None:
    await write_all(writer, 2)
    assert await later(reader, 0, 1) == [2]

    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(END_OTHERS)

    async with asyncio.timeout(10):
        assert await later(reader, 0, 1) == [2]


async def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(
    postgres_url: str, writer: PostgresRecorder
) -> None:
    await write_all(writer, 3)
    address = conninfo_to_dict(postgres_url)
    line = CuttingLine(str(address["host"]), int(str(address["port"])), one_in=8)

    async with line.open():
        url = make_conninfo(postgres_url, port=line.port)
        reader = await asyncio.to_thread(PostgresRecorder, url, patience_seconds=20)
        async with asyncio.timeout(60):
            while line.cuts < 8:
                found = await asyncio.gather(*(later(reader, number, 2) for number in range(8)))
                assert found == [[3]] * 8
        await reader.aclose()


async def test_who_looks_is_told_of_a_server_that_stays_away(
    postgres_url: str, writer: PostgresRecorder
) -> None:
    await write_all(writer, 2)
    reader = PostgresRecorder(postgres_url, patience_seconds=0.3)
    assert await later(reader, 0, 1) == [2]
    name = conninfo_to_dict(postgres_url)["dbname"]
    with psycopg.connect(make_conninfo(postgres_url, dbname="postgres"), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )

        looks = await asyncio.gather(
            *(later(reader, number, 1) for number in range(3)), return_exceptions=True
        )

        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert [type(look) for look in looks] == [OperationalError] * 3
    assert await later(reader, 0, 1) == [2]
    await reader.aclose()


async def test_closing_leaves_no_look_and_no_connection_behind(postgres_url: str) -> None:
    before = sockets()

    for turns in (1, 2, 5, 20, 200):
        recorder = PostgresRecorder(postgres_url)
        looks = [asyncio.create_task(later(recorder, number, 1)) for number in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await recorder.aclose()
        ended = await asyncio.gather(*looks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) or one == [] for one in ended)

    assert sockets() == before


def test_each_event_loop_looks_on_a_connection_of_its_own(postgres_url: str) -> None:
    recorder = PostgresRecorder(postgres_url)

    async def look(version: int) -> list[int]:
        await recorder.append(write(RECORDS[0], version))
        return await later(recorder, 0, 1)

    assert [asyncio.run(look(version)) for version in (1, 2, 3)] == [[], [2], [2, 3]]
    asyncio.run(recorder.aclose())
