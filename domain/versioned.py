"""Definitions that are drafted, published version by version, and retired."""

from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.definition import digest
from domain.provenance import Provenance
from domain.rules import NotFound, require

D = TypeVar("D", bound=Struct)


class Versioned(Aggregate, Generic[D], abstract=True):
    """A kind gives its `noun`, its `check`, and its type of definition: in the annotations, by
    which snapshots are read, and in its own Drafted, Revised and VersionPublished."""

    noun: ClassVar[str]
    """What sentences call it, such as `approval process`."""

    name: str
    draft_definition: D | None
    versions: tuple[D, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.draft_definition = None
        self.versions = ()
        self.is_retired = False

    @staticmethod
    def check(definition: Any) -> None:
        """Refuse a definition that is wrong. Raises Refused with its place."""
        raise NotImplementedError

    @property
    def published(self) -> D | None:
        """The latest published version, if there is one in use."""
        return self.versions[-1] if self.versions and not self.is_retired else None

    @property
    def published_version(self) -> int:
        """The number of the latest published version, 0 before the first."""
        return len(self.versions)

    def definition_of(self, version: int) -> D:
        """A published version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    def _require_in_use(self) -> None:
        require(not self.is_retired, f"A retired {self.noun} cannot be changed.")

    # Draft and revise ----------------------------------------------------------------------

    @classmethod
    def draft(cls, id: UUID, *, name: str, definition: D, by: Provenance) -> Self:
        name = text.name(name, f"The name of {_with_article(cls.noun)}")
        cls.check(definition)
        return cls.begin(id, cls.Drafted(by=by, name=name, definition=definition))

    class Drafted(Event):
        name: str
        definition: Any

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.name = self.name
            record.draft_definition = self.definition

    def revise(self, definition: D, *, by: Provenance) -> None:
        """Change the draft. What is published stays until the draft is published."""
        self._require_in_use()
        self.check(definition)
        if definition != self.draft_definition:
            self.record(self.Revised(by=by, definition=definition))

    class Revised(Event):
        definition: Any

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.draft_definition = self.definition

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Put the draft into use as the next version. What began on an earlier one keeps it."""
        self._publish(by=by)

    def _publish(self, *, by: Provenance, **more: Any) -> None:
        """Publish the draft, with what a kind says besides."""
        self._require_in_use()
        draft = self.draft_definition
        if draft is not None and draft != self.published:
            self.record(
                self.VersionPublished(
                    by=by,
                    number=self.published_version + 1,
                    definition=draft,
                    digest=digest(draft),
                    **more,
                )
            )

    class VersionPublished(Event):
        number: int
        definition: Any
        digest: str

        def apply(self, record: "Versioned[Any]", /) -> None:
            record.versions = (*record.versions, self.definition)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for what begins from now on."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, record: "Versioned[Any]", /) -> None:
            record.is_retired = True


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
