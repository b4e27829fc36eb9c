"""Rules of recurrence, beside those of python-dateutil."""

from datetime import date, datetime
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it has no types
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from domain.recurrence import WEEKDAYS, Steps, occurrences, parse
from domain.rules import Refused

LAST = date(2028, 12, 31)


def some(elements: st.SearchStrategy[object], size: int = 3) -> st.SearchStrategy[str]:
    return st.lists(elements, min_size=1, max_size=size, unique=True).map(
        lambda found: ",".join(str(one) for one in found)
    )


@st.composite
def week_days(draw: st.DrawFn, *, with_weeks: bool) -> str:
    """Days with a week each, or without: dateutil mistakes a mixture."""
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True))
    weeks = st.sampled_from(["1", "2", "-1", "5"])
    return ",".join(f"{draw(weeks)}{day}" if with_weeks else day for day in days)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    is_long = frequency in ("MONTHLY", "YEARLY")
    has_weeks = is_long and draw(st.booleans())
    parts = [f"FREQ={frequency}"]
    for name, values, fits in (
        ("INTERVAL", st.integers(1, 5).map(str), True),
        ("COUNT", st.integers(1, 30).map(str), True),
        ("BYMONTH", some(st.integers(1, 12)), True),
        # dateutil takes a numbered week beside days of the month as another filter.
        (
            "BYMONTHDAY",
            some(st.integers(-31, 31).filter(bool)),
            frequency != "WEEKLY" and not has_weeks,
        ),
        ("BYDAY", week_days(with_weeks=has_weeks), True),
        ("BYSETPOS", some(st.sampled_from([1, 2, -1, 5])), is_long and not has_weeks),
        ("WKST", st.sampled_from(WEEKDAYS), True),
    ):
        if fits and draw(st.booleans()):
            parts.append(f"{name}={draw(values)}")
    return ";".join(parts)


@settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rules(), st.dates(date(2022, 1, 1), date(2026, 12, 31)), st.dates(date(2022, 1, 1), LAST))
def test_the_dates_are_those_of_dateutil(rule: str, start: date, first: date) -> None:
    theirs = rrulestr(rule, dtstart=datetime(start.year, start.month, start.day))
    # A rule that never holds takes dateutil seconds: it looks on until the year 9999.
    assume("BYMONTHDAY" not in rule or "BYMONTH=" not in rule)
    wanted = [at.date() for at in takewhile(lambda at: at.date() <= LAST, theirs)]

    found = list(occurrences(parse(rule), start, first, LAST, Steps()))

    assert found == [day for day in wanted if day >= first]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
    ],
)
def test_a_rule_that_never_holds_ends_all_the_same(rule: str) -> None:
    assert list(occurrences(parse(rule), date(1970, 1, 1), date(2026, 1, 1), LAST, Steps())) == []


def test_what_takes_too_many_steps_is_refused() -> None:
    steps = Steps(20_000)

    list(islice(occurrences(parse("FREQ=DAILY"), date(1970, 1, 1), LAST, LAST, steps), 5))
    with pytest.raises(Refused, match="too many repetitions"):
        list(occurrences(parse("FREQ=DAILY;COUNT=199999"), date(1970, 1, 1), LAST, LAST, steps))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("", "RRULE: '' is not known"),
        ("FREQ=SECONDLY", "SECONDLY comes again within a day"),
        ("FREQ=HOURLY;INTERVAL=2", "HOURLY comes again within a day"),
        ("FREQ=SOMETIMES", "FREQ is DAILY, WEEKLY"),
        ("INTERVAL=2", "FREQ is DAILY"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ twice"),
        ("FREQ=DAILY;BYHOUR=9", "'BYHOUR' is not known"),
        ("FREQ=YEARLY;BYWEEKNO=20", "'BYWEEKNO' is not known"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL is a number from 1"),
        ("FREQ=DAILY;COUNT=-1", "COUNT is a number from 1"),
        ("FREQ=DAILY;COUNT=x", "COUNT is a number from 1"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20300101", "both COUNT and UNTIL"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH is a number from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY is never 0"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY is a number from -31 to 31"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY has no numbers with WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=MONDAY", "'MONDAY' is no day such as MO"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY has 53 weeks"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS does not go with DAILY"),
        ("FREQ=WEEKLY;WKST=XX", "WKST is a day"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(rule: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(rule)

    assert why in str(refused.value)
