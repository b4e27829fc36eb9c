"""How many rows of a list have the same values in some columns, told with the position at which
that was so."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from domain.policy import Visibility
from projections.queries import EVERYTHING, BadQuery, Listing, Query, shown
from projections.store import ViewReader


class Counts(Struct, frozen=True):
    """`groups` are the values of the columns asked for, each with the number of its rows."""

    position: int
    groups: tuple[tuple[tuple[Any, ...], int], ...]


async def count(
    reader: ViewReader,
    listing: Listing,
    by: Sequence[str],
    *,
    filters: Mapping[str, Any] = {},
    visibility: Visibility = EVERYTHING,
    limit: int,
) -> Counts:
    """Raises BadQuery for an unknown column, and for more groups than the limit."""
    query = Query(listing, reader.prefix)
    query.restrict(visibility)
    query.filter(filters)
    columns = [query.column(name, "by") for name in by]
    if any(column.kind == "json" for column in columns):
        raise BadQuery("by", "What is a list or a group itself cannot be grouped by.")
    names = ", ".join(column.name for column in columns)
    # In the same statement, so that the figures and the position are of one moment.
    position = f"(SELECT position FROM {reader.prefix}positions WHERE view = '{listing.view}')"
    grouped = f"SELECT {names}, count(*) AS rows_counted FROM ({query.selecting(names)}) AS found"
    rows = await reader.query(
        f"SELECT {position}, groups.* FROM (SELECT 1 AS one) AS always"
        f" LEFT JOIN ({grouped} GROUP BY {names} ORDER BY {names} LIMIT {limit + 1:d}) AS groups"
        " ON 1 = 1",
        query.parameters,
    )
    if len(rows) > limit:
        raise BadQuery("by", f"These are more than {limit:,} groups: group by less, or ask less.")
    return Counts(
        int(rows[0][0] or 0),
        tuple(
            (
                tuple(
                    shown(column, value) for column, value in zip(columns, row[1:-1], strict=True)
                ),
                int(row[-1]),
            )
            for row in rows
            if row[-1] is not None
        ),
    )
