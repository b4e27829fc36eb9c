"""How the approval of an act on an asset stands, in the row of the asset."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.asset import Asset
from domain.asset_approval import Governed
from projections import approval_page
from projections.tables import Json, id_or_none
from projections.view import Cases


class HasActs(Protocol):
    approval_status: str
    """How the latest round of approval stands: pending, approved or rejected."""
    proposed: Json
    """What was submitted last: the act, what goes with it, who proposed it, and why."""
    outstanding: str
    """Why what was approved was not done."""
    approval: Json
    """The rounds of approval by number, each with its stages and the votes in them."""

    @property
    def written(self) -> Mapping[str, str]: ...


CASES = Cases[Any]()


def fold(event: Event, row: HasActs) -> None:
    """Take in an event of an asset."""
    if case := approval_page.CASES.of(type(event)):
        case(event, row)
    if case := CASES.of(type(event)):
        case(event, row)


@CASES.on(Asset.ActProposed)
def _proposed(event: Asset.ActProposed, row: HasActs) -> None:
    row.proposed = {
        "act": event.act,
        "to": id_or_none(event.to),
        "vendor": event.vendor,
        "reason": event.reason,
        "method": event.method,
        "by": event.by.actor,
    }
    row.outstanding = ""


@CASES.on(ApprovalRounds.Submitted)
def _submitted(_: Event, row: HasActs) -> None:
    row.approval_status = "pending"


@CASES.on(ApprovalRounds.Approved)
def _approved(_: Event, row: HasActs) -> None:
    row.approval_status = "approved"


@CASES.on(ApprovalRounds.Rejected)
def _rejected(_: Event, row: HasActs) -> None:
    row.approval_status = "rejected"


@CASES.on(Asset.SubmissionWithdrawn)
def _withdrawn(_: Event, row: HasActs) -> None:
    row.approval_status = ""


@CASES.on(Asset.ApprovalLapsed)
def _lapsed(event: Asset.ApprovalLapsed, row: HasActs) -> None:
    row.outstanding = event.reason


@CASES.on(Governed)
def _done(_: Event, row: HasActs) -> None:
    row.outstanding = ""
