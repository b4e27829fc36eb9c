"""The rows of a list as it was that had changed last, sought in stretches of time that grow: of
most lists the first page changed within minutes, and to look at all rows that there were is long.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from projections.queries import Order, Query
from projections.tables import moment

STRETCHES = (timedelta(minutes=15), timedelta(hours=4), timedelta(hours=64))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def widening(query: Query, orders: Sequence[Order], after: Sequence[Any] | None) -> Iterator[Query]:
    """Queries of which the first that finds more rows than a page has finds the page. The last is
    the whole one, and the only one where none is faster."""
    first = orders[0]
    latest = None if query.as_of is None or query.as_of.position is not None else query.as_of.moment
    if latest and first.column.name == query.table.dated and first.is_descending:
        if after is not None:
            latest = min(latest, moment(after[0]))
        for stretch in STRETCHES:
            if latest - EPOCH > stretch:
                yield query.since(latest - stretch)
    yield query
