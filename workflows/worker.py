"""The worker: runs the workflows and what they do to the ledger."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker

from domain.desk import Desk
from workflows.approval import ApprovalWorkflow
from workflows.approval_activities import ApprovalActivities
from workflows.article_reviews import ArticleReviews
from workflows.bulk_jobs import BulkActivities, BulkJobWorkflow
from workflows.bulk_values import QUEUE as BULK_QUEUE
from workflows.closing import Closing
from workflows.decision_mail import DecisionMailWorkflow
from workflows.decision_mail_activities import DecisionMailActivities
from workflows.decision_mail_values import QUEUE as MAIL_QUEUE
from workflows.due_index import DueIndex, Horizons
from workflows.escalation_activities import EscalationActivities
from workflows.freezes import Freezes
from workflows.mailing_activities import MailingActivities
from workflows.mailings import MailingsWorkflow
from workflows.major_incidents import Updates
from workflows.obligations import Obligations
from workflows.policy_moves import PolicyMoves
from workflows.reminders import Reminders
from workflows.retention import Retention
from workflows.sandbox import sandbox, unsandboxed
from workflows.service_levels import EscalationWorkflow, SlaClockWorkflow
from workflows.survey_mail import SurveyMailWorkflow
from workflows.survey_mail_activities import SurveyMailActivities
from workflows.surveys import Surveys
from workflows.sweep import SweepActivities
from workflows.triage import Schedules
from workflows.values import QUEUE
from workflows.webhook_activities import WebhookActivities
from workflows.webhook_deliveries import WebhookDeliveriesWorkflow
from workflows.webhook_values import QUEUE as WEBHOOK_QUEUE
from workflows.words_retention import WordsRetention

WORKFLOWS = (ApprovalWorkflow, SlaClockWorkflow, EscalationWorkflow)
WEBHOOK_WORKFLOWS = (WebhookDeliveriesWorkflow,)
MAIL_WORKFLOWS = (DecisionMailWorkflow, SurveyMailWorkflow, MailingsWorkflow)
BULK_WORKFLOWS = (BulkJobWorkflow,)

CACHED_MAX = 500
"""Open workflows held in memory. Histories are short, so one that is not held costs little."""
TURNS_MAX = 16
"""Turns under way at once: few, as the API lives in the same event loop."""
POLLS = 4
DRAIN = timedelta(seconds=5)
WEBHOOKS_MAX = 2_000
"""Webhooks that one process sends to: each takes a turn, which waits most of the time."""
WEBHOOK_DRAIN = timedelta(seconds=1)
MAILS_AT_ONCE = 4
BULK_TURNS_MAX = 2
"""Pages of bulk jobs under way at once in one process."""


def worker(
    client: Client,
    desk: Desk,
    index: DueIndex,
    *,
    horizons: Horizons | None = None,
    sandboxed: bool = False,
    queue: str = QUEUE,
) -> Worker:
    """A worker that shares its process, and its event loop, with the API."""
    approvals = ApprovalActivities(desk)
    others = (
        Freezes(desk),
        Obligations(desk),
        Reminders(desk),
        PolicyMoves(desk),
        Schedules(desk),
        Updates(desk),
        Closing(desk),
        Surveys(desk),
        Retention(desk),
        WordsRetention(desk),
        ArticleReviews(desk),
    )
    sweeps = SweepActivities(desk.ledger, index, horizons, others)
    escalations = EscalationActivities(desk.ledger, desk.directory)
    return Worker(
        client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=[approvals.take_turn, sweeps.sweep, escalations.escalate],
        workflow_runner=sandbox() if sandboxed else unsandboxed(),
        max_cached_workflows=CACHED_MAX,
        max_concurrent_workflow_tasks=TURNS_MAX,
        max_concurrent_local_activities=TURNS_MAX,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(POLLS),
        no_remote_activities=True,
        graceful_shutdown_timeout=DRAIN,
    )


def webhook_worker(
    client: Client,
    webhooks: WebhookActivities,
    *,
    sandboxed: bool = False,
    queue: str = WEBHOOK_QUEUE,
) -> Worker:
    """A worker of its own: what waits for receivers must not be in the way of approvals."""
    return Worker(
        client,
        task_queue=queue,
        workflows=WEBHOOK_WORKFLOWS,
        activities=[webhooks.deliver],
        workflow_runner=sandbox() if sandboxed else unsandboxed(),
        max_cached_workflows=CACHED_MAX,
        max_concurrent_workflow_tasks=TURNS_MAX,
        max_concurrent_activities=WEBHOOKS_MAX,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
        activity_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
        graceful_shutdown_timeout=WEBHOOK_DRAIN,
    )


def mail_worker(
    client: Client,
    decisions: DecisionMailActivities,
    surveys: SurveyMailActivities,
    mailings: MailingActivities,
    *,
    sandboxed: bool = False,
    queue: str = MAIL_QUEUE,
) -> Worker:
    """A worker of its own, as that of webhooks."""
    return Worker(
        client,
        task_queue=queue,
        workflows=MAIL_WORKFLOWS,
        activities=[decisions.mail, surveys.mail, mailings.send],
        workflow_runner=sandbox() if sandboxed else unsandboxed(),
        max_cached_workflows=CACHED_MAX,
        max_concurrent_workflow_tasks=TURNS_MAX,
        max_concurrent_activities=MAILS_AT_ONCE,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
        activity_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
        graceful_shutdown_timeout=DRAIN,
    )


def bulk_worker(
    client: Client, bulk: BulkActivities, *, sandboxed: bool = False, queue: str = BULK_QUEUE
) -> Worker:
    """A worker of its own: long jobs must not be in the way of approvals."""
    return Worker(
        client,
        task_queue=queue,
        workflows=BULK_WORKFLOWS,
        activities=[bulk.turn],
        workflow_runner=sandbox() if sandboxed else unsandboxed(),
        max_cached_workflows=CACHED_MAX,
        max_concurrent_workflow_tasks=BULK_TURNS_MAX,
        max_concurrent_local_activities=BULK_TURNS_MAX,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
        no_remote_activities=True,
        graceful_shutdown_timeout=DRAIN,
    )


async def run_worker(
    client: Client,
    desk: Desk,
    index: DueIndex,
    *,
    horizons: Horizons | None = None,
    sandboxed: bool = False,
    queue: str = QUEUE,
) -> None:
    """Run a worker until cancelled."""
    await worker(client, desk, index, horizons=horizons, sandboxed=sandboxed, queue=queue).run()
