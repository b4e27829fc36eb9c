"""Tickets whose clocks are looked at, and the calendars that they count on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.agreed_clocks import Agreed
from domain.agreement import Kind
from domain.business_time import BusinessHours
from domain.change import Change
from domain.clock_spans import Span
from domain.clock_steps import Clock
from domain.explanation import Explanation, explained
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import FIRST_RESPONSE, RESOLUTION, Commitment, Promises
from domain.service_conditions import Named
from domain.ticket import Visibility
from domain.ticket_clocks import TicketClocks, after
from tests.people import CUSTOMER, person, signed, system

DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = BusinessHours(zone="UTC", weekly={day: (("09:00", "17:00"),) for day in DAYS})
LONGER = BusinessHours(zone="UTC", weekly={day: (("06:00", "22:00"),) for day in DAYS})
CALENDAR, POLICY, OTHER = record_id("CAL", 1), record_id("SLP", 1), record_id("SLP", 2)
NETWORK, DESK = record_id("TEA", 1), record_id("TEA", 2)
NAMES = (Named("team", "Network", NETWORK), Named("team", "Desk", DESK))
TEN_HOURS = Commitment(name=RESOLUTION, budget="10h", pausing=("customer",))
ONE_HOUR = Commitment(name=FIRST_RESPONSE, budget="1h")


def at(text: str) -> datetime:
    """A moment of the week of Monday, 2 March 2026, such as `tue 09:30`."""
    day, time = text.split()
    days = (*DAYS, "sat", "sun").index(day)
    return datetime.fromisoformat(f"2026-03-02T{time}:00+00:00") + timedelta(days=days)


def hours_of(calendar: UUID, version: int) -> BusinessHours:
    assert calendar == CALENDAR
    return (OFFICE, LONGER)[version - 1]


class Life:
    """A ticket that was opened on Monday at 10:00 by ann."""

    def __init__(self, ticket: Promises | None = None) -> None:
        self.ticket: Any = ticket or Incident.log(
            record_id("INC", 1),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=signed("ann", at("mon 10:00")),
        )

    def promise(
        self,
        when: str,
        *promises: Commitment,
        version: int = 1,
        label: str = "",
        kind: Kind = "SLA",
        zone: str = "",
    ) -> None:
        self.ticket.apply_service_level(
            policy=OTHER if label else POLICY,
            policy_version=1,
            calendar=CALENDAR,
            calendar_version=version,
            commitments=promises,
            label=label,
            kind=kind if kind != "SLA" or not label else "OLA",
            zone=zone,
            names=NAMES,
            by=system("desk", at(when)),
        )

    def act(self, when: str, command: str, who: str = "bea", **arguments: Any) -> None:
        getattr(self.ticket, command)(**arguments, by=signed(who, at(when)))

    def say(self, when: str, who: str) -> None:
        self.act(when, "comment", who, said="Words.", visibility=Visibility.PUBLIC)

    def note_pause(self, when: str, reason: str, since: str, until: str) -> None:
        self.act(when, "note_pause", reason=reason, since=at(since), until=at(until))

    def import_(self, when: str, event: Callable[..., Event], **fields: Any) -> None:
        self.ticket.record(event(by=signed("bea", at(when)), **fields))

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.ticket.pending]

    @property
    def clocks(self) -> TicketClocks:
        return after(self.events, hours_of)

    @property
    def sla(self) -> Agreed:
        found = self.clocks.sla
        assert found is not None
        return found

    def clock(self, target: str = RESOLUTION) -> Clock:
        found = self.clocks.clock(target)
        assert found is not None
        return found

    def explained(self, until: str) -> Explanation:
        return explained(self.events, hours_of, at(until))

    def spans(self, until: str, target: str = RESOLUTION) -> tuple[Span, ...]:
        return self.explained(until).spans[target]


def change() -> Life:
    """The life of a change."""
    proposed = Change.propose(
        record_id("CHG", 1),
        title="New disk",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann", at("mon 10:00")),
    )
    return Life(proposed)
