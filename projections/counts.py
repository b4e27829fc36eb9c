"""Rows of a list that have the same values in some columns: how many they are, and sums over them,
told with the position at which that was so."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from domain.policy import Visibility
from projections.past import AsOf
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
    as_of: AsOf | None = None,
) -> Counts:
    """Raises BadQuery for an unknown column, and for more groups than the limit."""
    query = Query(listing, reader.prefix, as_of)
    query.restrict(visibility)
    query.filter(filters)
    columns = [query.column(name, "by") for name in by]
    if any(column.kind == "json" for column in columns):
        raise BadQuery("by", "What is a list or a group itself cannot be grouped by.")
    names = [column.name for column in columns]
    inner, sums = query.selecting(", ".join(names)), ("count(*) AS rows_counted",)
    position, rows = await grouped(reader, query, inner, names, sums, query.parameters, limit)
    return Counts(
        position,
        tuple(
            (
                tuple(shown(column, value) for column, value in zip(columns, row, strict=False)),
                int(row[-1]),
            )
            for row in rows
        ),
    )


async def grouped(
    reader: ViewReader,
    query: Query,
    inner: str,
    names: Sequence[str],
    sums: Sequence[str],
    parameters: Sequence[Any],
    limit: int,
) -> tuple[int, list[tuple[Any, ...]]]:
    """The position of the view, and the rows: the values of the names and then the sums over what
    the inner statement finds; the last sum is how many. Raises BadQuery for more groups than the
    limit."""
    # In the same statement, so that the figures and the position are of one moment.
    position = f"(SELECT position FROM {query.prefix}positions WHERE view = '{query.listing.view}')"
    by = ", ".join(names)
    order = f" GROUP BY {by} ORDER BY {by}" if by else ""
    found = await reader.query(
        f"SELECT {position}, groups.* FROM (SELECT 1 AS one) AS always LEFT JOIN ("
        f"SELECT {', '.join((*names, *sums))} FROM ({inner}) AS found{order}"
        f" LIMIT {limit + 1:d}) AS groups ON 1 = 1",
        parameters,
    )
    if len(found) > limit:
        raise BadQuery("by", f"These are more than {limit:,} groups: group by less, or ask less.")
    return int(found[0][0] or 0), [row[1:] for row in found if row[-1]]
