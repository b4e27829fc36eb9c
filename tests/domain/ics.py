"""iCalendar files, and what is made of them."""

from datetime import date

from domain.business_time import BusinessHours
from domain.calendar_ics import Found, read

WEEK = {day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}

BERLIN = BusinessHours(zone="Europe/Berlin", weekly=WEEK)

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def ics(*events: str) -> str:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"]
    for event in events:
        rows += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
    return "\r\n".join([*rows, "END:VCALENDAR", ""])


def found(*events: str, hours: BusinessHours = BERLIN) -> Found:
    return read(ics(*events), hours, FIRST, LAST)
