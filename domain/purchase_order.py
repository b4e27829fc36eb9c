"""Purchase orders: what is bought from a supplier, at which price, and how much of it has come.

An order is drafted with its lines, placed, and received in as many deliveries as it takes. What has
come can be sent back. It is closed when no more is awaited.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.asset_reminders import AssetReminders
from domain.moves import Move, require_move
from domain.personal import Personal
from domain.provenance import Provenance
from domain.purchase_lines import Line, check_currency, checked_lines
from domain.rules import Refused, require

UNITS_MAX = 200
"""How many are received, or sent back, at once."""


class Status(StrEnum):
    DRAFT = "draft"
    ORDERED = "ordered"
    PARTLY_RECEIVED = "partly received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


AWAITED = frozenset({Status.ORDERED, Status.PARTLY_RECEIVED})
"""Where deliveries are still to come."""

MOVES: dict[str, Move[Status | None]] = {
    "place": Move(
        frozenset({Status.DRAFT}), Status.ORDERED, "Only a draft of a purchase order is placed."
    ),
    "expect": Move(AWAITED, None, "Only of what is still to come another day is expected."),
    "receive": Move(AWAITED, None, "Only what was ordered, and has not all come, is received."),
    "send_back": Move(
        frozenset({Status.PARTLY_RECEIVED, Status.RECEIVED}),
        None,
        "Only what was received is sent back, before its order is closed.",
    ),
    "close": Move(
        frozenset({Status.PARTLY_RECEIVED, Status.RECEIVED}),
        Status.CLOSED,
        "Only an order of which something was received is closed; else it is cancelled.",
    ),
    "cancel": Move(
        frozenset({Status.DRAFT, Status.ORDERED}),
        Status.CANCELLED,
        "Only an order of which nothing was received is cancelled; else it is closed.",
    ),
}
"""Receiving and sending back lead to where the counts say: ordered, partly received or received."""


class PurchaseOrder(AssetReminders):
    prefix = "PUR"

    supplier: str
    reference: str
    """How the supplier calls it."""
    currency: str
    owner: UUID | None
    """Who answers for it."""
    organisation: UUID | None
    """Whose assets it brings."""
    expected_on: date | None
    """When all of it is to have come."""
    lines: tuple[Line, ...]
    received: tuple[int, ...]
    """Of each line: how many have come, without what was sent back."""
    assets: dict[UUID, int]
    """What deliveries brought and was not sent back, with the number of its line."""
    status: Status

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.supplier = ""
        self.reference = ""
        self.currency = ""
        self.owner = None
        self.organisation = None
        self.expected_on = None
        self.lines = ()
        self.received = ()
        self.assets = {}
        self.status = Status.DRAFT

    @property
    def is_gone(self) -> bool:
        return self.status not in AWAITED

    @property
    def total(self) -> int:
        """The price of all, in minor units of the currency."""
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def outstanding(self) -> tuple[int, ...]:
        """Of each line: how many are still to come."""
        return tuple(
            line.quantity - come for line, come in zip(self.lines, self.received, strict=True)
        )

    def line(self, number: int) -> Line:
        """A line by its number, from 1. Raises Refused."""
        if not 1 <= number <= len(self.lines):
            raise Refused(f"line: this order has no line {number}.")
        return self.lines[number - 1]

    # Draft ---------------------------------------------------------------------------------

    @classmethod
    def draft(
        cls,
        id: UUID,
        *,
        supplier: str,
        currency: str,
        lines: Sequence[Line] = (),
        reference: str = "",
        owner: UUID | None = None,
        organisation: UUID | None = None,
        expected_on: date | None = None,
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Drafted(
                by=by,
                supplier=text.name(supplier, "The supplier"),
                currency=check_currency(currency),
                lines=checked_lines(lines),
                reference=text.body(reference, "reference: it", text.NAME_MAX),
                owner=owner,
                organisation=organisation,
                expected_on=expected_on,
            ),
        )

    class Drafted(Event):
        supplier: str
        currency: str
        lines: tuple[Line, ...] = ()
        reference: str = ""
        owner: UUID | None = None
        organisation: UUID | None = None
        expected_on: date | None = None

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.supplier, order.currency = self.supplier, self.currency
            order.reference, order.owner = self.reference, self.owner
            order.organisation = self.organisation
            order.has_lines(self.lines)
            order.comes_until(self.expected_on, self)

    def amend(
        self,
        *,
        supplier: str | None = None,
        reference: str | None = None,
        owner: UUID | None = None,
        lines: Sequence[Line] | None = None,
        by: Provenance,
    ) -> None:
        """Correct what it says; what is not given stays. Supplier and lines stay once it is
        placed."""
        require(
            self.status not in (Status.CLOSED, Status.CANCELLED),
            "An order that is closed or cancelled stays as it was.",
        )
        require(
            (supplier is None and lines is None) or self.status is Status.DRAFT,
            "What is ordered, and from whom, is said before the order is placed.",
        )
        given: dict[str, Any] = {
            "supplier": None if supplier is None else text.name(supplier, "The supplier"),
            "reference": None
            if reference is None
            else text.body(reference, "reference: it", text.NAME_MAX),
            "owner": owner,
            "lines": None if lines is None else checked_lines(lines),
        }
        changed = {
            field: said
            for field, said in given.items()
            if said is not None and said != getattr(self, field)
        }
        if changed:
            self.record(self.Amended(by=by, **changed))

    class Amended(Event):
        supplier: str | None = None
        reference: str | None = None
        owner: UUID | None = None
        lines: tuple[Line, ...] | None = None

        def apply(self, order: "PurchaseOrder", /) -> None:
            for field in ("supplier", "reference", "owner"):
                if (said := getattr(self, field)) is not None:
                    setattr(order, field, said)
            if self.lines is not None:
                order.has_lines(self.lines)

    def has_lines(self, lines: tuple[Line, ...]) -> None:
        """What an event does that says what is ordered."""
        self.lines, self.received = lines, (0,) * len(lines)

    # Place ---------------------------------------------------------------------------------

    def place(self, *, expected_on: date | None = None, by: Provenance) -> None:
        """Order it of the supplier, perhaps with the day that was agreed on."""
        require_move(MOVES, "place", self.status)
        require(len(self.lines) > 0, "lines: an order has at least one.")
        self.record(self.Placed(by=by, expected_on=expected_on or self.expected_on))

    class Placed(Event):
        expected_on: date | None = None

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.status = Status.ORDERED
            order.comes_until(self.expected_on, self)

    def expect(self, day: date, *, by: Provenance) -> None:
        """Say when it is to come now: it is late after that day."""
        require_move(MOVES, "expect", self.status)
        if day != self.expected_on:
            self.record(self.Expected(by=by, day=day))

    class Expected(Event):
        day: date

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.comes_until(self.day, self)

    def comes_until(self, day: date | None, event: Event) -> None:
        """What an event does that says until when all is to have come."""
        self.expected_on = day
        self.set_ends({"delivery": day}, event.by.effective_at)

    # Receive, and send back ------------------------------------------------------------------

    def receive(
        self,
        line: int,
        quantity: int,
        *,
        assets: Sequence[UUID] = (),
        delivery: str = "",
        by: Provenance,
    ) -> None:
        """Take in a delivery of a line, with the assets that it brings: one of each unit, where the
        line brings any."""
        require_move(MOVES, "receive", self.status)
        bought = self.line(line)
        require(1 <= quantity <= UNITS_MAX, f"quantity: 1 to {UNITS_MAX} are received at once.")
        left = self.outstanding[line - 1]
        require(quantity <= left, f"quantity: of line {line}, {left} are still to come.")
        brought = quantity if bought.brings_assets else 0
        require(
            len(set(assets)) == len(assets) == brought and not set(assets) & self.assets.keys(),
            f"assets: this delivery brings {brought}, each once.",
        )
        self.record(
            self.Received(
                by=by,
                line=line,
                quantity=quantity,
                assets=tuple(assets),
                delivery=text.body(delivery, "delivery: it", text.NAME_MAX),
            )
        )

    class Received(Event):
        line: int
        quantity: int
        assets: tuple[UUID, ...] = ()
        delivery: str = ""
        """How the supplier calls the delivery."""

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.assets = {**order.assets, **dict.fromkeys(self.assets, self.line)}
            order.counts(self.line, self.quantity)

    def send_back(
        self,
        line: int,
        quantity: int,
        *,
        assets: Sequence[UUID] = (),
        reason: str,
        by: Provenance,
    ) -> None:
        """Give units of a line back to the supplier: where they are assets, these."""
        require_move(MOVES, "send_back", self.status)
        bought = self.line(line)
        come = self.received[line - 1]
        require(1 <= quantity <= come, f"quantity: of line {line}, {come} were received.")
        brought = quantity if bought.brings_assets else 0
        own = {asset for asset, number in self.assets.items() if number == line}
        require(
            len(set(assets)) == len(assets) == brought and set(assets) <= own,
            f"assets: name {brought} that this line brought, each once.",
        )
        reason = text.reason(reason, "Sending something back needs a reason.")
        self.record(
            self.SentBack(by=by, line=line, quantity=quantity, assets=tuple(assets), reason=reason)
        )

    class SentBack(Event):
        line: int
        quantity: int
        assets: tuple[UUID, ...]
        reason: Annotated[str, Personal("actor")]

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.assets = {id: line for id, line in order.assets.items() if id not in self.assets}
            order.counts(self.line, -self.quantity)

    def counts(self, line: int, more: int) -> None:
        """What an event does by which more of a line, or less, has come."""
        come = list(self.received)
        come[line - 1] += more
        self.received = tuple(come)
        self.status = status_of([one.quantity for one in self.lines], come)

    # Close or cancel -------------------------------------------------------------------------

    def close(self, *, by: Provenance) -> None:
        """Say that all is done. What has not come is not awaited any more."""
        require_move(MOVES, "close", self.status)
        self.record(self.Closed(by=by))

    class Closed(Event):
        def apply(self, order: "PurchaseOrder", /) -> None:
            order.status = Status.CLOSED

    def cancel(self, *, reason: str, by: Provenance) -> None:
        """Call it off before anything has come."""
        require_move(MOVES, "cancel", self.status)
        reason = text.reason(reason, "Cancelling an order needs a reason.")
        self.record(self.Cancelled(by=by, reason=reason))

    class Cancelled(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, order: "PurchaseOrder", /) -> None:
            order.status = Status.CANCELLED


def status_of(
    bought: Sequence[int], received: Sequence[int]
) -> Literal[Status.ORDERED, Status.PARTLY_RECEIVED, Status.RECEIVED]:
    """How an order that was placed stands by what was bought, and has come, of each line."""
    if not any(received):
        return Status.ORDERED
    return Status.RECEIVED if list(received) == list(bought) else Status.PARTLY_RECEIVED
