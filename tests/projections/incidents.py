"""Incidents for the views to show, and what is read of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ids import record_id
from domain.incident import Incident
from projections.views import Views
from tests.people import CUSTOMER, MONDAY, person, signed
from tests.projections.conftest import Kit, keep


def log(kit: Kit, serial: int, who: str = "ann", organisation: UUID = CUSTOMER) -> Incident:
    """Incident `serial`, opened so many hours after Monday; every third is resolved."""
    incident = Incident.log(
        record_id("INC", serial),
        title=f"Incident {serial}",
        requester=person(who),
        organisation=organisation,
        by=signed(who, MONDAY + timedelta(hours=serial)),
    )
    if serial % 2:
        incident.prioritise(impact=1, urgency=2, by=signed("bea"))
    if serial % 3 == 0:
        incident.resolve(
            code="fixed",
            resolution="Done.",
            by=signed("bea", MONDAY + timedelta(hours=serial, days=serial % 2)),
        )
    keep(kit.ledger, incident)
    return incident


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


async def paged(views: Views, name: str, **asked: Any) -> list[dict[str, Any]]:
    """All rows of a list, read page by page."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = await views.list_rows(name, limit=2, after=after, **asked)
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next
