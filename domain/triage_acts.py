"""What an assignment rule does to a ticket, all in one command.

What cannot be done is not tried again: it is said why, and the rest is done.
"""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from msgspec import Struct

from domain.directory import Directory
from domain.ids import number_of
from domain.incident import Incident
from domain.provenance import Provenance
from domain.recurring import Recurrence
from domain.ruled import Ruled
from domain.rules import DomainError, Refused, require
from domain.team import Team
from domain.ticket_type import require_category
from domain.triage import (
    Action,
    Assign,
    Categorise,
    Chosen,
    Member,
    Notify,
    Prioritise,
    Propose,
    RuleDefinition,
    Watch,
)


class Deeds(Struct, frozen=True, kw_only=True):
    """What a rule has done, and what it could not do, with the reasons."""

    did: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    told: tuple[UUID, ...] = ()


def take(
    ticket: Ruled,
    rule: RuleDefinition,
    directory: Directory,
    *,
    chosen: Chosen | Refused | None,
    by: Provenance,
) -> Deeds:
    """Do all that a rule says. `chosen`: whom it has picked, or why nobody was. An action that
    changes nothing is not told."""
    did: list[str] = []
    refused: list[str] = []
    told: tuple[UUID, ...] = ()

    def act(name: str, deed: Callable[[], None]) -> None:
        version = ticket.version
        try:
            deed()
        except DomainError as error:
            refused.append(f"{name}: {error}")
        else:
            if ticket.version != version:
                did.append(name)

    for action in rule.actions:
        if isinstance(action, Recurrence):
            # It is about other incidents, too: whoever has them sees to it.
            continue
        if isinstance(action, Notify):
            found = directory.resolve(action.people, ticket)
            told = tuple(dict.fromkeys((*told, *found)))
            if found:
                did.append("notify")
            else:
                refused.append("notify: There is nobody to tell.")
        else:
            deed = partial(_do, ticket, action, directory, chosen, by)
            act(str(action.__struct_config__.tag), deed)
    return Deeds(did=tuple(did), refused=tuple(refused), told=told)


def candidates(ticket: Ruled, team: Team, member: Member, directory: Directory) -> tuple[UUID, ...]:
    """The active members of a team who have the skills that are asked for."""
    wanted = {member.skill} - {""}
    if member.knows:
        wanted.add(getattr(ticket, member.knows))
    people = (directory.person(id) for id in team.members)
    return tuple(
        person.id
        for person in people
        if person is not None and person.is_active and wanted <= set(person.skills)
    )


def needs_choice(ticket: Ruled, action: Assign, people: Sequence[UUID]) -> bool:
    """Whether somebody is to be picked: not if one of them has the ticket already."""
    return not (ticket.team == action.team and ticket.assignee in people)


def _do(
    ticket: Ruled,
    action: Action,
    directory: Directory,
    chosen: Chosen | Refused | None,
    by: Provenance,
) -> None:
    match action:
        case Assign():
            _assign(ticket, action, directory, chosen, by)
        case Categorise(category=category, subcategory=subcategory, service=service):
            require_category(directory.ticket_type(ticket.what), category, subcategory)
            ticket.categorise(category=category, subcategory=subcategory, service=service, by=by)
        case Prioritise(impact=impact, urgency=urgency):
            matrix = directory.matrix(ticket.what)
            ticket.prioritise(impact=impact, urgency=urgency, by=by, matrix=matrix)
        case Watch(people=selectors):
            people = directory.resolve(selectors, ticket)
            require(len(people) > 0, "There is nobody to watch it.")
            for person in people:
                ticket.watch(person, by=by)
        case Propose(reason=reason):
            if not isinstance(ticket, Incident):
                raise Refused("Only an incident can be a major one.")
            ticket.propose_major_incident(reason=reason, by=by)


def _assign(
    ticket: Ruled,
    action: Assign,
    directory: Directory,
    chosen: Chosen | Refused | None,
    by: Provenance,
) -> None:
    if isinstance(chosen, Refused):
        raise chosen
    team = directory.team(action.team)
    if action.team is not None and (team is None or team.is_disbanded):
        raise Refused(f"There is no team {number_of(action.team)} any more.")
    if action.person is not None:
        person = directory.person(action.person)
        if person is None or not person.is_active:
            raise Refused(f"{number_of(action.person)} is not active.")
        ticket.assign(team=action.team or ticket.team, assignee=action.person, by=by)
    elif action.member is not None:
        if chosen is not None:
            ticket.assign(team=action.team, assignee=chosen.person, by=by)
    elif ticket.team != action.team:
        ticket.assign(team=action.team, by=by)
