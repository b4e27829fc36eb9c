"""One mail that asks for a decision."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.decision_mail_values import DecisionMail
    from workflows.one_mail import send_once


@workflow.defn(name="DecisionMail")
class DecisionMailWorkflow:
    @workflow.run
    async def run(self, mail: DecisionMail) -> str:
        """What came of it, in words."""
        return await send_once("decisions.mail", mail)
