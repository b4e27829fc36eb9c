"""Services of the portfolio: proposed, designed, chartered, live, and retired in the end.

Tickets and assets name a service by its name.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, get_args
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.approval_round_state import GivenUp
from domain.gates import Gates
from domain.ids import as_id
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.subjects import SubjectKind, Value

__all__ = ["GATES", "MOVES", "Criticality", "Gate", "Service", "Status"]

CUSTOMERS_MAX = 200

Gate = Literal["requirements", "support model", "SLA draft", "acceptance"]
Criticality = Literal["low", "medium", "high", "critical"]


class Status(StrEnum):
    PROPOSED = "proposed"
    IN_DESIGN = "in design"
    CHARTERED = "chartered"
    LIVE = "live"
    RETIRING = "retiring"
    RETIRED = "retired"


class Move(NamedTuple):
    """From which states an act leads to which, the rule that is said to whoever tries others, and
    what the service must have: fields, and gates that it has passed.

    Who may act stands in `domain.policy_services`, under the name of the act.
    """

    sources: frozenset[Status]
    target: Status
    rule: str
    fields: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()


MOVES = {
    "begin_design": Move(
        frozenset({Status.PROPOSED}),
        Status.IN_DESIGN,
        "Only a proposed service goes into design.",
        fields=("owner",),
    ),
    "charter": Move(
        frozenset({Status.IN_DESIGN}),
        Status.CHARTERED,
        "Only a service in design is chartered.",
        fields=("owner", "team", "description"),
        gates=("requirements", "support model", "SLA draft"),
    ),
    "redesign": Move(
        frozenset({Status.CHARTERED}),
        Status.IN_DESIGN,
        "Only a chartered service goes back into design.",
    ),
    "go_live": Move(
        frozenset({Status.CHARTERED}),
        Status.LIVE,
        "Only a chartered service goes live.",
        fields=("owner", "team"),
        gates=("acceptance",),
    ),
    "begin_retirement": Move(
        frozenset({Status.LIVE}), Status.RETIRING, "Only the retirement of a live service begins."
    ),
    "keep": Move(frozenset({Status.RETIRING}), Status.LIVE, "Only a retiring service is kept."),
    "retire": Move(
        frozenset({Status.PROPOSED, Status.IN_DESIGN, Status.CHARTERED, Status.RETIRING}),
        Status.RETIRED,
        "Only a service that is not live can be retired: its retirement begins first.",
    ),
}

GATES: Mapping[str, Status] = {
    "requirements": Status.IN_DESIGN,
    "support model": Status.IN_DESIGN,
    "SLA draft": Status.IN_DESIGN,
    "acceptance": Status.CHARTERED,
}
"""In which state each gate is passed. Until that state ends, what is accepted at it is written."""

IN_CATALOGUE = frozenset({Status.LIVE, Status.RETIRING})
"""The states in which its customers know of a service."""

_BEFORE_LIVE = (Status.PROPOSED, Status.IN_DESIGN, Status.CHARTERED)


class Service(Gates):
    prefix = "SVC"
    what: ClassVar[str] = "service"
    subject: ClassVar[SubjectKind] = "service"

    name: str
    description: str
    team: UUID | None
    """Who supports it."""
    criticality: str
    customers: tuple[UUID, ...]
    """The organisations that it is for; none: all of them."""
    status: Status
    live_since: datetime | None

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.description = ""
        self.team = None
        self.criticality = ""
        self.customers = ()
        self.status = Status.PROPOSED
        self.live_since = None

    @property
    def is_in_catalogue(self) -> bool:
        return self.status in IN_CATALOGUE

    @property
    def gates(self) -> Collection[str]:
        return GATES

    def content(self) -> Mapping[str, Value | None]:
        return {
            **super().content(),
            "name": self.name,
            "description": self.description,
            "criticality": self.criticality,
            "owner": str(self.owner or ""),
            "team": str(self.team or ""),
            "customers": [str(customer) for customer in self.customers],
        }

    def _require(self, act: str) -> None:
        move = MOVES[act]
        require(self.status in move.sources, move.rule)
        for field in move.fields:
            require(bool(getattr(self, field)), f"{field}: the service has none yet.")
        for gate in move.gates:
            require(gate in self.passed, f"The service has not passed the gate {gate}.")
        require(
            not self.standing.open or act == "retire",
            f"The gate {self.gate} of this service is in approval: that is withdrawn first.",
        )

    def _require_writable(self, gate: str) -> None:
        last = GATES[gate]
        require(
            self.status in _BEFORE_LIVE[: _BEFORE_LIVE.index(last) + 1],
            f"What is accepted at the gate {gate} is written while a service is {last} at the "
            "latest.",
        )

    def _require_passable(self, gate: str) -> None:
        require(
            self.status is GATES[gate],
            f"The gate {gate} is passed while a service is {GATES[gate]}.",
        )

    # Propose -------------------------------------------------------------------------------

    @classmethod
    def propose(
        cls,
        id: UUID,
        *,
        name: str,
        description: str = "",
        owner: UUID | None = None,
        team: UUID | None = None,
        criticality: str = "medium",
        customers: Sequence[UUID] = (),
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Proposed(
                by=by,
                name=text.name(name, "The name of a service"),
                description=text.body(description, "A description"),
                owner=owner,
                team=team,
                criticality=_criticality(criticality),
                customers=_customers(customers),
            ),
        )

    class Proposed(Event):
        name: str
        description: str = ""
        owner: UUID | None = None
        team: UUID | None = None
        criticality: str = "medium"
        customers: tuple[UUID, ...] = ()

        def apply(self, service: "Service", /) -> None:
            service.proposer = self.by.actor
            service.name = self.name
            service.description = self.description
            service.owner = self.owner
            service.requester = self.owner or as_id(self.by.actor)
            service.team = self.team
            service.criticality = self.criticality
            service.customers = self.customers

    # Amend ---------------------------------------------------------------------------------

    def amend(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        owner: UUID | None = None,
        team: UUID | None = None,
        criticality: str | None = None,
        customers: Sequence[UUID] | None = None,
        by: Provenance,
    ) -> None:
        """Correct what is said of it. None leaves a field as it is."""
        require(self.status is not Status.RETIRED, "A retired service cannot be changed.")
        require(
            owner is None or not self.standing.open or str(owner) not in self.voted,
            "Nobody votes on their own service: who has voted on it does not become its owner.",
        )
        given: Mapping[str, object] = {
            "name": None if name is None else text.name(name, "The name of a service"),
            "description": (
                None if description is None else text.body(description, "A description")
            ),
            "owner": owner,
            "team": team,
            "criticality": None if criticality is None else _criticality(criticality),
            "customers": None if customers is None else _customers(customers),
        }
        require(
            given["description"] != "" or self.status in (Status.PROPOSED, Status.IN_DESIGN),
            "A chartered service has a description.",
        )
        changed = {
            field: value
            for field, value in given.items()
            if value is not None and value != getattr(self, field)
        }
        if changed:
            self.record(self.Amended(by=by, **changed))  # type: ignore[arg-type]  # by name

    class Amended(Event):
        name: str | None = None
        description: str | None = None
        owner: UUID | None = None
        team: UUID | None = None
        criticality: str | None = None
        customers: tuple[UUID, ...] | None = None

        def apply(self, service: "Service", /) -> None:
            for field in ("name", "description", "owner", "team", "criticality", "customers"):
                value = getattr(self, field)
                if value is not None:
                    setattr(service, field, value)
            service.requester = service.owner or as_id(service.proposer)

    # Design: what is written and passed stands in `domain.gates` -----------------------

    def begin_design(self, *, by: Provenance) -> None:
        self._require("begin_design")
        self.record(self.DesignBegun(by=by))

    class DesignBegun(Event):
        def apply(self, service: "Service", /) -> None:
            service.status = Status.IN_DESIGN

    def charter(self, *, by: Provenance) -> None:
        """Commit to building it: the gates of its design are passed."""
        self._require("charter")
        self.record(self.Chartered(by=by))

    class Chartered(Event):
        def apply(self, service: "Service", /) -> None:
            service.status = Status.CHARTERED

    def redesign(self, *, reason: str, by: Provenance) -> None:
        """Take it back into design. The gates of the design stay passed until what was accepted at
        them is written anew; the acceptance falls."""
        self._require("redesign")
        reason = text.reason(reason, "Going back into design needs a reason.")
        self.record(self.TakenBack(by=by, reason=reason))

    class TakenBack(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, service: "Service", /) -> None:
            service.status = Status.IN_DESIGN
            service.unpass("acceptance")

    # Live, and the end -----------------------------------------------------------------------

    def go_live(self, *, by: Provenance) -> None:
        self._require("go_live")
        self.record(self.WentLive(by=by))

    class WentLive(Event):
        def apply(self, service: "Service", /) -> None:
            service.status = Status.LIVE
            service.live_since = self.by.effective_at

    def begin_retirement(self, *, reason: str, by: Provenance) -> None:
        """Say that it ends. Nothing of it is ordered any more."""
        self._require("begin_retirement")
        reason = text.reason(reason, "A retirement needs a reason.")
        self.record(self.RetirementBegun(by=by, reason=reason))

    class RetirementBegun(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, service: "Service", /) -> None:
            service.status = Status.RETIRING

    def keep(self, *, reason: str, by: Provenance) -> None:
        """Call the retirement off."""
        self._require("keep")
        reason = text.reason(reason, "Keeping a service needs a reason.")
        self.record(self.Kept(by=by, reason=reason))

    class Kept(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, service: "Service", /) -> None:
            service.status = Status.LIVE

    def retire(self, *, reason: str, by: Provenance) -> None:
        """End it, or give up its design. A gate that is in approval is not passed any more."""
        self._require("retire")
        reason = text.reason(reason, "A retirement needs a reason.")
        self.record(self.Retired(by=by, reason=reason))

    class Retired(GivenUp):
        reason: Annotated[str, Personal("actor")]

        def apply(self, service: "Service", /) -> None:
            super().apply(service)
            service.status = Status.RETIRED
            service.approval = "" if service.approval == "pending" else service.approval


def _criticality(criticality: str) -> str:
    known = get_args(Criticality)
    require(criticality in known, f"criticality: one of {', '.join(known)}.")
    return criticality


def _customers(customers: Collection[UUID]) -> tuple[UUID, ...]:
    require(
        len(customers) <= CUSTOMERS_MAX,
        f"customers: at most {CUSTOMERS_MAX} are named.",
    )
    require(len(set(customers)) == len(customers), "customers: each is named once.")
    return tuple(customers)
