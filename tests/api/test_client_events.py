"""The client for programs: the feed of events, saved views, consumers, and what webhooks send."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from api.client import AsyncClient, BadSignature, Client, Problem, talk, verified
from domain.feed import signing
from tests.api.house import House

URL = "http://desk.test"
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
of_the_house = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "PAUSE_SECONDS", 0.001)


def as_adam(house: House) -> AsyncClient:
    return AsyncClient(URL, house.secrets["adam"], transport=httpx2.ASGITransport(app=house.app))


@of_the_house
async def test_the_feed_is_read_to_its_end_and_followed_from_there(house: House) -> None:
    desk = as_adam(house)
    made = [await desk.create("incidents", title=f"Told {n}") for n in "abc"]
    after, last = made[0].position - 1, made[2].position

    read = [event async for event in desk.feed(after=after, kind="incident", limit=1)]
    followed = [
        event async for event in desk.follow(after=after, until=last, type="Incident.Logged")
    ]

    assert {event["subject"] for event in read} == {one.number for one in made}
    assert [event["subject"] for event in followed] == [one.number for one in made]
    assert followed[0] == read[0]


@of_the_house
async def test_a_saved_view_is_listed_and_its_changes_told(house: House) -> None:
    desk = as_adam(house)
    asking = {"filter": 'category == "clients"'}
    view = await desk.create("saved-views", name="Clients", list="incidents", asking=asking)
    made = await desk.create("incidents", title="In a view", category="clients")

    listed = [row async for row in desk.list("incidents", view=view.number)]
    changes = [change async for change in desk.feed(f"/saved-views/{view.number}/changes", after=0)]

    assert [row["number"] for row in listed] == [made.number]
    assert [(change["number"], change["change"]) for change in changes] == [
        (made.number, "entered")
    ]


@of_the_house
async def test_a_consumer_is_made_and_acknowledges(house: House) -> None:
    desk = as_adam(house)

    await desk.send("PUT", "/event-consumers/billing", kinds=["incident"])
    page = await desk.get("/event-consumers/billing/events")
    await desk.send("POST", "/event-consumers/billing/ack", was=0, position=page["next"])
    with pytest.raises(Problem, match="412"):
        await desk.send("POST", "/event-consumers/billing/ack", was=0, position=page["next"])
    gone = await desk.send("DELETE", "/event-consumers/billing")

    assert gone is None


def test_a_stream_goes_on_where_it_was_when_the_connection_is_lost() -> None:
    asked: list[tuple[str, str]] = []

    class Torn(httpx2.SyncByteStream):
        def __init__(self, *parts: bytes, is_torn: bool) -> None:
            self.parts = parts
            self.is_torn = is_torn

        def __iter__(self) -> Any:
            yield from self.parts
            if self.is_torn:
                raise httpx2.ReadError("The line is dead.")

    def told(position: int) -> bytes:
        return b'id: %d\nevent: x\ndata: {"id": "%d"}\n\n' % (position, position)

    answers = [
        httpx2.Response(200, stream=Torn(b"retry: 2000\n\n", told(8), b"id: 9\n", is_torn=True)),
        httpx2.Response(503),
        httpx2.Response(200, stream=Torn(told(9), b"id: 20\n\n", is_torn=False)),
        httpx2.Response(200, stream=Torn(told(30), is_torn=False)),
    ]

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.url.params["kind"], request.headers["last-event-id"]))
        return answers.pop(0)

    with Client(URL, "secret", transport=httpx2.MockTransport(answer)) as desk:
        found = [event["id"] for event in desk.follow(after=7, until=30, kind="incident")]

    assert found == ["8", "9", "30"]
    assert asked == [("incident", last) for last in ("7", "8", "8", "20")]


def test_what_a_webhook_sends_is_believed_only_with_its_signature() -> None:
    secret, other = b"s" * 32, b"o" * 32
    body, stamp = b'{"id": "12"}', int(NOW.timestamp())
    headers = {
        "webhook-id": "msg_12",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signing.signature([other, secret], "msg_12", stamp, body),
    }

    assert verified(signing.told(secret), headers, body, now=NOW) == {"id": "12"}
    assert verified(signing.told(other), headers, body, now=NOW) == {"id": "12"}
    for told, given, sent, now in (
        (signing.told(b"x" * 32), headers, body, NOW),
        (signing.told(secret), headers, body + b" ", NOW),
        (signing.told(secret), headers | {"webhook-id": "msg_13"}, body, NOW),
        (signing.told(secret), headers | {"webhook-timestamp": "soon"}, body, NOW),
        (signing.told(secret), headers | {"webhook-signature": "v1,ü"}, body, NOW),
        (signing.told(secret), {}, body, NOW),
        (signing.told(secret), headers, body, NOW + timedelta(hours=1)),
    ):
        with pytest.raises(BadSignature):
            verified(told, given, sent, now=now)
