"""What another system recorded of a ticket's service level, in a detail of the ticket."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from domain import situation, situation_events
from domain.aggregate import Event
from domain.ticket import Ticket

KEPT = ("true", "yes", "1", "met")
LOST = ("false", "no", "0", "breached")


class Recorded(Struct, frozen=True, kw_only=True):
    """Whether it was kept, by the last that was said; and when that was said first, and how the
    ticket stood after the command that said so."""

    kept: bool
    said_at: datetime
    status: str


def recorded(events: Iterable[Event], detail: str) -> Recorded | None:
    """What a detail says at the end; None if it says neither yes nor no."""
    kept: bool | None = None
    said: Event | None = None
    status, now = "", situation.NOTHING
    for event in events:
        now = situation_events.told(now, event)
        if isinstance(event, Ticket.Amended) and detail in event.details:
            says = _kept(event.details[detail])
            kept, said = says, event if says != kept else said
        if said is not None and event.by.command == said.by.command:
            status = now.status
    if kept is None or said is None:
        return None
    return Recorded(kept=kept, said_at=said.by.effective_at, status=status)


def _kept(said: str) -> bool | None:
    said = said.strip().lower()
    if said in KEPT:
        return True
    return False if said in LOST else None
