"""One mail that asks for a decision: sent once, and tried again as long as the server is away."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.decision_mail_values import DecisionMail

ATTEMPT = timedelta(minutes=3)
PATIENCE = timedelta(days=3)
"""After that it is left out: reminders and escalations have mails of their own."""
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=30))


@workflow.defn(name="DecisionMail")
class DecisionMailWorkflow:
    @workflow.run
    async def run(self, mail: DecisionMail) -> str:
        """What came of it, in words."""
        outcome: str = await workflow.execute_activity(
            "decisions.mail",
            mail,
            result_type=str,
            start_to_close_timeout=ATTEMPT,
            schedule_to_close_timeout=PATIENCE,
            retry_policy=RETRIES,
        )
        return outcome
