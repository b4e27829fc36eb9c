"""How many rows of a list have each value of a column, the most frequent first."""

from collections.abc import Sequence
from typing import Any

from projections.queries import BadQuery, Query, shown
from projections.store import ViewReader

FACETS_MAX = 5
VALUES_MAX = 50

Facet = dict[str, Any]
"""`values` with their `count`, and whether the column has more values than are told."""


def is_facet(kind: str) -> bool:
    return kind not in ("json", "instant")


async def facets(reader: ViewReader, query: Query, columns: Sequence[str]) -> dict[str, Facet]:
    """Of the rows that a query finds. Raises BadQuery."""
    if len(columns) > FACETS_MAX:
        raise BadQuery("facet", f"At most {FACETS_MAX} fields are counted.")
    found: dict[str, Facet] = {}
    for name in columns:
        column = query.column(name, "facet")
        if not is_facet(column.kind):
            raise BadQuery("facet", f"{name} cannot be counted.")
        rows = await reader.query(
            f"SELECT {name}, count(*) FROM ({query.selecting(name)}) AS found GROUP BY {name}"
            f" ORDER BY count(*) DESC, {name} NULLS LAST LIMIT {VALUES_MAX + 1:d}",
            query.parameters,
        )
        values = [{"value": shown(column, value), "count": count} for value, count in rows]
        found[name] = {"values": values[:VALUES_MAX], "has_more": len(values) > VALUES_MAX}
    return found
