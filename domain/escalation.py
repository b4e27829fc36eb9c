"""What a step of an escalation does to a ticket, all in one command.

What cannot be done is not tried again: it is said why, and the rest is done.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from domain.agreement import Agreement, EscalationStep
from domain.directory import Directory
from domain.escalated import Escalated
from domain.functional import FunctionallyEscalated
from domain.incident import Incident
from domain.priority import LEVELS, Level, MatrixInUse
from domain.priority import priority as priority_of
from domain.promises import BREACH
from domain.provenance import Provenance
from domain.rules import DomainError, Refused, require
from domain.service_level_mistakes import NEXT_LEVEL
from domain.team import SUPPORT_LEVELS, Team
from domain.ticket import Ticket

NOTIFY = "notify"
REASSIGN = "reassign"
RAISE_PRIORITY = "raise priority"
PROPOSE = "propose major incident"


class Done(Struct, frozen=True, kw_only=True):
    """What a step has done. `told` are the people who can acknowledge it."""

    told: tuple[UUID, ...] = ()
    did: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def take(
    ticket: Escalated,
    step: EscalationStep,
    agreement: Agreement,
    directory: Directory,
    *,
    reason: str,
    told: Sequence[UUID] = (),
    barred: Mapping[str, str] = MappingProxyType({}),
    by: Provenance,
) -> Done:
    """Do all that a step says.

    told: whom it tells, as far as that is known already. barred: what is not to be tried
    again, by its name, with the reason of the refusal.
    """
    did: list[str] = []
    refused: list[str] = []

    def act(name: str, deed: Callable[[], None]) -> None:
        if name in barred:
            refused.append(f"{name}: {barred[name]}")
            return
        try:
            deed()
        except DomainError as error:
            refused.append(f"{name}: {error}")
        else:
            did.append(name)

    # The ticket is handed over first, so that who has it now is told.
    if step.reassign:
        act(REASSIGN, lambda: _reassign(ticket, step.reassign, agreement, directory, reason, by))
    wanted, matrix = step.raise_priority, directory.matrix(ticket.what)
    if wanted is not None:
        act(RAISE_PRIORITY, lambda: _raise_priority(ticket, wanted, matrix, by))
    if step.propose_major_incident:
        act(PROPOSE, lambda: _propose(ticket, reason, by))
    people = tuple(told) or named(ticket, step, directory)
    if people:
        act(NOTIFY, lambda: tell(ticket, people, reason, by))
    elif step.notify or step.managers:
        refused.append(f"{NOTIFY}: There is nobody to tell.")
    return Done(told=people if NOTIFY in did else (), did=tuple(did), refused=tuple(refused))


def tell(ticket: Escalated, people: Sequence[UUID], reason: str, by: Provenance) -> None:
    """Tell some people of a ticket, as the next level of its escalation."""
    ticket.escalate_hierarchically(
        to=people, level=ticket.escalation_level + 1, reason=reason, by=by
    )


def reason_of(target: str, mark: str) -> str:
    """Why somebody is told of a mark."""
    if mark == BREACH:
        return f"The promised time of {target} has passed."
    if mark[0] == "-":
        return f"The promised time of {target} ends in {mark[1:]}."
    if mark[0] == "+":
        return f"The promised time of {target} passed {mark[1:]} ago."
    return f"The clock of {target} has reached {mark}."


def named(ticket: Ticket, step: EscalationStep, directory: Directory) -> tuple[UUID, ...]:
    """The people whom a step tells, or who leads the team where those it names are not there."""
    if not step.notify:
        return ()
    return directory.resolve(step.notify, ticket) or leads(ticket, directory)


def leads(ticket: Ticket, directory: Directory) -> tuple[UUID, ...]:
    """The active people who lead the team that has a ticket."""
    team = directory.team(ticket.team)
    people = (directory.person(id) for id in (team.leads if team else ()))
    return tuple(person.id for person in people if person and person.is_active)


def managers(ticket: Ticket, told: Sequence[UUID], directory: Directory) -> tuple[UUID, ...]:
    """The managers of those who were told last. If nobody was: the assignee's, or who leads the
    team."""
    people = told or ((ticket.assignee,) if ticket.assignee else ())
    found = (directory.active_manager(id) for id in people)
    above = tuple(dict.fromkeys(id for id in found if id is not None and id not in told))
    return above or (() if told else leads(ticket, directory))


def _reassign(
    ticket: Escalated,
    to: str,
    agreement: Agreement,
    directory: Directory,
    reason: str,
    by: Provenance,
) -> None:
    team = (
        _of_next_level(ticket, directory)
        if to == NEXT_LEVEL
        else directory.team(agreement.meaning("team", to))
    )
    if team is None or team.is_disbanded:
        raise Refused(f"There is no team {to!r} any more.")
    if isinstance(ticket, FunctionallyEscalated):
        has_it = (ticket.team, ticket.support_level) == (team.id, team.support_level)
        require(not has_it, f"{team.name} has it already.")
        ticket.escalate_functionally(
            team=team.id, support_level=team.support_level, reason=reason, by=by
        )
    else:
        require(ticket.team != team.id, f"{team.name} has it already.")
        ticket.assign(team=team.id, by=by)


def _of_next_level(ticket: Ticket, directory: Directory) -> Team:
    """The one team of the next level of support, of the organisation of the team that has it."""
    own = directory.team(ticket.team)
    level = own.support_level if own else 1
    if isinstance(ticket, FunctionallyEscalated):
        level = ticket.support_level
    level += 1
    require(level in SUPPORT_LEVELS, f"There is no level {level} of support.")
    found = [
        team
        for team in directory.teams()
        if not team.is_disbanded
        and team.support_level == level
        and (own is None or team.organisation == own.organisation)
    ]
    require(len(found) > 0, f"No team has the level {level} of support.")
    require(
        len(found) == 1,
        f"{len(found)} teams have the level {level} of support: name one in the policy.",
    )
    return found[0]


def _raise_priority(ticket: Ticket, wanted: int, matrix: MatrixInUse, by: Provenance) -> None:
    """Raise urgency, and impact where that is not enough, until the priority is at least this."""
    known = ticket.priority
    require(known is None or known > wanted, f"Its priority is {known} already.")

    def ranks(impact: int, urgency: int) -> int:
        return priority_of(impact, urgency, matrix.matrix)

    most = ticket.impact or 3, ticket.urgency or 3
    pairs: list[tuple[Level, Level]] = [
        (impact, urgency)
        for impact in LEVELS
        for urgency in LEVELS
        if impact <= most[0] and urgency <= most[1] and ranks(impact, urgency) <= wanted
    ]
    require(len(pairs) > 0, f"No impact and urgency have the priority {wanted}.")
    impact, urgency = max(pairs, key=lambda pair: (ranks(*pair), pair))
    ticket.prioritise(impact=impact, urgency=urgency, by=by, matrix=matrix)


def _propose(ticket: Escalated, reason: str, by: Provenance) -> None:
    if not isinstance(ticket, Incident):
        raise Refused("Only an incident can be a major one.")
    require(not ticket.is_major, "It is a major incident already.")
    require(not ticket.is_major_proposed, "It is proposed already.")
    ticket.propose_major_incident(reason=reason, by=by)
