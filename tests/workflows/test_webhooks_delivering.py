"""Webhooks as workflows deliver to them, and those of saved views."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import uuid4

import pytest
from temporalio.client import Client

from domain.ids import number_of
from domain.incident import Incident
from domain.saved_view import Asking, SavedView
from ops.temporal_client import namespace_id
from tests.workflows.floor import Floor
from tests.workflows.hooks import OK, House
from tests.workflows.machinery import eventually
from tests.workflows.receiver import Receiver, answer, receiving
from workflows import webhook_activities
from workflows.temporal import Temporal
from workflows.webhook_sending import Sender
from workflows.webhook_starts import WebhookStarts
from workflows.webhook_values import workflow_id
from workflows.worker import webhook_worker


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def house(floor: Floor, receiver: Receiver) -> AsyncIterator["House"]:
    sender = Sender([ip_network("127.0.0.0/8")])
    yield House(floor, receiver, sender)
    sender.close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_activities, "LINGER_SECONDS", 0.1)
    monkeypatch.setattr(webhook_activities, "BEAT_SECONDS", 0.05)


# On Temporal -------------------------------------------------------------------------------


@asynccontextmanager
async def delivering(house: House, client: Client, queue: str) -> AsyncIterator[None]:
    temporal = Temporal(client, namespace_id, queue=queue)
    starts = WebhookStarts(house.ledger, temporal)
    async with webhook_worker(client, house.activities, sandboxed=True, queue=queue):
        following = asyncio.create_task(starts.run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_workflows_send_across_restarts_and_changes(
    house: House, live_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_activities, "LINGER_SECONDS", 5.0)
    receiver, queue = house.receiver, f"webhooks-{uuid4()}"
    house.activities.now = lambda: datetime.now(UTC)
    id = await house.webhook()
    made = [await house.incident()]
    async with delivering(house, live_client, queue):
        await eventually(lambda: len(receiver.sent) == 1)
        made.append(await house.incident())
        await eventually(lambda: len(receiver.sent) == 2)
    made.append(await house.incident())
    receiver.says = lambda _: answer(503)

    async with delivering(house, live_client, queue):
        await eventually(lambda: len(receiver.sent) == 3)
        receiver.says = lambda _: OK
        await house.act(id, "test")
        await eventually(lambda: len(receiver.sent) == 5)
        await house.act(id, "remove")
        handle = live_client.get_workflow_handle(workflow_id(number_of(id)))
        async with asyncio.timeout(30):
            await handle.result()

    sent = [one.event["recordid"] for one in receiver.sent]
    assert sent == [*(str(one) for one in made), str(made[2]), str(id)]
    assert [attempt.status for attempt in house.kept(id).attempts] == [204, 204, 503, 204, 204]


async def test_a_condition_chooses_and_one_without_an_answer_ends_nothing(house: House) -> None:
    no_answer = "1 / (event.position - event.position) == 1"
    picky = await house.webhook(
        types=["Incident.Categorised"], condition='event.category == "mail"'
    )
    wrong = await house.webhook(types=["Incident.Categorised"], condition=no_answer)
    made = await house.incident()
    for category in ("phone", "mail"):
        await house.act(made, "categorise", Incident, category=category)

    await house.turn(picky)
    delivered = await house.turn(wrong)

    assert [sent.event["data"]["category"] for sent in house.receiver.sent] == ["mail"]
    assert not delivered.is_over
    kept = house.kept(wrong)
    assert [attempt.status for attempt in kept.attempts] == [0, 0]
    assert all("it divides by zero" in attempt.error for attempt in kept.attempts)
    assert (kept.failing_since, kept.delay, kept.aside) == (None, None, {})
    assert kept.position == house.ledger.position()


async def test_what_enters_a_view_and_leaves_it_is_sent_in_order(house: House) -> None:
    bea = house.floor.desk.directory.person(house.floor.company.people["bea"])
    assert bea is not None
    view = await house.floor.company.add(
        SavedView,
        "save",
        owner=bea.id,
        organisation=bea.organisation,
        name="Mail",
        list="incidents",
        asking=Asking(filter='category == "mail"'),
    )
    id = await house.webhook(kinds=(), views=[view])
    one, other = [await house.incident() for _ in range(2)]
    for incident, category in ((one, "mail"), (other, "mail"), (one, "phone"), (other, "mail")):
        await house.act(incident, "categorise", Incident, category=category)
    house.floor.projector.catch_up()

    await house.turn(id)
    await house.turn(id)

    told = [sent.event for sent in house.receiver.sent]
    assert {event["type"] for event in told} == {"org.ledgerdesk.SavedView.Changed"}
    assert [
        (change["change"], change["number"])
        for event in told
        for change in event["data"]["changes"]
    ] == [("entered", number_of(one)), ("entered", number_of(other)), ("left", number_of(one))]
    assert house.kept(id).position == house.ledger.position()


async def test_a_webhook_of_a_view_waits_until_the_view_has_got_there(house: House) -> None:
    bea = house.floor.desk.directory.person(house.floor.company.people["bea"])
    assert bea is not None
    said = {"owner": bea.id, "organisation": bea.organisation, "name": "All", "list": "incidents"}
    view = await house.floor.company.add(SavedView, "save", **said, asking=Asking(filter="is_open"))
    id = await house.webhook(kinds=(), views=[view])
    house.floor.projector.catch_up()
    incident = await house.incident()

    await house.turn(id)
    before = list(house.receiver.sent)
    house.floor.projector.catch_up()
    await house.turn(id)

    assert before == []
    (sent,) = house.receiver.sent
    assert sent.event["subject"] == number_of(incident)
