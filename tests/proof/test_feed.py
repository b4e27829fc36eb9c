"""Pages, streams, consumers and webhooks tell the same, in each layout of processes."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.desks import LEDGERDESK
from tests.proof.company import found_company
from tests.proof.layouts import Embedded, Layout, Separate
from tests.workflows.receiver import Receiver, receiving

pytestmark = pytest.mark.proof

INCIDENTS = 20
SECONDS = 60.0


@pytest.fixture(params=["sqlite", "postgres"])
def layout(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Layout]:
    made: Layout
    if request.param == "sqlite":
        made = Embedded(tmp_path)
    else:
        url = request.getfixturevalue("postgres_url")
        made = Separate(tmp_path, url, [str(LEDGERDESK)])
    yield made
    made.stop()


class Caller:
    """Somebody who uses the API."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def post(self, path: str, **said: Any) -> dict[str, Any]:
        answer = await self.http.post(path, json=said, headers={"If-Match": "*"})
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.http.get(path)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def pages(self, until: int) -> list[int]:
        """The positions that the feed has, in small pages."""
        found, after, has_more = list[int](), 0, True
        while has_more:
            at = f"/events?kind=incident&after={after}&until={until}&limit=7"
            page = await self.get(f"{at}&min_position={until}")
            found += [int(event["id"]) for event in page["data"]]
            after, has_more = page["next"], page["has_more"]
        return found

    async def consumed(self, until: int) -> list[int]:
        """What a consumer reads and acknowledges until it has got there."""
        found, position = list[int](), 0
        while position < until:
            page = await self.get("/event-consumers/proof/events?limit=7")
            found += [int(event["id"]) for event in page["data"]]
            said = {"was": position, "position": page["next"]}
            position = (await self.post("/event-consumers/proof/ack", **said))["position"]
        return [one for one in found if one <= until]

    async def stream(self, into: list[int]) -> None:
        """What is streamed as it happens."""
        async with self.http.stream("GET", "/events/stream?kind=incident&after=0") as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    into.append(int(line.partition('"id":"')[2].partition('"')[0]))


async def eventually(holds: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(SECONDS):
            while not holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what) from None


async def happen(abe: Caller) -> int:
    """Incidents that become and cease to be about fax; the last position."""
    last = 0
    for number in range(INCIDENTS):
        made = await abe.post("/incidents", title=f"Fax {number}", category="fax")
        at = f"/incidents/{made['number']}"
        for category in ("phone", "fax", "phone")[: number % 4]:
            made = await abe.post(f"{at}/categorise", category=category)
        last = made["position"]
    return last


def changes_in(receiver: Receiver) -> list[tuple[str, str]]:
    told = [change for sent in receiver.sent for change in sent.event["data"].get("changes", ())]
    return [(change["change"], change["number"]) for change in told]


async def test_all_ways_to_follow_tell_the_same(layout: Layout) -> None:
    cast = await found_company(layout.settings, 1)
    await asyncio.to_thread(layout.start)
    http = httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{layout.settings.port}/api/v1",
        headers={"Authorization": f"Bearer {cast.tokens['abe']}"},
        timeout=20,
    )
    async with http, receiving() as receiver, receiving() as viewer:
        abe = Caller(http)
        asking = {"filter": 'category == "fax"'}
        view = await abe.post("/saved-views", name="Fax", list="incidents", asking=asking)
        await abe.post("/webhooks", url=receiver.url, kinds=["incident"], after=0)
        await abe.post("/webhooks", url=viewer.url, views=[view["number"]], after=0)
        await http.put("/event-consumers/proof", json={"kinds": ["incident"], "after": 0})
        streamed: list[int] = []
        streaming = asyncio.create_task(abe.stream(streamed))

        last = await happen(abe)

        told = await abe.pages(last)
        assert len(told) >= 2 * INCIDENTS
        assert await abe.consumed(last) == told
        await eventually(lambda: len(streamed) >= len(told), "streamed")
        await eventually(lambda: len(receiver.sent) >= len(told), "sent to the webhook")
        assert streamed[: len(told)] == receiver.positions[: len(told)] == told
        at = f"/saved-views/{view['number']}/changes?limit=250&until={last}&min_position={last}"
        changes = [(one["change"], one["number"]) for one in (await abe.get(at))["data"]]
        assert len(changes) > INCIDENTS
        await eventually(lambda: len(changes_in(viewer)) >= len(changes), "sent of the view")
        assert changes_in(viewer) == changes
        streaming.cancel()
        await asyncio.gather(streaming, return_exceptions=True)
