"""Workflows as somebody might carelessly change them while others of their kind are running."""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.approval import ApprovalWorkflow
    from workflows.bulk_jobs import BulkJobWorkflow
    from workflows.bulk_values import Bulk
    from workflows.decision_mail import DecisionMailWorkflow
    from workflows.decision_mail_values import DecisionMail
    from workflows.mailing_values import Mailing
    from workflows.mailings import MailingsWorkflow
    from workflows.service_levels import EscalationWorkflow, SlaClockWorkflow
    from workflows.survey_mail import SurveyMailWorkflow
    from workflows.survey_mail_values import SurveyMail
    from workflows.values import Approval, Escalation, Shard
    from workflows.webhook_deliveries import WebhookDeliveriesWorkflow
    from workflows.webhook_values import Delivering


@workflow.defn(name="Approval")
class HastyApproval(ApprovalWorkflow):
    """Waits before all else, twice: a single timer might pass for that of the reminder."""

    @workflow.init
    def __init__(self, approval: Approval) -> None:
        super().__init__(approval)

    @workflow.run
    async def run(self, approval: Approval) -> None:
        await asyncio.sleep(1)
        await asyncio.sleep(1)
        await super().run(approval)


@workflow.defn(name="SlaClock")
class ForgetfulClock(SlaClockWorkflow):
    """Sweeps twice."""

    @workflow.init
    def __init__(self, shard: Shard) -> None:
        super().__init__(shard)

    @workflow.run
    async def run(self, shard: Shard) -> None:
        await self._sweep()
        await super().run(shard)


@workflow.defn(name="Escalation")
class PatientEscalation(EscalationWorkflow):
    """Tells nobody anything for an hour."""

    @workflow.init
    def __init__(self, escalation: Escalation) -> None:
        super().__init__(escalation)

    @workflow.run
    async def run(self, escalation: Escalation) -> Escalation:
        await workflow.sleep(timedelta(hours=1))
        return await super().run(escalation)


@workflow.defn(name="WebhookDeliveries")
class LazyDeliveries(WebhookDeliveriesWorkflow):
    """Sends nothing for an hour."""

    @workflow.init
    def __init__(self, delivering: Delivering) -> None:
        super().__init__(delivering)

    @workflow.run
    async def run(self, delivering: Delivering) -> None:
        await workflow.sleep(timedelta(hours=1))
        await super().run(delivering)


@workflow.defn(name="DecisionMail")
class LazyMail(DecisionMailWorkflow):
    """Sends nothing for an hour."""

    @workflow.run
    async def run(self, mail: DecisionMail) -> str:
        await workflow.sleep(timedelta(hours=1))
        return await super().run(mail)


@workflow.defn(name="SurveyMail")
class LazySurveyMail(SurveyMailWorkflow):
    """Sends nothing for an hour."""

    @workflow.run
    async def run(self, mail: SurveyMail) -> str:
        await workflow.sleep(timedelta(hours=1))
        return await super().run(mail)


@workflow.defn(name="BulkJob")
class LazyBulkJob(BulkJobWorkflow):
    """Does nothing for an hour."""

    @workflow.init
    def __init__(self, bulk: Bulk) -> None:
        super().__init__(bulk)

    @workflow.run
    async def run(self, bulk: Bulk) -> None:
        await workflow.sleep(timedelta(hours=1))
        await super().run(bulk)


@workflow.defn(name="Mailings")
class LazyMailings(MailingsWorkflow):
    """Sends nothing for an hour."""

    @workflow.init
    def __init__(self, mailing: Mailing) -> None:
        super().__init__(mailing)

    @workflow.run
    async def run(self, mailing: Mailing) -> None:
        await workflow.sleep(timedelta(hours=1))
        await super().run(mailing)
