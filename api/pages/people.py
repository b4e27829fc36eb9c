"""How people and teams are named on pages, and chosen in forms."""

import re
from collections.abc import Iterable
from uuid import UUID

from api.pages.visits import Visit
from domain.ids import number_of, parse_reference
from domain.person import Person
from domain.rules import NotFound

_IN_BRACKETS = re.compile(r"\(([A-Z]{3}[0-9]{7,})\)$")


def name_of(visit: Visit, id: str | None) -> str:
    """The name of a person or a team by their id; other texts, such as actors, as they are."""
    if not id:
        return ""
    try:
        known = parse_reference(id)
    except NotFound:
        return id
    directory = visit.context.desk.directory
    found = directory.person(known) or directory.team(known)
    return found.name if found and found.name else number_of(known)


def number_in(visit: Visit, typed: str) -> str:
    """The number of a person who was chosen from a list, or typed as user name or number."""
    if found := _IN_BRACKETS.search(typed):
        return found[1]
    person = visit.context.desk.directory.person_by_username(typed)
    return number_of(person.id) if person else typed


def listed(person: Person) -> str:
    """How a person is offered in a list."""
    return f"{person.name or person.username} ({number_of(person.id)})"


def colleagues(visit: Visit, teams: Iterable[UUID | None]) -> list[str]:
    """The people of some teams, as they are offered in lists."""
    directory = visit.context.desk.directory
    found: dict[UUID, str] = {}
    for id in teams:
        team = directory.team(id)
        for member in team.members if team else ():
            if (person := directory.person(member)) and person.is_active:
                found[person.id] = listed(person)
    return sorted(found.values())
