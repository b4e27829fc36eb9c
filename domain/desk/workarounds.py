"""Known errors and the incidents linked to them, which get the workaround, whoever linked them.

What is to be done follows from an event: a workaround that was written, a known error that was
declared, a link, an incident that is open again. Each incident gets it in a command of its own.
"""

import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from domain.aggregate import Entry
from domain.desk.merging import Merging
from domain.desk.triage import Sign
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.ledger import Work
from domain.merging import MERGED_MAX
from domain.personal import ERASED
from domain.problem import Problem
from domain.provenance import Cause
from domain.rules import DomainError, NotFound, Outdated
from domain.ticket import Ticket

SPREADING = (
    Problem.WorkaroundDocumented,
    Problem.KnownErrorDeclared,
    Incident.Linked,
    Problem.Linked,
    Incident.Reopened,
    Incident.Unmerged,
    Problem.Merged,
)
"""The events upon which an incident may get a workaround."""

log = logging.getLogger(__name__)


class Workarounds(Merging):
    async def spread_workarounds(self, entry: Entry, sign: Sign) -> int:
        """Give workarounds to the incidents that should have them, upon an event. How many got one.
        Raises Outdated where it is not known yet which incidents are linked."""
        if not isinstance(entry.event, SPREADING) or entry.event.by.channel == "imported":
            return 0
        given = 0
        for incident, problem in await self._pairs(entry):
            given += await self._give_workaround(incident, problem, entry, sign)
        return given

    async def _pairs(self, entry: Entry) -> Iterable[tuple[UUID, UUID]]:
        """The incidents with the problems that an event is about."""
        id, event = entry.originator_id, entry.event
        is_incident = prefix_of(id) == Incident.prefix
        if isinstance(event, Ticket.Linked):
            incident, problem = (id, event.other) if is_incident else (event.other, id)
            if (prefix_of(incident), prefix_of(problem)) != (Incident.prefix, Problem.prefix):
                return []
            return [(incident, one) for one in await self._survivors([problem])]
        if is_incident:
            linked = await self._linked(id, Problem)
            return [(id, one) for one in await self._survivors(linked)]
        survivor = await self.survivor(id)
        if not (isinstance(survivor, Problem) and survivor.is_worked_around):
            return []
        problems = [survivor, *await self.merged_into(survivor, MERGED_MAX)]
        linked = [one for problem in problems for one in await self._linked(problem.id, Incident)]
        return [(one, survivor.id) for one in linked]

    async def _survivors(self, problems: Sequence[UUID]) -> Sequence[UUID]:
        """What is left of problems that may have been merged."""
        found = []
        for id in problems:
            try:
                found.append((await self.survivor(id)).id)
            except NotFound:
                # A link may name what is not there.
                continue
        return list(dict.fromkeys(found))

    async def _linked(self, id: UUID, kind: type[Ticket]) -> Sequence[UUID]:
        found = await self._outlook.linked(id, kind.prefix)
        if found is None:
            raise Outdated(f"What is linked to {number_of(id)} is not known yet.", version=0)
        return found

    async def _give_workaround(
        self, incident: UUID, problem: UUID, entry: Entry, sign: Sign
    ) -> int:
        try:
            known = await self.ledger.find(Problem, problem)
            served = await self.ledger.find(Incident, incident)
        except NotFound:
            # A link may name what is not there.
            return 0
        number = known.workarounds
        if not known.is_worked_around or number <= served.workarounds.get(problem, 0):
            return 0
        written = self._written(problem, number)
        if written.text == ERASED or not served.is_at_work:
            return 0
        cause = Cause(event=entry.position, rule=known.number, rule_version=number)
        by = sign(f"{known.number}/{number}/{served.number}/{entry.position}", cause)

        async def decide(work: Work) -> None:
            ticket = await work.get(Incident, incident)
            if not ticket.is_at_work:
                return
            if not (await work.read(Problem, problem)).is_worked_around:
                return
            ticket.give_workaround(
                problem,
                number=number,
                said=written.text,
                author=written.by.actor,
                visibility=written.visibility,
                by=by,
            )

        try:
            receipt = await self.ledger.run(by, decide, is_repeatable=True)
        except Outdated:
            raise
        except DomainError as error:
            # One incident that is refused must not hold up the others.
            log.warning("%s gets no workaround: %s", served.number, error)
            return 0
        return int(not receipt.is_repeat and receipt.version > served.version)

    def _written(self, problem: UUID, number: int) -> Any:
        """The event that wrote a version of the workaround of a problem."""
        texts = (
            entry.event
            for entry in self.ledger.history(problem)
            if isinstance(entry.event, Problem.WorkaroundDocumented)
        )
        return next(islice(texts, number - 1, None))
