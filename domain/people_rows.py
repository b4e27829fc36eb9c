"""Everybody in the directory, as expressions for people see them."""

from collections.abc import Callable, Iterable
from uuid import UUID

from domain.organisation import Organisation
from domain.people_expression import Row
from domain.person import Person, Role
from domain.team import Team


def rows_of(
    people: Iterable[Person],
    teams: Iterable[Team],
    organisation: Callable[[UUID | None], Organisation | None],
) -> tuple[Row, ...]:
    """A row for each person, by number. `organisation` gives the one with an id, if there is one.

    A manager is known by user name if among the people. Teams that were disbanded have no members.
    """
    by_id = {person.id: person for person in people}
    teams_of: dict[UUID, list[str]] = {}
    for team in sorted(teams, key=lambda team: (team.name, team.id)):
        for member in team.members:
            teams_of.setdefault(member, []).append(team.name)

    def row(person: Person) -> Row:
        found = organisation(person.organisation)
        manager = by_id.get(person.manager) if person.manager else None
        return Row(
            username=person.username,
            teams=tuple(teams_of.get(person.id, ())),
            roles=tuple(role.value for role in Role if role in person.roles),
            organisation="" if found is None else found.name,
            manager="" if manager is None else manager.username,
            is_active=person.is_active,
        )

    return tuple(row(by_id[id]) for id in sorted(by_id))
