"""The directory as it stood at a moment: people, teams, organisations and definitions of then."""

from collections.abc import Iterable

from domain.aggregate import Aggregate
from domain.directory import Directory
from domain.directory_kinds import TOPICS
from domain.past_ledger import PastLedger


class PastDirectory(Directory):
    """It is made of the records of now, and reads of the ledger what changed since."""

    def __init__(self, present: Iterable[Aggregate], ledger: PastLedger) -> None:
        super().__init__(ledger)
        changed = ledger.changed_since(TOPICS)
        for record in present:
            then = ledger.stood(record.id) if record.id in changed else record
            if then is not None:
                self._keep(then)

    def catch_up(self) -> None:
        """The past does not go on."""
