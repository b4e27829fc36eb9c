"""Assets: what the organisation owns or runs, where it is in its life, and what depends on it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.asset_approval import ApprovedActs, Governed, Proposal
from domain.asset_record import AssetRecord
from domain.asset_redundancy import AssetRedundancy
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require

RELATIONS_MAX = 1_000
DETAILS_MAX = 200
DETAIL_CHARACTERS_MAX = 4_000

RelationType = Literal["depends on", "runs on", "part of", "connects to", "uses", "licensed by"]


class Status(StrEnum):
    ORDERED = "ordered"
    IN_STOCK = "in stock"
    IN_USE = "in use"
    IN_REPAIR = "in repair"
    RETIRED = "retired"
    DISPOSED = "disposed"


class Move(NamedTuple):
    """From which states an act is possible, and the rule that is said to whoever tries others."""

    sources: frozenset[Status]
    rule: str


MOVES = {
    "receive": Move(frozenset({Status.ORDERED}), "Only an asset on order can be received."),
    "issue": Move(frozenset({Status.IN_STOCK}), "Only an asset in stock can be issued."),
    "return": Move(frozenset({Status.IN_USE}), "Only an asset in use can be returned."),
    "repair": Move(
        frozenset({Status.IN_STOCK, Status.IN_USE}),
        "Only an asset in stock or in use can be sent for repair.",
    ),
    "complete repair": Move(
        frozenset({Status.IN_REPAIR}), "Only an asset in repair comes back from it."
    ),
    "retire": Move(
        frozenset({Status.ORDERED, Status.IN_STOCK, Status.IN_USE, Status.IN_REPAIR}),
        "Only an asset that is not retired yet can be retired.",
    ),
    "dispose": Move(frozenset({Status.RETIRED}), "Only a retired asset can be disposed of."),
}


class Asset(AssetRecord, AssetRedundancy, ApprovedActs):
    prefix = "AST"

    name: str
    asset_class: str
    tag: str
    service: str
    organisation: UUID | None
    holder: UUID | None
    """Who has it."""
    status: Status
    details: dict[str, str]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.tag = ""
        self.service = ""
        self.organisation = None
        self.holder = None
        self.status = Status.IN_STOCK
        self.details = {}

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)

    def _require_possible(self, act: str) -> None:
        self._require(act)

    def _carried_out(self, proposal: Proposal, by: Provenance) -> Governed:
        match proposal:
            case Proposal(act="issue", to=UUID() as to):
                return self.Issued(by=by, to=to, round=self.round)
            case Proposal(act="repair"):
                return self.SentForRepair(by=by, vendor=proposal.vendor, round=self.round)
            case Proposal(act="retire"):
                return self.Retired(by=by, round=self.round)
        return self.Disposed(by=by, method=proposal.method, round=self.round)

    @property
    def is_gone(self) -> bool:
        return self.status in (Status.RETIRED, Status.DISPOSED)

    def require_changeable(self) -> None:
        require(
            self.status is not Status.DISPOSED, "An asset that was disposed of cannot be changed."
        )

    # Register ----------------------------------------------------------------------------

    @classmethod
    def register(
        cls,
        id: UUID,
        *,
        name: str,
        asset_class: str,
        tag: str = "",
        organisation: UUID | None = None,
        service: str = "",
        owner: UUID | None = None,
        is_ordered: bool = False,
        by: Provenance,
    ) -> Self:
        """An asset is in stock, or on order until it is received."""
        return cls.begin(
            id,
            cls.Registered(
                by=by,
                name=text.name(name, "The name of an asset"),
                asset_class=text.name(asset_class, "The class of an asset"),
                tag=text.body(tag, "The tag of an asset", text.NAME_MAX),
                organisation=organisation,
                service=text.body(service, "A service", text.NAME_MAX),
                owner=owner,
                is_ordered=is_ordered,
            ),
        )

    class Registered(Event):
        name: str
        asset_class: str
        tag: str = ""
        organisation: UUID | None = None
        service: str = ""
        owner: UUID | None = None
        is_ordered: bool = False

        def apply(self, asset: "Asset", /) -> None:
            asset.name = self.name
            asset.asset_class = self.asset_class
            asset.tag = self.tag
            asset.organisation = self.organisation
            asset.service = self.service
            asset.owner = self.owner
            asset.status = Status.ORDERED if self.is_ordered else Status.IN_STOCK

    def receive(self, *, by: Provenance) -> None:
        """Take an asset that was ordered into stock."""
        self._require("receive")
        self.record(self.Received(by=by))

    class Received(Event):
        def apply(self, asset: "Asset", /) -> None:
            asset.status = Status.IN_STOCK

    # Amend -------------------------------------------------------------------------------

    def amend(self, details: Mapping[str, str], *, by: Provenance) -> None:
        """Add or correct details, such as a serial number. Others stay as they are."""
        self.require_changeable()
        changed = {}
        for given, value in details.items():
            name = text.name(given, "The name of a detail")
            value = text.body(value, "A detail", DETAIL_CHARACTERS_MAX)
            if self.details.get(name) != value:
                changed[name] = value
        require(
            len(self.details.keys() | changed.keys()) <= DETAILS_MAX,
            f"An asset has at most {DETAILS_MAX} details.",
        )
        if changed:
            self.record(self.Amended(by=by, details=changed))

    class Amended(Event):
        details: dict[str, str]

        def apply(self, asset: "Asset", /) -> None:
            asset.details = {**asset.details, **self.details}

    # Relate ------------------------------------------------------------------------------

    def relate(self, other: UUID, *, type: RelationType, by: Provenance) -> None:
        """Say what this asset is to another: it depends on the other, runs on it, and so on."""
        self.require_changeable()
        require(other != self.id, "An asset is not related to itself.")
        if (type, other) in self.relations:
            return
        require(
            len(self.relations) < RELATIONS_MAX, f"An asset has at most {RELATIONS_MAX} relations."
        )
        self.record(self.Related(by=by, other=other, type=type))

    class Related(Event):
        other: UUID
        type: RelationType

        def apply(self, asset: "Asset", /) -> None:
            asset.relations = (*asset.relations, (self.type, self.other))

    def unrelate(self, other: UUID, *, type: RelationType, by: Provenance) -> None:
        if (type, other) in self.relations:
            self.record(self.Unrelated(by=by, other=other, type=type))

    class Unrelated(Event):
        other: UUID
        type: RelationType

        def apply(self, asset: "Asset", /) -> None:
            gone = (self.type, self.other)
            asset.relations = tuple(relation for relation in asset.relations if relation != gone)

    # Issue and return ----------------------------------------------------------------------

    def issue(self, to: UUID, *, source: str = "", by: Provenance) -> None:
        """Hand the asset to a person, by hand or as a source says."""
        self._require("issue")
        self._require_not_in_approval()
        self.record(self.Issued(by=by, to=to, source=source))

    class Issued(Governed):
        act = "issue"

        to: UUID
        round: int = 0
        source: str = ""

        def apply(self, asset: "Asset", /) -> None:
            super().apply(asset)
            asset.given_by(self.source, ("user",))
            asset.status = Status.IN_USE
            asset.holder = self.to

    def return_(self, *, condition: str, by: Provenance) -> None:
        """Take the asset back into stock, in the condition described."""
        self._require("return")
        condition = text.reason(condition, "A return says in which condition the asset is.")
        self.record(self.Returned(by=by, condition=condition))

    class Returned(Event):
        condition: Annotated[str, Personal("actor")]

        def apply(self, asset: "Asset", /) -> None:
            asset.status = Status.IN_STOCK
            asset.holder = None

    # Repair ------------------------------------------------------------------------------

    def repair(self, *, vendor: str, reason: str, by: Provenance) -> None:
        """Send the asset for repair. Whoever has it gets it back."""
        self._require("repair")
        self._require_not_in_approval()
        self.record(
            self.SentForRepair(
                by=by,
                vendor=text.name(vendor, "The vendor of a repair"),
                reason=text.reason(reason, "A repair needs a reason."),
            )
        )

    class SentForRepair(Governed):
        act = "repair"

        vendor: str
        reason: Annotated[str, Personal("actor")] = ""
        round: int = 0

        def apply(self, asset: "Asset", /) -> None:
            super().apply(asset)
            asset.status = Status.IN_REPAIR

    def complete_repair(self, *, by: Provenance) -> None:
        self._require("complete repair")
        self.record(self.Repaired(by=by))

    class Repaired(Event):
        def apply(self, asset: "Asset", /) -> None:
            asset.status = Status.IN_STOCK if asset.holder is None else Status.IN_USE

    # Retire and dispose ----------------------------------------------------------------------

    def retire(self, *, reason: str, by: Provenance) -> None:
        """Take the asset out of service. Nobody has it any more."""
        self._require("retire")
        self._require_not_in_approval()
        reason = text.reason(reason, "A retirement needs a reason.")
        self.record(self.Retired(by=by, reason=reason))

    class Retired(Governed):
        act = "retire"

        reason: Annotated[str, Personal("actor")] = ""
        round: int = 0

        def apply(self, asset: "Asset", /) -> None:
            super().apply(asset)
            asset.status = Status.RETIRED
            asset.holder = None

    def dispose(self, *, method: str, by: Provenance) -> None:
        """Let go of the asset: sold, scrapped, given away, lost…"""
        self._require("dispose")
        self._require_not_in_approval()
        self.record(self.Disposed(by=by, method=text.name(method, "The method of disposal")))

    class Disposed(Governed):
        act = "dispose"

        method: str
        round: int = 0

        def apply(self, asset: "Asset", /) -> None:
            super().apply(asset)
            asset.status = Status.DISPOSED


RESCOPING = (Asset.Classified,)
"""The events by which change windows may become about the changes that affect an asset, or not: by
its class or its service."""
