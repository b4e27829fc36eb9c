"""Calendars: the business hours that service levels and approvals count on, version by version."""

from collections.abc import Sized
from typing import Self
from uuid import UUID

from domain import business_time, text
from domain.aggregate import Aggregate, Event
from domain.business_time import BusinessHours
from domain.provenance import Provenance
from domain.rules import NotFound, require

DATES_MAX = 1_000
WINDOWS_MAX = 48


class Calendar(Aggregate):
    prefix = "CAL"

    name: str
    versions: tuple[BusinessHours, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.versions = ()
        self.is_retired = False

    @property
    def hours(self) -> BusinessHours:
        """The hours of the latest version."""
        return self.versions[-1]

    @property
    def hours_version(self) -> int:
        """The latest version. Versions count from 1."""
        return len(self.versions)

    def hours_of(self, version: int) -> BusinessHours:
        """The hours of a version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    # Define ------------------------------------------------------------------------------

    @classmethod
    def define(cls, id: UUID, *, name: str, hours: BusinessHours, by: Provenance) -> Self:
        name = text.name(name, "The name of a calendar")
        check(hours)
        return cls.begin(id, cls.Defined(by=by, name=name, hours=hours))

    class Defined(Event):
        name: str
        hours: BusinessHours

        def apply(self, calendar: "Calendar", /) -> None:
            calendar.name = self.name
            calendar.versions = (self.hours,)

    # Revise ------------------------------------------------------------------------------

    def revise(self, *, hours: BusinessHours, by: Provenance) -> None:
        """Give other hours from now on. What was promised on earlier hours keeps them."""
        require(not self.is_retired, "A retired calendar cannot be revised.")
        check(hours)
        if hours != self.hours:
            self.record(self.Revised(by=by, hours=hours))

    class Revised(Event):
        hours: BusinessHours

        def apply(self, calendar: "Calendar", /) -> None:
            calendar.versions = (*calendar.versions, self.hours)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for new definitions. What counts on it goes on counting on it."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, calendar: "Calendar", /) -> None:
            calendar.is_retired = True


def check(hours: BusinessHours) -> None:
    """Refuse business hours that are wrong, never open or out of all proportion."""
    dates: tuple[tuple[str, Sized], ...] = (
        ("holidays", hours.holidays),
        ("date_hours", hours.date_hours),
        ("date_breaks", hours.date_breaks),
    )
    for place, given in dates:
        require(len(given) <= DATES_MAX, f"{place}: a calendar has at most {DATES_MAX} dates here.")
    for place, days in (
        ("weekly", hours.weekly),
        ("date_hours", hours.date_hours),
        ("date_breaks", hours.date_breaks),
    ):
        for day, windows in days.items():
            require(
                len(windows) <= WINDOWS_MAX,
                f"{place}.{day[:20]}: a day has at most {WINDOWS_MAX} windows.",
            )
    business_time.check(hours)
