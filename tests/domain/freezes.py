"""Changes in approval, and freezes that hold them up."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.change import Change
from domain.change_window import ChangeWindow, Definition
from domain.provenance import Provenance
from tests.domain.desks import Company, system
from tests.people import MONDAY


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


async def submitted(company: Company, hours: float = 0) -> UUID:
    """A change whose only stage has a patience of four hours."""
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann", at(hours)))
    return id


async def freeze(company: Company, start: float, end: float, **more: Any) -> UUID:
    definition = Definition(kind="freeze", reason="Year end.", start=at(start), end=at(end), **more)
    id = await company.add(ChangeWindow, "draft", name="Year end", definition=definition)
    await company.desk.publish_window(id, by=company.signed("dan"))
    return id


async def due(company: Company, id: UUID) -> datetime | None:
    change = await company.desk.ledger.find(Change, id)
    return change.standing.open["CAB"].due


def clock(hours: float, effective: float | None = None) -> Provenance:
    by = system("clock", at(hours))
    return by if effective is None else replace(by, effective=at(effective))


NETWORK = 'subject.category == "network"'


async def categorise(company: Company, id: UUID, category: str, hours: float) -> None:
    by = company.signed("ann", at(hours))
    await company.desk.ledger.edit(
        Change, id, lambda change: change.categorise(category=category, by=by), by=by
    )
