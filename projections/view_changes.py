"""What came to be among the rows that a condition finds, and what ceased to be, in order.

It is made of the versions of the rows alone (`projections.past`): the same whenever it is asked,
from whatever position on, after an end or a rebuild as before. Whoever takes all that entered up to
a position, without what has left since, has the list as it was at that position.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from domain.policy import Visibility
from projections.filters import Asked
from projections.past import BANDS, OPEN_BAND
from projections.queries import Listing, Query
from projections.reading import Reading
from projections.tables import Table

WINDOW = 1_000
"""Positions that are looked through at a time."""
WINDOWS_MAX = 10
"""So many for one page; it may end before it is full, and its `next` says where to go on."""

Span = tuple[int, int]


class Change(Struct, frozen=True):
    position: int
    id: str
    has_entered: bool
    """Whether the row is found from this position on; else it was, and is no more."""


class Changes(Struct, frozen=True):
    found: list[Change]
    next: int
    """Nothing was left out up to here."""


class ChangeViews(Reading):
    async def changes(
        self,
        listing: Listing,
        *,
        filters: Mapping[str, Any],
        visibility: Visibility,
        where: Asked | None,
        after: int,
        until: int,
        limit: int,
    ) -> Changes:
        """What a list came to have, and what it has no more, of what somebody sees, after a
        position and up to another. A page ends with a position, and so can be a little longer than
        its limit.

        The list keeps the past of its rows, by their ids, and removes none.
        """
        found: list[Change] = []
        for _ in range(WINDOWS_MAX):
            upto = min(after + WINDOW, until)
            if upto <= after:
                break
            query = _Versions(listing, self._reader.prefix)
            query.restrict(visibility)
            query.filter(filters)
            if where is not None:
                condition = where.sql(self._reader)
                query.add(condition.text, *condition.parameters)
            found += await self._within(query, (after, upto))
            after = upto
            if len(found) >= limit:
                last = found[limit - 1].position
                found = [change for change in found if change.position <= last]
                return Changes(found, last)
        return Changes(found, after)

    async def _within(self, query: "_Versions", span: Span) -> list[Change]:
        begun = await self._query(*query.begun(span))
        if not begun:
            return []
        ids = sorted({id for id, _ in begun})
        held = await self._query(*query.held(ids, span), varies=True)
        starts = {(id, since) for id, since, _ in held}
        ends = {(id, until) for id, _, until in held}
        return [
            Change(position, id, (id, position) in starts)
            for position, id in sorted((position, id) for id, position in begun)
            if ((id, position) in starts) != ((id, position) in ends)
        ]


class _Versions(Query):
    """What is asked of each version of a row as of the position at which it began."""

    @property
    def _past(self) -> str:
        return f"{self.prefix}{self.table.past_stored} AS held"

    def begun(self, span: Span) -> tuple[str, Sequence[Any]]:
        """The versions that began after a position, and not after another."""
        after, upto = span
        # The index begins with these: it serves only if something is said of them.
        first = [f"{name} IN (TRUE, FALSE)" for name in self.table.past or ()]
        bands = "" if self.table.is_small else _OF_BANDS
        where = " AND ".join(
            (*first, f"{bands}known_since > {after:d}", f"known_since <= {upto:d}")
        )
        return f"SELECT id, known_since FROM {self._past} WHERE {where}", ()

    def held(self, ids: Sequence[str], span: Span) -> tuple[str, Sequence[Any]]:
        """The versions of some rows that are found and held in this time."""
        after, upto = span
        where = " AND ".join(
            (
                f"id IN ({', '.join('?' * len(ids))})",
                f"known_until > {after:d} AND known_since <= {upto:d}",
                *self.conditions,
            )
        )
        statement = f"SELECT id, known_since, known_until FROM {self._past} WHERE {where}"
        return statement, (*ids, *self.parameters)

    def _among(self, table: Table[Any], what: str, by: str, values: int = 1) -> str:
        marks = ", ".join("?" * values)
        return (
            f"SELECT beside.{what} FROM {self.prefix}{table.past_stored} AS beside"
            f" WHERE beside.known_since <= held.known_since"
            f" AND beside.known_until > held.known_since AND beside.{by} IN ({marks})"
        )


_OF_BANDS = f"known_band IN ({', '.join(map(str, (*BANDS, OPEN_BAND)))}) AND "
