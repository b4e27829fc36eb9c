"""How a person is erased: asked for by one, confirmed by another, and never under a legal hold.

The event of an erasure says nothing of the person. Whoever hears of it destroys their key: see
`Ledger.forget`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.legal_hold import LegalHold
from domain.person_access import Access
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require


class Erasable(Access, LegalHold, abstract=True):
    erasure_asked_by: str
    """Who asked for the erasure that waits to be confirmed, or empty."""
    erasure_withdrawn_at: datetime | None
    """When an erasure was last withdrawn."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.erasure_asked_by = ""
        self.erasure_withdrawn_at = None

    # Hold --------------------------------------------------------------------------------

    def require_holdable(self) -> None:
        self._require_not_erased()

    def be_held(self) -> None:
        """An erasure that waits is over."""
        super().be_held()
        self.erasure_asked_by = ""

    # Erase -------------------------------------------------------------------------------

    def request_erasure(self, *, reason: str, by: Provenance) -> None:
        """Ask that all that is known of them is erased. Somebody else confirms it."""
        self._require_erasable()
        if not self.erasure_asked_by:
            reason = text.reason(reason, "An erasure needs a reason.")
            self.record(self.ErasureRequested(by=by, reason=reason))

    class ErasureRequested(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, person: "Erasable", /) -> None:
            person.erasure_asked_by = self.by.actor

    def withdraw_erasure(self, *, by: Provenance) -> None:
        """Take back what was asked for, as long as it is not confirmed."""
        if self.erasure_asked_by:
            self.record(self.ErasureWithdrawn(by=by))

    class ErasureWithdrawn(Event):
        def apply(self, person: "Erasable", /) -> None:
            person.erasure_asked_by = ""
            person.erasure_withdrawn_at = self.by.effective_at

    def erase(self, *, by: Provenance) -> None:
        """Confirm the erasure that was asked for. It cannot be undone."""
        if self.is_erased:
            return
        self._require_erasable()
        require(self.erasure_asked_by != "", "An erasure is asked for before it is confirmed.")
        require(
            by.actor not in (self.erasure_asked_by, str(self.id)),
            "An erasure is confirmed by somebody else than who asked for it, and whom it is about.",
        )
        if self.is_active:
            self.deactivate(reason="Erasure.", by=by)
        self.record(self.Erased(by=by))

    class Erased(Event):
        def apply(self, person: "Erasable", /) -> None:
            person.is_erased = True
            person.erasure_asked_by = ""
            person.password = ""
            person.leave_blank()

    def leave_blank(self) -> None:
        """Forget the names of an erased person."""
        raise NotImplementedError

    def _require_erasable(self) -> None:
        self._require_not_erased()
        require(not self.is_held, "Who is under a legal hold is not erased.")
