"""The time that people spend on a ticket: booked by whoever spent it, corrected for a reason."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import text
from domain.aggregate import Event
from domain.mapper import is_person
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.ticket_base import TicketBase

BOOKINGS_MAX = 1_000
MINUTES_MAX = 24 * 60


class Booking(Struct, frozen=True, kw_only=True):
    """Time that a person spent on a day. A correction to no minutes takes it back."""

    number: int
    person: UUID
    day: date
    minutes: int
    activity: str
    is_billable: bool


class TimeSpent(TicketBase, abstract=True):
    bookings: tuple[Booking, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.bookings = ()

    @property
    def minutes_spent(self) -> int:
        return sum(booking.minutes for booking in self.bookings)

    @property
    def minutes_billable(self) -> int:
        return sum(booking.minutes for booking in self.bookings if booking.is_billable)

    def book_time(
        self,
        minutes: int,
        *,
        activity: str,
        is_billable: bool = False,
        day: date | None = None,
        note: str = "",
        by: Provenance,
    ) -> None:
        """Book time of one's own, of today or of a day before. Allowed on tickets that are over."""
        person = by.on_behalf_of or by.actor
        require(is_person(person), "Only people spend time.")
        require(len(self.bookings) < BOOKINGS_MAX, f"At most {BOOKINGS_MAX} bookings a ticket.")
        require(1 <= minutes <= MINUTES_MAX, f"A booking has 1 to {MINUTES_MAX} minutes.")
        today = by.effective_at.date()
        require(day is None or day <= today, "Time is booked once it has been spent.")
        self.record(
            self.TimeBooked(
                by=by,
                number=len(self.bookings) + 1,
                person=UUID(person),
                day=day or today,
                minutes=minutes,
                activity=text.name(activity, "An activity"),
                is_billable=is_billable,
                note=text.body(note, "A note", text.REASON_MAX),
            )
        )

    class TimeBooked(Event):
        number: int
        person: UUID
        day: date
        minutes: int
        activity: str
        is_billable: bool = False
        note: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "TimeSpent", /) -> None:
            booking = Booking(
                number=self.number,
                person=self.person,
                day=self.day,
                minutes=self.minutes,
                activity=self.activity,
                is_billable=self.is_billable,
            )
            ticket.bookings = (*ticket.bookings, booking)

    def correct_time(
        self,
        number: int,
        *,
        minutes: int,
        is_billable: bool | None = None,
        reason: str,
        by: Provenance,
    ) -> None:
        """Correct a booking of one's own; to no minutes, where it was none. What is not given stays
        as it is, and what says the same records nothing."""
        booking = self._booking(number)
        rule = "Only whoever booked time can correct it."
        require((by.on_behalf_of or by.actor) == str(booking.person), rule)
        require(0 <= minutes <= MINUTES_MAX, f"A correction has 0 to {MINUTES_MAX} minutes.")
        reason = text.reason(reason, "A correction needs a reason.")
        billable = booking.is_billable if is_billable is None else is_billable
        if (minutes, billable) != (booking.minutes, booking.is_billable):
            self.record(
                self.TimeCorrected(
                    by=by, number=number, minutes=minutes, is_billable=billable, reason=reason
                )
            )

    class TimeCorrected(Event):
        number: int
        minutes: int
        is_billable: bool
        reason: Annotated[str, Personal("actor")]

        def apply(self, ticket: "TimeSpent", /) -> None:
            ticket.bookings = tuple(
                replace(booking, minutes=self.minutes, is_billable=self.is_billable)
                if booking.number == self.number
                else booking
                for booking in ticket.bookings
            )

    def _booking(self, number: int) -> Booking:
        for booking in self.bookings:
            if booking.number == number:
                return booking
        raise Refused(f"There is no booking {number}.")
