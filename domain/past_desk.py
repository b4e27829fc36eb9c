"""The desk as of a moment: what it answers, it would have answered then."""

from datetime import datetime

from domain.as_of import AsOf
from domain.desk import Desk
from domain.directory import Directory
from domain.ledger import Ledger
from domain.past_directory import PastDirectory
from domain.past_ledger import PastLedger


class PastDesk(Desk):
    """Without an outlook of then, the ledger is read."""

    def __init__(self, ledger: Ledger, frozen: Directory, as_of: AsOf) -> None:
        """`frozen` is what is known now, and is used up."""
        self.past = PastLedger(ledger, as_of)
        super().__init__(self.past, PastDirectory(frozen, self.past))


def moment_of(ledger: Ledger, as_of: AsOf, now: datetime) -> datetime:
    """The moment at which something is asked: of a position, when it was recorded."""
    if as_of.moment is not None:
        return as_of.moment
    entries = ledger.after(max(as_of.position or 0, 1) - 1, 1)
    return entries[0].event.by.at if entries else now
