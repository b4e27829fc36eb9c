"""Reports as mails send them: counted as the API would answer whoever reads them."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from domain.person import Person, Scope
from domain.person_access import Token
from domain.report_schedule import Delivery, ReportSchedule
from domain.rules import DomainError, Forbidden, NotFound
from workflows.report_mail_message import Made
from workflows.report_mails import NotYet, Uncountable, Withheld

if TYPE_CHECKING:
    from api.context import Context
    from api.identity import Caller

LATER = (503, 429)


class ReportCounting:
    def __init__(self, context: "Callable[[], Context]", address: str) -> None:
        """`context` is made once there is something to be counted."""
        self._made = context
        self._address = address.rstrip("/")

    @cached_property
    def _context(self) -> "Context":
        return self._made()

    async def made(self, schedule: ReportSchedule, person: Person, delivery: Delivery) -> Made:
        """What somebody is sent. Raises Withheld, NotYet and Uncountable."""
        from api.http.errors import Problem
        from api.report_figures import figures

        try:
            found = await figures(
                self._context,
                self._caller(schedule, person),
                schedule.contents,
                zone=schedule.zone,
                moment=delivery.moment,
                position=delivery.position,
            )
        except (Forbidden, NotFound):
            raise Withheld from None
        except DomainError as error:
            raise Uncountable(str(error)) from None
        except Problem as problem:
            if problem.status in LATER:
                raise NotYet(str(problem)) from None
            raise Uncountable(str(problem)) from None
        return Made(
            definition=found.definition,
            version=found.version,
            text=found.text,
            position=found.position,
            document=found.document,
            files=found.files,
            page=f"{self._address}{found.address}",
        )

    def _caller(self, schedule: ReportSchedule, person: Person) -> "Caller":
        from api.identity import Caller

        directory = self._context.desk.directory
        scopes = (Scope.READ,)
        token = Token(id=schedule.id, digest="", hint=schedule.number, scopes=scopes, expires=None)
        actor = directory.actor(person, token)
        organisation = directory.organisation(person.organisation)
        return Caller(person, token, actor, "", "report", organisation)
