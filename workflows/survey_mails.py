"""Starts a workflow for each mail that asks a requester for a rating: one an ask, by its id."""

from collections.abc import Callable

from domain.aggregate import Entry
from domain.ids import number_of
from domain.provenance import Cause, Provenance
from domain.satisfaction import Satisfaction
from workflows.follower import stored_names
from workflows.mail_follower import MailFollower
from workflows.survey_mail_values import SurveyMail, workflow_id

ASKING = {"RatingAsked", "RatingReminded"}


class SurveyMails(MailFollower):
    name = "survey-mails"
    actor = "survey-mails"

    def topics(self) -> list[str]:
        return stored_names(Satisfaction, ASKING)

    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> None:
        ticket = entry.originator_id
        mail = SurveyMail(
            ticket=ticket,
            position=entry.position,
            is_reminder=isinstance(entry.event, Satisfaction.RatingReminded),
        )
        await self.temporal.start("SurveyMail", workflow_id(mail, number_of(ticket)), mail)
