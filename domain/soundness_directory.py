"""The company of a directory, for the check of an approval process."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from uuid import UUID

from domain.change import Change
from domain.directory import Directory
from domain.people_expression import Row, people
from domain.people_rows import rows_of
from domain.person import Person
from domain.soundness_company import Someone, Subject
from domain.team import Team


class DirectoryCompany:
    """The company of a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.people: Mapping[str, Someone] = {
            str(person.id): Someone(
                id=str(person.id),
                username=person.username,
                is_active=person.is_active,
                manager=None if person.manager is None else str(person.manager),
                organisation=None if person.organisation is None else str(person.organisation),
            )
            for person in directory._all(Person)
        }

    def knows(self, selector: str) -> bool:
        return self._directory.knows(selector)

    def resolve(self, selector: str, subject: Subject) -> Sequence[str]:
        form, _, expression = selector.partition(":")
        if form == "cel":
            names = people(
                expression,
                subject.kind,
                {"requester": self.people[subject.requester].username},
                self._rows,
            )
            found = (self._directory.person_by_username(name) for name in names)
            return tuple(str(person.id) for person in found if person and person.is_active)
        return tuple(map(str, self._directory.resolve((selector,), self._stand_in(subject))))

    @cached_property
    def _rows(self) -> Sequence[Row]:
        directory = self._directory
        return rows_of(directory._all(Person), directory._all(Team), directory.organisation)

    def _stand_in(self, subject: Subject) -> Change:
        """A record that has what selectors ask for, whatever its kind."""
        stand_in = Change(UUID(int=0))
        requester = self.people[subject.requester]
        stand_in.requester = UUID(subject.requester)
        stand_in.organisation = UUID(requester.organisation) if requester.organisation else None
        stand_in.assignee = UUID(subject.assignee) if subject.assignee else None
        return stand_in
