"""People who are told of saved views by mail, on a floor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio.client import Client

from domain.saved_view import Asking, Mailing, SavedView
from ops.temporal_client import namespace_id
from ops.view_news import ViewNews
from tests.domain.desks import system
from tests.workflows.floor import Floor
from tests.workflows.mail_server import Mailbox
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.mailing_activities import MailingActivities
from workflows.mailing_starts import MailingStarts
from workflows.mailing_values import Mailed
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.temporal import Temporal
from workflows.view_mails import ViewMails
from workflows.worker import mail_worker

KEY = b"a key of a desk, for its links"


class Post:
    """Everything that it takes to tell people of views, on a clock of its own."""

    def __init__(self, floor: Floor, box: Mailbox) -> None:
        self.floor = floor
        self.company = floor.company
        self.box = box
        self.at: datetime | None = None
        self.mails = ViewMails(
            floor.desk,
            box.server,
            ViewNews(floor.desk, floor.views, "https://desk.example"),
            key=KEY,
            address="https://desk.example/",
            now=self.now,
        )

    def now(self) -> datetime:
        return self.at or datetime.now(UTC)

    async def view(self, who: str = "bea", filter: str = "status != 'closed'") -> UUID:
        person = self.floor.desk.directory.person(self.company.people[who])
        assert person is not None
        return await self.company.add(
            SavedView,
            "save",
            owner=person.id,
            organisation=person.organisation,
            name="Open",
            list="incidents",
            asking=Asking(filter=filter),
        )

    async def act(self, kind: Any, id: UUID, act: str, **given: Any) -> None:
        by = system(at=self.now())
        await self.floor.ledger.edit(
            kind, id, lambda record: getattr(record, act)(**given, by=by), by=by
        )

    async def subscribe(self, view: UUID, who: str, mailing: Mailing | None) -> None:
        person = self.company.people[who]
        await self.act(SavedView, view, "subscribe", person=person, mailing=mailing)

    async def incident(self, title: str = "No mail", who: str = "ann") -> UUID:
        by = self.company.signed("bea", self.now())
        receipt = await self.floor.desk.log_incident(
            title=title, requester=self.company.people[who], by=by
        )
        return receipt.subject

    async def turn(self, view: UUID) -> Mailed:
        self.floor.projector.catch_up()
        return await self.mails.turn(view)

    @property
    def told(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.box.mails]


@asynccontextmanager
async def mailing(
    post: Post, client: Client, queue: str, *, sandboxed: bool = True
) -> AsyncIterator[None]:
    desk = post.floor.desk
    decisions = DecisionMailActivities(desk, post.box.server, key=KEY, address="")
    surveys = SurveyMailActivities(desk, post.box.server, key=KEY, address="")
    mailings = MailingActivities({SavedView.prefix: post.mails})
    starts = MailingStarts(desk.ledger, Temporal(client, namespace_id, queue=queue))
    async with mail_worker(client, decisions, surveys, mailings, sandboxed=sandboxed, queue=queue):
        tasks = [
            asyncio.create_task(starts.run()),
            asyncio.create_task(post.floor.projector.run()),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
