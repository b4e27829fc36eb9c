"""What rows were: each version of a row, with the time and the positions in which it held.

A version holds from the moment at which its event took effect; or, if what the row said before took
effect later, from that moment. It ends where the next begins. Moments are whole microseconds since
1970, as of then and now are whole numbers alike; what has not ended ends at `ENDLESS`.

Versions are filed by how long they held: in band n stand those that held for less than 4**n. Of
these, only such can hold at a moment as began less than 4**n before it. So a look into one range of
the index for each band finds all versions that held at a moment, and few that did not.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from domain.as_of import AsOf as AsOf
from projections.tables import Column, Key, Table

ENDLESS = 2**62
OPEN_BAND = 31
"""Where versions stand that have not ended."""
BANDS = range(OPEN_BAND)

COLUMNS = tuple(
    Column(name, "integer", False, int)
    for name in (
        "held_since",
        "held_until",
        "known_since",
        "known_until",
        "held_band",
        "known_band",
    )
)
"""What the table of versions has besides the columns of the row."""

Sense = Literal["held", "known"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Begun(Struct, frozen=True):
    """Where the version of a row began that has not ended."""

    since: int
    position: int


class Version(Struct):
    """How a row stood after an event; no values if it was removed."""

    since: int
    position: int
    values: tuple[Any, ...] | None


class Ended(Struct, frozen=True):
    """The end of a version that is stored already."""

    key: Key
    since_position: int
    until: int
    until_position: int
    band: int
    position_band: int


def micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def band(length: int) -> int:
    """The smallest n with length < 4**n."""
    return (length.bit_length() + 1) // 2


def versions_of(
    key: Key, begun: Begun | None, found: Iterable[Version]
) -> Iterator[Ended | tuple[Any, ...]]:
    """What to store of the versions of a row: the end of the one that is stored, and whole new
    ones, which are the values of the row and those of `COLUMNS`."""
    last: Version | None = None
    for version in found:
        since = max(version.since, last.since if last else begun.since if begun else 0)
        now = Version(since, version.position, version.values)
        if last is not None:
            if last.values is not None:
                yield _stored(last, now)
        elif begun is not None:
            yield Ended(
                key,
                begun.position,
                now.since,
                now.position,
                band(now.since - begun.since),
                band(now.position - begun.position),
            )
        last = now
    if last is not None and last.values is not None:
        yield _stored(last, None)


def _stored(version: Version, next: Version | None) -> tuple[Any, ...]:
    values = version.values or ()
    if next is None:
        return (*values, version.since, ENDLESS, version.position, ENDLESS, OPEN_BAND, OPEN_BAND)
    return (
        *values,
        version.since,
        next.since,
        version.position,
        next.position,
        band(next.since - version.since),
        band(next.position - version.position),
    )


def indexes(table: Table[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The indexes of the table of versions, by name."""
    if table.is_small:
        return
    first = table.past or ()
    yield f"{table.past_stored}_held", (*first, "held_band", "held_since")
    yield f"{table.past_stored}_known", (*first, "known_band", "known_since")


class Source(Struct, frozen=True):
    """What stands behind FROM, and what has to hold of it."""

    tables: str
    conditions: tuple[str, ...] = ()


def source(table: Table[Any], prefix: str, as_of: AsOf | None, since: int = -1) -> Source:
    """The rows of a table as they are, or as they were. The numbers stand in the statement
    itself: they are ours. `since`: of a moment, only versions that began after another."""
    if as_of is None or (as_of.moment is None and as_of.position is None):
        return Source(prefix + table.stored)
    if as_of.moment is None:
        return _at("known", table, prefix, as_of.position or 0)
    if as_of.position is None:
        return _at("held", table, prefix, micros(as_of.moment), since)
    return _at_both(table, prefix, micros(as_of.moment), as_of.position)


def holding(table: Table[Any], prefix: str, as_of: AsOf | None) -> Source:
    """Like `source`, for a few rows that are found by their keys."""
    if as_of is None or as_of == AsOf():
        return Source(prefix + table.stored)
    begun, lasting = [], []
    for sense, at in (
        ("held", None if as_of.moment is None else micros(as_of.moment)),
        ("known", as_of.position),
    ):
        if at is not None:
            begun.append(f"{sense}_since <= {at:d}")
            lasting.append(f"{sense}_until > {at:d}")
    return Source(prefix + table.past_stored, (*begun, f"({' OR '.join(lasting)})"))


def _at(sense: Sense, table: Table[Any], prefix: str, at: int, since: int = -1) -> Source:
    """The versions that held at a moment, or were known at a position."""
    bands = [(number, max(since, at - 4**number)) for number in BANDS] + [(OPEN_BAND, since)]
    past = prefix + table.past_stored
    holding = (f"{sense}_since <= {at:d}", f"{sense}_until > {at:d}")
    # The two stores find the ranges of the index in different words: PostgreSQL, where tables have
    # a schema before their names, by what it counts on to be in each; SQLite looks into one by one.
    if prefix:
        ranges = (
            f"({sense}_band = {band:d} AND {sense}_since > {after:d})" for band, after in bands
        )
        return Source(past, (f"({' OR '.join(ranges)})", *holding))
    # No column of a list begins with an underscore.
    values = ", ".join(f"({band:d}, {after:d})" for band, after in bands)
    filed = f"(SELECT column1 AS _filed, column2 AS _later_than FROM (VALUES {values}) AS bands)"
    return Source(
        f"{filed} AS bands CROSS JOIN {past}",
        (f"{sense}_band = _filed", f"{sense}_since > _later_than", *holding),
    )


def _at_both(table: Table[Any], prefix: str, moment: int, position: int) -> Source:
    """The last version of each row that had begun in both senses: it had not ended in one."""
    names = ", ".join(table.names)
    in_time, by_position = _at("held", table, prefix, moment), _at("known", table, prefix, position)
    parts = (
        (in_time, f"known_since <= {position:d}"),
        (by_position, f"held_since <= {moment:d} AND held_until <= {moment:d}"),
    )
    union = " UNION ALL ".join(
        f"SELECT {names} FROM {part.tables} WHERE {' AND '.join(part.conditions)} AND {more}"
        for part, more in parts
    )
    return Source(f"({union}) AS held")
