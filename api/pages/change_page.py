"""What the page of a change shows besides those of other tickets."""

from typing import Any

from api.pages.visits import Visit
from domain.change import Change
from domain.ids import number_of
from domain.ticket import Ticket

CONFLICTS_SHOWN = 20


async def parts(visit: Visit, record: Ticket, shown: dict[str, Any]) -> dict[str, Any] | None:
    """The assets that a change affects, what speaks against its time, and what is still to be done
    before it is submitted; None of another ticket."""
    if not isinstance(record, Change):
        return None
    has_time = record.planned_start is not None
    conflicts = (
        await visit.find("/changes/{ref}/conflicts", record.number)
        if has_time and not record.is_over
        else None
    )
    return {
        "assets": [await _asset(visit, number_of(id)) for id in record.affected_assets],
        "conflicts": conflicts["data"][:CONFLICTS_SHOWN] if conflicts else [],
        "has_time": has_time,
        "missing": _missing(record, shown) if record.status in ("proposed", "rejected") else [],
    }


async def _asset(visit: Visit, number: str) -> tuple[str, str]:
    """The number and the name; no name of one that is not for whoever visits."""
    found = await visit.find("/assets/{ref}", number)
    return number, str(found["name"]) if found else ""


def _missing(record: Change, shown: dict[str, Any]) -> list[str]:
    """What a change usually has when it is submitted, and this one has not."""
    known = {
        "a plan": shown["plan"],
        "an assessed risk": shown["risk"],
        "the assets that it affects": record.affected_assets,
        "a time": record.planned_start,
    }
    return [name for name, value in known.items() if not value]
