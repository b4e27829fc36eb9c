"""The last whole day, week, month, quarter or year, by the wall clock of a zone."""

from datetime import date, datetime, timedelta
from typing import Literal

from domain.wall_clock import DAY, EPOCH, first_showing, instant, micros, reading

Period = Literal["day", "week", "month", "quarter", "year"]

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_ONE = timedelta(days=1)


def last_whole(period: Period, zone: str, at: datetime) -> tuple[datetime, datetime]:
    """From when until before when the last one is that was over by a moment. A week begins on
    Monday."""
    today = EPOCH.date() + _ONE * (reading(zone, micros(at)) // DAY)
    match period:
        case "day":
            until, since = today, today - _ONE
        case "week":
            until = today - _ONE * today.weekday()
            since = until - 7 * _ONE
        case _:
            months = _MONTHS[period]
            number = (today.year * 12 + today.month - 1) // months * months
            until, since = _first(number), _first(number - months)
    return _begins(zone, since), _begins(zone, until)


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _begins(zone: str, day: date) -> datetime:
    return instant(first_showing(zone, (day - EPOCH.date()).days * DAY))
