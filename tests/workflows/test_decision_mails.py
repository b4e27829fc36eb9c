"""Mails that ask for decisions, to a real mail server; and replies to them."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import ActivityEnvironment

from domain import decision_link
from domain.approval import All
from domain.change import Change
from ops.mail_received import received
from ops.mail_replies import Outcome, take
from ops.temporal_client import namespace_id
from tests.domain.desks import CAB, system
from tests.workflows.floor import Floor
from tests.workflows.machinery import eventually
from tests.workflows.mail_server import Mailbox, receiving
from workflows import one_mail
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.decision_mail_values import DecisionMail
from workflows.decision_mails import DecisionMails
from workflows.mail_sending import MailAway, MailRefused, check, send
from workflows.mailing_activities import MailingActivities
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.temporal import Temporal
from workflows.worker import mail_worker

KEY = b"a key of a desk, for its links"
BOARD = replace(CAB, quorum=All(), patience="30d")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@asynccontextmanager
async def mailing(floor: Floor, client: Client, box: Mailbox, queue: str) -> AsyncIterator[None]:
    activities = DecisionMailActivities(
        floor.desk, box.server, key=KEY, address="https://desk.example/"
    )
    follower = DecisionMails(floor.desk, Temporal(client, namespace_id, queue=queue))
    surveys = SurveyMailActivities(floor.desk, box.server, key=KEY, address="")
    mailings = MailingActivities({})
    async with mail_worker(client, activities, surveys, mailings, sandboxed=True, queue=queue):
        following = asyncio.create_task(follower.run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def asked(floor: Floor, box: Mailbox, *stages: Any) -> UUID:
    await floor.company.publish_process(*(stages or (BOARD,)), material=("category",))
    return await floor.submitted_change(datetime.now(UTC))


def to(mail: EmailMessage) -> str:
    return str(mail["To"]).partition(" ")[0]


async def test_whoever_is_asked_gets_one_mail_whatever_ends_in_between(
    floor: Floor, box: Mailbox, live_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = RetryPolicy(initial_interval=timedelta(milliseconds=50))
    monkeypatch.setattr(one_mail, "RETRIES", quick)
    queue = f"mail-{uuid4()}"
    box.says = "451 Later"

    async with mailing(floor, live_client, box, queue):
        change = await asked(floor, box)
        await eventually(lambda: box.tries >= 2)
    box.says = "250 OK"
    async with mailing(floor, live_client, box, queue):
        await eventually(lambda: len(box.mails) == 2)
    # A follower that has lost its place tells Temporal again, which knows these mails.
    floor.ledger.recorder.track("decision-mails", 1)
    async with mailing(floor, live_client, box, queue):
        await remind(floor, change)
        await eventually(lambda: len(box.mails) == 4)

    first, second, *reminders = sorted(box.mails, key=lambda mail: str(mail["Subject"]))
    number = (await floor.ledger.find(Change, change)).number
    assert {to(first), to(second)} == {"Bea", "Cem"}
    assert first["Subject"] == f"{number}: your decision is asked: Replace the core switch"
    assert [str(mail["Subject"]).startswith(f"Reminder: {number}") for mail in reminders] == [
        True,
        True,
    ]
    assert len({mail["Message-ID"] for mail in box.mails}) == 4


async def remind(floor: Floor, change: UUID) -> None:
    await floor.desk.remind_voters(change, 1, "CAB", by=system())


# What a mail says --------------------------------------------------------------------------


async def sent(floor: Floor, box: Mailbox, change: UUID, who: str = "bea") -> EmailMessage:
    """The mail to one who is asked, as it arrives."""
    activities = DecisionMailActivities(
        floor.desk, box.server, key=KEY, address="https://desk.example/"
    )
    mail = DecisionMail(
        record=change, round=1, stage="CAB", voter=floor.company.people[who], position=7
    )
    assert await ActivityEnvironment().run(activities.mail, mail) == "sent"
    return box.mails[-1]


async def test_a_mail_has_the_facts_and_a_link_and_no_program_answers_it(
    floor: Floor, box: Mailbox
) -> None:
    change = await asked(floor, box)

    mail = await sent(floor, box, change)

    plain, page = (part.get_content() for part in mail.iter_parts())
    for fact in ("Asked by: Ann", "Stage: CAB", "Risk: moderate", "Implementation plan: Swap it."):
        assert fact in plain
    assert "<script" not in page
    [link] = re.findall(r"https://desk.example/decide/(\S+)", plain)
    assert decision_link.opened(KEY, link).voter == floor.company.people["bea"]
    assert link in page
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Reply-To"]).startswith("approvals+chg")


async def test_nobody_is_told_of_what_they_have_decided(floor: Floor, box: Mailbox) -> None:
    change = await asked(floor, box)
    await floor.desk.vote(change, "approve", by=floor.company.signed("bea"))

    with pytest.raises(AssertionError, match="not asked any more"):
        await sent(floor, box, change)
    assert box.mails == []


async def test_where_a_signature_is_asked_for_no_reply_is(floor: Floor, box: Mailbox) -> None:
    change = await asked(floor, box, replace(BOARD, signature="required"))

    mail = await sent(floor, box, change)

    assert mail["Reply-To"] is None
    plain, _ = (part.get_content() for part in mail.iter_parts())
    assert "It asks for your password." in plain


# Replies -----------------------------------------------------------------------------------


async def replied(
    floor: Floor, box: Mailbox, mail: EmailMessage, text: str, **headers: str
) -> Outcome:
    reply = EmailMessage()
    given = {
        "From": "Bea <BEA@example.org>",
        "To": str(mail["Reply-To"]),
        "Subject": f"Re: {mail['Subject']}",
        "Message-ID": "<1@bea.example>",
        **headers,
    }
    for name, value in given.items():
        reply[name.replace("_", "-")] = value
    reply.set_content(text)
    raw = reply.as_bytes()
    return await take(floor.desk, box.server, KEY, received(raw), raw, datetime.now(UTC))


def votes(floor: Floor, change: UUID) -> list[Any]:
    return floor.events(change, Change.VoteCast)


async def test_a_reply_decides_once_and_says_how_it_came(floor: Floor, box: Mailbox) -> None:
    change = await asked(floor, box)
    mail = await sent(floor, box, change)

    first = await replied(floor, box, mail, "Reject: too risky.\n\n> approve\n")
    again = await replied(floor, box, mail, "Reject: too risky.\n\n> approve\n")

    [vote] = votes(floor, change)
    assert (vote.vote, vote.comment, vote.by.channel) == ("reject", "too risky.", "mail")
    assert vote.by.actor == str(floor.company.people["bea"])
    assert (first.answer, again.answer) == (None, None)
    assert again.said == "This mail has been counted."


@pytest.mark.parametrize(
    ("text", "headers", "why"),
    [
        ("Looks good to me.", {}, "Write approve, reject and why, or abstain"),
        ("approve if it rains", {}, "Write approve, reject and why, or abstain"),
        ("reject", {}, "A rejection needs a comment"),
        ("approve", {"From": "Cem <cem@example.org>"}, "asked of another mail address"),
        ("approve", {"To": "approvals@desk.example"}, "Your mail names no decision"),
        ("approve", {"To": f"approvals+chg0000001.1.0.per0000003.{'a' * 16}@desk.example"}, ""),
    ],
)
async def test_what_is_no_decision_is_answered_with_why(
    floor: Floor, box: Mailbox, text: str, headers: dict[str, str], why: str
) -> None:
    change = await asked(floor, box)
    mail = await sent(floor, box, change)

    outcome = await replied(floor, box, mail, text, **headers)

    assert votes(floor, change) == []
    assert outcome.answer is not None
    assert why in outcome.answer.get_content()
    await send(box.server, outcome.answer, is_answer=True)
    assert box.mails[-1]["Auto-Submitted"] == "auto-replied"
    assert box.senders[-1] == "<>"


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"From": "who@else.example"}],
)
async def test_what_programs_and_strangers_write_is_left_unanswered(
    floor: Floor, box: Mailbox, headers: dict[str, str]
) -> None:
    change = await asked(floor, box)
    mail = await sent(floor, box, change)

    outcome = await replied(floor, box, mail, "approve", **headers)

    assert (outcome.answer, votes(floor, change)) == (None, [])


async def test_a_reply_to_what_was_changed_since_is_not_counted(floor: Floor, box: Mailbox) -> None:
    change = await asked(floor, box)
    mail = await sent(floor, box, change)
    by = floor.company.signed("dan")
    await floor.ledger.edit(
        Change, change, lambda one: one.categorise(category="network", by=by), by=by
    )

    outcome = await replied(floor, box, mail, "approve")

    assert "It has changed since you were asked" in outcome.said
    assert votes(floor, change) == []


async def test_by_mail_nobody_votes_where_a_signature_is_asked_for(
    floor: Floor, box: Mailbox
) -> None:
    change = await asked(floor, box, replace(BOARD, signature="required"))
    record = await floor.ledger.find(Change, change)
    asking = decision_link.asking(record, "CAB", str(floor.company.people["bea"]))
    mail = EmailMessage()
    mail["Reply-To"] = decision_link.reply_address(KEY, asking, box.server.replies_to)

    outcome = await replied(floor, box, mail, "approve")

    assert "CAB asks for a signature" in outcome.said
    assert votes(floor, change) == []


async def test_whoever_has_left_decides_nothing_by_mail(floor: Floor, box: Mailbox) -> None:
    change = await asked(floor, box)
    mail = await sent(floor, box, change)
    await floor.company.leave("bea")

    outcome = await replied(floor, box, mail, "approve")

    assert "not active" in outcome.said
    assert votes(floor, change) == []


# The server --------------------------------------------------------------------------------


async def test_a_server_that_is_away_is_told_from_one_that_refuses(box: Mailbox) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "desk@desk.example", "bea@example.org"
    mail.set_content("Hello")

    await check(box.server)
    for says, kind in (("451 Later", MailAway), ("554 Never", MailRefused)):
        box.says = says
        with pytest.raises(kind):
            await send(box.server, mail)
    with pytest.raises(MailAway):
        await send(replace(box.server, port=1), mail)
