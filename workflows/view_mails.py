"""Tells the subscribers of a saved view by mail what entered it and what left it.

How far each was told is kept beside the ledger. What is told next is settled before it is sent, so
that a mail of which nobody knows whether it went is made again as it was, under the same
Message-ID.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from domain import unsubscribe_link
from domain.business_time import BusinessHours
from domain.desk import Desk
from domain.person import Person
from domain.policy import Actor
from domain.rhythm import Rhythm, latest_moment, next_moment
from domain.rules import DomainError, Forbidden, NotFound
from domain.saved_view import Mailing, SavedView
from domain.unsubscribe_link import Subscription
from workflows.mail_sending import MailAway, MailRefused, MailServer, send
from workflows.mailing_values import Mailed, workflow_id
from workflows.signing import signed
from workflows.view_mail_message import News, message

ACTOR = "view-mails"
LOOK_AGAIN = timedelta(minutes=1)
"""How often it is looked whether a view has changed of which somebody is told soon."""
BUNDLED = timedelta(minutes=15)
"""What happens within that time after a mail goes into the next one."""
TRY_AGAIN = timedelta(minutes=5)
"""When it is tried again where the mail server is away."""
BEHIND = timedelta(seconds=5)
"""When it is looked again where the lists have not got as far."""

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Reading(Protocol):
    async def news(
        self, view: SavedView, actor: Actor, *, after: int, until: int | None
    ) -> News | None:
        """What somebody sees of what happened in it after a position, up to another or to the
        latest; None as long as its list has not got there. Raises Forbidden or NotFound for whoever
        may not use it."""


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a subscriber was told. `sending` is the end of what is on its way, `mailed` when the
    last mail went, and `due` the moment of the last digest that was seen to."""

    position: int
    sending: int = 0
    mailed: datetime | None = None
    due: datetime | None = None


class Begun(NamedTuple):
    """From which position on somebody is told, and since when as they are told now."""

    position: int
    since: datetime


class ViewMails:
    def __init__(
        self,
        desk: Desk,
        server: MailServer,
        reading: Reading,
        *,
        key: bytes,
        address: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`key` marks links, `address` is the one that people reach the desk at."""
        self.desk = desk
        self.server = server
        self.reading = reading
        self.key = key
        self.address = address.rstrip("/")
        self.now = now

    async def turn(self, id: UUID) -> Mailed:
        """Tell every subscriber what is due."""
        view = await self.desk.ledger.find(SavedView, id)
        self.desk.directory.catch_up()
        begun = self._begun(view)
        next: list[datetime] = []
        for person, mailing in view.mailings.items() if view.is_kept else ():
            if person not in begun:
                # The history is later than the view: they have just unsubscribed.
                continue
            until = await self._see_to(view, person, mailing, begun[person])
            if until is not None:
                next.append(until)
        return Mailed(until=min(next)) if next else Mailed(is_over=True)

    async def _see_to(
        self, view: SavedView, id: UUID, mailing: Mailing, begun: Begun
    ) -> datetime | None:
        """Tell one of them what is due. Returns when to look again; None if the subscription is
        at its end."""
        now, person = self.now(), self.desk.directory.person(id)
        if person is None or not person.is_active:
            await self._end(view, id)
            return None
        told, since = self._told(view.id, id, begun.position), begun.since
        rhythm = mailing.rhythm
        due, until = told.due, told.sending or None
        if rhythm is None:
            if until is None and told.mailed is not None and now < told.mailed + BUNDLED:
                return told.mailed + BUNDLED
            again = now + LOOK_AGAIN
        else:
            zone, hours = person.zone or "UTC", self._hours(rhythm)
            again = next_moment(rhythm, zone, now, hours)
            if until is None:
                due = latest_moment(rhythm, zone, max(since, told.due or since), now, hours)
                if due is None:
                    return again
                until = self.desk.ledger.position_at(due)
        try:
            news = await self._news(view, person, after=told.position, until=until)
        except (Forbidden, NotFound):
            await self._end(view, id)
            return None
        if news is None:
            return now + BEHIND
        if news.parts and not await self._send(view, person, told, news):
            return now + TRY_AGAIN
        self._keep(
            view,
            id,
            Told(
                position=news.upto,
                mailed=now if news.parts else told.mailed,
                due=due if news.is_all else told.due,
            ),
            before=told,
        )
        return again if news.is_all else now

    async def _news(
        self, view: SavedView, person: Person, *, after: int, until: int | None
    ) -> News | None:
        try:
            actor = self.desk.directory.actor(person)
            return await self.reading.news(view, actor, after=after, until=until)
        except (Forbidden, NotFound):
            raise
        except DomainError as error:
            # Amended so that it cannot be followed, or asks for what is no more.
            log.info("%s cannot be followed: %s", view.number, error)
            return News(upto=max(after, until or after))

    async def _send(self, view: SavedView, person: Person, told: Told, news: News) -> bool:
        """Whether it has gone, or never will."""
        sending = msgspec.structs.replace(told, sending=news.upto)
        self._keep(view, person.id, sending, before=told)
        if not person.email:
            return True
        link = unsubscribe_link.link(self.key, Subscription(view.id, person.id))
        mail = message(
            view.name,
            view.number,
            news,
            person,
            self.server,
            end=f"{self.address}/unsubscribe/{link}",
            id=f"{view.number}.{person.number}.{news.upto}".lower(),
        )
        try:
            await send(self.server, mail)
        except MailAway as away:
            log.warning("%s is not told of %s yet: %s", person.number, view.number, away)
            return False
        except MailRefused as refused:
            log.warning("%s is not told of %s: %s", person.number, view.number, refused)
        return True

    async def _end(self, view: SavedView, person: UUID) -> None:
        step = f"end/{person}/{view.version}"
        by = signed(ACTOR, workflow_id(view.number), step, self.now())
        await self.desk.ledger.edit(
            SavedView,
            view.id,
            lambda view: view.unsubscribe(person, because="may not use it any more", by=by),
            by=by,
            is_repeatable=True,
        )

    def _hours(self, rhythm: Rhythm) -> BusinessHours | None:
        calendar = self.desk.directory.calendar(rhythm.calendar)
        return None if calendar is None else calendar.hours

    def _begun(self, view: SavedView) -> dict[UUID, Begun]:
        begun: dict[UUID, Begun] = {}
        for entry in self.desk.ledger.history(view.id):
            match entry.event:
                case SavedView.Subscribed(person=person, by=by):
                    first = begun[person].position if person in begun else entry.position
                    begun[person] = Begun(first, by.at)
                case SavedView.Unsubscribed(person=person):
                    begun.pop(person, None)
        return begun

    def _told(self, view: UUID, person: UUID, begun: int) -> Told:
        _, note = self.desk.ledger.recorder.tracked(_place(view, person))
        told = msgspec.json.decode(note, type=Told) if note else Told(position=begun)
        # Of what happened while somebody had not subscribed they are told nothing.
        return told if told.position >= begun else Told(position=begun)

    def _keep(self, view: SavedView, person: UUID, told: Told, *, before: Told) -> None:
        if told != before:
            note = msgspec.json.encode(told).decode()
            self.desk.ledger.recorder.track(_place(view.id, person), told.position, note)


def _place(view: UUID, person: UUID) -> str:
    return f"view-mails/{view}/{person}"
