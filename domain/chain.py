"""The chain of causes of an event: what led to it, and what followed from it.

An event names the event that caused it, or else the first command of its chain. What followed is
looked for in what was recorded after it, so far and no further.
"""

from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.aggregate import Entry
from domain.ledger import PAGE, Ledger
from domain.provenance import Provenance
from domain.rules import NotFound

CAUSES_MAX = 50
EFFECTS_MAX = 200


class Effects(NamedTuple):
    entries: list[Entry]
    looked_to: int
    """The position up to which was looked."""
    has_more: bool
    """Whether there are events after that."""


class _Signed(Struct):
    by: Provenance


_signed = msgspec.json.Decoder(_Signed).decode


def event_at(ledger: Ledger, position: int) -> Entry:
    """Raises NotFound if there is none."""
    for entry in ledger.after(position - 1, 1) if position > 0 else ():
        if entry.position == position:
            return entry
    raise NotFound(f"There is no event at position {position}.")


async def causes(ledger: Ledger, entry: Entry) -> list[Entry]:
    """What led to an event, the nearest first."""
    found: list[Entry] = []
    while len(found) < CAUSES_MAX:
        position = await _position_of_cause(ledger, entry)
        # What comes later causes nothing, whatever an import says.
        if not 0 < position < entry.position:
            break
        entry = event_at(ledger, position)
        found.append(entry)
    return found


async def _position_of_cause(ledger: Ledger, entry: Entry) -> int:
    by = entry.event.by
    if by.cause and by.cause.event:
        return by.cause.event
    if by.correlation and (receipt := await ledger.recorder.receipt(by.correlation)):
        return receipt.position
    return 0


def effects(ledger: Ledger, entry: Entry, *, after: int, count: int) -> Effects:
    """What followed from an event at once, among so many events after a position. It takes its
    time: not for an event loop."""
    needles = (b'"event":%d' % entry.position, str(entry.event.by.command).encode())
    head, end, found = ledger.position(), after + count, list[Entry]()
    while after < min(head, end) and len(found) < EFFECTS_MAX:
        rows = ledger.recorder.select_notifications(
            after, min(PAGE, end - after), inclusive_of_start=False
        )
        for row in rows:
            if any(needle in row.state for needle in needles) and _follows(
                entry, _signed(row.state).by
            ):
                found.append(ledger.mapper.entry(row, row.id))
        after = rows[-1].id if rows else end
    return Effects(found, min(after, head), after < head)


def _follows(entry: Entry, by: Provenance) -> bool:
    if by.cause and by.cause.event:
        return by.cause.event == entry.position
    command: UUID = entry.event.by.command
    return by.correlation == command and by.command != command
