"""What rows were: each version of a row, with the time and the positions in which it held.

A version holds from the moment at which its event took effect; or, if what the row said before took
effect later, from that moment. It ends where the next begins. Moments are whole microseconds since
1970, as of then and now are whole numbers alike; what has not ended ends at `ENDLESS`.

Versions are filed by how long they held: in band n stand those that held for less than 4**n. Of
these, only such can hold at a moment as began less than 4**n before it. So a look into one range of
the index for each band finds all versions that held at a moment, and few that did not.

Most of what a list was at a moment it still is. So what has not changed since is read from the rows
as they are, which tell since when they stand so, lie close together and have indexes in the usual
orders; of the versions only those are looked through that have ended.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct, structs

from domain.as_of import AsOf as AsOf
from projections.tables import Column, Key, Table, instant

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


def standing(stored: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The whole row that a stored version is, if it has not ended."""
    since, until, position = stored[-6:-3]
    return (since, position, *stored[:-6]) if until == ENDLESS else None


def indexes(table: Table[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The indexes of the table of versions, by name."""
    if table.is_small:
        return
    first = table.past or ()
    yield f"{table.past_stored}_held", (*first, "held_band", "held_since")
    yield f"{table.past_stored}_known", (*first, "known_band", "known_since")


class Side(Struct, frozen=True):
    """Some of the rows as they are or as they were: what stands behind FROM, and what has to hold
    of it. The numbers stand in the statement itself: they are ours."""

    table: str
    key: tuple[str, ...]
    """What tells its rows from one another."""
    conditions: tuple[str, ...] = ()
    beside: str = ""
    """What stands before the table behind FROM."""

    def selecting(self, what: str, *conditions: str) -> str:
        every = (*self.conditions, *conditions)
        where = f" WHERE {' AND '.join(every)}" if every else ""
        return f"SELECT {what} FROM {self.beside}{self.table}{where}"


def sides(table: Table[Any], prefix: str, as_of: AsOf | None, since: int = -1) -> tuple[Side, ...]:
    """The rows of a table as they are, or as they were: of those that have not changed since, as
    they are, and of the others the versions that have ended. `since`: of a moment, only versions
    that began after another."""
    as_they_are = Side(prefix + table.stored, table.key)
    if as_of is None or as_of == AsOf():
        return (as_they_are,)
    moment = None if as_of.moment is None else micros(as_of.moment)
    position = as_of.position
    begun: list[str] = []
    if moment is not None:
        begun.append(f"held_since <= {moment:d}")
        if table.dated and as_of.moment is not None:
            # It changed last no later than it began to stand so, and by this there is an index.
            begun.append(f"{table.dated} <= '{instant(as_of.moment)}'")
    if position is not None:
        begun.append(f"known_since <= {position:d}")
    unchanged = structs.replace(as_they_are, conditions=tuple(begun))
    if moment is None:
        return unchanged, _ended("known", table, prefix, position or 0)
    if position is None:
        return unchanged, _ended("held", table, prefix, moment, since)
    # The last version of each row that had begun in both senses: it had not ended in one.
    return (
        unchanged,
        _ended("held", table, prefix, moment, -1, f"known_since <= {position:d}"),
        _ended(
            "known",
            table,
            prefix,
            position,
            -1,
            f"held_since <= {moment:d} AND held_until <= {moment:d}",
        ),
    )


def source(table: Table[Any], prefix: str, as_of: AsOf | None, names: Iterable[str]) -> "Source":
    """These columns of the rows of a table as they are, or as they were."""
    found = sides(table, prefix, as_of)
    if len(found) == 1:
        return Source(found[0].table)
    columns = ", ".join(names)
    return Source(f"({' UNION ALL '.join(side.selecting(columns) for side in found)}) AS held")


class Source(Struct, frozen=True):
    """What stands behind FROM, and what has to hold of it."""

    tables: str
    conditions: tuple[str, ...] = ()


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


def _ended(
    sense: Sense, table: Table[Any], prefix: str, at: int, since: int = -1, *more: str
) -> Side:
    """The versions that held at a moment, or were known at a position, and have ended."""
    bands = [(number, max(since, at - 4**number)) for number in BANDS]
    past = prefix + table.past_stored
    key = (*table.key, "known_since")
    holding = (f"{sense}_since <= {at:d}", f"{sense}_until > {at:d}", *more)
    # The two stores find the ranges of the index in different words: PostgreSQL, where tables have
    # a schema before their names, by what it counts on to be in each; SQLite looks into one by one.
    if prefix:
        ranges = (
            f"({sense}_band = {band:d} AND {sense}_since > {after:d})" for band, after in bands
        )
        return Side(past, key, (f"({' OR '.join(ranges)})", *holding))
    # No column of a list begins with an underscore.
    values = ", ".join(f"({band:d}, {after:d})" for band, after in bands)
    filed = f"(SELECT column1 AS _filed, column2 AS _later_than FROM (VALUES {values}) AS bands)"
    return Side(
        past,
        key,
        (f"{sense}_band = _filed", f"{sense}_since > _later_than", *holding),
        beside=f"{filed} AS bands CROSS JOIN ",
    )
