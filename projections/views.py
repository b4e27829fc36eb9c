"""The reading side: what is asked of the views.

Times are answered as texts in UTC and ids as UUIDs in text, as they are stored. A view that has
not been built raises NotBuilt.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from msgspec import Struct

from domain.agreement import Subject
from domain.policy import Visibility
from domain.shares import WHOLE, Share
from projections import (
    approvals_inbox,
    change_board,
    change_work,
    sla_board,
    ticket_page,
    timeline,
    work_queue,
)
from projections.asset_views import AssetViews
from projections.counts import Counts, count
from projections.listings import LISTINGS
from projections.past import AsOf
from projections.progress import Progress
from projections.queries import (
    EVERYTHING,
    LIMIT_MAX,
    BadQuery,
    Page,
    Query,
    Span,
    shown,
    stored,
)
from projections.reading import shown_rows
from projections.store import NotBuilt, ViewReader
from projections.tables import instant, moment


class Due(Struct, frozen=True, kw_only=True):
    """A mark that a service clock reaches."""

    ticket: UUID
    target: str
    mark: str
    at: datetime
    round: int
    cycle: int
    due: datetime
    policy: UUID
    policy_version: int


class Views(AssetViews):
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
        return dict(rows)

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
        name: str,
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        sort: Sequence[str] = (),
        limit: int = 50,
        after: Sequence[Any] | None = None,
        fields: Sequence[str] | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        """A page of a list, such as `work_queue` or `people`, as it is or as it was.

        `filters` are values, lists of values, or Spans by field; `sort` are fields, descending
        with a minus before them; `after` is the `next` of the page before. Raises BadQuery.
        """
        if not 1 <= limit <= LIMIT_MAX:
            raise BadQuery("limit", f"A page has 1 to {LIMIT_MAX} rows.")
        query = Query(LISTINGS[name], self._reader.prefix, as_of)
        query.restrict(visibility)
        query.filter(filters)
        orders = query.order(sort)
        if after is not None:
            query.seek(orders, after)
        wanted = [query.column(field, "fields").name for field in fields or query.table.names]
        own = [order.column.name for order in orders]
        columns = list(dict.fromkeys((*wanted, *own)))
        found = await self._query(query.statement(columns, orders, limit + 1), query.parameters)
        rows = [dict(zip(columns, row, strict=True)) for row in found[:limit]]
        last = tuple(rows[-1][column] for column in own) if len(found) > limit else None
        declared = query.table.column
        return Page(
            [{field: shown(declared[field], row[field]) for field in wanted} for row in rows], last
        )

    async def count_rows(
        self,
        name: str,
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        as_of: AsOf | None = None,
    ) -> int:
        """How many rows a list has in all. Raises BadQuery."""
        query = Query(LISTINGS[name], self._reader.prefix, as_of)
        query.restrict(visibility)
        query.filter(filters)
        rows = await self._query(query.selecting("count(*)"), query.parameters)
        return int(rows[0][0])

    async def counts(
        self,
        name: str,
        by: Sequence[str],
        *,
        filters: Mapping[str, Any] = {},
        visibility: Visibility = EVERYTHING,
        limit: int,
    ) -> Counts:
        """How many rows of a list have the same values in these columns. Raises BadQuery."""
        return await count(
            self._reader, LISTINGS[name], by, filters=filters, visibility=visibility, limit=limit
        )

    async def row(self, name: str, *key: Any) -> dict[str, Any] | None:
        """One row of a list by its key. Raises BadQuery if that can be no key of it."""
        table = LISTINGS[name].table
        given = zip(table.key, key, strict=True)
        wanted = {column: stored(table.column[column], value, column) for column, value in given}
        return await self._one(table, wanted)

    # Tickets -------------------------------------------------------------------------------

    async def ticket(
        self, id: UUID, *, with_internal: bool, comments: int = 250
    ) -> dict[str, Any] | None:
        """The page of a ticket, with its latest comments; None if there is no such ticket."""
        queue = await self._one(work_queue.QUEUE, {"id": str(id)})
        page = await self._one(ticket_page.PAGES, {"id": str(id)})
        if queue is None or page is None:
            return None
        said = "ticket = ?" if with_internal else "ticket = ? AND NOT is_internal"
        latest = await self._rows(
            ticket_page.COMMENTS, f"{said} ORDER BY position DESC LIMIT {comments:d}", str(id)
        )
        return {
            **queue,
            **page,
            "version": min(queue["version"], page["version"]),
            "position": min(queue["position"], page["position"]),
            "comment_count": queue["comments"],
            "comments": latest[::-1],
            "attachments": await self._rows(
                ticket_page.ATTACHMENTS, "ticket = ? ORDER BY at, sha256", str(id)
            ),
            "links": await self._rows(
                ticket_page.LINKS, "ticket = ? ORDER BY type, other", str(id)
            ),
            "linked_from": await self._rows(
                ticket_page.LINKS, "other = ? ORDER BY type, ticket", str(id)
            ),
            "watchers": [
                row["person"]
                for row in await self._rows(
                    ticket_page.WATCHERS, "ticket = ? ORDER BY person", str(id)
                )
            ],
        }

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

    # Changes -------------------------------------------------------------------------------

    async def calendar(
        self,
        since: datetime,
        until: datetime,
        *,
        visibility: Visibility = EVERYTHING,
        limit: int = 1_000,
    ) -> list[dict[str, Any]]:
        """The changes scheduled for any part of a time range, in the order of their starts."""
        query = Query(LISTINGS[change_board.NAME], self._reader.prefix)
        query.restrict(visibility)
        query.filter({"scheduled_start": Span(until=until)})
        query.add("scheduled_end > ?", instant(since))
        statement = query.statement(query.table.names, query.order(("scheduled_start",)), limit)
        return shown_rows(query.table, await self._query(statement, query.parameters))

    async def in_approval(self, limit: int) -> list[UUID]:
        """The records of all kinds with open stages, in the order of their ids."""
        source = self._at(approvals_inbox.ROUNDS.stored)
        rows = await self._query(
            f"SELECT record FROM {source} WHERE is_open = ? ORDER BY record LIMIT {limit:d}",
            (True,),
        )
        return [UUID(id) for (id,) in rows]

    async def open_tickets(self, after: UUID | None, limit: int) -> list[UUID]:
        """The tickets that are not over and can be promised something, by their ids after one."""
        source = self._at(work_queue.QUEUE.stored)
        kinds = ", ".join(f"'{kind}'" for kind in get_args(Subject))
        rows = await self._query(
            f"SELECT id FROM {source}"
            f" WHERE id > ? AND kind IN ({kinds})"
            " AND status NOT IN ('closed', 'cancelled', 'withdrawn', 'merged')"
            f" ORDER BY id LIMIT {limit:d}",
            (str(after or UUID(int=0)),),
        )
        return [UUID(id) for (id,) in rows]

    async def done_before(self, kind: str, at: datetime, limit: int) -> list[UUID]:
        """The tickets of a kind that were done by a moment and are not closed, those done first
        first, at most so many."""
        source = self._at(work_queue.QUEUE.stored)
        rows = await self._query(
            f"SELECT id FROM {source} WHERE closed_at IS NULL AND resolved_at <= ? AND kind = ?"
            f" ORDER BY resolved_at, id LIMIT {limit:d}",
            (instant(at), kind),
        )
        return [UUID(id) for (id,) in rows]

    async def major_incidents(self) -> list[UUID]:
        """The major incidents that somebody works on."""
        source = self._at(work_queue.QUEUE.stored)
        rows = await self._query(
            f"SELECT id FROM {source} WHERE is_major = ? AND is_open = ? ORDER BY id", (True, True)
        )
        return [UUID(id) for (id,) in rows]

    async def latest_tickets(self, limit: int) -> list[UUID]:
        """The tickets that can be promised something that were opened last, the latest first."""
        source = self._at(work_queue.QUEUE.stored)
        kinds = ", ".join(f"'{kind}'" for kind in get_args(Subject))
        rows = await self._query(
            f"SELECT id FROM {source} WHERE kind IN ({kinds})"
            f" ORDER BY opened_at DESC, id DESC LIMIT {limit:d}"
        )
        return [UUID(id) for (id,) in rows]

    async def loads(self, people: Collection[UUID]) -> dict[UUID, int]:
        """How many open tickets each of some people has."""
        source, marks = self._at(work_queue.QUEUE.stored), ", ".join("?" * len(people))
        rows = await self._query(
            f"SELECT assignee, count(*) FROM {source}"
            f" WHERE is_open = ? AND assignee IN ({marks or 'NULL'}) GROUP BY assignee",
            (True, *map(str, people)),
        )
        return dict.fromkeys(people, 0) | {UUID(id): number for id, number in rows}

    async def overdue(self, now: datetime) -> list[UUID]:
        """The changes that owe something whose moment has passed, which was not noted yet."""
        source = self._at(change_work.FINDINGS.stored)
        rows = await self._query(
            f"SELECT DISTINCT change FROM {source}"
            " WHERE is_open = ? AND due <= ? AND is_overdue = ? ORDER BY change",
            (True, instant(now), False),
        )
        return [UUID(id) for (id,) in rows]

    # Service clocks ------------------------------------------------------------------------

    async def due_before(self, now: datetime, limit: int = 100, share: Share = WHOLE) -> list[Due]:
        """The marks that running clocks have reached by now, earliest first."""
        rows = await self._query(
            "SELECT ticket, target, next_mark, next_mark_at, round, cycle, due_if_running,"
            f" policy, policy_version FROM {self._at(sla_board.BOARD.stored)}"
            f" WHERE next_mark_at <= ?{sla_board.of_share(share)}"
            f" ORDER BY next_mark_at, ticket, target LIMIT {limit:d}",
            (instant(now),),
        )
        return [
            Due(
                ticket=UUID(ticket),
                target=target,
                mark=mark,
                at=moment(at),
                round=round,
                cycle=cycle,
                due=moment(due),
                policy=UUID(policy),
                policy_version=policy_version,
            )
            for ticket, target, mark, at, round, cycle, due, policy, policy_version in rows
        ]

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        """When the next mark of any running clock is reached; None if none is ahead."""
        # Of a share the minimum would be sought in all rows, and the first is met in a few.
        rows = await self._query(
            f"SELECT next_mark_at FROM {self._at(sla_board.BOARD.stored)}"
            f" WHERE next_mark_at IS NOT NULL{sla_board.of_share(share)}"
            " ORDER BY next_mark_at LIMIT 1"
        )
        return moment(rows[0][0]) if rows else None
