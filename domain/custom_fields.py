"""The fields that a desk has added to its tickets, and the values that a ticket has of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.aggregate import Event
from domain.field_definitions import FieldDefinition, Value, checked
from domain.personal import Personal
from domain.provenance import Provenance
from domain.ticket_base import TicketBase

_encode = msgspec.json.Encoder(order="sorted").encode


class CustomFields(TicketBase, abstract=True):
    fields: dict[str, Value]
    """The values by name, without those that are personal."""
    personal_fields: tuple[str, ...]
    """The names of the personal fields that have a value, sorted."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.fields = {}
        self.personal_fields = ()

    @property
    def filled(self) -> tuple[str, ...]:
        """The names of all fields that have a value."""
        return (*self.fields, *self.personal_fields)

    @property
    def fields_as_texts(self) -> dict[str, str]:
        """The values as conditions see them."""
        return {name: _as_text(value) for name, value in self.fields.items()}

    def set_fields(
        self,
        values: Mapping[str, Any],
        *,
        definitions: Sequence[FieldDefinition],
        type: UUID,
        type_version: int,
        by: Provenance,
    ) -> None:
        """Set values, all that are right or none; None takes one away. What is not named stays.

        `definitions` are those of a version of the type of the ticket.
        """
        self.require_not_over()
        kept = checked(definitions, values)
        secret = {field.name for field in definitions if field.is_personal}
        changed: dict[str, Value] = {}
        said: dict[str, Value] = {}
        cleared: list[str] = []
        for name, value in kept.items():
            if value is None:
                if name in self.filled:
                    cleared.append(name)
            elif name in secret:
                said[name] = value
            elif name not in self.fields or self.fields[name] != value:
                changed[name] = value
        if changed or said or cleared:
            self.record(
                self.FieldsSet(
                    by=by,
                    requester=self.requester,
                    type=type,
                    type_version=type_version,
                    values=changed,
                    cleared=tuple(cleared),
                    personal=_encode(said).decode() if said else "",
                    personal_names=tuple(sorted(said)),
                )
            )

    class FieldsSet(Event):
        type: UUID
        type_version: int
        """The version of the type of ticket that the values were checked by."""
        requester: UUID | None = None
        values: dict[str, Value] = {}
        cleared: tuple[str, ...] = ()
        personal: Annotated[str, Personal("requester")] = ""
        """The personal values, as JSON."""
        personal_names: tuple[str, ...] = ()

        def apply(self, ticket: "CustomFields", /) -> None:
            gone = {*self.cleared, *self.personal_names}
            kept = {name: value for name, value in ticket.fields.items() if name not in gone}
            ticket.fields = {**kept, **self.values}
            personal = {*ticket.personal_fields, *self.personal_names}
            ticket.personal_fields = tuple(sorted(personal - {*self.cleared, *self.values}))


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
