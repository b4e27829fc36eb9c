"""Random business hours, and a slow reading of them that shares no code with the product."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from domain.business_time import BusinessHours

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Antarctica/Troll",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STEP = timedelta(minutes=15)


def clock(quarters: int) -> str:
    """A time of day from quarters of an hour."""
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


@st.composite
def windows(draw: st.DrawFn, overnight: bool = False) -> tuple[tuple[str, str], ...]:
    """Up to three windows of a day, in quarters of an hour."""
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    found = [(clock(a), clock(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    if overnight and found and edges[len(found) * 2 - 1] <= 92 and draw(st.booleans()):
        found.append((clock(92), clock(draw(st.integers(1, 8)))))
    return tuple(found)


def dates(year: int) -> st.SearchStrategy[str]:
    return st.dates(date(year, 1, 1), date(year + 1, 12, 31)).map(str)


@st.composite
def calendars(draw: st.DrawFn, year: int = 2024) -> BusinessHours:
    """Business hours that are open at least on Wednesdays."""
    weekly = draw(st.dictionaries(st.sampled_from(WEEKDAYS), windows(), max_size=7))
    weekly["wed"] = weekly.get("wed") or (("09:00", "17:00"),)
    holidays = draw(st.lists(st.one_of(dates(year), st.just("*-12-25"), st.just("*-02-29"))))
    return BusinessHours(
        zone=draw(st.sampled_from(ZONES)),
        weekly=weekly,
        holidays=tuple(holidays),
        date_hours=draw(st.dictionaries(dates(year), windows(), max_size=4)),
        date_breaks=draw(st.dictionaries(dates(year), windows(), max_size=4)),
    )


def instants(year: int = 2024) -> st.SearchStrategy[datetime]:
    """Instants of two years, to the microsecond, at any offset."""
    begin = datetime(year, 1, 1)
    return st.datetimes(
        begin,
        begin.replace(year=year + 2),
        timezones=st.sampled_from(ZONES).map(ZoneInfo),
        allow_imaginary=False,
    )


def slowly_open(hours: BusinessHours, at: datetime) -> bool:
    """Whether the wall clock shows an open time, read from the texts alone."""
    shown = at.astimezone(ZoneInfo(hours.zone))
    today, time = shown.date(), shown.strftime("%H:%M:%S.%f")
    if _holiday(hours, today):
        return False
    if any(a <= time < b for a, b in hours.date_breaks.get(str(today), ())):
        return False
    if any(a <= time and (time < b or b <= a) for a, b in _written(hours, today)):
        return True
    yesterday = today - timedelta(days=1)
    return not _holiday(hours, yesterday) and any(
        b <= a and time < b for a, b in _written(hours, yesterday)
    )


def slowly_between(hours: BusinessHours, start: datetime, end: datetime) -> timedelta:
    """The open time between two instants on whole quarters of an hour of UTC."""
    total, at = timedelta(0), start.astimezone(UTC)
    while at < end:
        if slowly_open(hours, at):
            total += STEP
        at += STEP
    return total


def _holiday(hours: BusinessHours, day: date) -> bool:
    return str(day) in hours.holidays or f"*-{day:%m-%d}" in hours.holidays


def _written(hours: BusinessHours, day: date) -> tuple[tuple[str, str], ...]:
    if str(day) in hours.date_hours:
        return hours.date_hours[str(day)]
    return hours.weekly.get(WEEKDAYS[day.weekday()], ())


# Second by second ----------------------------------------------------------------------------


def clock_changes(zone: str, first: int, last: int) -> list[datetime]:
    """The instants at which the offset of a zone changes, to the second."""
    where = ZoneInfo(zone)
    found: list[datetime] = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    offset = at.astimezone(where).utcoffset()
    while at < end:
        following = at + timedelta(days=3)
        if (then := following.astimezone(where).utcoffset()) != offset:
            low, high = at, following
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(where).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            found.append(high)
        at, offset = following, then
    return found


def open_seconds(hours: BusinessHours, begin: datetime, number: int) -> list[bool]:
    """For each second from an instant on, whether the wall clock shows an open time."""
    where = ZoneInfo(hours.zone)
    of_days: dict[date, list[tuple[int, int]]] = {}
    found = []
    for step in range(number):
        shown = (begin + timedelta(seconds=step)).astimezone(where)
        day = shown.date()
        if day not in of_days:
            of_days[day] = _open_spans(hours, day)
        second = shown.hour * 3600 + shown.minute * 60 + shown.second
        found.append(any(a <= second < b for a, b in of_days[day]))
    return found


def _open_spans(hours: BusinessHours, day: date) -> list[tuple[int, int]]:
    """When a date is open, in seconds after midnight: its own windows and those of the night
    before, less its breaks."""
    if _holiday(hours, day):
        return []
    found: list[tuple[int, int]] = []
    for a, b in _written(hours, day):
        found.append((_seconds(a), _seconds(b) if b > a else 86_400))
    before = day - timedelta(days=1)
    if not _holiday(hours, before):
        found += [(0, _seconds(b)) for a, b in _written(hours, before) if b <= a]
    breaks = [(_seconds(a), _seconds(b)) for a, b in hours.date_breaks.get(str(day), ())]
    for begins, ends in breaks:
        found = [
            piece
            for a, b in found
            for piece in ((a, min(b, begins)), (max(a, ends), b))
            if piece[0] < piece[1]
        ]
    return found


def _seconds(text: str) -> int:
    hour, minute, *rest = (int(part) for part in text.split(":"))
    return hour * 3600 + minute * 60 + sum(rest)
