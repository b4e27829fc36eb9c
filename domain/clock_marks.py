"""The moments before, at and after the due moment of a service clock at which something is done.

A mark is written as a share of the budget, `75%` or `100%`, or as a duration before or after the
due moment, `-30m`, `+2h`, `-1bd`.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from domain import business_time
from domain.business_time import BusinessHours, duration
from domain.promises import BREACH
from domain.rules import Refused
from domain.service_clock import Clock, later

_SHARE = re.compile(r"([1-9][0-9]{0,3})%")


class Moment(Struct, frozen=True):
    """What a clock will want next."""

    mark: str
    at: datetime


def check_mark(mark: str) -> None:
    """Refuse a mark of no known form."""
    if _SHARE.fullmatch(mark):
        return
    if mark[:1] not in ("-", "+"):
        raise Refused(f"{mark!r} is not a mark: write 75%, -30m or +2h.")
    duration(mark[1:])


def next_moment(
    clock: Clock, hours: BusinessHours, escalation: Iterable[str] = ()
) -> Moment | None:
    """The first mark that is not done, of an escalation's and the breach; of a clock that does not
    run any more, the breach that nobody has marked yet."""
    if clock.state != "running":
        at = _owed(clock, BREACH)
        return None if at is None else Moment(BREACH, at)
    try:
        found = next_mark(clock, hours, dict.fromkeys((*escalation, BREACH)))
    except Refused:
        # The calendar ends before that mark: it will never come.
        found = next_mark(clock, hours, (BREACH,))
    return None if found is None else Moment(*found)


def reached(clock: Clock, hours: BusinessHours, mark: str) -> datetime | None:
    """When a clock reaches a mark if it runs on; None if it was marked, or never will.

    Raises Refused for a mark after the end of the calendar.
    """
    if clock.state != "running":
        return _owed(clock, mark)
    return None if mark in clock.marks_done else moment(clock, hours, mark)


def _owed(clock: Clock, mark: str) -> datetime | None:
    """The breach of a clock that has stopped, if nobody has marked it yet."""
    is_owed = mark == BREACH and BREACH not in clock.marks_done and clock.state != "cancelled"
    return clock.breached_at if is_owed else None


def next_mark(
    clock: Clock, hours: BusinessHours, marks: Iterable[str]
) -> tuple[str, datetime] | None:
    """The first mark that is not done yet, and its moment; None unless the clock runs.

    A mark whose moment passed before the clock last changed is due from that change.
    """
    if clock.state != "running":
        return None
    ahead = [(moment(clock, hours, mark), mark) for mark in marks if mark not in clock.marks_done]
    if not ahead:
        return None
    at, mark = min(ahead, key=lambda pair: pair[0])
    return mark, at


def passed(clock: Clock, hours: BusinessHours) -> tuple[str, ...]:
    """The marks that are done and whose moment is not after that up to which the clock is
    settled, as it is promised now."""
    return tuple(mark for mark in clock.marks_done if not _is_ahead(clock, hours, mark))


def _is_ahead(clock: Clock, hours: BusinessHours, mark: str) -> bool:
    if clock.as_of is None:
        return False
    try:
        return moment(clock, hours, mark) > clock.as_of
    except Refused:
        return True  # The calendar ends before it.


def moment(clock: Clock, hours: BusinessHours, mark: str) -> datetime:
    """When a running clock reaches a mark if it runs on. Raises Refused for a wrong mark."""
    if clock.as_of is None or clock.due_at is None:
        raise Refused("A clock has marks once it has started.")
    if share := _SHARE.fullmatch(mark):
        return _share(clock, hours, int(share[1]), clock.as_of, clock.due_at)
    check_mark(mark)
    wait = duration(mark[1:])
    if mark[0] == "+":
        return business_time.due(clock.due_at, wait, hours)
    if (span := wait.open_time) is not None:
        before = hours.sub(clock.due_at, span)
    elif wait.unit == "bd":
        before = hours.add_days(clock.due_at, -wait.amount)
    else:
        before = hours.add_calendar_days(clock.due_at, -wait.amount)
    return max(clock.as_of, before)


def _share(
    clock: Clock, hours: BusinessHours, percent: int, as_of: datetime, due_at: datetime
) -> datetime:
    if percent >= 100:
        over = clock.total * (percent - 100)
        return later(clock, due_at, timedelta(microseconds=-(-over // 100)), hours)
    wanted = timedelta(microseconds=-(-clock.total * percent // 100))
    return later(clock, as_of, max(timedelta(0), wanted - clock.consumed), hours)
