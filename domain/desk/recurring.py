"""Problems proposed by rules for incidents that come again.

An incident belongs to one proposal at most, whether that was accepted, declined or waits. While a
problem that a rule has proposed is not resolved, what is like its incidents joins it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec import Struct, structs

from domain.aggregate import Aggregate
from domain.alike import Alike, is_of_a_problem, likeness, told
from domain.desk.what_if import WhatIfs
from domain.ids import prefix_of
from domain.incident import Incident
from domain.ledger import Work
from domain.problem import Problem
from domain.provenance import Provenance
from domain.recurring import COUNT_MAX, Recurrence, time_of
from domain.rules import Outdated, Refused
from domain.triage_acts import Deeds

A = TypeVar("A", bound=Aggregate)

PROPOSE = "propose problem"
READ_MAX = 500
"""So many incidents are looked at for one proposal, the latest first."""


class Read(Protocol):
    def __call__(self, kind: type[A], id: UUID, /) -> Awaitable[A]: ...


class Found(Struct, frozen=True):
    """Incidents that make a problem together, with what they have in common; or one that belongs to
    a problem that is there."""

    recurrence: Recurrence
    incidents: tuple[Incident, ...]
    alike: Alike
    problem: UUID | None = None


class Recurrences(WhatIfs):
    async def recurring(
        self,
        incident: Incident,
        recurrence: Recurrence,
        *,
        rule: str,
        counts: Callable[[Incident], bool],
        read: Read,
        by: Provenance,
    ) -> Found | None:
        """What follows for an incident: the problem of the rule that it belongs to, or those like
        it that belong to none, if they are enough. `counts` says which of them count. Raises
        Outdated where it is not known yet which are alike."""
        alike = likeness(incident, recurrence)
        if alike is None or is_of_a_problem(incident):
            return None
        since = by.effective_at - time_of(recurrence)
        ids = await self._outlook.alike(alike, since, READ_MAX)
        if ids is None:
            raise Outdated(f"What is like {incident.number} is not known yet.", version=0)
        found = [incident]
        for id in ids:
            other = incident if id == incident.id else await read(Incident, id)
            if other is incident or not alike.holds(other) or not counts(other):
                continue
            if not is_of_a_problem(other):
                found.append(other)
            elif (problem := await _open_problem(other, rule, read)) is not None:
                return Found(recurrence, (incident,), alike, problem)
        if len(found) >= recurrence.count:
            found = [one for one in found if not await self._problems_of(one)]
        if len(found) < recurrence.count:
            return None
        latest = found[:COUNT_MAX]
        return Found(recurrence, tuple(sorted(latest, key=lambda one: one.id)), alike)

    async def _problems_of(self, incident: Incident) -> Sequence[UUID]:
        """The problems that it is linked to, also by what is said of them alone."""
        known = await self._outlook.linked(incident.id, Problem.prefix)
        if known is None:
            raise Outdated(f"What {incident.number} is linked to is not known yet.", version=0)
        return known

    async def bring_together(
        self, work: Work, found: Found, new: list[UUID], *, by: Provenance
    ) -> None:
        """Link incidents to the problem that they belong to, or to a new one, which is proposed.
        `new` keeps its id for when the command is decided again."""
        alike = found.alike
        if found.problem is not None:
            problem = await work.get(Problem, found.problem)
        else:
            if not new:
                new.append(await self.ledger.next_id(Problem))
            title, said = told(found.incidents, found.recurrence, alike)
            problem = work.add(Problem.propose(new[0], title=title, description=said, by=by))
            if alike.category:
                problem.categorise(
                    category=alike.category,
                    subcategory=alike.subcategory,
                    service=alike.service,
                    by=by,
                )
        for one in found.incidents:
            incident = await work.get(Incident, one.id)
            incident.link(problem.id, type="relates to", by=by)
            problem.link(incident.id, type="relates to", by=by)


def with_found(deeds: Deeds, found: Found | Refused | None) -> Deeds:
    """What a rule has done, with what was found of incidents that come again."""
    match found:
        case None:
            return deeds
        case Refused():
            return structs.replace(deeds, refused=(*deeds.refused, f"{PROPOSE}: {found}"))
    did = PROPOSE if found.problem is None else "link to problem"
    return structs.replace(deeds, did=(*deeds.did, did))


async def _open_problem(incident: Incident, rule: str, read: Read) -> UUID | None:
    """The problem of an incident that a rule has proposed, or what that was merged into, unless it
    is resolved."""
    for _, other in incident.links:
        if prefix_of(other) == Problem.prefix:
            problem = await read(Problem, other)
            if problem.proposed_by != rule:
                continue
            while problem.merged_into is not None:
                problem = await read(Problem, problem.merged_into)
            if problem.is_unresolved:
                return problem.id
    return None
