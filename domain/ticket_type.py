"""Types of tickets: by which matrix they get their priority, and which fields they have besides.

There is one for each kind of ticket at most; without one, the usual matrix holds, and there are no
more fields. Each revision is a version, and a ticket says which version it was decided by.
"""

from collections.abc import Sequence
from typing import Literal, Self, get_args
from uuid import UUID

from msgspec import Struct

from domain import priority, text
from domain.aggregate import Aggregate, Event
from domain.field_definitions import FieldDefinition, check_fields
from domain.priority import DEFAULT, Matrix
from domain.provenance import Provenance
from domain.rules import NotFound, require

TicketKind = Literal["incident", "problem", "question", "request", "change"]
DAYS_MAX = 366
CATEGORIES_MAX = 200
SAID_MAX = 20
DONE = ("incident", "question", "request")
"""The kinds of tickets of which it is known since when they are done."""
ACTS: dict[str, tuple[str, ...]] = {
    "incident": ("start", "pend", "resolve", "reopen", "close", "cancel"),
    "problem": ("investigate", "declare_known_error", "pend", "resolve", "close", "cancel"),
    "question": ("start", "pend", "give_answer", "close", "cancel"),
    "request": ("start_fulfilment", "pend", "fulfil", "reopen", "close", "cancel"),
    "change": ("submit", "start_implementation", "complete_implementation", "review", "close"),
}
"""The acts of each kind of ticket at which a field can be needed."""


class Category(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    subcategories: tuple[str, ...] = ()
    """Without any, a subcategory is any text."""


class TypeDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    matrix: Matrix = DEFAULT
    fields: tuple[FieldDefinition, ...] = ()
    close_after_days: int = 0
    """How many days after it is done a ticket closes by itself; 0 never."""
    reopen_within_days: int = 0
    """For how many days after it is done it can be taken up again; 0 always."""
    categories: tuple[Category, ...] = ()
    """Those that a ticket can be of; without any, a category is any text."""
    edits_lock: bool = False
    """Whether who says that they are editing a ticket keeps others from it."""


class TicketType(Aggregate):
    prefix = "TYP"

    ticket: str
    """The kind of ticket."""
    versions: tuple[TypeDefinition, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.ticket = ""
        self.versions = ()

    @property
    def definition(self) -> TypeDefinition:
        """That of the latest version."""
        return self.versions[-1]

    @property
    def definition_version(self) -> int:
        return len(self.versions)

    def definition_of(self, version: int) -> TypeDefinition:
        """The definition of a version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    @classmethod
    def define(
        cls, id: UUID, *, ticket: TicketKind, definition: TypeDefinition, by: Provenance
    ) -> Self:
        kinds = get_args(TicketKind)
        require(ticket in kinds, f"A ticket is one of {', '.join(kinds)}.")
        check(ticket, definition)
        return cls.begin(id, cls.Defined(by=by, ticket=ticket, definition=definition))

    class Defined(Event):
        ticket: TicketKind
        definition: TypeDefinition

        def apply(self, type: "TicketType", /) -> None:
            type.ticket = self.ticket
            type.versions = (self.definition,)

    def revise(self, *, definition: TypeDefinition, by: Provenance) -> None:
        """Define it anew, as its next version. The same again records nothing."""
        check(self.ticket, definition)
        if definition != self.definition:
            self.record(self.Revised(by=by, definition=definition))

    class Revised(Event):
        definition: TypeDefinition

        def apply(self, type: "TicketType", /) -> None:
            type.versions = (*type.versions, self.definition)


def require_category(type: TicketType | None, category: str, subcategory: str) -> None:
    """Refuse a category that tickets of a type are not of. `type`: None where there is none."""
    if type is None or not type.definition.categories:
        return
    known = {one.name: one.subcategories for one in type.definition.categories}
    require(category in known, f"category: it is one of {_some(tuple(known))}.")
    among = known[category]
    require(not among or subcategory in ("", *among), f"subcategory: it is one of {_some(among)}.")


def _some(names: tuple[str, ...]) -> str:
    told = ", ".join(names[:SAID_MAX])
    return f"{told} and {len(names) - SAID_MAX} more" if len(names) > SAID_MAX else told


def check(ticket: str, definition: TypeDefinition) -> None:
    """Refuse a definition that makes no sense for a kind of ticket."""
    priority.check(definition.matrix)
    _check_names("categories", [one.name for one in definition.categories])
    for index, one in enumerate(definition.categories):
        _check_names(f"categories[{index}].subcategories", one.subcategories)
    check_fields(definition.fields, ACTS[ticket])
    days = definition.close_after_days, definition.reopen_within_days
    require(all(0 <= one <= DAYS_MAX for one in days), f"Days are a number from 0 to {DAYS_MAX}.")
    require(
        not any(days) or ticket in DONE,
        f"Only what is resolved, answered or fulfilled has such days: {', '.join(DONE)}.",
    )


def _check_names(place: str, names: Sequence[str]) -> None:
    require(len(names) <= CATEGORIES_MAX, f"{place}: there are at most {CATEGORIES_MAX}.")
    require(len(set(names)) == len(names), f"{place}: each is named once.")
    for name in names:
        require(text.name(name, f"{place}: a name") == name, f"{place}: no spaces around a name.")
