"""Changes before their submission: what they are about, how risky they are, and how they are done.

A change comes from a person's own words, or from a template of the change catalogue. Only the
latter makes a standard change, whose plans and risk are those of the template.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from msgspec import Struct, structs

from domain import risk as risks
from domain import text
from domain.aggregate import Event
from domain.asset import Asset
from domain.change_moves import EDITING, MOVES, PREPARING, Risk, Type
from domain.change_tasks import ChangeTasks
from domain.ids import prefix_of
from domain.moves import require_move
from domain.obligations import Obligation
from domain.personal import Personal
from domain.priority import Level
from domain.provenance import Provenance
from domain.risk import Questionnaire
from domain.rules import Refused, require
from domain.subjects import SubjectKind, Value
from domain.ticket import LinkType
from domain.wording import Worded


class ModelInUse(Struct, frozen=True):
    """A published version of a risk model."""

    id: UUID
    version: int
    asked: Questionnaire


AFFECTS: LinkType = "affects"


class ChangeDraft(ChangeTasks, abstract=True):
    what: ClassVar[str] = "change"
    subject: ClassVar[SubjectKind] = "change"

    type: Type
    risk: Risk | None
    risk_model: UUID | None
    risk_model_version: int
    answers: dict[str, str]
    """What was answered to the questions of the risk model."""
    is_planned: bool
    approval: Literal["", "pending", "approved", "rejected"]
    """How the latest round of approval stands, whatever is done meanwhile."""
    obligations: tuple[Obligation, ...]
    """What is owed and not met yet."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.type = "normal"
        self.risk = None
        self.risk_model = None
        self.risk_model_version = 0
        self.answers = {}
        self.is_planned = False
        self.approval = ""
        self.obligations = ()

    @property
    def is_in_approval(self) -> bool:
        return self.approval == "pending"

    @property
    def is_rejected(self) -> bool:
        return self.approval == "rejected"

    @property
    def is_approval_owed(self) -> bool:
        """Whether it was started without an approval, which has not been decided since."""
        return any(owed.name == "retrospective approval" for owed in self.obligations)

    @property
    def affected_assets(self) -> tuple[UUID, ...]:
        return tuple(other for type, other in self.links if type == AFFECTS and is_asset(other))

    def _require(self, act: str) -> None:
        catches_up = act in PREPARING and self.is_approval_owed and not self.is_in_approval
        edits = act in EDITING and len(self.standing.open) > 0 and len(self.standing.material) > 0
        if not (catches_up or edits):
            require_move(MOVES, act, self.status)

    def _require_own_plan(self) -> None:
        require(
            self.type != "standard",
            "The plans and the risk of a standard change are those of its template.",
        )

    # Amend and classify ----------------------------------------------------------------------

    def amend(
        self,
        *,
        by: Provenance,
        title: str | None = None,
        description: str | None = None,
        details: Mapping[str, str] | None = None,
        reason: str | None = None,
        known: Mapping[str, str] = {},
    ) -> None:
        """Correct what it says, and why it is wanted: see `Ticket.amend`."""
        self._require("amend")
        if reason is not None:
            reason = text.body(reason, "A reason", text.REASON_MAX)
        super().amend(by=by, title=title, description=description, details=details, known=known)
        if reason is not None and reason != known.get("reason"):
            self.record(self.Justified(by=by, requester=self.requester, reason=reason))

    class Justified(Worded):
        """Another reason is given why it is wanted."""

        requester: UUID | None = None
        reason: Annotated[str, Personal("requester")] = ""

        @property
        def texts(self) -> Mapping[str, str | None]:
            return {"reason": self.reason}

        def apply(self, change: "ChangeDraft", /) -> None:
            change.say(self.texts)

    def classify(self, type: Type, *, by: Provenance) -> None:
        self._require("classify")
        if known_type(type) != self.type:
            require(
                type != "standard",
                "A change becomes a standard change by a template of the change catalogue.",
            )
            self.record(self.Classified(by=by, type=type))

    class Classified(Event):
        type: Type

        def apply(self, change: "ChangeDraft", /) -> None:
            change.type = self.type

    # Assess the risk and plan ------------------------------------------------------------------

    def assess_risk(
        self,
        *,
        impact: Level | None = None,
        likelihood: Level | None = None,
        answers: Mapping[str, str] = {},
        model: ModelInUse | None = None,
        facts: Mapping[str, Value] = {},
        by: Provenance,
    ) -> None:
        """Set the risk by a model, from answers and from the fields of the change; without one
        from impact and likelihood: 1 high, 2 medium, 3 low."""
        self._require("assess_risk")
        self._require_own_plan()
        if model is not None:
            require(
                impact is None and likelihood is None,
                "The risk follows from the answers to the questions of the risk model.",
            )
            self._assess(model, answers, facts, by)
            return
        require(not answers, "answers: no risk model is published for this change.")
        if impact is None or likelihood is None:
            raise Refused("A risk follows from impact and likelihood: give both.")
        risk = risks.by_matrix(impact, likelihood)
        self.record(self.RiskAssessed(by=by, impact=impact, likelihood=likelihood, risk=risk))

    def reassess_risk(
        self, model: ModelInUse, *, facts: Mapping[str, Value], by: Provenance
    ) -> None:
        """Apply the rules of the model once more, to the fields as they are now. It records
        nothing where the outcome is the same."""
        found = risks.assessed(model.asked, self.answers, facts)
        if found.risk != self.risk:
            self._assess(model, self.answers, facts, by)

    def _assess(
        self,
        model: ModelInUse,
        answers: Mapping[str, str],
        facts: Mapping[str, Value],
        by: Provenance,
    ) -> None:
        found = risks.assessed(model.asked, answers, facts)
        self.record(
            self.RiskAssessed(
                by=by,
                impact=None,
                likelihood=None,
                risk=found.risk,
                model=model.id,
                model_version=model.version,
                answers=dict(answers),
                score=found.score,
                by_answers=found.by_answers,
                rules=found.rules,
            )
        )

    class RiskAssessed(Event):
        """By impact and likelihood, by a risk model, or else by the template of the change."""

        impact: Level | None
        likelihood: Level | None
        risk: Risk
        model: UUID | None = None
        model_version: int = 0
        answers: dict[str, str] = {}
        score: int = 0
        by_answers: Risk | None = None
        rules: tuple[str, ...] = ()
        """The names of the rules of the model that held."""

        def apply(self, change: "ChangeDraft", /) -> None:
            change.risk = self.risk
            change.risk_model = self.model
            change.risk_model_version = self.model_version
            change.answers = self.answers

    def plan(
        self,
        *,
        implementation: str,
        backout: str,
        test: str = "",
        known: Mapping[str, str] = {},
        by: Provenance,
    ) -> None:
        """Say how it is done, how it is undone, and how it is tested. `known` are the texts as
        they are: with the same plans nothing happens."""
        self._require("plan")
        self._require_own_plan()
        planned = self._planned(implementation, backout, test, by)
        same = tuple(name for name, said in planned.texts.items() if known.get(name) == said)
        if len(same) < len(planned.texts):
            self.record(structs.replace(planned, same=same))

    def _planned(
        self, implementation: str, backout: str, test: str, by: Provenance
    ) -> "ChangeDraft.Planned":
        implementation = text.body(implementation, "An implementation plan")
        backout = text.body(backout, "A backout plan")
        require(implementation != "", "A plan says how the change is implemented.")
        require(backout != "", "A plan says how the change is backed out.")
        test = text.body(test, "A test plan")
        return self.Planned(by=by, implementation=implementation, backout=backout, test=test)

    class Planned(Worded):
        implementation: Annotated[str, Personal("actor")]
        backout: Annotated[str, Personal("actor")]
        test: Annotated[str, Personal("actor")] = ""
        same: tuple[str, ...] = ()
        """The texts that were the same before, by the names that they have among those of the
        change."""

        @property
        def texts(self) -> Mapping[str, str | None]:
            said = {
                "implementation_plan": self.implementation,
                "backout_plan": self.backout,
                "test_plan": self.test,
            }
            return {name: None if name in self.same else text for name, text in said.items()}

        def apply(self, change: "ChangeDraft", /) -> None:
            change.say(self.texts)
            change.is_planned = True

    # Say what it affects -----------------------------------------------------------------------

    def affect(self, asset: UUID, *, by: Provenance) -> None:
        """Say that it affects an asset. Its owner may be asked, and other changes may conflict."""
        require(is_asset(asset), "Only an asset is affected by a change.")
        self.link(asset, type=AFFECTS, by=by)

    def unaffect(self, asset: UUID, *, by: Provenance) -> None:
        self.unlink(asset, type=AFFECTS, by=by)

    def link(self, other: UUID, *, type: LinkType, by: Provenance) -> None:
        if type == AFFECTS and is_asset(other) and (type, other) not in self.links:
            self._require("affect")
        super().link(other, type=type, by=by)

    def unlink(self, other: UUID, *, type: LinkType, by: Provenance) -> None:
        if type == AFFECTS and is_asset(other) and (type, other) in self.links:
            self._require("affect")
        super().unlink(other, type=type, by=by)


def is_asset(id: UUID) -> bool:
    return prefix_of(id) == Asset.prefix


def known_type(type: Type) -> Type:
    if type not in get_args(Type):
        raise Refused("A change is standard, normal or emergency.")
    return type
