"""How much room the bulk jobs of a person take: how many are under way, how large the files."""

from datetime import timedelta
from typing import Any

from api.http.calls import Call
from api.lists import not_yet
from domain.bulk_job import UNDER_WAY, UNDER_WAY_MAX
from projections import bulk_jobs
from projections.queries import LIMIT_MAX, Page, Span
from projections.store import NotBuilt
from projections.tables import instant


async def under_way(call: Call, *, besides: str = "") -> int:
    """How many jobs of the caller are under way, as far as that matters."""
    found = await _jobs(call, {"status": sorted(UNDER_WAY)}, ("number",), limit=UNDER_WAY_MAX + 1)
    others: int = sum(row["number"] != besides for row in found.rows)
    return others


async def kept_bytes(call: Call) -> int:
    """How much the files of the caller's jobs take that are still kept."""
    since = instant(call.context.clock() - timedelta(days=call.context.settings.bulk_days))
    total: int = 0
    after = None
    while True:
        page = await _jobs(call, {"at": Span(since=since)}, ("size",), limit=LIMIT_MAX, after=after)
        total += sum(row["size"] for row in page.rows)
        after = page.next
        if after is None:
            return total


async def _jobs(call: Call, filters: dict[str, Any], fields: tuple[str, ...], **more: Any) -> Page:
    try:
        return await call.context.views.list_rows(
            bulk_jobs.NAME,
            filters={"owner": str(call.caller.person.id), **filters},
            sort=("number",),
            fields=fields,
            **more,
        )
    except NotBuilt:
        raise not_yet("The views are being built.") from None
