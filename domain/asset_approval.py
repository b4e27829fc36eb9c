"""Acts on assets that people approve: proposed, decided, and carried out by their approval.

Without a process that governs it, an act is done at once. While one is in approval, the asset may
be amended, returned or come back from repair, but no other act of these is done with it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.ids import as_id
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.subjects import SubjectKind, Value

Act = Literal["issue", "repair", "retire", "dispose"]
ACTS: tuple[Act, ...] = get_args(Act)

NEEDS: Mapping[Act, tuple[str, ...]] = {
    "issue": ("to",),
    "repair": ("vendor", "reason"),
    "retire": ("reason",),
    "dispose": ("method",),
}
"""What is to be said of each act, and nothing else."""


class Proposal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done with an asset. Why is said by its event alone, as somebody wrote it."""

    act: Act
    to: UUID | None = None
    """Who is to get it."""
    vendor: str = ""
    """Who is to repair it."""
    method: str = ""
    """How it is to be disposed of."""


class Governed(Event):
    """An act that a process may govern. Its `round` is the one that approved it, whose proposal
    says why; 0 where nobody was asked."""

    act: ClassVar[Act]

    def apply(self, asset: Any, /) -> None:
        asset.proposal = None


class ApprovedActs(ApprovalRounds, abstract=True):
    """`proposal` is what is in approval, or was approved and is not carried out yet."""

    what: ClassVar[str] = "asset"
    subject: ClassVar[SubjectKind] = "asset"
    whose: ClassVar[str] = "whoever proposes it, has the asset, or is to get it, has no vote"

    assignee = None

    asset_class: str
    status: Any
    owner: UUID | None
    holder: UUID | None
    relations: tuple[tuple[str, UUID], ...]

    requester: UUID | None
    """Who proposed the latest act."""
    proposal: Proposal | None
    approval: Literal["", "pending", "approved", "rejected"]
    """How the latest round of approval stands."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.requester = None
        self.proposal = None
        self.approval = ""

    @property
    def links(self) -> tuple[tuple[str, UUID], ...]:  # type: ignore[override]  # it is never set
        """An act affects the asset itself: this is how its owner is found."""
        return (("affects", self.id),)

    @property
    def barred(self) -> frozenset[str]:
        recipient = self.proposal.to if self.proposal else None
        own = (self.requester, self.holder, recipient)
        return frozenset(str(person) for person in own if person)

    @property
    def always_material(self) -> tuple[str, ...]:
        return ("act", "recipient")

    def content(self) -> Mapping[str, Value | None]:
        proposal = self.proposal
        return {
            **{f"details.{name}": value for name, value in self.details.items()},
            "type": self.asset_class,
            "status": str(self.status),
            "service": self.service,
            "organisation": str(self.organisation or ""),
            "owner": str(self.owner or ""),
            "holder": str(self.holder or ""),
            "relations": sorted(f"{type} {other}" for type, other in self.relations),
            "details": self.details,
            "act": proposal.act if proposal else "",
            "recipient": str(proposal.to or "") if proposal else "",
        }

    def _require_possible(self, act: str) -> None:
        """Refuse an act that the asset is not in the state for."""
        raise NotImplementedError

    def _require_not_in_approval(self) -> None:
        require(
            not self.standing.open,
            "An act on this asset is in approval: it is decided, or withdrawn, before another.",
        )

    def _require_chooser(self, by: Provenance) -> None:
        require(by.actor not in self.barred, "Nobody chooses who votes on what they proposed.")

    # Propose and submit --------------------------------------------------------------------

    def propose(
        self,
        act: Act,
        *,
        to: UUID | None = None,
        vendor: str = "",
        reason: str = "",
        method: str = "",
        by: Provenance,
    ) -> None:
        """Say what is to be done with the asset, with what the act itself asks for."""
        require(act in ACTS, f"What is approved is one of {', '.join(ACTS)}.")
        self._require_not_in_approval()
        self._require_possible(act)
        said = {"to": to, "vendor": vendor, "reason": reason, "method": method}
        for name, value in said.items():
            if name in NEEDS[act]:
                require(bool(value), f"{name}: to {act} an asset is proposed with it.")
            else:
                require(not value, f"{name}: to {act} an asset is proposed without it.")
        self.record(
            self.ActProposed(
                by=by,
                act=act,
                to=to,
                vendor=text.name(vendor, "The vendor of a repair") if vendor else "",
                method=text.name(method, "The method of disposal") if method else "",
                reason=text.reason(reason, f"To {act} an asset needs a reason.") if reason else "",
            )
        )

    class ActProposed(Event):
        act: Act
        to: UUID | None = None
        vendor: str = ""
        method: str = ""
        reason: Annotated[str, Personal("actor")] = ""

        def apply(self, asset: "ApprovedActs", /) -> None:
            asset.requester = as_id(self.by.actor)
            asset.proposal = Proposal(
                act=self.act, to=self.to, vendor=self.vendor, method=self.method
            )

    def require_ready(self) -> None:
        """Refuse a submission while one is in approval, or nothing was proposed."""
        self._require_not_in_approval()
        require(self.proposal is not None, "It is proposed first what is to be done with it.")

    def enter_approval(self) -> None:
        self.approval = "pending"

    def leave_approval(self, *, is_approved: bool) -> None:
        self.approval = "approved" if is_approved else "rejected"
        if not is_approved:
            self.proposal = None

    def withdraw(self, *, reason: str, by: Provenance) -> None:
        """Take the submission back. The asset stays as it is."""
        require(len(self.standing.open) > 0, "No act on this asset is in approval.")
        reason = text.reason(reason, "A withdrawal needs a reason.")
        self.record(self.SubmissionWithdrawn(by=by, round=self.round, reason=reason))

    class SubmissionWithdrawn(GivenUp):
        round: int
        reason: Annotated[str, Personal("actor")]

        def apply(self, asset: Any, /) -> None:
            super().apply(asset)
            asset.approval = ""
            asset.proposal = None

    # Carry out -----------------------------------------------------------------------------

    @property
    def granted(self) -> Proposal | None:
        """What was approved and is not carried out yet."""
        return self.proposal if self.approval == "approved" else None

    def carry_out(self, *, by: Provenance) -> None:
        """Do what was approved."""
        granted = self.granted
        if granted is None:
            raise Refused("There is no approved act on this asset to be carried out.")
        self._require_possible(granted.act)
        self.record(self._carried_out(granted, by))

    def _carried_out(self, proposal: Proposal, by: Provenance) -> Governed:
        """The event of an act that this round approved."""
        raise NotImplementedError

    def let_lapse(self, reason: str, *, by: Provenance) -> None:
        """Note why what was approved cannot be done: it is proposed anew."""
        require(self.granted is not None, "There is no approved act on this asset.")
        self.record(self.ApprovalLapsed(by=by, round=self.round, reason=reason))

    class ApprovalLapsed(Event):
        round: int
        reason: str

        def apply(self, asset: "ApprovedActs", /) -> None:
            asset.proposal = None
