"""The page of the calendar of changes: by week or month, day by day."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from api.http.answers import Answer
from api.pages.page import Page
from api.pages.visits import Visit

SPANS = {"week": 7, "month": 28}


class Day(Struct, frozen=True):
    day: date
    changes: list[dict[str, Any]]
    windows: list[dict[str, Any]]


async def show(visit: Visit) -> Answer:
    """The days of a week, or of four, with what is planned and which windows there are."""
    span = visit.query.text("span") if visit.query.text("span") in SPANS else "week"
    first = _monday(visit)
    days = [first + timedelta(days=number) for number in range(SPANS[span])]
    since, until = (_midnight(day, visit.zone) for day in (days[0], days[-1] + timedelta(days=1)))
    found = await visit.get(
        "/changes/calendar",
        min_position=visit.position,
        **{"from": since.isoformat(), "to": until.isoformat()},
    )
    return visit.draw(
        "calendar.html",
        days=list(_days(days, found, visit.zone)),
        span=span,
        today=visit.now.astimezone(visit.zone).date(),
        before=days[0] - timedelta(days=SPANS[span]),
        after=days[-1] + timedelta(days=1),
        may_propose=visit.may("change.propose"),
    )


def _monday(visit: Visit) -> date:
    """That of the week that is asked for, or else of this one."""
    try:
        day = date.fromisoformat(visit.query.text("from"))
    except ValueError:
        day = visit.now.astimezone(visit.zone).date()
    day = min(max(day, date(2000, 1, 3)), date(2200, 1, 6))
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _days(days: list[date], found: dict[str, Any], zone: ZoneInfo) -> Iterator[Day]:
    for day in days:
        start, end = (_midnight(one, zone) for one in (day, day + timedelta(days=1)))
        yield Day(
            day,
            [row for row in found["data"] if _is_in(row, "scheduled_", start, end)],
            [row for row in found["windows"] if _is_in(row, "", start, end)],
        )


def _is_in(row: dict[str, Any], prefix: str, start: datetime, end: datetime) -> bool:
    begins, ends = (datetime.fromisoformat(row[f"{prefix}{one}"]) for one in ("start", "end"))
    return begins < end and ends > start


PAGES = [Page(path="/calendar", show=show)]
