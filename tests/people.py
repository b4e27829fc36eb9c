"""The people of the tests, and what they sign with."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from domain.ids import named_id
from domain.provenance import Provenance

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = named_id("ORG", "operator")
CUSTOMER = named_id("ORG", "customer")

_COMMANDS = UUID(int=0)


def person(name: str) -> UUID:
    """The id of the person of that name."""
    return named_id("PER", name)


def signed(name: str, at: datetime = MONDAY, **more: Any) -> Provenance:
    """What a person signs with. Give `command` where two commands must differ."""
    given: dict[str, Any] = {"command": uuid5(_COMMANDS, f"{name} {at}"), **more}
    return Provenance(actor=str(person(name)), at=at, **given)


def system(name: str, at: datetime = MONDAY, **more: Any) -> Provenance:
    """What a part of the desk signs with."""
    given: dict[str, Any] = {"command": uuid5(_COMMANDS, f"{name} {at}"), **more}
    return Provenance(actor=name, at=at, **given)


ANN = signed("ann")  # asks
BEA, CEM = signed("bea"), signed("cem")  # work on it, or vote on it
DAN = signed("dan")  # has no part in it
CLOCK = system("sla-clock")
