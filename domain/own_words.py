"""What records say is kept for a time, and removed then, unless a legal hold keeps it."""

from typing import Annotated, ClassVar
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.key_tree import Part
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require


class OwnWords(Aggregate, abstract=True):
    """A record whose words can be removed without those of the people who wrote them."""

    has_own_words = True
    what: ClassVar[str]
    """How the rules call this kind of record."""

    is_held: bool
    """Whether it is under a legal hold."""
    removed: tuple[Part, ...]
    """What was removed of it."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_held = False
        self.removed = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more may happen to the record than to be read and linked."""
        raise NotImplementedError

    def has_removed(self, part: Part) -> bool:
        return part in self.removed or "words" in self.removed

    def place_legal_hold(self, *, reason: str, by: Provenance) -> None:
        """Keep all that it says until the hold is lifted."""
        require(not self.has_removed("words"), f"What the {self.what} said was removed.")
        if not self.is_held:
            reason = text.reason(reason, "A legal hold needs a reason.")
            self.record(self.LegalHoldPlaced(by=by, reason=reason))

    class LegalHoldPlaced(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "OwnWords", /) -> None:
            record.is_held = True

    def lift_legal_hold(self, *, reason: str, by: Provenance) -> None:
        if self.is_held:
            reason = text.reason(reason, "That a legal hold is lifted needs a reason.")
            self.record(self.LegalHoldLifted(by=by, reason=reason))

    class LegalHoldLifted(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "OwnWords", /) -> None:
            record.is_held = False

    def remove_words(self, part: Part, *, days: int, by: Provenance) -> None:
        """Remove what people wrote, or the files alone, as so many days are over since it was. It
        cannot be undone. Whoever hears of it destroys the key: see `Ledger.remove_words`."""
        if self.has_removed(part):
            return
        require(self.is_over, f"What a {self.what} says is kept until it is over.")
        require(not self.is_held, f"What a {self.what} under a legal hold says is kept.")
        self.record(self.WordsRemoved(by=by, part=part, days=days))

    class WordsRemoved(Event):
        part: Part
        days: int
        """How long it was kept after the record was over."""

        def apply(self, record: "OwnWords", /) -> None:
            record.removed = (*record.removed, self.part)
