"""Mails that ask requesters for a rating, to a real mail server."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import ActivityEnvironment

from domain import rating_link
from domain.incident import Incident
from domain.person import Person
from domain.rating_link import Invitation
from ops.temporal_client import namespace_id
from tests.domain.desks import system
from tests.keys import MemoryKeys
from tests.workflows.floor import Floor, open_floor
from tests.workflows.machinery import eventually
from tests.workflows.mail_server import Mailbox, receiving
from tests.workflows.surveyed import define, resolved
from workflows import one_mail
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.mail_sending import MailAway
from workflows.mailing_activities import MailingActivities
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.survey_mail_values import SurveyMail
from workflows.survey_mails import SurveyMails
from workflows.temporal import Temporal
from workflows.worker import mail_worker

KEY = b"a key of a desk, for its links"
DAY = timedelta(days=1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """A desk whose people can be erased, with a survey policy."""
    async with open_floor(tmp_path, MemoryKeys()) as opened:
        await opened.company.build()
        await define(opened.company, remind_after_days=3)
        yield opened


async def asked(floor: Floor) -> UUID:
    """An incident of Ann's, who was asked for a rating."""
    id = await resolved(floor.company, datetime.now(UTC))
    await keep(floor, id)
    return id


async def keep(floor: Floor, id: UUID, after: timedelta = timedelta(0)) -> None:
    """Ask or remind as is due then."""
    at = datetime.now(UTC) + after
    await floor.desk.keep_survey(id, by=floor.company.signed("bea", at))


def activities(floor: Floor, box: Mailbox, after: timedelta = timedelta(0)) -> SurveyMailActivities:
    return SurveyMailActivities(
        floor.desk,
        box.server,
        key=KEY,
        address="https://desk.example/",
        now=lambda: datetime.now(UTC) + after,
    )


def mail_of(floor: Floor, id: UUID, event: type = Incident.RatingAsked) -> SurveyMail:
    told = (one for one in floor.ledger.history(id) if isinstance(one.event, event))
    return SurveyMail(
        ticket=id, position=next(told).position, is_reminder=event is Incident.RatingReminded
    )


async def tried(
    floor: Floor, box: Mailbox, mail: SurveyMail, after: timedelta = timedelta(0)
) -> str:
    return await ActivityEnvironment().run(activities(floor, box, after).mail, mail)


# Once --------------------------------------------------------------------------------------


@asynccontextmanager
async def mailing(floor: Floor, client: Client, box: Mailbox, queue: str) -> AsyncIterator[None]:
    decisions = DecisionMailActivities(floor.desk, box.server, key=KEY, address="")
    surveys, mailings = activities(floor, box), MailingActivities({})
    follower = SurveyMails(floor.desk, Temporal(client, namespace_id, queue=queue))
    async with mail_worker(client, decisions, surveys, mailings, sandboxed=True, queue=queue):
        following = asyncio.create_task(follower.run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_a_requester_gets_one_mail_and_one_reminder_whatever_ends_in_between(
    floor: Floor, box: Mailbox, live_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = RetryPolicy(initial_interval=timedelta(milliseconds=50))
    monkeypatch.setattr(one_mail, "RETRIES", quick)
    queue = f"mail-{uuid4()}"
    box.says = "451 Later"

    async with mailing(floor, live_client, box, queue):
        id = await asked(floor)
        await eventually(lambda: box.tries >= 2)
    box.says = "250 OK"
    async with mailing(floor, live_client, box, queue):
        await eventually(lambda: len(box.mails) == 1)
    # A follower that has lost its place tells Temporal again, which knows this mail.
    floor.ledger.recorder.track("survey-mails", 1)
    async with mailing(floor, live_client, box, queue):
        await keep(floor, id, 4 * DAY)
        await eventually(lambda: len(box.mails) == 2)

    first, reminder = box.mails
    assert first["To"] == "Ann <ann@example.org>"
    assert first["Subject"] == "How well was it done? INC0000001: No mail"
    assert reminder["Subject"] == "Reminder: How well was it done? INC0000001: No mail"
    assert link_of(first) == link_of(reminder)
    assert first["Message-ID"] != reminder["Message-ID"]


# What a mail says --------------------------------------------------------------------------


def link_of(mail: EmailMessage) -> str:
    [link] = re.findall(r"https://desk.example/rate/(\S+)", mail.get_content())
    return str(link)


async def test_a_mail_is_plain_text_with_a_link_for_the_requester_alone(
    floor: Floor, box: Mailbox
) -> None:
    id = await asked(floor)

    outcome = await tried(floor, box, mail_of(floor, id))

    [mail] = box.mails
    invitation = Invitation(ticket=id, resolution=1, person=floor.company.people["ann"])
    assert (outcome, mail.get_content_type()) == ("sent", "text/plain")
    assert rating_link.opened(KEY, link_of(mail)) == invitation
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None


# To whom and when not ----------------------------------------------------------------------


async def test_who_has_rated_meanwhile_is_not_asked(floor: Floor, box: Mailbox) -> None:
    id = await asked(floor)
    by = floor.company.signed("ann", datetime.now(UTC))
    await floor.ledger.edit(Incident, id, lambda one: one.rate(4, by=by), by=by)

    assert await tried(floor, box, mail_of(floor, id)) == "not asked any more"


async def test_about_what_was_taken_up_again_nobody_is_asked(floor: Floor, box: Mailbox) -> None:
    id = await asked(floor)
    by = floor.company.signed("ann", datetime.now(UTC))
    await floor.desk.reopen(Incident, id, reason="It is back.", by=by)

    assert await tried(floor, box, mail_of(floor, id)) == "not asked any more"


async def test_after_the_end_of_the_invitation_nobody_is_asked(floor: Floor, box: Mailbox) -> None:
    id = await asked(floor)

    assert await tried(floor, box, mail_of(floor, id), 15 * DAY) == "not asked any more"


async def test_a_mail_that_was_held_up_is_left_to_the_reminder(floor: Floor, box: Mailbox) -> None:
    id = await asked(floor)
    box.says = "451 Later"
    with pytest.raises(MailAway):
        await tried(floor, box, mail_of(floor, id))
    await keep(floor, id, 4 * DAY)
    box.says = "250 OK"

    late = await tried(floor, box, mail_of(floor, id))
    reminder = await tried(floor, box, mail_of(floor, id, Incident.RatingReminded))

    assert (late, reminder, len(box.mails)) == ("not asked any more", "sent", 1)


async def test_who_has_left_was_erased_or_has_no_address_is_sent_nothing(
    floor: Floor, box: Mailbox
) -> None:
    id = await asked(floor)
    mail, ann = mail_of(floor, id), floor.company.people["ann"]

    await edit(floor, lambda person: person.amend(email="", by=system()))
    nowhere = await tried(floor, box, mail)
    await edit(floor, lambda person: person.amend(email="ann@example.org", by=system()))
    await floor.company.leave("ann")
    left = await tried(floor, box, mail)
    await edit(floor, lambda person: person.request_erasure(reason="Asked.", by=system()))
    await floor.desk.erase_person(ann, by=floor.company.signed("bea"))
    erased = await tried(floor, box, mail)

    assert {nowhere, left, erased} == {"nobody to send it to"}
    assert box.tries == 0


async def edit(floor: Floor, act: Callable[[Person], None]) -> None:
    await floor.ledger.edit(Person, floor.company.people["ann"], act, by=system())


async def test_what_the_server_refuses_is_not_tried_again(floor: Floor, box: Mailbox) -> None:
    id = await asked(floor)
    box.says = "554 Never"

    assert await tried(floor, box, mail_of(floor, id)) == "refused"
