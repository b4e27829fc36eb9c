"""Calendars by their names, as definitions are written, and by their numbers."""

from collections.abc import Iterable
from uuid import UUID

from domain.calendar import Calendar
from domain.record_names import Known, RecordNames


class CalendarNames(RecordNames):
    """What calendars are called at a moment. One that is retired has a number alone."""

    def __init__(self, calendars: Iterable[Calendar]) -> None:
        super().__init__(
            "calendar",
            Calendar.prefix,
            (Known(one.id, one.name, not one.is_retired) for one in calendars),
        )

    def calendar_of(self, text: str) -> UUID:
        """The calendar that a name, a number or an id means. Raises Refused."""
        return self.id_of(text)
