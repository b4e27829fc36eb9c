"""Conformance cases of clocks and calendars, `sla-case/1`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from domain.business_time import BusinessHours, Windows, check
from domain.rules import Refused
from domain.service_clock import Fact, Target, due, replay, used
from ops.conform_answers import Answer, NotOffered, instant, moment
from ops.conform_sequence import expected_due, shown_due

Json = dict[str, Any]
Window = tuple[datetime, datetime]


def answers(case: Json) -> Iterator[Answer]:
    """What a case expects beside what we say. Raises NotOffered for an unknown operation."""
    hours = hours_of(case)
    check(hours)
    operation = case["op"]
    if operation == "sla":
        for part in case["checks"]:
            yield from _clock(part, hours)
    elif operation == "sla_sequence":
        yield Answer("due", expected_due(case), shown_due(case, hours))
    elif operation in _OPERATIONS:
        yield _OPERATIONS[operation](case, hours)
    else:
        raise NotOffered(operation)


def hours_of(case: Json) -> BusinessHours:
    """The business hours of a case."""
    return BusinessHours(
        zone=case["timezone"],
        weekly=_windows(case.get("weekly_hours")),
        holidays=tuple(case.get("holidays", ())),
        date_hours=_windows(case.get("date_hours")),
        date_breaks=_windows(case.get("date_breaks")),
    )


def _windows(days: Mapping[str, list[list[str]]] | None) -> dict[str, Windows]:
    return {
        day: tuple((begins, ends) for begins, ends in windows)
        for day, windows in (days or {}).items()
    }


def _at(get: Callable[[BusinessHours, datetime, Json], datetime]) -> Callable[..., Answer]:
    def answer(case: Json, hours: BusinessHours) -> Answer:
        expected = instant(case["expected"]["at"])
        return Answer("at", expected, get(hours, instant(case["start"]), case))

    return answer


def _value(get: Callable[[BusinessHours, Any], bool]) -> Callable[..., Answer]:
    def answer(case: Json, hours: BusinessHours) -> Answer:
        return Answer("value", case["expected"]["value"], get(hours, moment(case["start"])))

    return answer


def _span(case: Json) -> timedelta:
    return timedelta(seconds=case["duration_s"])


def _between(case: Json, hours: BusinessHours) -> Answer:
    got = hours.between(instant(case["start"]), instant(case["end"]))
    return _seconds(case["expected"], got)


def _seconds(expected: Json, got: timedelta) -> Answer:
    if "seconds" in expected:
        return Answer("open time", timedelta(seconds=expected["seconds"]), got)
    unit = timedelta(seconds=expected["trunc_unit_s"])
    # Towards zero, as the suites that say it in whole units do.
    whole = got // unit if got >= timedelta(0) else -(-got // unit)
    return Answer("whole units", expected["value"], whole)


def _add_days(case: Json, hours: BusinessHours) -> Answer:
    start: datetime | date = moment(case["start"])
    got: datetime | date
    if isinstance(start, datetime):
        got = hours.add_days(start, case["days"])
    else:
        got = hours.add_workdays(start, case["days"])
    return Answer("at", moment(case["expected"]["at"]), got)


def _add_days_open(hours: BusinessHours, start: datetime, case: Json) -> datetime:
    later = hours.add_days(start, case["days"])
    return hours.prev_open(later) if case.get("backward") else hours.next_open(later)


def _windows_from(case: Json, hours: BusinessHours) -> Answer:
    expected = [(instant(since), instant(until)) for since, until in case["expected"]["windows"]]
    start = instant(case["start"])
    after = case["op"] == "windows_after"
    windows = hours.windows_after(start) if after else hours.windows_before(start)
    return Answer("windows", expected, list(_first(windows, len(expected))))


def _first(windows: Iterator[Window], number: int) -> Iterator[Window]:
    """The first windows, fewer when the calendar has no more."""
    try:
        yield from islice(windows, number)
    except Refused:
        return


def _days(get: Callable[[BusinessHours, Any, Any, Json], int]) -> Callable[..., Answer]:
    def answer(case: Json, hours: BusinessHours) -> Answer:
        got = get(hours, moment(case["start"]), moment(case["end"]), case)
        return Answer("days", case["expected"]["days"], got)

    return answer


def _add_invalid(case: Json, hours: BusinessHours) -> Answer:
    try:
        got = hours.add(instant(case["start"]), timedelta(**case["amount"]))
    except (Refused, TypeError):
        return Answer("answer", case["expected"]["error"], "refused")
    return Answer("answer", case["expected"]["error"], got)


def _clock(part: Json, hours: BusinessHours) -> Iterator[Answer]:
    """One figure of a scenario, from a service clock that is told the pauses."""
    if part["op"] not in ("add", "between"):
        raise NotOffered(f"sla/{part['op']}")
    start = instant(part["start"])
    facts = [Fact(start, "start")]
    for since, until in part["pauses"]:
        facts.append(Fact(max(start, instant(since)), "pause", "pending"))
        facts.append(Fact(max(start, instant(until)), "resume", "pending"))
    if part["op"] == "add":
        target = Target(part["field"], f"{part['duration_s']}s", pausing=("pending",))
        got = due(replay(target, facts, hours))
        yield Answer(part["field"], instant(part["expected"]["at"]), got)
        return
    target = Target(part["field"], "24h", pausing=("pending",))
    end = instant(part["end"])
    clock = replay(target, [fact for fact in facts if fact.at <= end], hours)
    yield _seconds(part["expected"], used(clock, end, hours))


_OPERATIONS: dict[str, Callable[[Json, BusinessHours], Answer]] = {
    "add": _at(lambda hours, start, case: hours.add(start, _span(case))),
    "sub": _at(lambda hours, start, case: hours.sub(start, _span(case))),
    "between": _between,
    "next_open": _at(lambda hours, start, _: hours.next_open(start)),
    "prev_open": _at(lambda hours, start, _: hours.prev_open(start)),
    "next_close": _at(lambda hours, start, _: hours.next_close(start)),
    "next_window": _at(lambda hours, start, _: hours.next_window(start)[0]),
    "first_workday": _at(lambda hours, start, _: hours.first_workday(start)),
    "previous_workday": _at(lambda hours, start, _: hours.previous_workday(start)),
    "add_days_open": _at(_add_days_open),
    "is_open": _value(BusinessHours.is_open),
    "is_workday": _value(BusinessHours.is_workday),
    "is_holiday": _value(BusinessHours.is_holiday),
    "is_break": _value(BusinessHours.is_break),
    "add_days": _add_days,
    "windows_after": _windows_from,
    "windows_before": _windows_from,
    "days_between": _days(lambda hours, start, end, _: hours.days_between(start, end)),
    # The peer's day is an amount of open time; ours is always a date.
    "days_between_peer": _days(lambda hours, start, end, _: hours.days_between(start, end)),
    "workdays_in": _days(
        lambda hours, start, end, case: hours.workdays_in(start, end, case["inclusive"])
    ),
    "add_invalid": _add_invalid,
}
