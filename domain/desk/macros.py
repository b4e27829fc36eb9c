"""Macros at work: their steps in one command, and the values of variables in what they say."""

from collections.abc import Callable, Mapping
from typing import Any, Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.desk.desk import Repeat
from domain.desk.incidents import Incidents
from domain.desk.ticket_types import TicketTypes
from domain.ids import as_id
from domain.ledger import Work
from domain.macro import (
    AddItems,
    Give,
    LetWatch,
    Macro,
    Resolve,
    Say,
    SetFields,
    Step,
    Wait,
    kinds_of,
)
from domain.provenance import Cause, Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.ticket import Ticket
from domain.triage import Categorise, Prioritise
from domain.variables import filled
from domain.wording import title_of


class Macros(TicketTypes, Incidents):
    async def apply_macro(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        macro: UUID,
        may: Callable[[Step], None] = lambda _: None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Do all that a macro says to a ticket, or nothing. `may` refuses a step that whoever uses
        it may not do. Each event names the macro and its version as its cause."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            used = await work.read(Macro, macro)
            used.require_in_use()
            definition = used.definition
            require(
                not definition.tickets or ticket.what in definition.tickets,
                f"{used.number} is not for {ticket.what}s.",
            )
            cause = Cause(rule=used.number, rule_version=used.definition_version)
            values = self.values_of(ticket, as_id(by.actor))
            ticket.apply_macro(macro, version=used.definition_version, by=by)
            for index, step in enumerate(definition.steps):
                may(step)
                try:
                    self._take(ticket, step, values, replace(by, cause=cause))
                except Refused as refused:
                    raise Refused(f"steps[{index}]: {refused}") from None

        return await self.ledger.run(by, decide, **repeat)

    def values_of(self, ticket: Ticket, speaker: UUID | None) -> Mapping[str, str]:
        """What the variables stand for in what somebody says: see `domain.variables`."""
        state: Any = ticket
        team = self.directory.team(ticket.team)
        return {
            "number": ticket.number,
            "title": title_of(self.ledger.history(ticket.id)),
            "status": str(state.status),
            "priority": str(ticket.priority or ""),
            "category": ticket.category,
            "service": ticket.service,
            "requester": self._name(ticket.requester),
            "team": "" if team is None else team.name,
            "assignee": self._name(ticket.assignee),
            "me": self._name(speaker),
        }

    def _name(self, id: UUID | None) -> str:
        person = None if id is None else self.directory.person(id)
        return "" if person is None else person.name

    def _take(self, ticket: Any, step: Step, values: Mapping[str, str], by: Provenance) -> None:
        require(ticket.what in kinds_of(step), f"This is not done to a {ticket.what}.")
        match step:
            case Say(text=text, visibility=visibility):
                self.say_on(ticket, filled(text, values), visibility, by)
            case AddItems(titles=titles):
                for title in titles:
                    ticket.add_item(filled(title, values), by=by)
            case Resolve(code=code, resolution=resolution):
                ticket.resolve(code=code, resolution=filled(resolution, values), by=by)
            case Wait(reason=reason, note=note):
                ticket.pend(reason, note=note, by=by)
            case SetFields(fields=fields):
                self.set_fields_of(ticket, fields, by)
            case _:
                self._sort(ticket, step, by)

    def _sort(
        self, ticket: Ticket, step: Categorise | Prioritise | Give | LetWatch, by: Provenance
    ) -> None:
        """What it is about, how much it matters, and who has it or follows it."""
        match step:
            case Categorise():
                category, subcategory = step.category, step.subcategory
                self.check_category(ticket, category, subcategory)
                ticket.categorise(
                    category=category, subcategory=subcategory, service=step.service, by=by
                )
            case Prioritise(impact=impact, urgency=urgency):
                matrix = self.directory.matrix(ticket.what)
                ticket.prioritise(impact=impact, urgency=urgency, by=by, matrix=matrix)
            case LetWatch(people=people):
                for person in people:
                    self.active_person("people", person)
                    ticket.watch(person, by=by)
            case Give():
                self._hand(ticket, step, by)

    def _hand(self, ticket: Ticket, step: Give, by: Provenance) -> None:
        person = as_id(by.actor) if step.to_me else step.person
        self._check_assignment(step.team, person)
        ticket.assign(team=step.team or ticket.team, assignee=person, by=by)
