"""Calendars by their names, as definitions are written, and by their numbers."""

from collections.abc import Iterable
from uuid import UUID

from domain.calendar import Calendar
from domain.ids import number_of, parse_reference, prefix_of
from domain.near import near
from domain.rules import NotFound, Refused


class CalendarNames:
    """What calendars are called at a moment. One that is retired has a number alone."""

    def __init__(self, calendars: Iterable[Calendar]) -> None:
        self._numbers: set[UUID] = set()
        self._named: dict[str, list[UUID]] = {}
        for calendar in calendars:
            self._numbers.add(calendar.id)
            if not calendar.is_retired:
                self._named.setdefault(calendar.name, []).append(calendar.id)

    def calendar_of(self, text: str) -> UUID:
        """The calendar that a name, a number or an id means. Raises Refused."""
        id = _referred(text)
        if id is not None:
            if id not in self._numbers:
                raise Refused(f"there is no calendar {text}.")
            return id
        found = self._named.get(text, [])
        if len(found) > 1:
            numbers = " or ".join(number_of(one) for one in sorted(found))
            raise Refused(f"{len(found)} calendars are called {text!r}: write {numbers}.")
        if not found:
            raise Refused(f"there is no calendar {text!r:.80}{near(text, self._named)}")
        return found[0]

    def name_of(self, id: UUID) -> str:
        """What to write for a calendar, so that it is found again."""
        for name, ids in self._named.items():
            if ids == [id] and _referred(name) is None:
                return name
        return number_of(id)


def _referred(text: str) -> UUID | None:
    """The id in a number or an id of a calendar."""
    try:
        id = parse_reference(text)
    except NotFound:
        return None
    return id if prefix_of(id) == Calendar.prefix else None
