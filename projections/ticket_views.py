"""What is asked of tickets: the page of one, those that work waits for, and the change calendar."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from domain.agreement import Subject
from domain.alike import CALLED_OFF, Alike
from domain.as_of import AsOf
from domain.ids import range_of
from domain.policy import Visibility
from projections import change_board, change_work, ticket_figures, ticket_page, work_queue
from projections.listings import LISTINGS
from projections.queries import EVERYTHING, Query, Span
from projections.reading import Reading, shown_rows
from projections.tables import instant


class TicketViews(Reading):
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

    async def surveys_due(self, now: datetime, limit: int) -> list[UUID]:
        """The tickets whose requesters are to be asked or reminded by now, those due first first,
        at most so many."""
        source = self._at(ticket_figures.FIGURES.stored)
        rows = await self._query(
            f"SELECT id FROM {source} WHERE survey_due <= ?"
            f" ORDER BY survey_due, id LIMIT {limit:d}",
            (instant(now),),
        )
        return [UUID(id) for (id,) in rows]

    async def is_asked_since(self, person: UUID, since: datetime) -> bool:
        """Whether somebody was asked to rate a resolution after a moment."""
        source = self._at(ticket_figures.FIGURES.stored)
        rows = await self._query(
            f"SELECT 1 FROM {source} WHERE requester = ? AND asked_at > ? LIMIT 1",
            (str(person), instant(since)),
        )
        return bool(rows)

    async def loads(self, people: Collection[UUID]) -> dict[UUID, int]:
        """How many open tickets each of some people has."""
        source, marks = self._at(work_queue.QUEUE.stored), ", ".join("?" * len(people))
        rows = await self._query(
            f"SELECT assignee, count(*) FROM {source}"
            f" WHERE is_open = ? AND assignee IN ({marks or 'NULL'}) GROUP BY assignee",
            (True, *map(str, people)),
        )
        return dict.fromkeys(people, 0) | {UUID(id): number for id, number in rows}

    async def alike(self, alike: Alike, since: datetime, limit: int) -> list[UUID]:
        """The incidents logged since a moment that are alike, the latest first, at most so many."""
        source, links = self._at(work_queue.QUEUE.stored), self._at(ticket_page.LINKS.stored)
        called_off = ", ".join(f"'{status}'" for status in sorted(CALLED_OFF))
        said = {
            "category": alike.category,
            "subcategory": alike.subcategory,
            "service": alike.service,
            "organisation": str(alike.organisation or ""),
        }
        wanted = {name: value for name, value in said.items() if value}
        where = "".join(f" AND {name} = ?" for name in wanted)
        if alike.assets:
            marks = ", ".join("?" * len(alike.assets))
            where += f" AND id IN (SELECT ticket FROM {links} WHERE other IN ({marks}))"
        rows = await self._query(
            f"SELECT id FROM {source} WHERE opened_at >= ? AND kind = 'incident'"
            f" AND status NOT IN ({called_off}){where}"
            f" ORDER BY opened_at DESC, id DESC LIMIT {limit:d}",
            (instant(since), *wanted.values(), *map(str, alike.assets)),
        )
        return [UUID(id) for (id,) in rows]

    async def linked(self, id: UUID, prefix: str) -> list[UUID]:
        """The tickets of a kind that are linked to a ticket, by whichever of the two."""
        links = self._at(ticket_page.LINKS.stored)
        first, end = map(str, range_of(prefix))
        rows = await self._query(
            f"SELECT other FROM {links} WHERE ticket = ? AND other BETWEEN ? AND ?"
            f" UNION SELECT ticket FROM {links} WHERE other = ? AND ticket BETWEEN ? AND ?"
            " ORDER BY 1",
            (str(id), first, end) * 2,
        )
        return [UUID(one) for (one,) in rows]

    # Changes -------------------------------------------------------------------------------

    async def calendar(
        self,
        since: datetime,
        until: datetime,
        *,
        visibility: Visibility = EVERYTHING,
        limit: int = 1_000,
        as_of: AsOf | None = None,
    ) -> list[dict[str, Any]]:
        """The changes scheduled for any part of a time range, in the order of their starts, as
        they are or as they were."""
        query = Query(LISTINGS[change_board.NAME], self._reader.prefix, as_of)
        query.restrict(visibility)
        query.filter({"scheduled_start": Span(until=until)})
        query.add("scheduled_end > ?", instant(since))
        statement = query.statement(query.table.names, query.order(("scheduled_start",)), limit)
        return shown_rows(query.table.columns, await self._query(statement, query.parameters))

    async def overdue(self, now: datetime) -> list[UUID]:
        """The changes that owe something whose moment has passed, which was not noted yet."""
        source = self._at(change_work.FINDINGS.stored)
        rows = await self._query(
            f"SELECT DISTINCT change FROM {source}"
            " WHERE is_open = ? AND due <= ? AND is_overdue = ? ORDER BY change",
            (True, instant(now), False),
        )
        return [UUID(id) for (id,) in rows]
