"""Tickets are promised what the policies say for them, whenever what the policies ask for changes."""

from uuid import UUID

from domain import situation
from domain.agreement import Agreement
from domain.aggregate import Aggregate
from domain.desk.desk import Base
from domain.directory import Directory
from domain.ledger import Ledger
from domain.promises import Promises, commitments_of
from domain.provenance import Provenance
from domain.service_clock import Target
from domain.service_conditions import condition
from domain.service_level_policy import ServiceLevelPolicy
from domain.situation import Situation, situation_of
from domain.ticket import Ticket

ALWAYS_ASKED = frozenset({"kind", "priority", "category", "service", "organisation", "requester"})
"""What the lists of policies look at, and their zones."""


class ServiceLevels(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._keep_promises)

    async def _keep_promises(self, record: Aggregate) -> None:
        """Promise a ticket what follows from a command that is about to be recorded on it."""
        if not isinstance(record, Promises) or record.is_over or not record.pending:
            return
        asked = ALWAYS_ASKED | self._asked()
        now = situation_of(record)
        changed: set[str] = set()
        for entry in record.pending:
            changed.update(situation.changes_by(now, entry.event) or ())
        if not asked.isdisjoint(changed):
            self._apply_service_level(record, record.pending[-1].event.by)

    def _asked(self) -> frozenset[str]:
        """What the conditions of the policies in use ask for."""
        fields = (
            condition(agreement.when, agreement.names).fields
            for policy in self.directory.service_level_policies()
            if (agreement := policy.published) and agreement.when
        )
        found = frozenset().union(*fields)
        if "party" in found:
            found |= situation.OF_PARTY
        return found | {"assignee"} if "is_assigned" in found else found

    def _apply_service_level(self, ticket: Ticket, by: Provenance) -> None:
        """Promise what the policies say now.

        An SLA that no policy replaces stays; another agreement that is about the ticket no more is
        dropped.
        """
        if not isinstance(ticket, Promises):
            return
        now = situation_of(ticket)
        dropped = {label for label, known in ticket.promised.items() if label and known.commitments}
        labels: dict[str, UUID] = {
            label: known.policy for label, known in ticket.promised.items() if known.policy
        }
        for policy, targets in self.directory.policies_for(now):
            agreement = policy.definition_of(policy.published_version)
            label = _label(policy, agreement, labels)
            labels[label] = policy.id
            dropped.discard(label)
            self._promise(ticket, policy, agreement, label, targets, now, by)
        for label in sorted(dropped):
            known = self.directory.service_level_policy(ticket.promised[label].policy)
            if known is not None:
                version = ticket.promised[label].policy_version
                self._promise(ticket, known, known.definition_of(version), label, (), now, by)

    def _promise(
        self,
        ticket: Promises,
        policy: ServiceLevelPolicy,
        agreement: Agreement,
        label: str,
        targets: tuple[Target, ...],
        now: Situation,
        by: Provenance,
    ) -> None:
        calendar = self.directory.calendar(agreement.calendar)
        if calendar is None:
            return
        ticket.apply_service_level(
            policy=policy.id,
            policy_version=policy.published_version,
            calendar=calendar.id,
            calendar_version=calendar.hours_version,
            commitments=commitments_of(agreement, targets),
            kind=agreement.kind,
            label=label,
            zone=self._zone(agreement, now) if targets else ticket.promised[label].zone,
            names=agreement.names,
            by=by,
        )

    def _zone(self, agreement: Agreement, now: Situation) -> str:
        """On whose wall clock the calendar is read; empty for its own."""
        if agreement.zone == "requester":
            person = self.directory.person(now.requester)
            return person.zone if person else ""
        if agreement.zone == "organisation":
            organisation = self.directory.organisation(now.organisation)
            return organisation.zone if organisation else ""
        return ""


def _label(policy: ServiceLevelPolicy, agreement: Agreement, taken: dict[str, UUID]) -> str:
    """What an agreement is called on a ticket: its name, unless another of that name is there."""
    if agreement.kind == "SLA":
        return ""
    is_free = taken.get(policy.name, policy.id) == policy.id
    return policy.name if is_free else f"{policy.name} ({policy.number})"
