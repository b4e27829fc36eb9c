"""One mail that asks a requester for a rating."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.one_mail import send_once
    from workflows.survey_mail_values import SurveyMail


@workflow.defn(name="SurveyMail")
class SurveyMailWorkflow:
    @workflow.run
    async def run(self, mail: SurveyMail) -> str:
        """What came of it, in words."""
        return await send_once("surveys.mail", mail)
