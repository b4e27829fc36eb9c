"""The client for programs, on the real API."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.client import AsyncClient, Client, Made, Problem, talk
from tests.api.house import House

URL = "http://desk.test"
of_the_house = pytest.mark.asyncio(loop_scope="module")


class Faltering(httpx2.AsyncBaseTransport):
    """The API, whose first answers get lost on the way or come from a proxy."""

    def __init__(self, house: House, *faults: int | None) -> None:
        self.under = httpx2.ASGITransport(app=house.app)
        self.faults = list(faults)
        self.keys: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.keys.append(request.headers.get("idempotency-key", ""))
        answer = await self.under.handle_async_request(request)
        if not self.faults:
            return answer
        fault = self.faults.pop(0)
        if fault is None:
            raise httpx2.ReadError("The answer is lost.", request=request)
        return httpx2.Response(fault, headers={"retry-after": "0"}, text="later")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "PAUSE_SECONDS", 0.001)


def as_adam(house: House, *faults: int | None) -> tuple[AsyncClient, Faltering]:
    transport = Faltering(house, *faults)
    return AsyncClient(URL, house.secrets["adam"], transport=transport), transport


@of_the_house
async def test_a_command_whose_answer_is_lost_is_done_once(house: House) -> None:
    desk, transport = as_adam(house, None, 503, None)

    made = await desk.create("incidents", title="No mail")
    again = await house.as_("adam").read(f"/incidents/{made.number}/history")

    assert len(transport.keys) == 4
    assert len(set(transport.keys)) == 1
    assert len(again["data"]) == made.version


@of_the_house
async def test_what_was_commanded_is_read(house: House) -> None:
    desk, _ = as_adam(house)
    made = await desk.create("incidents", title="No mail")
    moved = await desk.act("incidents", made, "assign", assignee=house.number("adam"))

    found = await desk.get(f"/incidents/{made.number}")
    [listed] = [row async for row in desk.list("incidents", filter=f'number == "{made.number}"')]

    assert moved.version == made.version + 1
    assert found["assignee"] == listed["assignee"] == str(house.people["adam"])


@of_the_house
async def test_lists_are_read_to_their_end(house: House) -> None:
    desk, _ = as_adam(house)
    made = [(await desk.create("incidents", title="Paged", key=f"paged-{n}")).number for n in "abc"]

    found = [
        row["number"] async for row in desk.list("incidents", q="paged", sort="number", limit=1)
    ]

    assert found == made


@of_the_house
async def test_a_no_is_told_with_its_rule_and_places(house: House) -> None:
    desk, transport = as_adam(house)
    made = await desk.create("incidents", title="No mail")

    with pytest.raises(Problem) as refused:
        await desk.act("incidents", made.number, "close")
    with pytest.raises(Problem) as stale:
        await desk.act("incidents", Made(made.id, made.number, 7, 0), "start")
    with pytest.raises(Problem) as wrong:
        await desk.create("incidents", title=7)

    assert (refused.value.status, refused.value.code) == (422, "refused")
    assert "resolved" in refused.value.detail
    assert stale.value.status == 412
    assert wrong.value.errors[0]["pointer"] == "/title"
    assert len(transport.keys) == 4


@of_the_house
async def test_a_desk_that_stays_away_is_given_up(house: House) -> None:
    desk, transport = as_adam(house, *[None] * talk.TRIES_MAX)
    with pytest.raises(httpx2.TransportError):
        await desk.get("/incidents")
    assert len(transport.keys) == talk.TRIES_MAX

    busy, _ = as_adam(house, *[503] * talk.TRIES_MAX)
    with pytest.raises(Problem, match="503 unknown: later"):
        await busy.get("/incidents")


@pytest.fixture
def waiting() -> Iterator[tuple[Client, list[httpx2.Request]]]:
    """A client that waits, and what it sent."""
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        if len(sent) == 1:
            return httpx2.Response(429, headers={"retry-after": "0"})
        if request.method == "POST":
            made: Any = {"id": "x", "number": "INC0000001", "version": 1, "position": 12}
            return httpx2.Response(201, json=made)
        has_more = "cursor" not in request.url.params
        page = {"data": [{"n": len(sent)}], "has_more": has_more, "next_cursor": "c"}
        return httpx2.Response(200, json=page)

    with Client(URL, "secret", transport=httpx2.MockTransport(answer)) as opened:
        yield opened, sent


def test_the_client_that_waits_says_the_same(
    waiting: tuple[Client, list[httpx2.Request]],
) -> None:
    desk, sent = waiting

    made = desk.create("incidents", title="No mail")
    rows = list(desk.list("incidents", status=("new", "assigned"), is_open=True))
    desk.act("incidents", made, "start")

    assert rows == [{"n": 3}, {"n": 4}]
    assert sent[0].headers["idempotency-key"] == sent[1].headers["idempotency-key"]
    assert dict(sent[2].url.params) == {
        "limit": "250",
        "status": "new,assigned",
        "is_open": "true",
        "min_position": "12",
    }
    assert (sent[4].url.path, sent[4].headers["if-match"]) == (
        "/api/v1/incidents/INC0000001/start",
        '"1"',
    )
    assert {request.headers["authorization"] for request in sent} == {"Bearer secret"}
