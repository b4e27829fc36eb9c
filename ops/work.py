"""`ledgerdesk work`: workflows, and the reactor that tells them what happened."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from temporalio.client import Client

from domain.desk import Desk
from domain.report_schedule import ReportSchedule
from domain.saved_view import SavedView
from domain.shares import WHOLE, Share
from ops.bulk import LateRunner
from ops.compose import decision_key, open_desk, open_views
from ops.late_api import LateApi
from ops.mail_server import mail_server
from ops.problems import UserProblem
from ops.processes import settle, until_stopped
from ops.report_counting import ReportCounting
from ops.saved_views import SavedViews
from ops.settings import Settings
from ops.temporal_client import connect, namespace_id, prepare_namespace, tls
from ops.view_news import ViewNews
from projections.clock_views import Due
from projections.outlook import ViewsOutlook
from projections.views import Views
from workflows.bulk_jobs import BulkActivities
from workflows.bulk_starts import BulkStarts
from workflows.bulk_values import QUEUE as BULK_QUEUE
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.decision_mail_values import QUEUE as MAIL_QUEUE
from workflows.decision_mails import DecisionMails
from workflows.due_index import Horizons
from workflows.known_errors import KnownErrors
from workflows.mailing_activities import MailingActivities
from workflows.mailing_starts import MailingStarts
from workflows.plans import Plans
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.report_mails import ReportMails
from workflows.shards import Shards
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.survey_mails import SurveyMails
from workflows.temporal import Temporal
from workflows.triage import Triage
from workflows.view_mails import ViewMails
from workflows.webhook_activities import WebhookActivities
from workflows.webhook_sending import Sender
from workflows.webhook_starts import WebhookStarts
from workflows.webhook_values import QUEUE as WEBHOOK_QUEUE
from workflows.worker import bulk_worker, mail_worker, webhook_worker, worker

log = structlog.get_logger()

RETRY_SECONDS = 1.0
SLA_BOARD = "sla_board"


class Index:
    """The SLA board as the clocks read it."""

    def __init__(self, views: Views) -> None:
        self._views = views

    async def due_before(self, now: datetime, limit: int, share: Share = WHOLE) -> Sequence[Due]:
        return await self._views.due_before(now, limit, share)

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        return await self._views.next_due(share)

    async def reached(self, position: int, timeout: float) -> bool:
        return await self._views.reached(SLA_BOARD, position, timeout)


async def work(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises UserProblem without the address of a Temporal server."""
    if settings.temporal_address is None:
        raise UserProblem("LEDGERDESK_TEMPORAL_ADDRESS: give the host:port of a Temporal server.")
    async with (
        open_desk(settings) as desk,
        open_views(settings) as views,
        until_stopped() as stopped,
    ):
        settle()
        following = asyncio.create_task(desk.directory.follow())
        await work_for(settings, desk, views, stopped)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def work_for(settings: Settings, desk: Desk, views: Views, stopped: asyncio.Event) -> None:
    """Run the worker and the reactor of a desk until it is stopped."""
    cluster = Cluster(settings)
    client = await cluster.connect(stopped)
    if client is None:
        return
    horizons = Horizons()
    index = Index(views)
    desk.outlook = ViewsOutlook(views, desk.ledger)
    temporal = Temporal(client, cluster.identify)
    shards = Shards(desk.ledger.recorder, settings.clock_shards)
    reactor = Reactor(desk.ledger, temporal, Poker(temporal, index, horizons, shards))
    log.info("working", temporal=settings.temporal_address)
    async with worker(client, desk, index, horizons=horizons):
        following = (reactor, Triage(desk), KnownErrors(desk), Plans(desk))
        tasks = [asyncio.create_task(one.run()) for one in following]
        tasks.append(asyncio.create_task(deliver(settings, client, cluster, desk, views)))
        if settings.mail_host:
            tasks.append(asyncio.create_task(mail(settings, client, cluster, desk, views)))
        tasks.append(asyncio.create_task(run_bulk(settings, client, cluster, desk, views)))
        await stopped.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def deliver(
    settings: Settings, client: Client, cluster: "Cluster", desk: Desk, views: Views
) -> None:
    """Send events to webhooks until cancelled."""
    sender = Sender(settings.networks_of_webhooks)
    temporal = Temporal(client, cluster.identify, queue=WEBHOOK_QUEUE)
    activities = WebhookActivities(desk, sender, SavedViews(desk, views))
    try:
        async with webhook_worker(client, activities):
            await WebhookStarts(desk.ledger, temporal).run()
    finally:
        sender.close()


async def mail(
    settings: Settings, client: Client, cluster: "Cluster", desk: Desk, views: Views
) -> None:
    """Tell people by mail what they are asked, and what they subscribed to, until cancelled."""
    temporal = Temporal(client, cluster.identify, queue=MAIL_QUEUE)
    server, key, address = mail_server(settings), decision_key(settings), settings.url
    decisions = DecisionMailActivities(desk, server, key=key, address=address)
    surveys = SurveyMailActivities(desk, server, key=key, address=address)
    news = ViewNews(desk, views, address)
    counting = ReportCounting(LateApi(settings, desk, views).context, address)
    mailings = MailingActivities(
        {
            SavedView.prefix: ViewMails(desk, server, news, key=key, address=address),
            ReportSchedule.prefix: ReportMails(desk, server, counting),
        }
    )
    async with mail_worker(client, decisions, surveys, mailings):
        await asyncio.gather(
            DecisionMails(desk, temporal).run(),
            SurveyMails(desk, temporal).run(),
            MailingStarts(desk.ledger, temporal).run(),
        )


async def run_bulk(
    settings: Settings, client: Client, cluster: "Cluster", desk: Desk, views: Views
) -> None:
    """See to bulk jobs until cancelled."""
    temporal = Temporal(client, cluster.identify, queue=BULK_QUEUE)
    async with bulk_worker(client, BulkActivities(LateRunner(LateApi(settings, desk, views)))):
        await BulkStarts(desk.ledger, temporal).run()


class Cluster:
    """How the Temporal of the settings is reached, and which database is behind it."""

    def __init__(self, settings: Settings) -> None:
        assert settings.temporal_address is not None
        self.address = settings.temporal_address
        self.namespace = settings.temporal_namespace
        self._known = ""
        self._tls = (
            tls(
                root_certificate=settings.temporal_ca,
                client_certificate=settings.temporal_certificate,
                client_key=settings.temporal_key,
            )
            if settings.temporal_ca or settings.temporal_certificate
            else settings.temporal_tls
        )
        key = settings.temporal_api_key
        self._api_key = key.get_secret_value() if key else None

    async def connect(self, stopped: asyncio.Event) -> Client | None:
        """A client as soon as Temporal answers, None if the desk was stopped before."""
        while not stopped.is_set():
            try:
                await self._prepare()
                return await connect(
                    self.address, self.namespace, tls=self._tls, api_key=self._api_key
                )
            except RuntimeError as error:
                log.warning("Temporal does not answer yet", error=str(error)[:200])
                try:
                    await asyncio.wait_for(stopped.wait(), RETRY_SECONDS)
                except TimeoutError:
                    continue
        return None

    async def identify(self, client: Client) -> str:
        """The id of the database. A new one is prepared first: its namespace keeps only a day."""
        found = await namespace_id(client)
        if found != self._known:
            await self._prepare()
            self._known = found
        return found

    async def _prepare(self) -> None:
        await prepare_namespace(self.address, self.namespace, tls=self._tls, api_key=self._api_key)
