"""Calendars: the business hours that service levels and approvals count on, version by version."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from msgspec import Struct

from domain import calendar_holidays, calendar_mistakes, text
from domain.aggregate import Event
from domain.business_time import BusinessHours
from domain.calendar_holidays import PublicHolidays
from domain.calendar_mistakes import DATES_MAX, WINDOWS_MAX
from domain.open_tickets import AppliesTo, ForOpenTickets
from domain.provenance import Provenance
from domain.rules import NotFound, Refused, require

__all__ = ["DATES_MAX", "WINDOWS_MAX", "Calendar", "Given", "Imported", "check"]

Names = Mapping[str, str]
"""What dates are called: those of `holidays`, `date_hours` and `date_breaks`, as written there."""


class Imported(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file that a version was made from: its SHA-256, and the days that were read of it."""

    digest: str
    first_day: str
    last_day: str
    events: int
    ignored: tuple[str, ...] = ()
    """What was not taken, and why."""


class Given(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a version was made of, besides its hours."""

    names: Names = {}
    public_holidays: tuple[PublicHolidays, ...] = ()
    imported: Imported | None = None

    @property
    def all_names(self) -> dict[str, str]:
        """What dates are called: those of the owner go before those of public holidays."""
        public = {day: name for one in self.public_holidays for day, name in one.days.items()}
        return {**public, **self.names}


class Calendar(ForOpenTickets):
    prefix = "CAL"

    name: str
    versions: tuple[BusinessHours, ...]
    given: tuple[Given, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.versions = ()
        self.given = ()
        self.is_retired = False

    @property
    def hours(self) -> BusinessHours:
        """The hours of the latest version, closed on its public holidays."""
        return self.versions[-1]

    @property
    def hours_version(self) -> int:
        """The latest version. Versions count from 1."""
        return len(self.versions)

    @property
    def own_hours(self) -> BusinessHours:
        """The hours of the latest version as its owner wrote them."""
        return calendar_holidays.own(self.hours, self.public_holidays)

    @property
    def names(self) -> Names:
        return self.given[-1].names

    @property
    def public_holidays(self) -> tuple[PublicHolidays, ...]:
        return self.given[-1].public_holidays

    def hours_of(self, version: int) -> BusinessHours:
        """The hours of a version, for ever the same. Raises NotFound."""
        self._require_version(version)
        return self.versions[version - 1]

    def given_of(self, version: int) -> Given:
        """What a version was made of. Raises NotFound."""
        self._require_version(version)
        return self.given[version - 1]

    def _require_version(self, version: int) -> None:
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")

    # Define ------------------------------------------------------------------------------

    @classmethod
    def define(
        cls,
        id: UUID,
        *,
        name: str,
        hours: BusinessHours,
        names: Names | None = None,
        public_holidays: Sequence[PublicHolidays] = (),
        by: Provenance,
    ) -> Self:
        name = text.name(name, "The name of a calendar")
        counted, given = _made(hours, names or {}, public_holidays)
        return cls.begin(id, cls.Defined(by=by, name=name, hours=counted, given=given))

    class Defined(Event):
        class_version = 2

        name: str
        hours: BusinessHours
        given: Given = Given()

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            return state

        def apply(self, calendar: "Calendar", /) -> None:
            calendar.name = self.name
            calendar.versions = (self.hours,)
            calendar.given = (self.given,)
            calendar.begin_version("new")

    # Revise ------------------------------------------------------------------------------

    def revise(
        self,
        *,
        hours: BusinessHours,
        names: Names | None = None,
        public_holidays: Sequence[PublicHolidays] | None = None,
        applies_to: AppliesTo = "new",
        by: Provenance,
    ) -> None:
        """Give other hours from now on: to what is promised from then on, and what was promised on
        earlier hours keeps them; or to open tickets too. The same hours can be given to these
        afterwards.

        Where no names or public holidays are given, those there are stay.
        """
        self._require_in_use()
        public = self.public_holidays if public_holidays is None else tuple(public_holidays)
        # Who reads the hours and sends them back names the public holidays among the others.
        hours = calendar_holidays.own(hours, public)
        if names is None:
            names = _still_there(self.names, hours)
        before = self.hours_version
        self._record_version(hours, names, public, None, by, applies_to)
        if self.hours_version == before and applies_to == "open":
            self._include_open(by=by)

    def renew_holidays(self, public_holidays: Sequence[PublicHolidays], *, by: Provenance) -> None:
        """Take what is known now of the public holidays to come, of the same places."""
        self._require_in_use()
        require(self.public_holidays != (), "This calendar has no public holidays to renew.")
        known = {one.place: one for one in public_holidays}
        today = self.hours.local_date(by.effective_at)
        renewed = []
        for old in self.public_holidays:
            new = known.get(old.place)
            if new is None:
                raise Refused(f"public_holidays: those of {old.place} are missing.")
            require(
                new.last_year >= old.last_year,
                f"public_holidays: those of {old.place} are known until {old.last_year} already.",
            )
            later = calendar_holidays.renewed(old, new, today)
            is_same = (later.days, later.last_year) == (old.days, old.last_year)
            renewed.append(old if is_same else later)
        self._record_version(self.own_hours, self.names, tuple(renewed), None, by)

    def import_file(
        self, *, hours: BusinessHours, names: Names, imported: Imported, by: Provenance
    ) -> None:
        """Give the hours that were read from a file; the public holidays stay."""
        self._require_in_use()
        hours = calendar_holidays.own(hours, self.public_holidays)
        names = _still_there(names, hours)
        self._record_version(hours, names, self.public_holidays, imported, by)

    def _record_version(
        self,
        hours: BusinessHours,
        names: Names,
        public: Sequence[PublicHolidays],
        imported: Imported | None,
        by: Provenance,
        applies_to: AppliesTo = "new",
    ) -> None:
        counted, given = _made(hours, names, public, imported)
        is_same = (counted, given.names, given.public_holidays) == (
            self.hours,
            self.names,
            self.public_holidays,
        )
        if not is_same:
            self.record(self.Revised(by=by, hours=counted, given=given, applies_to=applies_to))

    def _require_in_use(self) -> None:
        require(not self.is_retired, "A retired calendar cannot be revised.")

    class Revised(Event):
        class_version = 2

        hours: BusinessHours
        given: Given = Given()
        applies_to: AppliesTo = "new"

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            return state

        def apply(self, calendar: "Calendar", /) -> None:
            calendar.versions = (*calendar.versions, self.hours)
            calendar.given = (*calendar.given, self.given)
            calendar.begin_version(self.applies_to)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for new definitions. What counts on it goes on counting on it."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, calendar: "Calendar", /) -> None:
            calendar.is_retired = True


def check(hours: BusinessHours, names: Names | None = None) -> None:
    """Refuse business hours that are wrong, never open or out of all proportion.

    Raises WrongHours with every mistake and its place.
    """
    calendar_mistakes.check(hours, names)


def _made(
    hours: BusinessHours,
    names: Names,
    public: Sequence[PublicHolidays],
    imported: Imported | None = None,
) -> tuple[BusinessHours, Given]:
    """The hours that count, and what they were made of. Raises Refused."""
    check(hours, names)
    calendar_holidays.check(public)
    counted = calendar_holidays.counted(hours, public)
    require(
        len(counted.holidays) <= DATES_MAX,
        f"public_holidays: with them, the calendar has more than {DATES_MAX} holidays.",
    )
    clean = {day: text.name(name, "A name") for day, name in sorted(names.items())}
    return counted, Given(names=clean, public_holidays=tuple(public), imported=imported)


def _still_there(names: Names, hours: BusinessHours) -> Names:
    known = {*hours.holidays, *hours.date_hours, *hours.date_breaks}
    return {day: name for day, name in names.items() if day in known}
