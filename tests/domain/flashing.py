"""Commands to lamps, through a ledger."""

from itertools import count
from typing import Any
from uuid import UUID

from domain.ids import record_id
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from tests.domain.lamps import Lamp
from tests.people import signed

LAMP, OTHER = record_id("LMP", 1), record_id("LMP", 2)

_commands = count(1)


def by(name: str = "ann", **more: Any) -> Provenance:
    """A signature under a command id of its own."""
    return signed(name, **{"command": UUID(int=next(_commands)), **more})


async def install(ledger: Ledger, id: UUID = LAMP, signature: Provenance | None = None) -> Receipt:
    signature = signature or by()

    async def decide(work: Work) -> None:
        work.add(Lamp.install(id, by=signature))

    return await ledger.run(signature, decide)


async def flash(ledger: Ledger, id: UUID = LAMP, times: int = 1, **more: Any) -> Receipt:
    signature = more.pop("by", None) or by()
    return await ledger.edit(
        Lamp, id, lambda lamp: lamp.flash(times, by=signature), by=signature, **more
    )


def flash_often(lamp: Lamp, times: int, signature: Provenance) -> None:
    for number in range(times):
        lamp.flash(number, by=signature)
