"""What is asked of assets: relations, impact, licences, and reminders that are due."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.asset import Status
from domain.impact import DEPTH_MAX, Direction, Relation
from domain.impact_analysis import analysed
from projections import asset_register, asset_relations, asset_reminders
from projections.past import AsOf, Source, holding, source
from projections.queries import BadQuery
from projections.reading import Reading, shown_rows

IMPACT_MAX = 1_000


class AssetViews(Reading):
    async def relations_around(
        self, assets: Collection[UUID], depth: int, as_of: AsOf | None = None
    ) -> list[Relation]:
        """The relations on all ways from some assets, up and down, of so many steps at most, as
        they are or as they were."""
        if not assets:
            return []
        held, moments = asset_relations.holding(as_of)
        table, when = asset_relations.SPANS.stored, f" AND {held}"
        if as_of is None:
            table, when = asset_relations.RELATIONS.stored, ""
        relations = self._at(table)
        starts = ", ".join("?" for _ in assets)
        ways = [
            f"{name} (id, steps) AS (SELECT {here}, 0 FROM {relations}"
            f" WHERE {here} IN ({starts}){when}"
            f" UNION SELECT r.{there}, {name}.steps + 1 FROM {name}"
            f" JOIN {relations} r ON r.{here} = {name}.id WHERE {name}.steps < {depth - 1:d}{when})"
            for name, here, there in (("up", "other", "asset"), ("down", "asset", "other"))
        ]
        found = "SELECT r.asset, r.other FROM"
        rows = await self._query(
            f"WITH RECURSIVE {', '.join(ways)}"
            f" {found} up JOIN {relations} r ON r.other = up.id{when}"
            f" UNION {found} down JOIN {relations} r ON r.asset = down.id{when}",
            [*([*map(str, assets), *moments, *moments] * 2), *moments, *moments],
        )
        return sorted(Relation(UUID(asset), UUID(other)) for asset, other in rows)

    async def relations(self, asset: UUID) -> list[dict[str, Any]]:
        """What an asset is to others, and others to it."""
        return await self._rows(
            asset_relations.RELATIONS,
            "asset = ? OR other = ? ORDER BY asset, type, other",
            str(asset),
            str(asset),
        )

    async def impact(
        self,
        asset: UUID,
        *,
        direction: Direction = "up",
        depth: int = 5,
        as_of: AsOf | None = None,
    ) -> list[dict[str, Any]]:
        """The assets that depend on one (up), or that it depends on (down), with their distance,
        the path to them, and what the failure of the lower does to the upper one.

        At most 1,000, nearest first, up to 10 steps away; as all that is now, or was at a moment.
        """
        if not 1 <= depth <= DEPTH_MAX:
            raise BadQuery("depth", f"The depth is 1 to {DEPTH_MAX}.")
        net = await asset_relations.net_around(self._reader, asset, direction, depth, as_of)
        # In a thread: a large net must not hold up everybody else.
        every = await asyncio.to_thread(analysed, net, asset, direction, depth=depth)
        found = every[:IMPACT_MAX]
        if not found:
            return []
        marks = ", ".join("?" for _ in found)
        rows = await self._registered(
            holding(asset_register.REGISTER, self._reader.prefix, as_of),
            f"id IN ({marks})",
            *(str(one.asset) for one in found),
        )
        known = {row["id"]: row for row in rows}
        return [
            {
                "distance": one.distance,
                "path": [str(id) for id in one.path],
                "effect": one.effect,
                **known[str(one.asset)],
            }
            for one in found
            if str(one.asset) in known
        ]

    async def reminders_due(self, now: datetime) -> tuple[list[UUID], datetime | None]:
        """The assets with a reminder that is due, at most 500, and when the next is."""
        return await asset_reminders.due(self._reader, now)

    async def licences(self, as_of: AsOf | None = None) -> list[dict[str, Any]]:
        """The licences with how many installations they are good for, and how many there are: the
        assets licensed by them that are neither retired nor disposed of. At most 1,000."""
        register, prefix = asset_register.REGISTER, self._reader.prefix
        rows = await self._registered(
            source(register, prefix, as_of, register.names),
            f"entitled IS NOT NULL ORDER BY number LIMIT {IMPACT_MAX}",
        )
        installed: dict[str, int] = {}
        if rows:
            assets = holding(register, prefix, as_of)
            in_use = " AND ".join((*assets.conditions, "status NOT IN (?, ?)"))
            related, moments = asset_relations.holding(as_of)
            counted = await self._query(
                f"SELECT other, count(DISTINCT asset) FROM {self._at(asset_relations.SPANS.stored)}"
                f" JOIN (SELECT id FROM {assets.tables} WHERE {in_use}) AS used ON id = asset"
                f" WHERE other IN ({', '.join('?' for _ in rows)}) AND type = ? AND {related}"
                " GROUP BY other",
                (
                    *(Status.RETIRED, Status.DISPOSED),
                    *(row["id"] for row in rows),
                    "licensed by",
                    *moments,
                ),
            )
            installed = dict(counted)
        return [
            {
                "installed": installed.get(row["id"], 0),
                "over": max(0, installed.get(row["id"], 0) - row["entitled"]),
                "unused": max(0, row["entitled"] - installed.get(row["id"], 0)),
                **row,
            }
            for row in rows
        ]

    async def _registered(self, rows: Source, rest: str, *parameters: str) -> list[dict[str, Any]]:
        """Rows of the register, as they are or as they were."""
        register = asset_register.REGISTER
        where = " AND ".join((*rows.conditions, rest))
        sql = f"SELECT {', '.join(register.names)} FROM {rows.tables} WHERE {where}"
        return shown_rows(register.columns, await self._query(sql, parameters))
