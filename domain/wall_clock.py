"""Wall-clock time in a zone, exactly: where its offset changes, and which instant a reading means.

Instants and readings are integers of microseconds since 1970 (UTC, and without a zone); a zone is
a list of stretches of constant offset, so that nothing here depends on a rule about "ambiguous"
times: an instant shows exactly one reading.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.rules import Refused

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FIRST_YEAR = 1900
LAST_YEAR = 2200

_FIRST_DAY = (datetime(FIRST_YEAR + 1, 1, 1, tzinfo=UTC) - EPOCH).days
_LAST_DAY = (datetime(LAST_YEAR, 1, 1, tzinfo=UTC) - EPOCH).days

Stretch = tuple[int, int, int]
"""From instant, to instant, offset from UTC: three numbers of microseconds."""

_ONE = timedelta(microseconds=1)
# No zone has ever changed twice within so short a time and come back to the same offset.
_PROBE = 6 * 3600


def micros(instant: datetime) -> int:
    """Microseconds from 1970 to an instant. Refused when it has no zone or lies out of range."""
    try:
        since = instant - EPOCH
    except TypeError:
        raise Refused("A time needs a zone or an offset from UTC.") from None
    days = since.days
    if not _FIRST_DAY <= days < _LAST_DAY:
        raise Refused(f"Times lie between the years {FIRST_YEAR + 1} and {LAST_YEAR - 1}.")
    return (days * 86_400 + since.seconds) * SECOND + since.microseconds


def instant(at: int) -> datetime:
    """The UTC instant so many microseconds after 1970."""
    return EPOCH + timedelta(0, 0, at)


def length(span: timedelta) -> int:
    """A span in microseconds."""
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Refused when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused(f"zone: {name!r} is not an IANA time zone.") from None


@lru_cache(maxsize=4096)
def stretches(zone_name: str, year: int) -> tuple[Stretch, ...]:
    """The stretches of constant offset of one UTC year, in order and without holes."""
    where = zone(zone_name)
    start = _second(year)
    end = _second(year + 1)
    found: list[Stretch] = []
    since, offset = start, _offset(where, start)
    before = start
    for probe in [*range(start + _PROBE, end, _PROBE), end - 1]:
        # A probe window may hold two changes, so it is searched until its end agrees.
        while (now := _offset(where, probe)) != offset:
            change = _first_change(where, before, probe, offset)
            found.append((since * SECOND, change * SECOND, offset * SECOND))
            since, before = change, change
            offset = _offset(where, change)
            if now == offset:
                break
        before = probe
    found.append((since * SECOND, end * SECOND, offset * SECOND))
    return tuple(found)


def offset_at(zone_name: str, at: int) -> int:
    """Microseconds by which the wall clock of a zone is ahead of UTC at an instant."""
    return _offset(zone(zone_name), at // SECOND) * SECOND


def reading(zone_name: str, at: int) -> int:
    """What the wall clock of a zone shows at an instant."""
    return at + offset_at(zone_name, at)


def first_showing(zone_name: str, shown: int) -> int:
    """The first instant at which the wall clock shows a reading.

    A reading that the clock jumps over means the instant of the jump.
    """
    year = (EPOCH + shown * _ONE).year
    best: int | None = None
    jump: int | None = None
    for each in (year - 1, year, year + 1):
        if not FIRST_YEAR <= each <= LAST_YEAR:
            continue
        for since, until, offset in stretches(zone_name, each):
            if since <= shown - offset < until:
                best = shown - offset if best is None else min(best, shown - offset)
            elif shown < since + offset and (jump is None or since < jump):
                jump = since
    if best is not None:
        return best
    if jump is None:
        raise Refused(f"Times lie between the years {FIRST_YEAR + 1} and {LAST_YEAR - 1}.")
    return jump


def _second(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days * 86_400


def _offset(where: ZoneInfo, second: int) -> int:
    local = (EPOCH + timedelta(seconds=second)).astimezone(where)
    offset = local.utcoffset()
    return 0 if offset is None else offset.days * 86_400 + offset.seconds


def _first_change(where: ZoneInfo, known: int, other: int, offset: int) -> int:
    """The second at which the zone leaves an offset that it has at `known` but not at `other`."""
    while other - known > 1:
        middle = (known + other) // 2
        if _offset(where, middle) == offset:
            known = middle
        else:
            other = middle
    return other
