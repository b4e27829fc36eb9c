"""Tickets are promised what the policies say for them, whenever something they ask for changes."""

from collections.abc import Iterable

from domain import situation, situation_events
from domain.aggregate import Aggregate
from domain.desk.desk import Base
from domain.directory import Directory
from domain.ledger import Ledger
from domain.promises import Promises
from domain.promising import kept_by, promise
from domain.provenance import Provenance
from domain.service_conditions import condition
from domain.service_level_policy import Fitting, fitting
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
            changed.update(situation_events.changes_by(now, entry.event) or ())
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
        """Promise what the policies say now, in the versions that the ticket has of them, unless
        later ones are for open tickets too."""
        if not isinstance(ticket, Promises):
            return
        now = situation_of(ticket)
        found = fitting(self.directory.published_policies, now, kept_by(ticket))
        self._apply(ticket, now, found, by)

    def _apply(
        self, ticket: Promises, now: Situation, found: Iterable[Fitting], by: Provenance
    ) -> None:
        """Promise what these versions say."""
        promise(ticket, now, found, self.directory, by)
