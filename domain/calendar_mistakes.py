"""What is wrong with business hours as somebody writes them: all of it, each with its place.

Hours that were recorded are read by `business_rules.parsed`, which refuses less: a rule that is new
here is for new hours alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from domain import business_rules, text
from domain.business_rules import WEEKDAYS, Texts, parsed, said
from domain.near import near
from domain.open_windows import Rules, Span
from domain.rules import Refused
from domain.wall_clock import DAY, EPOCH, FIRST_YEAR, LAST_YEAR

DATES_MAX = 1_000
WINDOWS_MAX = 48
SHOWN_MAX = 50
SAID_MAX = 5

_EPOCH_DAY = EPOCH.toordinal()
_ONE_DAY = timedelta(days=1)


class Mistake(NamedTuple):
    """A mistake: the place, such as `weekly.mon[1]`, and the rule."""

    place: str
    rule: str

    @property
    def sentence(self) -> str:
        return f"{self.place}: {self.rule}" if self.place else self.rule


class WrongHours(Refused):
    """Business hours with mistakes. The message tells the first of them."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        told = " ".join(mistake.sentence for mistake in mistakes[:SAID_MAX])
        more = len(mistakes) - SAID_MAX
        super().__init__(f"{told} ({more} more mistakes.)" if more > 0 else told)
        self.mistakes = tuple(mistakes)


def check(texts: Texts, names: Mapping[str, str] | None = None) -> None:
    """Refuse hours that have a mistake. Raises WrongHours."""
    if found := mistakes(texts, names or {}):
        raise WrongHours(found)


def mistakes(texts: Texts, names: Mapping[str, str]) -> list[Mistake]:
    """The first 50 mistakes. `names` are what dates are called."""
    found: list[Mistake] = []
    for mistake in _all(texts, names):
        found.append(mistake)
        if len(found) == SHOWN_MAX:
            break
    return found


def _all(texts: Texts, names: Mapping[str, str]) -> Iterator[Mistake]:
    are_parts_right = True
    for mistake in _of_parts(texts):
        are_parts_right = False
        yield mistake
    yield from _of_names(texts, names)
    if are_parts_right:
        yield from _of_the_whole(texts)


def _of_parts(texts: Texts) -> Iterator[Mistake]:
    yield from _zone(texts.zone)
    for name, windows in texts.weekly.items():
        place = f"weekly.{name[:20]}"
        if name not in WEEKDAYS:
            rule = f"a weekday is one of {', '.join(WEEKDAYS)}{_meant(name)}"
            yield Mistake(place, rule)
        else:
            yield from _windows(place, windows)
    yield from _holidays(texts.holidays)
    for field, days, read in (
        ("date_hours", texts.date_hours, _windows),
        ("date_breaks", texts.date_breaks, _breaks),
    ):
        yield from _dates(field, days, read)


def _zone(name: str) -> Iterator[Mistake]:
    if name not in zones():
        yield Mistake(
            "zone", f"{name[:80]!r} is not an IANA time zone{near(name[:80], sorted(zones()))}"
        )


@cache
def zones() -> frozenset[str]:
    """The names of all zones: those of the shipped database, whatever a machine has besides."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split())


def _windows(place: str, windows: Sequence[tuple[str, str]]) -> Iterator[Mistake]:
    yield from _spans(place, windows, business_rules.span, "window")


def _breaks(place: str, windows: Sequence[tuple[str, str]]) -> Iterator[Mistake]:
    yield from _spans(place, windows, business_rules.break_span, "break")


def _spans(
    place: str,
    windows: Sequence[tuple[str, str]],
    read: Callable[[str, str, str], Span],
    what: str,
) -> Iterator[Mistake]:
    if len(windows) > WINDOWS_MAX:
        yield Mistake(place, f"a day has at most {WINDOWS_MAX} {what}s.")
        return
    found: list[tuple[Span, int]] = []
    for index, (begins, ends) in enumerate(windows):
        where = f"{place}[{index}]"
        try:
            found.append((read(where, begins, ends), index))
        except Refused as refused:
            yield _placed(where, refused)
    for (one, _), (other, index) in pairwise(sorted(found)):
        if other[0] < one[1]:
            yield Mistake(f"{place}[{index}]", f"it overlaps the {what} {said(one)}.")


def _holidays(texts: Sequence[str]) -> Iterator[Mistake]:
    if len(texts) > DATES_MAX:
        yield Mistake("holidays", f"a calendar has at most {DATES_MAX} dates here.")
        return
    for index, day in enumerate(texts):
        yield from _day(f"holidays[{index}]", day, business_rules.holiday)


def _dates(
    field: str,
    days: Mapping[str, Sequence[tuple[str, str]]],
    read: Callable[[str, Sequence[tuple[str, str]]], Iterator[Mistake]],
) -> Iterator[Mistake]:
    if len(days) > DATES_MAX:
        yield Mistake(field, f"a calendar has at most {DATES_MAX} dates here.")
        return
    for day, windows in days.items():
        place = f"{field}.{day[:20]}"
        wrong = list(_day(place, day, business_rules.day))
        yield from wrong
        if not wrong:
            yield from read(place, windows)


def _day(place: str, written: str, read: Callable[[str, str], Any]) -> Iterator[Mistake]:
    try:
        day = read(place, written)
    except Refused as refused:
        yield _placed(place, refused)
        return
    if isinstance(day, date) and not FIRST_YEAR < day.year < LAST_YEAR:
        yield Mistake(place, f"dates lie between {FIRST_YEAR + 1} and {LAST_YEAR - 1}.")


def _of_names(texts: Texts, names: Mapping[str, str]) -> Iterator[Mistake]:
    known = {*texts.holidays, *texts.date_hours, *texts.date_breaks}
    if len(names) > 3 * DATES_MAX:
        yield Mistake("names", f"a calendar has at most {3 * DATES_MAX} of them.")
        return
    for day, name in names.items():
        place = f"names.{day[:20]}"
        if day not in known:
            yield Mistake(place, "there is no such date in holidays, date_hours or date_breaks.")
        try:
            text.name(name, "A name")
        except Refused as refused:
            yield Mistake(place, str(refused))


# The whole -----------------------------------------------------------------------------------


def _of_the_whole(texts: Texts) -> Iterator[Mistake]:
    week = list(_of_the_week(texts))
    yield from week
    if week:
        return
    rules = parsed(texts)
    yield from _hours_of_dates(rules)
    yield from _breaks_of_dates(rules)
    if not any(rules.week) and not any(rules.spans(day) for day in rules.date_hours):
        yield Mistake("", "The calendar has no open time at all.")


def _of_the_week(texts: Texts) -> Iterator[Mistake]:
    week = [business_rules.spans(name, texts.weekly.get(name, ())) for name in WEEKDAYS]
    for number, name in enumerate(WEEKDAYS):
        following = (number + 1) % 7
        if runs_into(week[number], week[following]):
            rule = f"the last window runs into the first of {WEEKDAYS[following]}."
            yield Mistake(f"weekly.{name}", rule)


def _hours_of_dates(rules: Rules) -> Iterator[Mistake]:
    for day, spans in rules.date_hours.items():
        place = f"date_hours.{day}"
        if rules.is_holiday(day):
            yield Mistake(place, "that date is a holiday, and closed all day: it is one of both.")
            continue
        before, after = day - _ONE_DAY, day + _ONE_DAY
        if before not in rules.date_hours and runs_into(_written(rules, before), spans):
            yield Mistake(place, f"the last window of {before} runs into its first.")
        if runs_into(spans, _written(rules, after)):
            yield Mistake(place, f"its last window runs into the first of {after}.")


def _written(rules: Rules, day: date) -> Sequence[Span]:
    if rules.is_holiday(day):
        return ()
    return rules.date_hours.get(day, rules.week[day.weekday()])


def runs_into(spans: Sequence[Span], following: Sequence[Span]) -> bool:
    """Whether windows of a day overlap those of the day after."""
    return bool(spans and following) and spans[-1][1] - DAY > following[0][0]


def _breaks_of_dates(rules: Rules) -> Iterator[Mistake]:
    bare = rules._replace(date_breaks={})
    for day, breaks in rules.date_breaks.items():
        place = f"date_breaks.{day}"
        if rules.is_holiday(day):
            yield Mistake(place, "that date is a holiday, and closed all day anyhow.")
            continue
        for index, span in enumerate(breaks):
            if not is_in_hours(bare, day, span):
                rule = f"{said(span)} lies outside the hours of that date."
                yield Mistake(f"{place}[{index}]", rule)


def is_in_hours(bare: Rules, day: date, span: Span) -> bool:
    """Whether a span of a date takes away any of the hours, which are given without breaks."""
    base = (day.toordinal() - _EPOCH_DAY) * DAY
    windows = [*bare.spans(day - _ONE_DAY), *bare.spans(day)]
    return any(base + span[0] < ends and begins < base + span[1] for begins, ends in windows)


def _placed(place: str, refused: Refused) -> Mistake:
    return Mistake(place, str(refused).removeprefix(f"{place}: "))


def _meant(name: str) -> str:
    short: Iterable[str] = (day for day in WEEKDAYS if name.lower().startswith(day))
    return next((f": did you mean {day!r}?" for day in short), ".")


def pointer(place: str) -> str:
    """The JSON pointer of a place in what defines a calendar, which has `hours` and `names`."""
    steps = [step.rstrip("]") for step in place.replace("[", ".").split(".") if step]
    if steps[:1] != ["names"]:
        steps = ["hours", *steps]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
