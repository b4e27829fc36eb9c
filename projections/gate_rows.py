"""How the gates of a service or a release stand: what was written, and how each was passed."""

from typing import Any, Protocol

from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.gates import Gates
from projections import remarks
from projections.tables import Json, instant
from projections.view import Cases


class HasGates(remarks.HasRemarks, Protocol):
    gate: str
    """The one that was taken up last."""
    gates: Json
    """By gate, what is to be accepted at it, who wrote that last, and how it was passed."""
    approval_status: str


CASES = Cases[Any]()
remarks.head(CASES)
NOT_PASSED: Json = {"round": None, "passed_by": None, "passed_at": None, "note": ""}


def _note(row: HasGates, gate: str, **changes: Any) -> None:
    row.gates = {**row.gates, gate: {**row.gates[gate], **changes}}


def take_back(row: HasGates, gate: str) -> None:
    """A gate that was passed is not passed any more."""
    if gate in row.gates and row.gates[gate]["status"] == "passed":
        _note(row, gate, status="written", **NOT_PASSED)


@CASES.on(Gates.GateWritten)
def _written(event: Gates.GateWritten, row: HasGates) -> None:
    known = row.gates.get(event.gate, {})
    is_in_approval = known.get("status") == "in approval"
    said: Json = {
        "text": event.text,
        "by": event.by.actor,
        "at": instant(event.by.effective_at),
        "status": "written",
        **NOT_PASSED,
    }
    if is_in_approval:
        said |= {"status": "in approval", "round": known["round"]}
    row.gates = {**row.gates, event.gate: said}


@CASES.on(Gates.GateTakenUp)
def _taken_up(event: Gates.GateTakenUp, row: HasGates) -> None:
    row.gate = event.gate


@CASES.on(ApprovalRounds.Submitted)
def _submitted(event: ApprovalRounds.Submitted, row: HasGates) -> None:
    row.approval_status = "pending"
    _note(row, row.gate, status="in approval", round=event.round)


@CASES.on(ApprovalRounds.Approved)
def _approved(event: Event, row: HasGates) -> None:
    row.approval_status = "approved"
    _note(row, row.gate, status="passed", passed_at=instant(event.by.effective_at))


@CASES.on(ApprovalRounds.Rejected)
def _rejected(_: Event, row: HasGates) -> None:
    row.approval_status = "rejected"
    _note(row, row.gate, status="rejected")


@CASES.on(GivenUp)
def _given_up(_: Event, row: HasGates) -> None:
    if row.approval_status == "pending":
        row.approval_status = ""
        _note(row, row.gate, status="written", round=None)


@CASES.on(Gates.GatePassed)
def _passed(event: Gates.GatePassed, row: HasGates) -> None:
    at = instant(event.by.effective_at)
    by = event.by.actor
    _note(row, event.gate, status="passed", round=None, passed_by=by, passed_at=at, note=event.note)
