"""The reading side: what is asked of the views.

Times are answered as texts in UTC and ids as UUIDs in text, as they are stored. A view that has
not been built raises NotBuilt.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.policy import Visibility
from projections import approvals_inbox, ticket_figures, timeline
from projections.article_views import ArticleViews
from projections.asset_views import AssetViews
from projections.clock_views import ClockViews
from projections.counts import Counts, count
from projections.facets import Facet, facets
from projections.filters import Asked
from projections.listings import LISTINGS, listing_of
from projections.parts import Part
from projections.past import AsOf
from projections.progress import Progress
from projections.queries import (
    EVERYTHING,
    LIMIT_MAX,
    BadQuery,
    Listing,
    Page,
    Query,
    stored,
)
from projections.reading import shown_rows
from projections.recent import widening
from projections.reports import Measured, Question, measured
from projections.search_past import PastIndex
from projections.store import NotBuilt, ViewReader
from projections.suggestions import SuggestionViews
from projections.ticket_views import TicketViews
from projections.view_changes import ChangeViews
from projections.worded_past import worded_then


class Views(ArticleViews, AssetViews, ChangeViews, ClockViews, SuggestionViews, TicketViews):
    def __init__(self, reader: ViewReader) -> None:
        super().__init__(reader)
        self.progress = Progress(self.positions)

    async def aclose(self) -> None:
        await self.progress.aclose()
        await self._reader.aclose()

    # How far -------------------------------------------------------------------------------

    async def positions(self) -> dict[str, int]:
        """The positions of the views in the ledger; empty before they are built."""
        try:
            rows = await self._query(f"SELECT view, position FROM {self._at('positions')}")
        except NotBuilt:
            return {}
        # What another version has left behind is asked by nobody who reads this one.
        return {view: position for view, position in rows if " " not in view}

    async def set_aside(self) -> dict[str, int]:
        """How many events each view could not take."""
        source = self._at("set_aside")
        return dict(await self._query(f"SELECT view, count(*) FROM {source} GROUP BY view"))

    async def reached(self, view: str, position: int, timeout: float) -> bool:
        """Wait until a view or list shows a position of the ledger, at most so many seconds."""
        name = LISTINGS[view].view if view in LISTINGS else view
        return await self.progress.reached(name, position, timeout)

    # Lists ---------------------------------------------------------------------------------

    async def list_rows(
        self,
        name: str | Listing,
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        sort: Sequence[str] = (),
        limit: int = 50,
        after: Sequence[Any] | None = None,
        fields: Sequence[str] | None = None,
        as_of: AsOf | None = None,
        where: Asked | None = None,
    ) -> Page:
        """A page of a list, such as `work_queue`, or of a declared one, as it is or as it was.

        `filters` are values, lists of values, or Spans by field, and `where` a condition besides;
        `sort` are fields, descending with a minus before them; `after` is the `next` of the page
        before. Raises BadQuery.
        """
        if not 1 <= limit <= LIMIT_MAX:
            raise BadQuery("limit", f"A page has 1 to {LIMIT_MAX} rows.")
        query = await self._asking(name, filters, visibility, as_of, where)
        orders = query.order(sort)
        if after is not None:
            query.seek(orders, after)
        wanted = [query.column(field, "fields").name for field in fields or query.table.names]
        own = [order.column.name for order in orders]
        asked = list(dict.fromkeys(wanted))
        columns = list(dict.fromkeys((*asked, *own)))
        found: list[tuple[Any, ...]] = []
        for one in widening(query, orders, after):
            found = await self._query(
                one.statement(columns, orders, limit + 1), one.parameters, varies=one.varies
            )
            if len(found) > limit:
                break
        last = None
        if len(found) > limit:
            row = dict(zip(columns, found[limit - 1], strict=True))
            last = tuple(row[column] for column in own)
        declared = query.table.column
        return Page(shown_rows([declared[name] for name in asked], found[:limit]), last)

    async def count_rows(
        self,
        name: str | Listing,
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        as_of: AsOf | None = None,
        where: Asked | None = None,
    ) -> int:
        """How many rows a list has in all. Raises BadQuery."""
        query = await self._asking(name, filters, visibility, as_of, where)
        counted = f"SELECT count(*) FROM ({query.selecting('1 AS one')}) AS found"
        rows = await self._query(counted, query.parameters, varies=query.varies)
        return int(rows[0][0])

    async def facets(
        self,
        name: str | Listing,
        columns: Sequence[str],
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        as_of: AsOf | None = None,
        where: Asked | None = None,
        parts: Iterable[Part] = (),
    ) -> dict[str, Facet]:
        """How many rows of a list have each value of these columns or parts. Raises BadQuery."""
        query = await self._asking(name, filters, visibility, as_of, where)
        return await facets(self._reader, query, columns, parts)

    async def worded_then(self, where: Asked | None, as_of: AsOf | None) -> Asked | None:
        """A condition of which the words are those that records had then. Lists make it of each
        that they are asked; whoever asks for several makes it once."""
        index = self.index(as_of)
        if where is None or not isinstance(index, PastIndex):
            return where
        return await worded_then(where, index)

    async def _asking(
        self,
        name: str | Listing,
        filters: Mapping[str, Any],
        visibility: Visibility,
        as_of: AsOf | None,
        where: Asked | None,
    ) -> Query:
        query = Query(listing_of(name), self._reader.prefix, as_of)
        query.restrict(visibility)
        query.filter(filters)
        asked = await self.worded_then(where, as_of)
        if asked is not None:
            condition = asked.sql(self._reader)
            query.add(condition.text, *condition.parameters)
            query.varies = condition.varies
        return query

    async def counts(
        self,
        name: str,
        by: Sequence[str],
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        limit: int,
        as_of: AsOf | None = None,
    ) -> Counts:
        """How many rows of a list have the same values in these columns, as they are or as they
        were. Raises BadQuery."""
        return await count(
            self._reader,
            LISTINGS[name],
            by,
            filters=filters,
            visibility=visibility,
            limit=limit,
            as_of=as_of,
        )

    async def measured(self, question: Question, limit: int) -> Measured:
        """The figures of a report, group by group. Raises BadQuery."""
        return await measured(self._reader, LISTINGS[ticket_figures.NAME], question, limit)

    async def row(self, name: str, *key: Any) -> dict[str, Any] | None:
        """One row of a list by its key. Raises BadQuery if that can be no key of it."""
        table = LISTINGS[name].table
        given = zip(table.key, key, strict=True)
        wanted = {column: stored(table.column[column], value, column) for column, value in given}
        return await self._one(table, wanted)

    # Records -------------------------------------------------------------------------------

    async def history(
        self, record: UUID, *, after_version: int = 0, limit: int = 250, with_internal: bool = True
    ) -> list[dict[str, Any]]:
        """What happened to a record, oldest first."""
        seen = "" if with_internal else " AND NOT is_internal"
        return await self._rows(
            timeline.TIMELINE,
            f"record = ? AND version > ?{seen} ORDER BY version LIMIT {limit:d}",
            str(record),
            after_version,
        )

    async def in_approval(self, limit: int) -> list[UUID]:
        """The records of all kinds with open stages, in the order of their ids."""
        source = self._at(approvals_inbox.ROUNDS.stored)
        rows = await self._query(
            f"SELECT record FROM {source} WHERE is_open = ? ORDER BY record LIMIT {limit:d}",
            (True,),
        )
        return [UUID(id) for (id,) in rows]
