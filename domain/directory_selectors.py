"""Whom the selectors of an approval process name, by a directory."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from domain.person import Person, Role
from domain.team import Team


class Subject(Protocol):
    """What selectors look at in a record."""

    what: ClassVar[str]

    @property
    def requester(self) -> UUID | None: ...
    @property
    def organisation(self) -> UUID | None: ...
    @property
    def assignee(self) -> UUID | None: ...
    @property
    def details(self) -> Mapping[str, str]: ...
    @property
    def service(self) -> str: ...
    @property
    def links(self) -> Sequence[tuple[str, UUID]]: ...


class Owners:
    """Who answers for what a ticket affects: its service, its assets, and all that these need."""

    def __init__(self) -> None:
        self.service: list[UUID] = []
        self.assets: list[UUID] = []
        self.impact: list[UUID] = []

    def of(self, what: str) -> Sequence[UUID]:
        return {"service": self.service, "assets": self.assets, "impact": self.impact}[what]


class Selectors(ABC):
    """A directory gives the people and teams."""

    @abstractmethod
    def person(self, id: UUID | None) -> Person | None: ...
    @abstractmethod
    def person_by_username(self, username: str) -> Person | None: ...
    @abstractmethod
    def people_with_role(self, role: Role) -> list[Person]: ...
    @abstractmethod
    def team_by_name(self, name: str) -> Team | None: ...
    @abstractmethod
    def is_operator(self, organisation: UUID | None) -> bool: ...

    def resolve(
        self, selectors: Iterable[str], subject: Subject, owners: Owners | None = None
    ) -> tuple[UUID, ...]:
        """The active people whom selectors name for a record, each once, in order.

        A role means those who hold it in its organisation, or in an operator's. `owners` are
        those of what it affects: they are looked up beforehand.
        """
        found = (
            person
            for selector in selectors
            for person in self._selected(selector, subject, owners or Owners())
        )
        return tuple(dict.fromkeys(person.id for person in found if person.is_active))

    def active_manager(self, id: UUID) -> UUID | None:
        """The manager of a person, if there is one who is active."""
        person = self.person(id)
        manager = self.person(person.manager) if person else None
        return manager.id if manager and manager.is_active else None

    def _selected(self, selector: str, subject: Subject, owners: Owners) -> Iterator[Person]:
        form, _, name = selector.partition(":")
        if form == "role":
            role = role_called(name)
            for person in self.people_with_role(role) if role else ():
                own = person.organisation == subject.organisation
                if own or self.is_operator(person.organisation):
                    yield person
            return
        for id in self._named(form, name, subject, owners):
            if (person_ := self.person(id)) is not None:
                yield person_

    def _named(
        self, form: str, name: str, subject: Subject, owners: Owners
    ) -> Sequence[UUID | None]:
        match form, name:
            case "person", _:
                return (self._called(name),)
            case "team", _:
                team = self.team_by_name(name)
                return team.members if team else ()
            case "manager-of", "requester" | "assignee":
                managed = self.person(
                    subject.requester if name == "requester" else subject.assignee
                )
                return (managed.manager,) if managed else ()
            case "owner-of", "service" | "assets" | "impact":
                return owners.of(name)
            case "field", _:
                said = subject.details.get(name, "")
                return (self._called(said),) if said else ()
        return ()

    def knows(self, selector: str) -> bool:
        """Whether there is the person, team or role that a selector names."""
        form, _, name = selector.partition(":")
        match form:
            case "person":
                return self.person_by_username(name) is not None
            case "team":
                return self.team_by_name(name) is not None
            case "role":
                return role_called(name) is not None
        return True

    def _called(self, username: str) -> UUID | None:
        person = self.person_by_username(username)
        return None if person is None else person.id


def role_called(name: str) -> Role | None:
    """The role of that name, written with spaces or with hyphens: `change-manager`."""
    try:
        return Role(name.replace("-", " "))
    except ValueError:
        return None
