"""How the approval of a definition stands, in the rows of definitions of all kinds."""

from collections.abc import Mapping
from typing import Any, Protocol

from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.versioned import Versioned
from projections import approval_page, remarks
from projections.tables import Json
from projections.view import Cases


class Governed(remarks.HasRemarks, Protocol):
    author: str
    """Who wrote the draft as it is, or submitted it."""
    approval_status: str
    """How the latest round of approval stands: pending, approved or rejected."""
    outstanding: str
    """Why what was approved is not published."""
    approval: Json
    """The rounds of approval by number, each with its stages and the votes in them."""

    @property
    def written(self) -> Mapping[str, str]: ...


CASES = Cases[Any]()
remarks.head(CASES)


def fold(event: Event, row: Governed) -> None:
    """Take in an event of a definition."""
    if case := approval_page.CASES.of(type(event)):
        case(event, row)
    if case := CASES.of(type(event)):
        case(event, row)


@CASES.on(Versioned.Drafted, Versioned.Revised, Versioned.DraftAdopted)
def _written(event: Event, row: Governed) -> None:
    row.author, row.outstanding = event.by.actor, ""


@CASES.on(ApprovalRounds.Submitted)
def _submitted(_: Event, row: Governed) -> None:
    row.approval_status, row.outstanding = "pending", ""


@CASES.on(ApprovalRounds.Approved)
def _approved(_: Event, row: Governed) -> None:
    row.approval_status = "approved"


@CASES.on(ApprovalRounds.Rejected)
def _rejected(_: Event, row: Governed) -> None:
    row.approval_status = "rejected"


@CASES.on(GivenUp)
def _given_up(_: Event, row: Governed) -> None:
    if row.approval_status == "pending":
        row.approval_status = ""


@CASES.on(Versioned.PublicationPutOff)
def _put_off(event: Versioned.PublicationPutOff, row: Governed) -> None:
    row.outstanding = event.reason


@CASES.on(Versioned.VersionPublished)
def _published(_: Event, row: Governed) -> None:
    row.outstanding = ""
