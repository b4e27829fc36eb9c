"""Contracts: what was agreed with a supplier, until when, at which cost, and for which assets.

A contract is drafted, in force once it is signed, renewed as often as is agreed, and ended. Its
last day is reminded of as those of assets are.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.asset_record import Cost, check_cost
from domain.asset_reminders import AssetReminders
from domain.moves import Move
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require

COVERED_MAX = 1_000
NOTICE_DAYS_MAX = 3_650

Kind = Literal["support", "maintenance", "licence", "lease", "service", "other"]
Billing = Literal["once", "monthly", "quarterly", "yearly"]


class Status(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in force"
    ENDED = "ended"


MOVES = {
    "sign": Move(
        frozenset({Status.DRAFT}), Status.IN_FORCE, "Only a draft of a contract is signed."
    ),
    "renew": Move(
        frozenset({Status.IN_FORCE}), Status.IN_FORCE, "Only a contract in force is renewed."
    ),
    "end": Move(
        frozenset({Status.DRAFT, Status.IN_FORCE}),
        Status.ENDED,
        "A contract that has ended does not end again.",
    ),
}


class Contract(AssetReminders):
    prefix = "CON"

    name: str
    kind: Kind
    supplier: str
    reference: str
    """How the supplier calls it."""
    owner: UUID | None
    """Who answers for it."""
    starts: date | None
    last_day: date | None
    """None for one without an end."""
    notice_days: int
    """How many days before its last day notice is given at the latest."""
    cost: Cost | None
    billing: Billing
    covered: tuple[UUID, ...]
    """The assets that it is for, licences among them."""
    status: Status

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.kind = "other"
        self.supplier = ""
        self.reference = ""
        self.owner = None
        self.starts = None
        self.last_day = None
        self.notice_days = 0
        self.cost = None
        self.billing = "yearly"
        self.covered = ()
        self.status = Status.DRAFT

    @property
    def is_gone(self) -> bool:
        return self.status is not Status.IN_FORCE

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    def _require_not_over(self) -> None:
        require(self.status is not Status.ENDED, "A contract that has ended stays as it was.")

    # Draft and amend -----------------------------------------------------------------------

    @classmethod
    def draft(
        cls,
        id: UUID,
        *,
        name: str,
        supplier: str,
        kind: Kind = "other",
        reference: str = "",
        owner: UUID | None = None,
        starts: date | None = None,
        last_day: date | None = None,
        notice_days: int = 0,
        cost: Cost | None = None,
        billing: Billing = "yearly",
        by: Provenance,
    ) -> Self:
        _check_days(starts, last_day)
        _check_notice(notice_days)
        return cls.begin(
            id,
            cls.Drafted(
                by=by,
                name=text.name(name, "The name of a contract"),
                supplier=text.name(supplier, "The supplier"),
                kind=kind,
                reference=text.body(reference, "reference: it", text.NAME_MAX),
                owner=owner,
                starts=starts,
                last_day=last_day,
                notice_days=notice_days,
                cost=check_cost(cost),
                billing=billing,
            ),
        )

    class Drafted(Event):
        name: str
        supplier: str
        kind: Kind = "other"
        reference: str = ""
        owner: UUID | None = None
        starts: date | None = None
        last_day: date | None = None
        notice_days: int = 0
        cost: Cost | None = None
        billing: Billing = "yearly"

        def apply(self, contract: "Contract", /) -> None:
            contract.name, contract.kind = self.name, self.kind
            contract.supplier, contract.reference = self.supplier, self.reference
            contract.owner, contract.starts = self.owner, self.starts
            contract.notice_days = self.notice_days
            contract.cost, contract.billing = self.cost, self.billing
            contract.last_until(self.last_day, self)

    def amend(
        self,
        *,
        name: str | None = None,
        reference: str | None = None,
        owner: UUID | None = None,
        notice_days: int | None = None,
        cost: Cost | None = None,
        billing: Billing | None = None,
        by: Provenance,
    ) -> None:
        """Correct what is known of it. What is not given stays as it is."""
        self._require_not_over()
        if notice_days is not None:
            _check_notice(notice_days)
        given: dict[str, Any] = {
            "name": None if name is None else text.name(name, "The name of a contract"),
            "reference": None
            if reference is None
            else text.body(reference, "reference: it", text.NAME_MAX),
            "owner": owner,
            "notice_days": notice_days,
            "cost": check_cost(cost),
            "billing": billing,
        }
        changed = {
            field: said
            for field, said in given.items()
            if said is not None and said != getattr(self, field)
        }
        if changed:
            self.record(self.Amended(by=by, **changed))

    class Amended(Event):
        name: str | None = None
        reference: str | None = None
        owner: UUID | None = None
        notice_days: int | None = None
        cost: Cost | None = None
        billing: Billing | None = None

        def apply(self, contract: "Contract", /) -> None:
            for field in ("name", "reference", "owner", "notice_days", "cost", "billing"):
                if (said := getattr(self, field)) is not None:
                    setattr(contract, field, said)

    # Sign, renew, end ------------------------------------------------------------------------

    def sign(self, *, by: Provenance) -> None:
        """Put it in force: from its first day, or from now on where none is said."""
        self._require("sign")
        self.record(self.Signed(by=by, starts=self.starts or by.effective_at.date()))

    class Signed(Event):
        starts: date

        def apply(self, contract: "Contract", /) -> None:
            contract.status = Status.IN_FORCE
            contract.starts = self.starts
            # What has passed by now is not reminded of: whoever signs it knows.
            contract.last_until(contract.last_day, self)

    def renew(self, last_day: date, *, cost: Cost | None = None, by: Provenance) -> None:
        """Let it last longer, perhaps at another cost."""
        self._require("renew")
        require(
            self.last_day is not None and last_day > self.last_day,
            "last_day: a contract is renewed beyond its last day.",
        )
        self.record(self.Renewed(by=by, last_day=last_day, cost=check_cost(cost)))

    class Renewed(Event):
        last_day: date
        cost: Cost | None = None

        def apply(self, contract: "Contract", /) -> None:
            contract.cost = self.cost or contract.cost
            contract.last_until(self.last_day, self)

    def end(self, *, reason: str, by: Provenance) -> None:
        """Say that it holds no longer, or never will."""
        self._require("end")
        reason = text.reason(reason, "Ending a contract needs a reason.")
        self.record(self.Ended(by=by, reason=reason))

    class Ended(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, contract: "Contract", /) -> None:
            contract.status = Status.ENDED

    def last_until(self, day: date | None, event: Event) -> None:
        """What an event does that says its last day."""
        self.last_day = day
        self.set_ends({"contract": day}, event.by.effective_at)

    # Assets ------------------------------------------------------------------------------------

    def cover(self, assets: Sequence[UUID], *, by: Provenance) -> None:
        """Name the assets that it is for: these, and no others."""
        self._require_not_over()
        named = tuple(dict.fromkeys(assets))
        require(
            len(named) <= COVERED_MAX, f"assets: a contract is for at most {COVERED_MAX:,} of them."
        )
        if named != self.covered:
            self.record(self.Covered(by=by, assets=named))

    class Covered(Event):
        assets: tuple[UUID, ...]

        def apply(self, contract: "Contract", /) -> None:
            contract.covered = self.assets


def _check_days(starts: date | None, last_day: date | None) -> None:
    require(
        starts is None or last_day is None or starts <= last_day,
        "last_day: it does not come before the first.",
    )


def _check_notice(days: int) -> None:
    require(
        0 <= days <= NOTICE_DAYS_MAX,
        f"notice_days: a number from 0 to {NOTICE_DAYS_MAX:,} of days.",
    )
