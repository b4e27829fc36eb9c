"""Events as they happen, over a real server: resumed by their ids, and no weight for anybody."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from api import event_stream
from api.http import streams
from domain.feed import tail
from tests.api.house import House
from tests.api.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEADLINE_SECONDS = 10.0
TITLE = {"title": "Printer on fire"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(house: House) -> AsyncIterator[str]:
    async with served(house) as address:
        yield f"{address}/api/v1/events/stream"


class Stream:
    """An open stream, frame by frame."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def frame(self) -> dict[str, str]:
        """The next frame; {} when it has ended."""
        found: dict[str, str] = {}
        async with asyncio.timeout(DEADLINE_SECONDS):
            async for line in self._lines:
                if line == "" and found:
                    return found
                name, _, value = line.partition(": ")
                if name:
                    found[name] = value
        return found

    async def events(self, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < count:
            frame = await self.frame()
            assert frame, "The stream has ended."
            if "data" in frame:
                event = json.loads(frame["data"])
                assert (event["id"], event["type"]) == (frame["id"], frame["event"])
                found.append(event)
        return found


@asynccontextmanager
async def opened(house: House, address: str, who: str, **headers: str) -> AsyncIterator[Stream]:
    sent = {"authorization": f"Bearer {house.secrets[who]}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        httpx2.AsyncClient(timeout=DEADLINE_SECONDS) as client,
        client.stream("GET", address, headers=sent) as answer,
    ):
        stream = Stream(answer)
        assert answer.status_code == 200
        assert await stream.frame() == {"retry": "2000"}
        yield stream


async def until(condition: Any) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_happens_from_now_on_is_told(house: House, address: str) -> None:
    await house.as_("adam").made("/incidents", TITLE)

    async with opened(house, address, "adam") as stream:
        made = await house.as_("adam").made("/incidents", TITLE)
        [event] = await stream.events(1)

    assert stream.answer.headers["content-type"] == "text/event-stream"
    assert (event["subject"], event["id"]) == (made["number"], str(made["position"]))
    assert event["data"]["title"] == TITLE["title"]


@pytest.mark.parametrize("kept", [5_000, 3])
async def test_whoever_comes_back_by_an_id_misses_nothing_and_gets_nothing_twice(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(tail, "KEPT_MAX", kept)
    adam = house.as_("adam")
    first = await adam.made("/incidents", TITLE)
    last, seen = str(first["position"]), []

    async def log() -> None:
        for _ in range(60):
            await adam.made("/incidents", TITLE)

    async with opened(house, address, "axel"):
        logging = asyncio.create_task(log())
        for count in (1, 7, 20, 32):
            async with opened(house, address, "axel", last_event_id=last) as stream:
                seen += [int(event["id"]) for event in await stream.events(count)]
            last = str(seen[-1])
        await logging

    assert seen == list(range(first["position"] + 1, first["position"] + 61))


async def test_a_customer_is_told_of_their_own_alone(house: House, address: str) -> None:
    at = f"{address}?kind=incident"

    async with opened(house, at, "bakery.adam") as stream:
        await house.as_("foundry.adam").made("/incidents", TITLE)
        theirs = await house.as_("bakery.adam").made("/incidents", TITLE)
        [event] = await stream.events(1)

    assert event["subject"] == theirs["number"]


async def test_a_filtered_stream_tells_how_far_it_got(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.05)

    async with opened(house, f"{address}?kind=release", "axel") as stream:
        made = await house.as_("adam").made("/incidents", TITLE)
        frame = await stream.frame()
        while int(frame["id"]) < made["position"]:
            frame = await stream.frame()

    assert frame == {"id": str(made["position"])}


async def test_a_stream_ends_with_its_token(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "KEEP_ALIVE_SECONDS", 0.05)
    anna = house.number("foundry.anna")
    known = await house.as_("foundry.zoe").read(f"/people/{anna}/tokens")

    async with opened(house, address, "foundry.anna") as stream:
        token = known["data"][0]["id"]
        await house.as_("foundry.zoe").act(f"/people/{anna}/revoke-token", {"token_id": token})
        while await stream.frame():
            pass


async def test_one_that_does_not_read_is_cut_off(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SEND_SECONDS", 0.2)
    adam, shared = house.as_("adam"), house.app.state.tail
    host, port = address.split("/")[2].split(":")
    asked = (
        f"GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {house.secrets['axel']}\r\n\r\n"
    )
    await until(lambda: shared.followers == 0)

    with socket.create_connection((host, int(port))) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.sendall(asked.encode())
        await until(lambda: shared.followers == 1)
        text = "x" * 60_000
        for number in range(60):
            made = await adam.post("/incidents", {"title": str(number), "description": text})
            assert made.status_code == 201
        await until(lambda: shared.followers == 0)


async def test_too_many_streams_are_refused(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.app.state.tail), "followers", 2_000)

    answer = await house.as_("adam").get("/events/stream")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_all_streams_end_when_the_desk_stops(house: House, address: str) -> None:
    shared = house.app.state.tail

    async with opened(house, address, "adam") as stream:
        await until(lambda: shared.followers == 1)
        shared.close()
        try:
            assert await stream.frame() == {}
        finally:
            shared.is_closed = False
