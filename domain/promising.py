"""A ticket is promised what policies say for it: the one way, of the desk and of a back-test."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from domain.agreement import Agreement
from domain.calendar import Calendar
from domain.organisation import Organisation
from domain.person import Person
from domain.promises import Promises, commitments_of
from domain.provenance import Provenance
from domain.service_level_policy import Fitting, ServiceLevelPolicy
from domain.situation import Situation


class Records(Protocol):
    """Where records are looked up: in a directory, or in what is tried beside one."""

    def calendar(self, id: UUID | None, /) -> Calendar | None: ...
    def service_level_policy(self, id: UUID | None, /) -> ServiceLevelPolicy | None: ...
    def person(self, id: UUID | None, /) -> Person | None: ...
    def organisation(self, id: UUID | None, /) -> Organisation | None: ...


def promise(
    ticket: Promises,
    now: Situation,
    found: Iterable[Fitting],
    records: Records,
    by: Provenance,
) -> None:
    """Promise a ticket in its situation what these versions say.

    An SLA that no policy replaces stays; another agreement that is about the ticket no more is
    dropped.
    """
    dropped = {label for label, known in ticket.promised.items() if label and known.commitments}
    labels: dict[str, UUID] = {
        label: known.policy for label, known in ticket.promised.items() if known.policy
    }
    for one in found:
        label = _label(one.policy, one.agreement, labels)
        labels[label] = one.policy.id
        dropped.discard(label)
        _promise(ticket, one, label, now, records, by)
    for label in sorted(dropped):
        known = records.service_level_policy(ticket.promised[label].policy)
        if known is not None:
            version = ticket.promised[label].policy_version
            nothing = Fitting(known, version, known.definition_of(version), ())
            _promise(ticket, nothing, label, now, records, by)


def kept_by(ticket: Promises) -> dict[UUID, int]:
    """The versions under which a ticket is promised something, by policy."""
    return {
        known.policy: known.policy_version
        for known in ticket.promised.values()
        if known.policy is not None and known.commitments
    }


def _promise(
    ticket: Promises,
    fitting: Fitting,
    label: str,
    now: Situation,
    records: Records,
    by: Provenance,
) -> None:
    agreement, targets = fitting.agreement, fitting.targets
    calendar = records.calendar(agreement.calendar)
    if calendar is None:
        return
    ticket.apply_service_level(
        policy=fitting.policy.id,
        policy_version=fitting.version,
        calendar=calendar.id,
        calendar_version=_calendar_version(calendar, ticket, label),
        commitments=commitments_of(agreement, targets),
        kind=agreement.kind,
        label=label,
        zone=_zone(agreement, now, records) if targets else ticket.promised[label].zone,
        names=agreement.names,
        by=by,
    )


def _calendar_version(calendar: Calendar, ticket: Promises, label: str) -> int:
    """The hours that a ticket counts on stay until later ones are for open tickets too."""
    known = ticket.promised.get(label)
    if known is None or known.calendar != calendar.id or not known.commitments:
        return calendar.hours_version
    return calendar.version_for(known.calendar_version)


def _zone(agreement: Agreement, now: Situation, records: Records) -> str:
    """On whose wall clock the calendar is read; empty for its own."""
    if agreement.zone == "requester":
        person = records.person(now.requester)
        # Everybody is in UTC who has not said otherwise.
        return person.zone if person and person.zone != "UTC" else ""
    if agreement.zone == "organisation":
        organisation = records.organisation(now.organisation)
        return organisation.zone if organisation else ""
    return ""


def _label(policy: ServiceLevelPolicy, agreement: Agreement, taken: dict[str, UUID]) -> str:
    """What an agreement is called on a ticket: its name, unless another of that name is there."""
    if agreement.kind == "SLA":
        return ""
    is_free = taken.get(policy.name, policy.id) == policy.id
    return policy.name if is_free else f"{policy.name} ({policy.number})"
