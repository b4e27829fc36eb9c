"""Types of tickets: one for each kind, whose fields tickets have and need for their acts."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import Aggregate, Event
from domain.change import Change
from domain.desk.desk import Base, Repeat
from domain.directory import Directory
from domain.field_definitions import FieldDefinition, missing
from domain.ids import number_of
from domain.json_values import Mistake, WrongJson, at
from domain.ledger import Ledger, Work
from domain.life_cycle import Moved
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.subjects import Value
from domain.ticket import Ticket
from domain.ticket_type import TicketKind, TicketType, TypeDefinition

ACTS_OF_EVENTS: Mapping[type[Event], str] = {
    Change.Submitted: "submit",
    Change.ImplementationStarted: "start_implementation",
    Change.Implemented: "complete_implementation",
    Change.Reviewed: "review",
    Change.Closed: "close",
    ServiceRequest.CalledOff: "cancel",
}
"""The acts that events come of which do not say so themselves, or lead elsewhere at first."""


class TicketTypes(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._require_fields)

    async def define_ticket_type(
        self,
        *,
        ticket: TicketKind,
        definition: TypeDefinition,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Define the type of a kind of ticket, which has one at most."""
        id = await self.ledger.next_id(TicketType)

        async def decide(work: Work) -> None:
            work.add(TicketType.define(id, ticket=ticket, definition=definition, by=by))
            rule = f"ticket: there is a type for every {ticket} already. Revise that."
            work.claim(f"ticket type:{ticket}", id, rule)

        return await self.ledger.run(by, decide, **repeat)

    async def set_fields(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        fields: Mapping[str, Any],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Set fields of a ticket, by the latest version of its type."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            self.set_fields_of(ticket, fields, by)

        return await self.ledger.run(by, decide, **repeat)

    def set_fields_of(self, ticket: Ticket, fields: Mapping[str, Any], by: Provenance) -> None:
        """The same, as a part of another command."""
        found = self.directory.ticket_type(ticket.what)
        if found is None:
            raise Refused(f"fields: there are none for {ticket.what}s.")
        ticket.set_fields(
            fields,
            definitions=self._with_choices(found.definition.fields, fields),
            type=found.id,
            type_version=found.definition_version,
            by=by,
        )
        people = {field.name for field in found.definition.fields if field.type == "person"}
        for name in people & fields.keys():
            if fields[name] is not None:
                self.active_person(f"fields/{name}", UUID(str(ticket.fields[name])))

    def _with_choices(
        self, definitions: Sequence[FieldDefinition], said: Mapping[str, Any]
    ) -> list[FieldDefinition]:
        """The definitions with the choices of their lists, for those that are said. Raises Refused
        where a list is not in use any more."""
        found = []
        for field in definitions:
            named = field.choice_list
            if named is None or said.get(field.name) is None:
                found.append(field)
                continue
            choices = self.directory.choice_list(named)
            if choices is None:
                raise Refused(f"fields/{field.name}: there is no {number_of(named)}.")
            choices.require_in_use()
            found.append(replace(field, choices=choices.choices))
        return found

    def check_lists(self, definition: TypeDefinition) -> None:
        """Refuse fields of choice lists that are not there. Raises WrongJson with the places."""
        self.directory.catch_up()
        wrong = [
            Mistake(at("", index, "choice_list"), f"There is no choice list {number_of(named)}.")
            for index, field in enumerate(definition.fields)
            if (named := field.choice_list) and self.directory.choice_list(named) is None
        ]
        if wrong:
            raise WrongJson("fields", "/definition/fields", wrong)

    async def _require_fields(self, record: Aggregate) -> None:
        """Refuse acts on a ticket that need a field which has no value."""
        if not isinstance(record, Ticket):
            return
        acts = [act for entry in record.pending if (act := act_of(entry.event))]
        if not acts:
            return
        found = self.directory.ticket_type(record.what)
        if found is None or not found.definition.fields:
            return
        for act in acts:
            if wrong := missing(found.definition.fields, act, facts_of(record), record.filled):
                raise WrongJson("fields", "/fields", wrong)


def act_of(event: Event) -> str:
    """The act that an event comes of, by the name that it has in types; "" for other events."""
    if act := ACTS_OF_EVENTS.get(type(event)):
        return act
    return event.act if isinstance(event, Moved) else ""


def facts_of(ticket: Ticket) -> dict[str, Value]:
    """What conditions on fields see of a ticket."""
    state: Any = ticket
    return {
        "status": str(state.status),
        "priority": ticket.priority or 0,
        "impact": ticket.impact or 0,
        "urgency": ticket.urgency or 0,
        "category": ticket.category,
        "subcategory": ticket.subcategory,
        "service": ticket.service,
        "is_assigned": ticket.assignee is not None,
        "reopened": int(getattr(ticket, "reopened", 0)),
        "minutes_spent": ticket.minutes_spent,
        "fields": ticket.fields_as_texts,
    }
