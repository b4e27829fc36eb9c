"""Events on their way to webhooks: signed, in order for each record, again until they arrive."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_network

import pytest

from domain.feed import deliveries, signing
from domain.feed.deliveries import DELAYS
from domain.incident import Incident
from domain.person import Role
from domain.webhook import Status, Webhook
from tests.workflows.floor import Floor
from tests.workflows.hooks import OK, House
from tests.workflows.receiver import Receiver, Sent, answer, receiving
from workflows import webhook_activities
from workflows.webhook_sending import Sender
from workflows.webhook_values import Delivered


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


# What is sent ------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_standard() -> None:
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    found = signing.signature(
        [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )

    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def is_signed(sent: Sent, secret: bytes) -> bool:
    """As whoever receives it makes sure, by the standard alone."""
    said = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.".encode()
    mark = b64encode(hmac.digest(secret, said + sent.body, "sha256")).decode()
    return f"v1,{mark}" in sent.headers["webhook-signature"].split(" ")


async def test_what_is_wanted_is_sent_in_order_and_signed(house: House) -> None:
    await house.incident()
    id = await house.webhook(types=["Incident.Logged", "Incident.Categorised"])
    made = [await house.incident() for _ in range(3)]
    await house.act(made[1], "categorise", Incident, category="mail")

    await house.turn(id)
    await house.turn(id)

    sent = house.receiver.sent
    assert [one.happened for one in sent] == ["Incident.Logged"] * 3 + ["Incident.Categorised"]
    assert house.receiver.positions == sorted(set(house.receiver.positions))
    assert sent[0].event["data"]["title"] == "No mail"
    secret = signing.secret(house.ledger.mapper.keys, id, 1)
    for one in sent:
        assert is_signed(one, secret)
        assert one.headers["webhook-id"].endswith(f"-{one.position}")
        assert abs(int(one.headers["webhook-timestamp"]) - house.clock.now.timestamp()) < 2
        assert one.headers["content-type"] == "application/cloudevents+json"
    kept = house.kept(id)
    assert kept.position == house.ledger.position()
    assert [attempt.status for attempt in kept.attempts] == [204] * 4


async def test_as_long_as_secrets_overlap_both_sign(house: House) -> None:
    id = await house.webhook()
    await house.act(id, "rotate_secret", overlap_hours=1)
    await house.incident()
    await house.turn(id)
    house.clock.now += timedelta(hours=1)
    await house.incident()
    await house.turn(id)

    first, second = (signing.secret(house.ledger.mapper.keys, id, n) for n in (1, 2))
    during, after = house.receiver.sent
    assert (is_signed(during, first), is_signed(during, second)) == (True, True)
    assert (is_signed(after, first), is_signed(after, second)) == (False, True)


async def test_a_webhook_sees_what_its_owner_sees(house: House) -> None:
    company = house.floor.company
    await company.hire("eva", company.customer, Role.AGENT)
    of_customer = await house.webhook("eva", kinds=[])
    theirs = await house.incident("ann")
    others = await house.incident("bea")

    await house.turn(of_customer)

    subjects = {sent.event["recordid"] for sent in house.receiver.sent}
    assert str(theirs) in subjects
    assert str(others) not in subjects


async def test_nothing_is_sent_while_its_owner_has_left(house: House) -> None:
    id = await house.webhook("cem")
    await house.floor.company.leave("cem")
    await house.incident()

    delivered = await house.turn(id)

    assert delivered.until is not None
    assert house.receiver.sent == []


# What does not arrive ----------------------------------------------------------------------


async def test_one_that_is_away_gets_all_of_it_later_and_in_order(house: House) -> None:
    id = await house.webhook()
    made = [await house.incident() for _ in range(3)]
    house.receiver.says = lambda _: answer(503)
    waits = []
    for _ in range(len(DELAYS) + 1):
        delivered = await house.turn(id)
        assert delivered.until is not None
        waits.append((delivered.until - house.clock.now).total_seconds())
        house.clock.now = delivered.until
    refused = len(house.receiver.sent)
    house.receiver.says = lambda _: OK

    await house.turn(id)

    assert waits == [*DELAYS, DELAYS[-1]]
    assert refused == len(waits)
    assert len({sent.headers["webhook-id"] for sent in house.receiver.sent[:refused]}) == 1
    arrived = house.receiver.sent[refused:]
    assert [sent.event["recordid"] for sent in arrived] == [str(one) for one in made]
    assert house.kept(id).failing_since is None


async def test_before_its_time_it_is_tried_again_only_in_a_hurry(house: House) -> None:
    id = await house.webhook()
    await house.incident()
    house.receiver.says = lambda _: answer(429, "retry-after: 600")

    first = await house.turn(id)
    early = await house.turn(id)
    await house.turn(id, is_hurried=True)

    assert first.until == early.until == house.clock.now + timedelta(minutes=10)
    assert len(house.receiver.sent) == 2


async def test_a_record_of_which_an_event_is_refused_holds_up_itself_alone(house: House) -> None:
    id = await house.webhook()
    bad, good = await house.incident(), await house.incident()
    await house.act(bad, "categorise", Incident, category="mail")
    await house.act(good, "categorise", Incident, category="mail")
    house.receiver.says = lambda sent: answer(400 if sent.event["recordid"] == str(bad) else 204)

    await house.turn(id)
    before = [sent.event["recordid"] for sent in house.receiver.sent]
    house.receiver.says = lambda _: OK
    house.clock.now += timedelta(seconds=DELAYS[0])
    await house.turn(id)

    assert before == [str(bad), str(good), str(good)]
    again = house.receiver.sent[3:]
    assert [sent.event["recordid"] for sent in again] == [str(bad)] * 2
    assert [sent.happened for sent in again] == ["Incident.Logged", "Incident.Categorised"]
    assert house.kept(id).aside == {}


async def test_an_event_that_is_refused_for_days_is_left_out(house: House) -> None:
    id = await house.webhook()
    bad = await house.incident()
    house.receiver.says = lambda sent: answer(
        400 if (sent.event["recordid"], sent.happened) == (str(bad), "Incident.Logged") else 204
    )
    await house.turn(id)
    await house.act(bad, "categorise", Incident, category="mail")
    await house.incident()

    for _ in range(12):
        house.clock.now += timedelta(hours=8)
        await house.turn(id)

    assert house.receiver.sent[-1].happened == "Incident.Categorised"
    assert house.kept(id).aside == {}


async def test_one_that_never_answers_is_given_up_with_a_notice(house: House) -> None:
    id = await house.webhook()
    await house.incident()
    house.receiver.says = lambda _: answer(500)
    delivered = Delivered()
    while not delivered.is_over:
        delivered = await house.turn(id)
        house.clock.now = delivered.until or house.clock.now

    webhook = await house.ledger.find(Webhook, id)
    given_up = house.ledger.history(id)[-1].event
    assert webhook.status is Status.DISABLED
    assert isinstance(given_up, Webhook.GivenUp)
    assert given_up.reason == "Nothing has arrived for 3 days: It answers 500."
    assert given_up.by.at - given_up.failing_since >= deliveries.PATIENCE
    house.receiver.says = lambda _: OK
    await house.act(id, "enable")
    assert not (await house.turn(id)).is_over
    assert house.receiver.sent[-1].happened == "Incident.Logged"


async def test_one_that_is_gone_is_given_up_at_once(house: House) -> None:
    id = await house.webhook()
    await house.incident()
    house.receiver.says = lambda _: answer(410)

    delivered = await house.turn(id)

    assert delivered.is_over
    assert (await house.ledger.find(Webhook, id)).status is Status.DISABLED


# What people do to it ----------------------------------------------------------------------


async def test_a_test_is_sent_whatever_is_wanted(house: House) -> None:
    id = await house.webhook(types=["Incident.Closed"])
    await house.act(id, "test")

    await house.turn(id)

    assert [sent.happened for sent in house.receiver.sent] == ["Webhook.Tested"]


async def test_a_webhook_sends_again_what_came_after_a_position(house: House) -> None:
    id = await house.webhook()
    for _ in range(3):
        await house.incident()
    await house.turn(id)
    first = list(house.receiver.positions)
    await house.act(id, "rewind", after=first[0])

    await house.turn(id)
    await house.turn(id)

    assert house.receiver.positions == [*first, *first[1:]]


async def test_one_that_is_disabled_goes_on_where_it_was(house: House) -> None:
    id = await house.webhook()
    await house.act(id, "disable", reason="Maintenance.")
    made = await house.incident()

    over = await house.turn(id)
    await house.act(id, "enable")
    await house.turn(id)

    assert over == Delivered(is_over=True)
    assert [sent.event["recordid"] for sent in house.receiver.sent] == [str(made)]
