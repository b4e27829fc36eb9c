"""Types of tickets: by which matrix they get their priority, and which fields they have besides.

There is one for each kind of ticket at most; without one, the usual matrix holds, and there are no
more fields. Each revision is a version, and a ticket says which version it was decided by.
"""

from typing import Literal, Self, get_args
from uuid import UUID

from msgspec import Struct

from domain import priority
from domain.aggregate import Aggregate, Event
from domain.field_definitions import FieldDefinition, check_fields
from domain.priority import DEFAULT, Matrix
from domain.provenance import Provenance
from domain.rules import NotFound, require

TicketKind = Literal["incident", "problem", "question", "request", "change"]
DAYS_MAX = 366
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


class TypeDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    matrix: Matrix = DEFAULT
    fields: tuple[FieldDefinition, ...] = ()
    close_after_days: int = 0
    """How many days after it is done a ticket closes by itself; 0 never."""
    reopen_within_days: int = 0
    """For how many days after it is done it can be taken up again; 0 always."""


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


def check(ticket: str, definition: TypeDefinition) -> None:
    """Refuse a definition that makes no sense for a kind of ticket."""
    priority.check(definition.matrix)
    check_fields(definition.fields, ACTS[ticket])
    days = definition.close_after_days, definition.reopen_within_days
    require(all(0 <= one <= DAYS_MAX for one in days), f"Days are a number from 0 to {DAYS_MAX}.")
    require(
        not any(days) or ticket in DONE,
        f"Only what is resolved, answered or fulfilled has such days: {', '.join(DONE)}.",
    )
