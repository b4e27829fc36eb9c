"""What people, teams and other records are called: now, or as of a moment."""

from uuid import UUID

from api.http.calls import Call
from domain.aggregate import Aggregate
from domain.as_of import AsOf
from domain.ids import number_of
from domain.past_ledger import PastLedger
from domain.person import Person


class Names:
    """Of now by the directory; of then by the ledger, read record by record."""

    def __init__(self, call: Call, as_of: AsOf | None = None) -> None:
        self._directory = call.context.desk.directory
        self._then = None if as_of is None else PastLedger(call.context.ledger, as_of)

    def record(self, id: UUID | None) -> Aggregate | None:
        """A record that the directory knows; None if there is none, or was none yet."""
        found = None if id is None else self._directory.record(id)
        return found if found is None or self._then is None else self._then.stood(found.id)

    def of(self, id: UUID | None) -> str:
        """What a record is called; empty for what is not known."""
        return getattr(self.record(id), "name", "")

    def of_person(self, id: UUID) -> str:
        """The name of a person, or else the number."""
        found = self.record(id)
        return found.name if isinstance(found, Person) else number_of(id)
