"""Incidents of one week for which something is promised, as their events tell of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.aggregate import Entry, Event
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import FIRST_RESPONSE, RESOLUTION, Commitment
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from tests.people import CUSTOMER, person, signed, system

DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = BusinessHours(zone="UTC", weekly={day: (("09:00", "17:00"),) for day in DAYS})
CALENDAR, POLICY = record_id("CAL", 1), record_id("SLP", 1)
TEN_HOURS = Commitment(name=RESOLUTION, budget="10h", pausing=("customer",))
ONE_HOUR = Commitment(name=FIRST_RESPONSE, budget="1h")
NETWORK, SERVERS = record_id("TEA", 1), record_id("TEA", 2)
HOUR = 3_600_000_000
CODE = {"code": "fixed", "resolution": "Done."}


def at(text: str) -> datetime:
    """A moment of the week of Monday, 2 March 2026, such as `tue 09:30`."""
    day, time = text.split()
    return datetime.fromisoformat(f"2026-03-{2 + DAYS.index(day):02d}T{time}:00+00:00")


def hours_of(calendar: UUID, version: int) -> BusinessHours:
    assert (calendar, version) == (CALENDAR, 1)
    return OFFICE


def office(hours: BusinessHours = OFFICE) -> Calendar:
    return Calendar.define(CALENDAR, name="Office", hours=hours, by=system("seed"))


def policy(
    name: str, *targets: TargetPromise, serial: int = 1, **more: Any
) -> tuple[ServiceLevelPolicy, Agreement]:
    """A policy that is published, with what it promises."""
    agreement = Agreement(calendar=CALENDAR, targets=targets, **more)
    made = ServiceLevelPolicy.draft(
        record_id("SLP", serial), name=name, definition=agreement, by=system("seed")
    )
    made.publish(by=system("seed"))
    return made, agreement


def resolution(budget: str | dict[int, str], **more: Any) -> TargetPromise:
    return TargetPromise(name=RESOLUTION, budget=budget, **more)


class Life:
    """An incident that was logged on Monday at 10:00."""

    def __init__(self, when: str = "mon 10:00", serial: int = 1, **more: Any) -> None:
        self.incident = Incident.log(
            record_id("INC", serial),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=signed("ann", at(when)),
            **more,
        )

    def promise(self, when: str, *promises: Commitment, version: int = 1, **more: Any) -> None:
        self.incident.apply_service_level(
            policy=POLICY,
            policy_version=version,
            calendar=CALENDAR,
            calendar_version=1,
            commitments=promises,
            by=system("desk", at(when)),
            **more,
        )

    def act(self, when: str, command: str, **arguments: Any) -> None:
        by = signed("bea", at(when))
        getattr(self.incident, command)(**arguments, by=by)

    @property
    def entries(self) -> list[Entry]:
        return list(self.incident.pending)

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]
