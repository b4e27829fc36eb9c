"""The people there are today, as the check of an approval process asks for them."""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from domain.subjects import SubjectKind, Value

Names = Literal["people", "teams", "organisations"]


class Someone(Struct, frozen=True, kw_only=True):
    """A person. `manager` and `delegate` are ids; a delegate votes in their place today."""

    id: str
    username: str
    is_active: bool = True
    manager: str | None = None
    organisation: str | None = None
    organisation_name: str = ""
    delegate: str | None = None


class Subject(Struct, frozen=True, kw_only=True):
    """What is to be approved, and the ids of the people whose own it is."""

    kind: SubjectKind
    requester: str
    assignee: str | None = None
    facts: Mapping[str, Value] = {}
    """The fields that are known of it, besides what the requester tells."""

    @property
    def own(self) -> frozenset[str]:
        """Who never votes on it."""
        return frozenset(filter(None, (self.requester, self.assignee)))


class Company(Protocol):
    @property
    def people(self) -> Mapping[str, Someone]:
        """Everybody, by id."""

    def knows(self, selector: str) -> bool:
        """Whether there is what a selector names."""

    def names(self, of: Names) -> Iterable[str]:
        """What all people, teams or organisations are called: people by user name."""

    def resolve(self, selector: str, subject: Subject) -> Iterable[str]:
        """The active people whom a selector names for a subject, in order."""
