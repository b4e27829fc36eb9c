"""How many rows of a list have each value of a column, the most frequent first."""

from collections.abc import Iterable, Sequence
from typing import Any

from projections.filters import value_of
from projections.parts import Part
from projections.queries import BadQuery, Query, shown
from projections.store import ViewReader

FACETS_MAX = 5
VALUES_MAX = 50

Facet = dict[str, Any]
"""`values` with their `count`, and whether the column has more values than are told."""


def is_facet(kind: str) -> bool:
    return kind not in ("json", "instant")


async def facets(
    reader: ViewReader, query: Query, columns: Sequence[str], parts: Iterable[Part] = ()
) -> dict[str, Facet]:
    """Of the rows that a query finds; `parts` are what can be counted of its columns of JSON.
    Raises BadQuery."""
    known = {part.name: part for part in parts}
    if len(columns) > FACETS_MAX:
        raise BadQuery("facet", f"At most {FACETS_MAX} fields are counted.")
    found: dict[str, Facet] = {}
    for name in columns:
        column = known.get(name) or query.column(name, "facet")
        if not is_facet(column.kind):
            raise BadQuery("facet", f"{name} cannot be counted.")
        what, parameters = value_of(column, reader) if isinstance(column, Part) else (name, ())
        rows = await reader.query(
            f"SELECT value, count(*) FROM ({query.selecting(f'{what} AS value')}) AS found"
            f" GROUP BY value ORDER BY count(*) DESC, value NULLS LAST LIMIT {VALUES_MAX + 1:d}",
            (*parameters, *query.parameters),
        )
        values = [{"value": shown(column, value), "count": count} for value, count in rows]
        found[name] = {"values": values[:VALUES_MAX], "has_more": len(values) > VALUES_MAX}
    return found
