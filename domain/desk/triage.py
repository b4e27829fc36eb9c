"""Assignment rules at work: what they do after an event, on their schedule, and on trial.

Each rule acts once upon an event, in a command of its own with an id made of both. It decides on
the ticket as it is then, after all rules before it. A rule never acts upon what it has caused
itself, over however many other rules, and a chain of rules ends.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.assignment_rule import AssignmentRule
from domain.desk.definitions import complete
from domain.desk.publishing import Check
from domain.desk.recurring import Found, Read, Recurrences, with_found
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.ledger import Work
from domain.provenance import Cause, Provenance
from domain.record_names import RecordNames
from domain.recurring import Recurrence
from domain.ruled import Ruled
from domain.rules import DomainError, NotFound, Outdated, Refused
from domain.service_conditions import Named, NamedKind, condition
from domain.situation import situation_of
from domain.ticket import Ticket
from domain.triage import (
    CHAIN_MAX,
    Assign,
    Chosen,
    Notify,
    RuleDefinition,
    Watch,
    chain,
    pick,
    trigger_of,
)
from domain.triage_acts import Deeds, candidates, needs_choice, take
from domain.versioned import Versioned

ACTOR = "assignment-rules"

Sign = Callable[[str, Cause], Provenance]
"""Signs a step of a rule, by a name that is the same whenever the step is taken."""

log = logging.getLogger(__name__)


class InForce(Struct, frozen=True):
    """A rule in the version that is in force."""

    id: UUID
    version: int
    definition: RuleDefinition

    @property
    def number(self) -> str:
        return number_of(self.id)


class Trial(Struct, frozen=True, kw_only=True):
    """What a rule would do to a ticket now."""

    ticket: UUID
    fits: bool
    """Whether its condition holds."""
    deeds: Deeds = Deeds()
    chosen: Chosen | None = None
    changes: tuple[Entry, ...] = ()
    """What would be recorded on the ticket."""


class Triages(Recurrences):
    @property
    def checks(self) -> Mapping[type[Versioned[Any]], Check]:
        return {**super().checks, AssignmentRule: self._check_rule}

    # Definitions -------------------------------------------------------------------------

    async def _check_rule(self, rule: AssignmentRule, by: Provenance) -> None:
        """The names in a draft get the meaning that they have now, unless they have one."""
        if rule.draft_definition is not None:
            complete(rule, self.meant(rule.draft_definition), by)

    def meant(self, rule: RuleDefinition) -> RuleDefinition:
        """The definition with the meaning of all names in it. Raises Refused for what is not
        there."""
        for index, action in enumerate(rule.actions):
            place = f"actions[{index}]"
            if isinstance(action, Assign):
                if action.team is not None:
                    self.active_team(f"{place}.team", action.team)
                if action.person is not None:
                    self.active_person(f"{place}.person", action.person)
            if isinstance(action, Notify | Watch):
                self._check_selectors(f"{place}.people", action.people)
        known = {(named.kind, named.name): named for named in rule.names}
        records = self._records()
        names = []
        for mention in condition(rule.when).mentions:
            if records[mention.kind].referred(mention.name) is not None:
                continue
            named = known.get((mention.kind, mention.name))
            try:
                id = records[mention.kind].id_of(mention.name) if named is None else named.id
            except Refused as refused:
                raise Refused(f"when: {refused}") from None
            names.append(Named(mention.kind, mention.name, id))
        meant = tuple(sorted(set(names), key=lambda named: (named.kind, named.name)))
        return structs.replace(rule, names=meant)

    def _records(self) -> Mapping[NamedKind, RecordNames]:
        return {
            "team": RecordNames("team", "TEA", self._known_teams()),
            "organisation": RecordNames("organisation", "ORG", self._known_organisations()),
        }

    def rules_in_force(self, at: datetime) -> list[InForce]:
        """The rules as they were in force at a moment, in their order."""
        found = []
        for rule in self.directory.assignment_rules():
            if version := rule.version_at(at):
                found.append(InForce(rule.id, version, rule.definition_of(version)))
        return sorted(found, key=lambda rule: (rule.definition.order, rule.id))

    # After an event ----------------------------------------------------------------------

    async def triage(self, entry: Entry, sign: Sign) -> int:
        """Let the rules see to what an event says. How many of them have acted."""
        trigger, id = trigger_of(entry), entry.originator_id
        if trigger is None or entry.event.by.channel == "imported":
            return 0
        rules = [
            rule for rule in self.rules_in_force(entry.event.by.at) if trigger in rule.definition.on
        ]
        if not rules:
            return 0
        before = chain(self.ledger.history(id), entry)
        if len(before) >= CHAIN_MAX:
            log.warning("%s: %d rules have acted in a chain, which ends.", entry, CHAIN_MAX)
            return 0
        acted = 0
        for rule in rules:
            if rule.number not in before:
                cause = Cause(event=entry.position, rule=rule.number, rule_version=rule.version)
                by = sign(f"{rule.number}/{entry.position}", cause)
                acted += await self._apply_rule(rule, id, trigger, by)
        return acted

    async def open_tickets(self, after: UUID | None, limit: int) -> Sequence[UUID] | None:
        """So many open tickets after one, in the order of their ids; None if they are not known
        yet."""
        return await self._outlook.open_tickets(after, limit)

    async def triage_open(self, rule: InForce, id: UUID, slot: int, sign: Sign) -> int:
        """Let a rule see to an open ticket, once in a slot of its schedule."""
        cause = Cause(rule=rule.number, rule_version=rule.version)
        by = sign(f"{rule.number}/{rule.version}/{slot}/{number_of(id)}", cause)
        return await self._apply_rule(rule, id, f"every {rule.definition.every}", by)

    async def _apply_rule(self, rule: InForce, id: UUID, trigger: str, by: Provenance) -> int:
        kind: Any = KIND_OF_PREFIX[prefix_of(id)]
        new: list[UUID] = []

        async def decide(work: Work) -> None:
            ticket: Ruled = await work.get(kind, id)
            if not self._fits(ticket, rule.definition):
                return
            chosen = await self._chosen(ticket, rule.definition, work, rule.id, by)
            deeds = take(ticket, rule.definition, self.directory, chosen=chosen, by=by)
            found = await self._found(ticket, rule.id, rule.definition, work.read, by)
            if isinstance(found, Found):
                await self.bring_together(work, found, new, by=by)
            deeds = with_found(deeds, found)
            ticket.apply_rule(
                rule=rule.id,
                version=rule.version,
                trigger=trigger,
                did=deeds.did,
                refused=deeds.refused if deeds.did or trigger[:5] != "every" else (),
                told=deeds.told,
                chosen=chosen if isinstance(chosen, Chosen) else None,
                by=by,
            )

        try:
            ticket = await self.ledger.find(kind, id)
            if not self._fits(ticket, rule.definition):
                return 0
            receipt = await self.ledger.run(by, decide, is_repeatable=True)
        except Outdated:
            # It was decided again and again, and is not refused: whoever follows comes back.
            raise
        except DomainError as error:
            # One rule that is refused must not hold up the others.
            log.warning("%s does nothing to %s: %s", rule.number, number_of(id), error)
            return 0
        return int(receipt.version > ticket.version and not receipt.is_repeat)

    def _fits(self, ticket: Ruled, rule: RuleDefinition) -> bool:
        return not ticket.is_over and self._holds(ticket, rule)

    def _holds(self, ticket: Ticket, rule: RuleDefinition) -> bool:
        try:
            return condition(rule.when, rule.names).holds(situation_of(ticket))  # type: ignore[arg-type]  # all of them are promised something
        except Refused:
            return False

    async def _found(
        self, ticket: Ruled, rule: UUID, definition: RuleDefinition, read: Read, by: Provenance
    ) -> Found | Refused | None:
        """What a rule finds of incidents that come again; or why it cannot look."""
        wanted = next((one for one in definition.actions if isinstance(one, Recurrence)), None)
        if wanted is None:
            return None
        if not isinstance(ticket, Incident):
            return Refused("Only incidents make a problem.")
        return await self.recurring(
            ticket,
            wanted,
            rule=number_of(rule),
            counts=lambda one: self._holds(one, definition),
            read=read,
            by=by,
        )

    async def _chosen(
        self,
        ticket: Ruled,
        rule: RuleDefinition,
        work: Work | None = None,
        id: UUID | None = None,
        by: Provenance | None = None,
    ) -> Chosen | Refused | None:
        """Whom a rule picks, if it picks somebody; or why it cannot. With a command at work it
        notes whose turn it was."""
        found = next((one for one in rule.actions if isinstance(one, Assign) and one.member), None)
        if found is None or found.member is None:
            return None
        team = self.directory.team(found.team)
        if team is None or team.is_disbanded:
            return Refused("There is no such team any more.")
        people = candidates(ticket, team, found.member, self.directory)
        if not needs_choice(ticket, found, people):
            return None
        loads: Mapping[UUID, int] = {}
        if found.member.by == "least loaded":
            loads = await self._outlook.loads(people)
        record = None if id is None else await self._rule(id, work)
        try:
            chosen = pick(found.member.by, people, record.last if record else None, loads)
        except Refused as refused:
            return refused
        if work is not None and record is not None and by is not None:
            record.take_turn(chosen.person, ticket=ticket.id, by=by)
        return chosen

    async def _rule(self, id: UUID, work: Work | None) -> AssignmentRule:
        if work is None:
            return await self.ledger.find(AssignmentRule, id)
        return await work.get(AssignmentRule, id)

    # On trial ----------------------------------------------------------------------------

    async def try_rule(
        self, id: UUID, definition: RuleDefinition, tickets: Sequence[UUID], by: Provenance
    ) -> list[Trial]:
        """What a definition of a rule would do to some tickets as they are now, each for itself.
        Nothing is recorded."""
        self.directory.catch_up()
        whole = self.meant(definition)
        trials = []
        for ticket in tickets:
            kind = KIND_OF_PREFIX[prefix_of(ticket)]
            if not issubclass(kind, Ruled):
                raise NotFound(f"{number_of(ticket)} is no ticket that rules act on.")
            copy = (await self.ledger.find(kind, ticket)).fork()
            if not self._fits(copy, whole):
                trials.append(Trial(ticket=ticket, fits=False))
                continue
            chosen = await self._chosen(copy, whole, id=id)
            deeds = take(copy, whole, self.directory, chosen=chosen, by=by)
            deeds = with_found(deeds, await self._found(copy, id, whole, self.ledger.find, by))
            picked = chosen if isinstance(chosen, Chosen) else None
            trials.append(
                Trial(ticket=ticket, fits=True, deeds=deeds, chosen=picked, changes=copy.pending)
            )
        return trials
