"""A ticket of the past under some policies: what would have been promised for it.

What was recorded of promises then is left out, and the policies are asked after each command, by
the function by which the desk itself asks.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.aggregate import Entry, Event
from domain.promises import Promises
from domain.promising import Records, kept_by, promise
from domain.service_level_policy import Agreement, ServiceLevelPolicy, fitting
from domain.situation import NOTHING, situation_of

Policies = Sequence[tuple[ServiceLevelPolicy, Agreement]]
"""Those in use, the lowest order first."""

OF_PROMISES = (Promises.ServiceLevelApplied, Promises.MarkReached)


class World:
    """What records are in a world in which these policies are in use."""

    def __init__(self, policies: Policies, records: Records) -> None:
        self._policies = {policy.id: policy for policy, _ in policies}
        self.calendar = records.calendar
        self.person, self.organisation = records.person, records.organisation

    def service_level_policy(self, id: UUID | None) -> ServiceLevelPolicy | None:
        return None if id is None else self._policies.get(id)


def under(
    entries: Sequence[Entry], kind: type[Promises], policies: Policies, records: Records
) -> list[Event]:
    """The history of a ticket as it would have been recorded under these policies alone."""
    ticket, world, asked = kind(entries[0].originator_id), World(policies, records), NOTHING
    for place, entry in enumerate(entries):
        event = entry.event
        if not isinstance(event, OF_PROMISES):
            ticket.record(event)
        following = entries[place + 1].event if place + 1 < len(entries) else None
        is_command_over = following is None or following.by.command != event.by.command
        if not is_command_over or ticket.is_over:
            continue
        now = situation_of(ticket)
        if now != asked:
            asked = now
            promise(ticket, now, fitting(policies, now, kept_by(ticket)), world, event.by)
    return [entry.event for entry in ticket.pending]
