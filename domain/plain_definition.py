"""What the desk defines for its own use, without approval: it has a name, is revised version by
version, and is retired when it is not wanted any more."""

from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance
from domain.rules import require

D = TypeVar("D", bound=Struct)


class PlainDefinition(Aggregate, Generic[D], abstract=True):
    """A kind gives its `check`, and its type of definition: in the annotation of `versions`, by
    which snapshots are read, and in its own Defined and Revised."""

    what: ClassVar[str]
    """How the rules call this kind of definition."""

    name: str
    versions: tuple[D, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.versions = ()
        self.is_retired = False

    @staticmethod
    def check(definition: Any) -> None:
        """Refuse a definition that is wrong. Raises Refused with its place."""
        raise NotImplementedError

    @property
    def definition(self) -> D:
        """That of the latest version."""
        return self.versions[-1]

    @property
    def definition_version(self) -> int:
        return len(self.versions)

    def require_in_use(self) -> None:
        require(not self.is_retired, f"A retired {self.what} is not used any more.")

    @classmethod
    def define(cls, id: UUID, *, name: str, definition: D, by: Provenance) -> Self:
        name = text.name(name, f"The name of a {cls.what}")
        cls.check(definition)
        return cls.begin(id, cls.Defined(by=by, name=name, definition=definition))

    class Defined(Event):
        name: str
        definition: Any

        def apply(self, record: "PlainDefinition[Any]", /) -> None:
            record.name = self.name
            record.versions = (self.definition,)

    def revise(self, *, name: str, definition: D, by: Provenance) -> None:
        """Define it anew, as its next version. The same again records nothing."""
        self.require_in_use()
        name = text.name(name, f"The name of a {self.what}")
        self.check(definition)
        if (name, definition) != (self.name, self.definition):
            self.record(self.Revised(by=by, name=name, definition=definition))

    class Revised(Event):
        name: str
        definition: Any

        def apply(self, record: "PlainDefinition[Any]", /) -> None:
            record.name = self.name
            record.versions = (*record.versions, self.definition)

    def retire(self, *, by: Provenance) -> None:
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, record: "PlainDefinition[Any]", /) -> None:
            record.is_retired = True
