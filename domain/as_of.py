"""As of when something is asked, and what of a history there was by then."""

from datetime import datetime

from msgspec import Struct

from domain.aggregate import Entry
from domain.provenance import Provenance


class AsOf(Struct, frozen=True, kw_only=True):
    """What is asked: how things stood at a moment, as the ledger told by a position."""

    moment: datetime | None = None
    position: int | None = None

    def has(self, position: int, by: Provenance) -> bool:
        """Whether what was recorded so was told by then, and had taken effect."""
        is_told = self.position is None or position <= self.position
        return is_told and (self.moment is None or by.effective_at <= self.moment)


def until(entries: list[Entry], as_of: AsOf | None) -> list[Entry]:
    """The entries before the first that was recorded later, or took effect later."""
    if as_of is None:
        return entries
    for number, entry in enumerate(entries):
        if not as_of.has(entry.position, entry.event.by):
            return entries[:number]
    return entries
