"""Sends events to webhooks: one long turn of one webhook at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

import msgspec
from temporalio import activity

from domain.aggregate import Entry
from domain.desk import Desk
from domain.event_fields import event_name
from domain.feed import deliveries, reading, signing
from domain.feed.deliveries import GONE, PATIENCE, SET_ASIDE_MAX, Attempt, Deliveries, SetAside
from domain.feed.sight import Sight
from domain.feed.tail import Follower, Tail
from domain.ids import number_of
from domain.policy import Actor
from domain.rules import NotFound, Refused
from domain.webhook import Status, Webhook
from workflows.signing import signed
from workflows.webhook_bodies import Bodies, EventBodies, ViewBodies, Viewing
from workflows.webhook_sending import Answered, Sender
from workflows.webhook_values import Deliver, Delivered, workflow_id

ACTOR = "webhooks"
LINGER_SECONDS = 300.0
"""How long a turn waits for more before it ends, so that another process can have the next."""
BEAT_SECONDS = 10.0
KEEP_SECONDS = 1.0
WITHOUT_OWNER = timedelta(minutes=10)
PAGE = 500
ERROR_MAX = 400

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class WebhookActivities:
    def __init__(
        self,
        desk: Desk,
        sender: Sender,
        viewing: Viewing,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.desk = desk
        self.sender = sender
        self.viewing = viewing
        self.tail = Tail(desk.ledger)
        self.now = now

    @activity.defn(name="webhooks.deliver")
    async def deliver(self, deliver: Deliver) -> Delivered:
        """Send what is to be sent, in order, until it has to wait for the receiver."""
        webhook = await self.desk.ledger.find(Webhook, deliver.webhook)
        with self.tail.followed() as follower:
            turn = _Turn(self, webhook, follower)
            try:
                return await turn.run(is_hurried=deliver.is_hurried)
            finally:
                turn.keep()


class _Turn:
    def __init__(self, of: WebhookActivities, webhook: Webhook, follower: Follower) -> None:
        self._of = of
        self._ledger = of.desk.ledger
        self._follower = follower
        self._webhook = webhook
        self._state = deliveries.kept(self._ledger.recorder, webhook.id) or Deliveries(
            position=self._ledger.history(webhook.id)[0].position
            if webhook.after is None
            else webhook.after,
            rewinds=webhook.rewinds,
        )
        self._kept_at = 0.0
        self._is_kept = True

    def keep(self) -> None:
        """Keep how it stands; what is lost is sent once more, under the same id."""
        if not self._is_kept:
            self._is_kept, self._kept_at = True, monotonic()
            deliveries.keep(self._ledger.recorder, self._webhook.id, self._state)

    async def run(self, *, is_hurried: bool) -> Delivered:
        if is_hurried:
            self._hurry()
        end = monotonic() + LINGER_SECONDS
        while monotonic() < end:
            activity.heartbeat()
            if self._webhook.status is not Status.ACTIVE:
                return Delivered(is_over=True)
            self._rewind()
            actor = self._owner()
            if actor is None:
                return Delivered(until=self._of.now() + WITHOUT_OWNER)
            if (ended := await self._step(actor)) is not None:
                return ended
            if not self._is_kept and monotonic() >= self._kept_at + KEEP_SECONDS:
                await asyncio.to_thread(self.keep)
        return Delivered()

    async def _step(self, actor: Actor) -> Delivered | None:
        """Send what is set aside and due, and the next page; what ends the turn, if anything."""
        state, now = self._state, self._of.now()
        if state.delay is not None and state.delay.next > now:
            return Delivered(until=state.delay.next)
        bodies = self._bodies(actor)
        ended = await self._send_aside(bodies)
        if ended is not None:
            return ended
        if len(state.aside) >= SET_ASIDE_MAX:
            return Delivered(until=min(aside.delay.next for aside in state.aside.values()))
        entries, upto = await self._next()
        if upto > state.position:
            upto = await bodies.upto(state.position, upto)
        if upto == state.position:
            self.keep()
            await self._follower.wait(state.position, self._patience())
            return None
        for entry in entries:
            if entry.position > upto:
                break
            if entry.originator_id == self._webhook.id and await self._is_changed():
                return None
            ended = await self._take(entry, bodies)
            if ended is not None or len(state.aside) >= SET_ASIDE_MAX:
                return ended
        state.position, self._is_kept = upto, False
        return None

    async def _is_changed(self) -> bool:
        """Look at the webhook anew; whether the turn has to begin again with what it is now."""
        before, self._webhook = self._webhook, await self._ledger.find(Webhook, self._webhook.id)
        return (
            self._webhook.status is not Status.ACTIVE
            or self._webhook.rewinds > self._state.rewinds
            or before.version != self._webhook.version
        )

    async def _take(self, entry: Entry, bodies: Bodies) -> Delivered | None:
        """Send an event if it is to be sent now; what ends the turn, if anything."""
        state = self._state
        body = await self._body(entry, bodies)
        if body is None or entry.originator_id in state.aside:
            state.position, self._is_kept = entry.position, False
            return None
        answered, attempt = await self._send(entry, body)
        if attempt.is_refused and attempt.status != GONE:
            delay = deliveries.delayed(None, attempt.at)
            state.aside[entry.originator_id] = SetAside(position=entry.position, delay=delay)
            attempt = msgspec.structs.replace(attempt, next=delay.next)
        elif not attempt.has_arrived:
            return await self._fail(answered, attempt)
        state.position = entry.position
        state.note(attempt)
        return await self._give_up_if_hopeless(attempt)

    async def _send_aside(self, bodies: Bodies) -> Delivered | None:
        """Send what is due of the records that were set aside, each in order."""
        for subject, aside in list(self._state.aside.items()):
            if aside.delay.next <= self._of.now():
                ended = await self._send_record(subject, aside, bodies)
                if ended is not None:
                    return ended
        return None

    async def _send_record(
        self, subject: UUID, aside: SetAside, bodies: Bodies
    ) -> Delivered | None:
        state = self._state
        for entry in self._ledger.history(subject):
            if not aside.position <= entry.position <= state.position:
                continue
            body = await self._body(entry, bodies, is_noted=False)
            if body is None:
                continue
            answered, attempt = await self._send(entry, body)
            if attempt.is_refused and attempt.status != GONE:
                is_first = entry.position == aside.position
                delay = deliveries.delayed(aside.delay if is_first else None, attempt.at)
                if attempt.at - delay.since < PATIENCE:
                    state.aside[subject] = SetAside(position=entry.position, delay=delay)
                    state.note(msgspec.structs.replace(attempt, next=delay.next))
                    return await self._give_up_if_hopeless(attempt)
                # It is left out for good: what comes after it may be taken.
            elif not attempt.has_arrived:
                state.aside[subject] = SetAside(position=entry.position, delay=aside.delay)
                return await self._fail(answered, attempt)
            state.note(attempt)
        del state.aside[subject]
        self._is_kept = False
        return None

    async def _fail(self, answered: Answered, attempt: Attempt) -> Delivered | None:
        """The receiver is away, or wants nothing any more."""
        state = self._state
        if attempt.status == GONE:
            state.note(attempt)
            return await self._give_up("The receiver says that it is gone (410).", attempt.at)
        state.delay = deliveries.delayed(state.delay, attempt.at, answered.retry_after)
        state.note(msgspec.structs.replace(attempt, next=state.delay.next))
        return await self._give_up_if_hopeless(attempt) or Delivered(until=state.delay.next)

    async def _give_up_if_hopeless(self, attempt: Attempt) -> Delivered | None:
        if not self._state.is_hopeless(attempt.at):
            return None
        days = PATIENCE // timedelta(days=1)
        why = attempt.error or f"It answers {attempt.status}."
        return await self._give_up(f"Nothing has arrived for {days} days: {why}", attempt.at)

    async def _give_up(self, reason: str, at: datetime) -> Delivered:
        state, id = self._state, self._webhook.id
        since = state.failing_since or at
        step = f"give-up/{self._webhook.version}/{since.isoformat()}"
        by = signed(ACTOR, workflow_id(number_of(id)), step, at)
        await self._ledger.edit(
            Webhook,
            id,
            lambda webhook: webhook.give_up(reason, failing_since=since, by=by),
            by=by,
            is_repeatable=True,
        )
        state.failing_since = state.delay = None
        log.warning("%s is given up: %s", number_of(id), reason)
        return Delivered(is_over=True)

    async def _send(self, entry: Entry, body: bytes) -> tuple[Answered, Attempt]:
        activity.heartbeat()
        at, began = self._of.now(), monotonic()
        source = self._ledger.recorder.identity()
        id, seconds = f"{source}-{entry.position}", int(at.timestamp())
        secrets = signing.secrets_of(self._ledger.mapper.keys, self._webhook, at)
        headers = {
            "content-type": "application/cloudevents+json",
            "user-agent": "Ledgerdesk",
            "webhook-id": id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signing.signature(secrets, id, seconds, body),
        }
        answered = await self._of.sender.post(self._webhook.url, headers, body)
        self._is_kept = False
        return answered, Attempt(
            position=entry.position,
            subject=entry.originator_id,
            type=event_name(entry),
            at=at,
            status=answered.status,
            milliseconds=round((monotonic() - began) * 1000),
            error=answered.error,
        )

    async def _body(self, entry: Entry, bodies: Bodies, *, is_noted: bool = True) -> bytes | None:
        """What is sent of an event. Nothing where a condition has no answer, which says nothing
        against the receiver."""
        try:
            return await bodies.body(entry)
        except Refused as error:
            if is_noted:
                self._state.remark(
                    Attempt(
                        position=entry.position,
                        subject=entry.originator_id,
                        type=event_name(entry),
                        at=self._of.now(),
                        status=0,
                        milliseconds=0,
                        error=f"It was not sent. {error}"[:ERROR_MAX],
                    )
                )
            return None

    def _bodies(self, actor: Actor) -> Bodies:
        tail, webhook = self._of.tail, self._webhook
        if webhook.views:
            return ViewBodies(tail, webhook, actor, self._of.viewing)
        return EventBodies(tail, webhook, Sight(actor, self._ledger))

    async def _next(self) -> tuple[list[Entry], int]:
        """What comes next in the ledger, and the position up to which that is all."""
        tail, after = self._of.tail, self._state.position
        if after >= tail.first:
            return tail.after(after), max(after, tail.position)
        rows = await asyncio.to_thread(
            self._ledger.recorder.select_notifications, after, PAGE, inclusive_of_start=False
        )
        entries = await asyncio.to_thread(reading.readable, self._ledger, rows)
        return entries, rows[-1].id if rows else after

    def _patience(self) -> float:
        """How long to wait for more, in seconds."""
        due = [aside.delay.next for aside in self._state.aside.values()]
        left = (min(due) - self._of.now()).total_seconds() if due else BEAT_SECONDS
        return min(BEAT_SECONDS, max(0.0, left))

    def _hurry(self) -> None:
        state, now = self._state, self._of.now()
        state.delay = None
        for subject, aside in state.aside.items():
            delay = msgspec.structs.replace(aside.delay, next=now)
            state.aside[subject] = SetAside(position=aside.position, delay=delay)

    def _rewind(self) -> None:
        if self._webhook.rewinds > self._state.rewinds:
            self._state.rewinds = self._webhook.rewinds
            self._state.position = self._webhook.after or 0
            self._state.aside = {}
            self._is_kept = False

    def _owner(self) -> Actor | None:
        """With whose eyes it sees; None as long as that person may see nothing."""
        directory = self._of.desk.directory
        owner = self._webhook.owner
        person = None if owner is None else directory.person(owner)
        if person is None or not person.is_active:
            return None
        try:
            return directory.actor(person)
        except NotFound:
            return None
