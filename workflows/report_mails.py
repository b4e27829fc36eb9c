"""Sends reports on their schedules: each reader what they may read, as of the schedule's moment.

What is still to be sent stands in the schedule itself, so that nothing is lost; a mail of which
nobody knows whether it went is made again, under the same Message-ID.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from domain.desk import Desk
from domain.person import Person
from domain.provenance import Provenance
from domain.report_schedule import RECIPIENTS_MAX, Delivery, Outcome, ReportSchedule, Status
from domain.rhythm import next_moment
from workflows.mail_sending import MailAway, MailRefused, MailServer, send
from workflows.mailing_values import Mailed, workflow_id
from workflows.report_mail_message import Asked, Made, message
from workflows.signing import signed

ACTOR = "report-mails"
TRY_AGAIN = timedelta(minutes=5)
"""When it is tried again where the mail server is away, or views are behind."""
PATIENCE = timedelta(days=3)
"""After that a delivery is given up."""
CAUGHT_UP = timedelta(days=31)
"""Moments before that are left out, if nobody was there to send anything."""

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Withheld(Exception):
    """The reader may not read it."""


class NotYet(Exception):
    """It cannot be counted now."""


class Uncountable(Exception):
    """It cannot be counted; the message says why."""


class Counting(Protocol):
    async def made(self, schedule: ReportSchedule, person: Person, delivery: Delivery) -> Made:
        """What somebody is sent. Raises Withheld, NotYet and Uncountable."""


class ReportMails:
    def __init__(
        self,
        desk: Desk,
        server: MailServer,
        counting: Counting,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.desk = desk
        self.server = server
        self.counting = counting
        self.now = now

    async def turn(self, id: UUID) -> Mailed:
        """Send what is outstanding, and let the schedule fall due if its moment has come."""
        schedule = await self.desk.ledger.find(ReportSchedule, id)
        self.desk.directory.catch_up()
        behind = 0
        for delivery in schedule.outstanding:
            behind += not await self._deliver(schedule, delivery)
        now = self.now()
        again = [now + TRY_AGAIN] if behind else []
        # One whom the server puts off holds up nobody; but not all can be put off for ever.
        if schedule.status is Status.ACTIVE and behind < RECIPIENTS_MAX:
            moment = self._next(schedule, now)
            if moment <= now:
                await self._fall_due(schedule, moment)
                return Mailed(until=now)
            again.append(moment)
        return Mailed(until=min(again)) if again else Mailed(is_over=True)

    def _next(self, schedule: ReportSchedule, now: datetime) -> datetime:
        calendar = self.desk.directory.calendar(schedule.rhythm.calendar)
        hours = None if calendar is None else calendar.hours
        after = max(schedule.since, now - CAUGHT_UP)
        return next_moment(schedule.rhythm, schedule.zone, after, hours)

    async def _fall_due(self, schedule: ReportSchedule, moment: datetime) -> None:
        recipients = self._recipients(schedule)
        position = self.desk.ledger.position_at(moment)
        by = self._signed(schedule, f"due/{moment.isoformat()}")
        await self._edit(
            schedule,
            by,
            lambda one: one.fall_due(moment, position=position, recipients=recipients, by=by),
        )

    def _recipients(self, schedule: ReportSchedule) -> list[UUID]:
        """Those whom it names, and the members of its teams as they are now."""
        teams = (self.desk.directory.team(team) for team in schedule.teams)
        members = (member for team in teams if team is not None for member in team.members)
        return list(dict.fromkeys((*schedule.people, *members)))[:RECIPIENTS_MAX]

    async def _deliver(self, schedule: ReportSchedule, delivery: Delivery) -> bool:
        """Whether it is over, in whatever way."""
        person = self.desk.directory.person(delivery.person)
        if person is None or not person.is_active or not person.email:
            await self._note(schedule, delivery, "no address")
            return True
        try:
            made = await self.counting.made(schedule, person, delivery)
            mail = message(
                Asked(
                    name=schedule.name,
                    number=schedule.number,
                    moment=delivery.moment,
                    zone=schedule.zone,
                    is_preview=delivery.is_preview,
                ),
                made,
                person,
                self.server,
                id=f"{schedule.number}.{person.number}.{_name(delivery)}".lower(),
            )
            await send(self.server, mail)
        except (MailAway, NotYet) as error:
            log.warning("%s: %s is not sent it yet: %s", schedule.number, person.number, error)
            if self.now() - delivery.since < PATIENCE:
                return False
            await self._note(schedule, delivery, "given up", why=str(error))
        except Withheld:
            await self._note(schedule, delivery, "withheld")
        except Uncountable as error:
            await self._note(schedule, delivery, "failed", why=str(error))
        except MailRefused as error:
            await self._note(schedule, delivery, "refused", why=str(error))
        else:
            await self._note(
                schedule,
                delivery,
                "sent",
                definition=made.definition,
                definition_version=made.version,
                sha256=made.digests,
            )
        return True

    async def _note(
        self, schedule: ReportSchedule, delivery: Delivery, outcome: Outcome, **said: Any
    ) -> None:
        by = self._signed(schedule, f"delivered/{delivery.person}/{_name(delivery)}")
        await self._edit(
            schedule, by, lambda one: one.note_delivery(delivery, outcome, **said, by=by)
        )

    def _signed(self, schedule: ReportSchedule, step: str) -> Provenance:
        return signed(ACTOR, workflow_id(schedule.number), step, self.now())

    async def _edit(
        self, schedule: ReportSchedule, by: Provenance, act: Callable[[ReportSchedule], None]
    ) -> None:
        await self.desk.ledger.edit(ReportSchedule, schedule.id, act, by=by, is_repeatable=True)


def _name(delivery: Delivery) -> str:
    """By which deliveries of a schedule to one person are told apart."""
    kind = "preview." if delivery.is_preview else ""
    return f"{kind}{delivery.moment:%Y%m%dT%H%M%S%f}"
