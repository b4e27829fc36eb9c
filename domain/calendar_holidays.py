"""Holidays of countries in a calendar: dates and names as they were known when they were asked for.

They come in from outside and are recorded, so that no release of whatever knows them changes what
was counted. What the owner of the calendar writes goes first: a public holiday is left out where
`without` names it, and where the calendar has hours of its own for that date.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from domain import business_rules, text
from domain.business_time import BusinessHours
from domain.rules import Refused, require

SOURCES_MAX = 10
YEARS_MAX = 30
RENEWED_BEFORE = timedelta(days=183)
FIRST_YEAR = 1990
LAST_YEAR = 2100

_COUNTRY = re.compile(r"[A-Z]{2}")
_SUBDIVISION = re.compile(r"[A-Za-z0-9 .'()-]{0,60}")


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The public holidays that a calendar is to have.

    country: ISO 3166-1, such as `DE`; subdivision: as ISO 3166-2 has it after the hyphen.
    without: the days on which the desk works all the same, `YYYY-MM-DD` or `*-MM-DD`.
    """

    country: str
    subdivision: str = ""
    first_year: int
    last_year: int
    without: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


class PublicHolidays(Wanted, frozen=True, kw_only=True, omit_defaults=True):
    """Public holidays by their dates, with where they are known from, such as `holidays 0.109`."""

    days: Mapping[str, str]
    source: str


def check_wanted(place: str, wanted: Wanted) -> None:
    """Refuse holidays that nobody can know. Raises Refused with the place."""
    require(
        _COUNTRY.fullmatch(wanted.country) is not None,
        f"{place}.country: {wanted.country[:20]!r} is not a country such as DE.",
    )
    require(
        _SUBDIVISION.fullmatch(wanted.subdivision) is not None,
        f"{place}.subdivision: {wanted.subdivision[:80]!r} is not a part of a country such as BY.",
    )
    for field, year in (("first_year", wanted.first_year), ("last_year", wanted.last_year)):
        require(
            FIRST_YEAR <= year <= LAST_YEAR,
            f"{place}.{field}: a year from {FIRST_YEAR} to {LAST_YEAR}.",
        )
    require(
        wanted.first_year <= wanted.last_year,
        f"{place}.last_year: it is not before the first year.",
    )
    require(
        wanted.last_year - wanted.first_year < YEARS_MAX,
        f"{place}.last_year: at most {YEARS_MAX} years can be asked for.",
    )
    require(len(wanted.without) <= 100, f"{place}.without: at most 100 days are left out.")
    for index, day in enumerate(wanted.without):
        business_rules.holiday(f"{place}.without[{index}]", day)


def check(public: Sequence[PublicHolidays]) -> None:
    """Refuse public holidays that are not what was asked for. Raises Refused with the place."""
    require(
        len(public) <= SOURCES_MAX,
        f"public_holidays: a calendar has those of at most {SOURCES_MAX} places.",
    )
    places = [one.place for one in public]
    for index, one in enumerate(public):
        place = f"public_holidays[{index}]"
        check_wanted(place, one)
        require(one.place not in places[:index], f"{place}: {one.place} is named twice.")
        require(len(one.days) <= 100 * YEARS_MAX, f"{place}.days: there are too many.")
        for said, name in one.days.items():
            try:
                day = business_rules.day("", said)
                text.name(name, "A name")
            except Refused as refused:
                raise Refused(f"{place}.days.{said[:20]}: {refused}") from None
            require(
                one.first_year <= day.year <= one.last_year,
                f"{place}.days.{said}: it is not between the years that were asked for.",
            )


def own(hours: BusinessHours, public: Iterable[PublicHolidays]) -> BusinessHours:
    """The hours without the dates that are public holidays."""
    known = _closing(public)
    if known.isdisjoint(hours.holidays):
        return hours
    return replace(hours, holidays=tuple(day for day in hours.holidays if day not in known))


def counted(hours: BusinessHours, public: Sequence[PublicHolidays]) -> BusinessHours:
    """The hours with those public holidays that close the desk, after its own holidays."""
    if not public:
        return hours
    added = sorted(_closing(public) - {*hours.holidays, *hours.date_hours})
    return replace(hours, holidays=(*hours.holidays, *added))


def of_later_years(old: PublicHolidays, this_year: int, last_year: int) -> Wanted:
    """What to ask for, so that the days to come are known up to a year, and no fewer than now."""
    last = max(last_year, old.last_year)
    return Wanted(
        country=old.country,
        subdivision=old.subdivision,
        first_year=min(this_year, last),
        last_year=last,
        without=old.without,
    )


def renewed(old: PublicHolidays, new: PublicHolidays, today: date) -> PublicHolidays:
    """The newer ones, but days up to today stay as they were known, for as long as all fit."""
    first_year = max(min(old.first_year, new.first_year), new.last_year - YEARS_MAX + 1)
    past = {day: old.days[day] for day in old.days if str(first_year) <= day <= str(today)}
    to_come = {day: name for day, name in new.days.items() if day > str(today)}
    return replace(
        new,
        first_year=first_year,
        without=old.without,
        days=past | to_come,
    )


def known_until(public: Iterable[PublicHolidays]) -> int | None:
    """The last year of which all public holidays are known; None where there are none."""
    return min((one.last_year for one in public), default=None)


def is_running_out(public: Iterable[PublicHolidays], today: date) -> bool:
    """Whether the days that are known end within half a year."""
    last_year = known_until(public)
    return last_year is not None and date(last_year, 12, 31) - today < RENEWED_BEFORE


def _closing(public: Iterable[PublicHolidays]) -> set[str]:
    return {day for one in public for day in one.days if not _is_left_out(day, one)}


def _is_left_out(day: str, public: PublicHolidays) -> bool:
    return day in public.without or f"*-{day[5:]}" in public.without
