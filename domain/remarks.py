"""What people say about a record, to all who can read it."""

from typing import Annotated

from domain import text
from domain.aggregate import Aggregate, Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require


class Discussed(Aggregate, abstract=True):
    def comment(self, said: str, *, by: Provenance) -> None:
        """Say something about it."""
        said = text.body(said, "A comment")
        require(said != "", "A comment says something.")
        self.record(self.Commented(by=by, text=said))

    class Commented(Event):
        text: Annotated[str, Personal("actor")]

        def apply(self, record: "Discussed", /) -> None:
            """It changes nothing."""
