"""Types of assets: the attributes that assets of a type have, version by version.

A type is made from another, whose attributes it inherits. Each version holds all that is inherited,
as it was then: so the number of the version alone says by what an asset was checked. When a type is
revised, those made from it are revised with it.
"""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from domain import asset_attributes, text
from domain.aggregate import Aggregate, Event
from domain.asset_attributes import Attribute, Level, Schema
from domain.provenance import Provenance
from domain.rules import NotFound, require

LEVELS_MAX = 8
EXTENSIONS_MAX = 200


class AssetType(Aggregate):
    prefix = "ATY"

    name: str
    versions: tuple[Schema, ...]
    extensions: tuple[UUID, ...]
    """The types that are made from it directly."""
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.versions = ()
        self.extensions = ()
        self.is_retired = False

    @property
    def schema(self) -> Schema:
        """The latest version. Versions count from 1."""
        return self.versions[-1]

    @property
    def parent(self) -> UUID | None:
        levels = self.schema.levels
        return levels[-2].type if len(levels) > 1 else None

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Those that it adds to what it inherits."""
        return self.schema.levels[-1].attributes

    def schema_of(self, version: int) -> Schema:
        """A version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    def _require_in_use(self) -> None:
        require(not self.is_retired, "A retired type of assets cannot be changed.")

    # Define ------------------------------------------------------------------------------

    @classmethod
    def define(
        cls,
        id: UUID,
        *,
        name: str,
        parent: Schema | None = None,
        attributes: Sequence[Attribute] = (),
        by: Provenance,
    ) -> Self:
        inherited = () if parent is None else parent.levels
        require(
            len(inherited) < LEVELS_MAX, f"parent: at most {LEVELS_MAX} types stand in one line."
        )
        asset_attributes.check(attributes, () if parent is None else parent.attributes)
        return cls.begin(
            id,
            cls.Defined(
                by=by,
                name=text.name(name, "The name of a type of assets"),
                inherited=inherited,
                attributes=tuple(attributes),
            ),
        )

    class Defined(Event):
        name: str
        inherited: tuple[Level, ...] = ()
        attributes: tuple[Attribute, ...] = ()

        def apply(self, type: "AssetType", /) -> None:
            type.name = self.name
            type.add_version(self.inherited, self.attributes)

    def add_version(self, inherited: tuple[Level, ...], own: tuple[Attribute, ...]) -> None:
        """What an event does that makes a version."""
        level = Level(type=self.id, version=len(self.versions) + 1, attributes=own)
        self.versions = (*self.versions, Schema(name=self.name, levels=(*inherited, level)))

    def extend(self, extension: UUID, *, by: Provenance) -> None:
        """Note that another type is made from it."""
        self._require_in_use()
        if extension in self.extensions:
            return
        require(extension != self.id, "A type of assets is not made from itself.")
        require(
            len(self.extensions) < EXTENSIONS_MAX,
            f"At most {EXTENSIONS_MAX} types are made from one.",
        )
        self.record(self.Extended(by=by, extension=extension))

    class Extended(Event):
        extension: UUID

        def apply(self, type: "AssetType", /) -> None:
            type.extensions = (*type.extensions, self.extension)

    # Revise ------------------------------------------------------------------------------

    def revise(self, attributes: Sequence[Attribute], *, by: Provenance) -> None:
        """Ask for other attributes from now on. What was recorded by earlier versions stays."""
        self._require_in_use()
        inherited = self.schema.levels[:-1]
        self._revise(inherited, tuple(attributes), by)

    def inherit(self, parent: Schema, *, by: Provenance) -> None:
        """Take over what the type that it is made from asks for now."""
        require(parent.type == self.parent, "Attributes are inherited from its own parent alone.")
        if parent.version > self.schema.levels[-2].version:
            self._revise(parent.levels, self.attributes, by)

    def _revise(
        self, inherited: tuple[Level, ...], own: tuple[Attribute, ...], by: Provenance
    ) -> None:
        if (inherited, own) == (self.schema.levels[:-1], self.attributes):
            return
        names = [one.name for level in inherited for one in level.attributes]
        asset_attributes.check(own, names)
        earlier = [schema.levels[-1].attributes for schema in self.versions]
        asset_attributes.check_successor(earlier, own)
        self.record(self.Revised(by=by, inherited=inherited, attributes=own))

    class Revised(Event):
        inherited: tuple[Level, ...] = ()
        attributes: tuple[Attribute, ...] = ()

        def apply(self, type: "AssetType", /) -> None:
            type.add_version(self.inherited, self.attributes)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for new assets. Those of the type stay, and are checked by it."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, type: "AssetType", /) -> None:
            type.is_retired = True
