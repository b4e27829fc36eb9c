"""Legal holds: what is known of a record is kept as long as it is under one."""

from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.personal import Personal
from domain.provenance import Provenance


class LegalHold(Aggregate, abstract=True):
    is_held: bool
    """Whether it is under a legal hold."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_held = False

    def require_holdable(self) -> None:
        """Refuse a hold on what is gone already."""
        raise NotImplementedError

    def place_legal_hold(self, *, reason: str, by: Provenance) -> None:
        """Keep what is known of it until the hold is lifted."""
        self.require_holdable()
        if not self.is_held:
            reason = text.reason(reason, "A legal hold needs a reason.")
            self.record(self.LegalHoldPlaced(by=by, reason=reason))

    class LegalHoldPlaced(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "LegalHold", /) -> None:
            record.be_held()

    def be_held(self) -> None:
        """What the beginning of a hold does to the record."""
        self.is_held = True

    def lift_legal_hold(self, *, reason: str, by: Provenance) -> None:
        if self.is_held:
            reason = text.reason(reason, "That a legal hold is lifted needs a reason.")
            self.record(self.LegalHoldLifted(by=by, reason=reason))

    class LegalHoldLifted(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, record: "LegalHold", /) -> None:
            record.is_held = False
