"""Service requests: what a user asks for as a normal part of service delivery (ITIL 4).

Where a published approval process governs a request, it is fulfilled after its approval. What was
approved stays as it was: title, description and details change before a submission, after a
rejection, and in approval, where votes about them fall.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self, Unpack
from uuid import UUID

import msgspec

from domain import fulfilment_plan, text
from domain.approvable_ticket import ApprovableTicket
from domain.approval_round_state import GivenUp
from domain.escalated import Escalated
from domain.fulfilment import Fulfilment
from domain.fulfilment_plan import PlannedTask
from domain.functional import FunctionallyEscalated
from domain.life_cycle import (
    Channel,
    Opening,
    Received,
    opening,
)
from domain.merging import Mergeable
from domain.personal import Personal
from domain.promises import RESOLUTION
from domain.provenance import Provenance
from domain.request_moves import MOVES, Status
from domain.rules import require
from domain.satisfaction import Satisfaction
from domain.subjects import SubjectKind
from domain.tasks import Task
from domain.ticket import DETAILS_MAX
from domain.wording import Worded, detail_texts

__all__ = ["MOVES", "ServiceRequest", "Status", "as_details"]

ANSWER_MAX = 4_000


class ServiceRequest(
    Mergeable, Fulfilment, ApprovableTicket, Satisfaction, Escalated, FunctionallyEscalated
):
    """`requester` is for whom it is, `proposer` who ordered it."""

    prefix = "REQ"
    what: ClassVar[str] = "request"
    subject: ClassVar[SubjectKind] = "request"
    whose: ClassVar[str] = "whom it is for, who ordered it and who fulfils it have no vote"
    moves = MOVES
    first = Status.REQUESTED

    status: Status
    channel: str
    offering: UUID | None
    """What was ordered, in the version beside it; None for a request out of no catalogue."""
    offering_version: int
    approval: str
    """How the latest round of approval stands: `pending`, `approved`, `rejected`, or empty."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.channel = ""
        self.offering = None
        self.offering_version = 0
        self.approval = ""

    @property
    def anew(self) -> str:
        return "Cancel the request and order anew."

    @property
    def always_material(self) -> tuple[str, ...]:
        return ("title", "description", "details")

    def met_at(self, target: str) -> datetime | None:
        return self.fulfilled_at if target == RESOLUTION else None

    # Order ---------------------------------------------------------------------------------

    @classmethod
    def order(
        cls,
        id: UUID,
        *,
        channel: Channel = "portal",
        offering: UUID | None = None,
        offering_version: int = 0,
        form: Mapping[str, Any] = {},
        plan: Sequence[PlannedTask] = (),
        by: Provenance,
        **said: Unpack[Opening],
    ) -> Self:
        """Ask for something, or for an offering, with the answers to its form (JSON by name) and
        the plan of its fulfilment."""
        require(
            (offering is None) == (offering_version == 0),
            "An offering is ordered in one of its versions, which count from 1.",
        )
        require(
            offering is not None or not form, "form: only the form of an offering is filled in."
        )
        require(len(form) <= DETAILS_MAX, f"form: it has at most {DETAILS_MAX} answers.")
        for name, answer in form.items():
            text.name(name, "form: the name of an answer")
            text.body(as_detail(answer), f"form: {name}", ANSWER_MAX)
        fulfilment_plan.check(plan)
        return cls.begin(
            id,
            cls.Ordered(
                by=by,
                channel=channel,
                offering=offering,
                offering_version=offering_version,
                form=dict(form),
                plan=tuple(plan),
                **opening("A request", said),
            ),
        )

    class Ordered(Received, Worded):
        class_version = 2

        offering: UUID | None = None
        offering_version: int = 0
        form: Annotated[dict[str, Any], Personal("requester", since=2)] = {}
        plan: tuple[PlannedTask, ...] = ()

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            """The form was not sealed."""
            return state

        @property
        def texts(self) -> Mapping[str, str | None]:
            said = {"title": self.title, "description": self.description}
            return said | detail_texts(as_details(self.form))

        def apply(self, request: "ServiceRequest", /) -> None:
            super().apply(request)
            request.proposer = self.by.actor
            request.say(self.texts)
            request.offering = self.offering
            request.offering_version = self.offering_version
            request.details = as_details(self.form)
            request.plan(self.plan)

    def amend(
        self,
        *,
        by: Provenance,
        title: str | None = None,
        description: str | None = None,
        details: Mapping[str, str] | None = None,
        known: Mapping[str, str] = {},
    ) -> None:
        """Correct what it says, unless that was approved: see `Ticket.amend`."""
        require(
            self.approval != "approved",
            f"What was approved stays as it was. {self.anew}",
        )
        super().amend(by=by, title=title, description=description, details=details, known=known)

    def _require_chooser(self, by: Provenance) -> None:
        require(by.actor not in self.barred, "Nobody chooses who votes on their own request.")

    # Submit: what happens until the decision stands in `domain.approval_round` ----------------

    def require_ready(self) -> None:
        """Refuse the submission of a request that has been submitted."""
        self._require("submit")

    def enter_approval(self) -> None:
        self.approval = "pending"
        self.status = Status.IN_APPROVAL

    def leave_approval(self, *, is_approved: bool) -> None:
        self.approval = "approved" if is_approved else "rejected"
        self.status = Status.APPROVED if is_approved else Status.REJECTED

    # Fulfil --------------------------------------------------------------------------------

    def start_fulfilment(self, *, needs_approval: bool = False, by: Provenance) -> None:
        """Begin with it. `needs_approval`: whether a published process governs it as it is."""
        self._require("start_fulfilment")
        require(
            self.status is not Status.REQUESTED or not needs_approval,
            "This request is approved before it is fulfilled: submit it.",
        )
        require(by.actor not in self.voted, "Nobody fulfils a request that they have approved.")
        if self.status is not Status.IN_FULFILMENT:
            self.record(self.FulfilmentStarted(by=by))

    def _require_doer(self, task: Task, person: UUID) -> None:
        require(
            str(person) not in self.voted,
            "Nobody fulfils a request that they have approved.",
        )

    class Fulfilled(Fulfilment.Fulfilled):
        def apply(self, request: "ServiceRequest", /) -> None:
            super().apply(request)
            request.answer()

    # Cancel --------------------------------------------------------------------------------

    class Cancelled(Fulfilment.Cancelled, GivenUp):
        def apply(self, request: "ServiceRequest", /) -> None:
            super().apply(request)
            GivenUp.apply(self, request)
            request.approval = ""


def as_details(form: Mapping[str, Any]) -> dict[str, str]:
    """The answers to a form as the details of a ticket, without those that are empty."""
    texts = {name: as_detail(answer) for name, answer in form.items()}
    return {name: said for name, said in texts.items() if said}


def as_detail(answer: Any) -> str:
    """A JSON value in words: `yes` and `no`, several separated by commas, an object as JSON."""
    match answer:
        case None:
            return ""
        case bool():
            return "yes" if answer else "no"
        case str():
            return answer.strip()
        case list() | tuple():
            return ", ".join(map(as_detail, answer))
    return msgspec.json.encode(answer, order="deterministic").decode()
