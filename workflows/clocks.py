"""The service clocks of a ticket, read from the ledger: what a due mark is checked against."""

from collections.abc import Iterable
from uuid import UUID

from domain.aggregate import Entry
from domain.agreed_clocks import HoursOf
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ledger import Ledger
from domain.promises import Promises


async def hours_for(ledger: Ledger, history: Iterable[Entry]) -> HoursOf:
    """The business hours of all that was ever promised in a history. Raises NotFound."""
    hours: dict[tuple[UUID, int], BusinessHours] = {}
    for entry in history:
        if isinstance(entry.event, Promises.ServiceLevelApplied):
            id, version = entry.event.calendar, entry.event.calendar_version
            hours[id, version] = (await ledger.find(Calendar, id)).hours_of(version)
    return lambda calendar, version: hours[calendar, version]
