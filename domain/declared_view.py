"""Declared views: lists of the desk's own making, folded from all that ever happened.

A declaration says which columns a row has, which row an event belongs to, and what becomes of the
row by it. Each revision is a version, which is built from the first event on.
"""

from typing import Self
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.declared_definition import NAME, ViewDefinition
from domain.declared_rules import Plan
from domain.provenance import Provenance
from domain.rules import NotFound, require


class DeclaredView(Aggregate):
    prefix = "DVW"

    name: str
    """By which it is asked for; no other that is in use has it."""
    title: str
    versions: tuple[ViewDefinition, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.title = ""
        self.versions = ()
        self.is_retired = False

    @property
    def definition(self) -> ViewDefinition:
        """That of the latest version."""
        return self.versions[-1]

    @property
    def definition_version(self) -> int:
        return len(self.versions)

    def definition_of(self, version: int) -> ViewDefinition:
        """The definition of a version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    @classmethod
    def declare(
        cls, id: UUID, *, name: str, title: str, definition: ViewDefinition, by: Provenance
    ) -> Self:
        rule = "name: small letters, digits and underscores, a letter first, at most 40."
        require(NAME.fullmatch(name) is not None, rule)
        title = text.name(title, "The title of a view")
        Plan(definition)
        return cls.begin(id, cls.Declared(by=by, name=name, title=title, definition=definition))

    class Declared(Event):
        name: str
        title: str
        definition: ViewDefinition

        def apply(self, view: "DeclaredView", /) -> None:
            view.name = self.name
            view.title = self.title
            view.versions = (self.definition,)

    def revise(self, *, title: str, definition: ViewDefinition, by: Provenance) -> None:
        """Declare it anew, as its next version. The same again records nothing."""
        require(not self.is_retired, "A retired view cannot be revised.")
        title = text.name(title, "The title of a view")
        Plan(definition)
        if (title, definition) != (self.title, self.definition):
            self.record(self.Revised(by=by, title=title, definition=definition))

    class Revised(Event):
        title: str
        definition: ViewDefinition

        def apply(self, view: "DeclaredView", /) -> None:
            view.title = self.title
            view.versions = (*view.versions, self.definition)

    def retire(self, *, by: Provenance) -> None:
        """Have it no more: its rows are dropped."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, view: "DeclaredView", /) -> None:
            view.is_retired = True
