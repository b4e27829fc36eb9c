"""What records say is kept for a time, and removed then, unless a legal hold keeps it."""

from typing import ClassVar
from uuid import UUID

from domain.aggregate import Event
from domain.key_tree import Part
from domain.legal_hold import LegalHold
from domain.provenance import Provenance
from domain.rules import require


class OwnWords(LegalHold, abstract=True):
    """A record whose words can be removed without those of the people who wrote them."""

    has_own_words = True
    what: ClassVar[str]
    """How the rules call this kind of record."""

    removed: tuple[Part, ...]
    """What was removed of it."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.removed = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more may happen to the record than to be read and linked."""
        raise NotImplementedError

    def has_removed(self, part: Part) -> bool:
        return part in self.removed or "words" in self.removed

    def require_holdable(self) -> None:
        require(not self.has_removed("words"), f"What the {self.what} said was removed.")

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
