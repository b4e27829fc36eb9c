"""Reports on their schedules, to a real mail server."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from api.context import Context
from api.settings import Settings
from domain.ids import number_of
from domain.person import Role
from domain.report_schedule import Contents, ReportSchedule
from domain.rhythm import Rhythm
from domain.saved_view import Asking, SavedView
from ops.report_counting import ReportCounting
from ops.temporal_client import namespace_id
from projections import ticket_figures
from projections.runner import Projector
from tests.domain.desks import system
from tests.workflows.floor import Floor
from tests.workflows.machinery import eventually
from tests.workflows.mail_server import Mailbox, receiving
from workflows import report_mails
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.mailing_activities import MailingActivities
from workflows.mailing_starts import MailingStarts
from workflows.mailing_values import Mailed
from workflows.report_mails import ReportMails
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.temporal import Temporal
from workflows.worker import mail_worker

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)
BACKLOG = Contents(report="backlog", by=("kind",))
DAILY = Rhythm(every="day", at="08:00")


class Clock:
    now: datetime | None = None

    def __call__(self) -> datetime:
        return self.now or datetime.now(UTC)


class Press:
    """Everything that it takes to send reports, on a clock of its own."""

    def __init__(self, floor: Floor, box: Mailbox) -> None:
        self.floor, self.box, self.clock = floor, box, Clock()
        self.company, self.people = floor.company, floor.company.people
        # The figures have a view of their own.
        self.projector = Projector(
            floor.ledger,
            floor.projector.store,
            [*floor.projector.views.values(), ticket_figures.VIEW],
        )
        self.projector.prepare()
        settings = Settings(signing_key=b"a key that signs the cursors of tests")
        counting = ReportCounting(
            lambda: Context(floor.desk, floor.views, settings, self.clock), "https://desk.example"
        )
        self.mails = ReportMails(floor.desk, box.server, counting, now=self.clock)

    async def schedule(self, *who: str, **more: Any) -> UUID:
        owner = self.floor.desk.directory.person(self.people["bea"])
        assert owner is not None
        return await self.company.add(
            ReportSchedule,
            "define",
            owner=owner.id,
            organisation=owner.organisation,
            name="Morning figures",
            people=[self.people[one] for one in who],
            **{"contents": BACKLOG, "rhythm": DAILY, **more},
        )

    async def incident(self, title: str = "No mail", who: str = "ann") -> UUID:
        by = self.company.signed("bea", self.clock())
        receipt = await self.floor.desk.log_incident(title=title, requester=self.people[who], by=by)
        return receipt.subject

    async def turns(self, id: UUID, count: int = 2) -> Mailed:
        for _ in range(count):
            self.projector.catch_up()
            mailed = await self.mails.turn(id)
        return mailed

    def delivered(self, id: UUID) -> list[ReportSchedule.Delivered]:
        return self.floor.events(id, ReportSchedule.Delivered)


def to(mail: EmailMessage) -> str:
    return str(mail["To"]).partition(" ")[0]


def files(mail: EmailMessage) -> dict[str, bytes]:
    return {
        str(part.get_filename()): part.get_payload(decode=True) or b""  # type: ignore[misc]
        for part in mail.iter_attachments()
    }


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with receiving() as box:
        yield box


@pytest.fixture
async def press(floor: Floor, box: Mailbox) -> Press:
    press = Press(floor, box)
    press.clock.now = MONDAY - timedelta(hours=2)
    return press


async def defined_on_monday(press: Press, id: UUID) -> None:
    """The schedules of the company are signed long before, so what was due since then is over."""
    by = system(at=press.clock())

    def begin_anew(schedule: ReportSchedule) -> None:
        schedule.pause(by=by)
        schedule.resume(by=by)

    await press.floor.ledger.edit(ReportSchedule, id, begin_anew, by=by)


async def test_a_late_run_tells_the_figures_of_the_moment(press: Press) -> None:
    id = await press.schedule("bea")
    await defined_on_monday(press, id)
    await press.incident("Before")
    press.clock.now = MONDAY + timedelta(hours=5)
    await press.incident("Too late for it")

    again = await press.turns(id)

    [mail] = press.box.mails
    assert mail["Subject"] == "Morning figures, Monday, 01 March 2027, 08:00 UTC"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "incident: 1 tickets" in body.get_content()
    assert "backlog, version 1." in body.get_content()
    document = json.loads(files(mail)["backlog.json"])
    assert document["total"]["counted"] == 1
    assert document["position"] == press.floor.ledger.position_at(MONDAY)
    assert again.until == MONDAY + timedelta(days=1)


async def test_an_auditor_sees_who_was_sent_which_figures_at_which_position(press: Press) -> None:
    id = await press.schedule("bea", "cem")
    await defined_on_monday(press, id)
    await press.incident()
    press.clock.now = MONDAY + timedelta(minutes=1)

    await press.turns(id)

    first, second = press.box.mails
    told = {str(one.person): one for one in press.delivered(id)}
    assert set(told) == {str(press.people["bea"]), str(press.people["cem"])}
    for mail, who in ((first, "bea"), (second, "cem")):
        event = told[str(press.people[who])]
        assert (event.outcome, event.definition, event.definition_version) == ("sent", "backlog", 1)
        assert event.position == press.floor.ledger.position_at(MONDAY)
        assert event.sha256 == {
            name: sha256(content).hexdigest() for name, content in files(mail).items()
        }


async def test_each_is_sent_what_they_may_read_and_whoever_may_not_nothing(press: Press) -> None:
    await press.company.hire("eva", press.company.customer, Role.AGENT)
    await press.incident("Of Eva's organisation", "ann")
    await press.incident("Of the operator", "bea")
    id = await press.schedule("bea", "eva", "ann", "cem")
    await defined_on_monday(press, id)
    await press.company.leave("cem")
    press.clock.now = MONDAY

    await press.turns(id)

    counted = {
        to(mail): json.loads(files(mail)["backlog.json"])["total"]["counted"]
        for mail in press.box.mails
    }
    outcomes = {one.person: one.outcome for one in press.delivered(id)}
    assert counted == {"Bea": 2, "Eva": 1}
    assert outcomes[press.people["ann"]] == "withheld"
    assert outcomes[press.people["cem"]] == "no address"


async def test_the_members_of_a_team_are_those_of_the_moment(press: Press) -> None:
    id = await press.schedule(teams=[press.company.service_desk])
    await defined_on_monday(press, id)
    await press.floor.desk.add_member(press.company.service_desk, press.people["bea"], by=system())
    press.clock.now = MONDAY

    await press.turns(id)

    assert {to(mail) for mail in press.box.mails} == {"Bea", "Cem"}


async def test_the_rows_of_a_saved_view_are_sent_to_those_whom_it_is_for(press: Press) -> None:
    owner = press.floor.desk.directory.person(press.people["bea"])
    assert owner is not None
    view = await press.company.add(
        SavedView,
        "save",
        owner=owner.id,
        organisation=owner.organisation,
        name="New ones",
        list="incidents",
        asking=Asking(filter="opened_at > now - duration('2h')", fields=("number", "title")),
    )
    id = await press.schedule("bea", "cem", contents=Contents(view=view))
    await defined_on_monday(press, id)
    press.clock.now = MONDAY - timedelta(minutes=30)
    await press.incident("=1+1")
    press.clock.now = MONDAY + timedelta(days=1, minutes=-1)

    await press.turns(id)

    [mail] = press.box.mails
    [(name, content)] = files(mail).items()
    rows = list(csv.reader(StringIO(content.decode())))
    assert (to(mail), name) == ("Bea", f"{number_of(view)}.csv")
    assert [row[1] for row in rows] == ["title", "'=1+1"]
    assert {one.person: one.outcome for one in press.delivered(id)}[press.people["cem"]] == (
        "withheld"
    )


async def test_what_falls_on_a_holiday_is_sent_on_the_next_workday(press: Press) -> None:
    rhythm = Rhythm(every="week", weekday="SU", at="08:00", calendar=press.company.office)
    id = await press.schedule("bea", rhythm=rhythm)
    await defined_on_monday(press, id)

    mailed = await press.turns(id, 1)

    assert mailed.until == MONDAY


async def test_it_is_given_up_after_some_days_and_the_next_goes_again(press: Press) -> None:
    id = await press.schedule("bea")
    await defined_on_monday(press, id)
    press.box.says = "451 Later"
    press.clock.now = MONDAY
    waits = await press.turns(id)
    press.clock.now = MONDAY + report_mails.PATIENCE
    await press.turns(id, 1)
    press.box.says = "250 OK"
    await press.turns(id, 3)

    assert waits.until == MONDAY + report_mails.TRY_AGAIN
    outcomes = [one.outcome for one in press.delivered(id)]
    assert outcomes[0] == "given up"
    assert set(outcomes[1:]) == {"sent"}


async def test_what_was_sent_and_not_noted_comes_again_under_the_same_message_id(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await press.schedule("bea")
    await defined_on_monday(press, id)
    press.clock.now = MONDAY

    async def killed(*given: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    await press.turns(id, 1)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(press.mails, "_note", killed)
        await press.turns(id, 1)
    await press.turns(id)

    first, again = press.box.mails
    assert first["Message-ID"] == again["Message-ID"]
    assert files(first) == files(again)
    assert len(press.delivered(id)) == 1


# By Temporal -------------------------------------------------------------------------------


@asynccontextmanager
async def printing(press: Press, client: Client, queue: str) -> AsyncIterator[None]:
    desk = press.floor.desk
    decisions = DecisionMailActivities(desk, press.box.server, key=b"", address="")
    surveys = SurveyMailActivities(desk, press.box.server, key=b"", address="")
    mailings = MailingActivities({ReportSchedule.prefix: press.mails})
    starts = MailingStarts(desk.ledger, Temporal(client, namespace_id, queue=queue))
    async with mail_worker(client, decisions, surveys, mailings, sandboxed=True, queue=queue):
        tasks = [asyncio.create_task(starts.run()), asyncio.create_task(press.projector.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_preview_comes_at_once_and_a_schedule_that_has_ended_has_no_workflow(
    press: Press, live_client: Client
) -> None:
    press.clock.now = None
    id = await press.schedule("cem")
    await defined_on_monday(press, id)

    async with printing(press, live_client, f"mail-{uuid4()}"):
        by = system(at=datetime.now(UTC))
        position = press.floor.ledger.position()
        await press.floor.ledger.edit(
            ReportSchedule,
            id,
            lambda one: one.run_now(press.people["bea"], position=position, by=by),
            by=by,
        )
        await eventually(lambda: len(press.box.mails) == 1)
        end = system(at=datetime.now(UTC))
        await press.floor.ledger.edit(ReportSchedule, id, lambda one: one.end(by=end), by=end)
        await live_client.get_workflow_handle(f"mailing/{number_of(id)}").result()

    [mail] = press.box.mails
    assert str(mail["Subject"]).startswith("Preview: Morning figures")
    assert to(mail) == "Bea"
