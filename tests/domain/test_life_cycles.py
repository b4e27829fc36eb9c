"""What holds for life cycles of all kinds: no state is out of reach, or a trap."""

from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

import pytest

from domain import (
    asset,
    bulk_job,
    cab_meeting,
    change,
    change_moves,
    contract,
    incident,
    problem,
    purchase_order,
    question,
    release,
    report_schedule,
    service,
    service_request,
    webhook,
)
from tests.domain.kinds import EVERY_KIND
from tests.domain.steps import MOVES

CASES: Mapping[str, tuple[Any, Any, set[str]]] = {
    "incident": (incident.Incident, incident.Status, {"closed", "cancelled"}),
    "problem": (problem.Problem, problem.Status, {"closed", "cancelled"}),
    "question": (question.Question, question.Status, {"closed", "cancelled"}),
    "release": (
        release.Release,
        release.Status,
        {"completed", "backed out", "cancelled"},
    ),
    "service": (service.Service, service.Status, {"retired"}),
    "request": (
        service_request.ServiceRequest,
        service_request.Status,
        {"closed", "cancelled"},
    ),
    "purchase order": (
        purchase_order.PurchaseOrder,
        purchase_order.Status,
        {"closed", "cancelled"},
    ),
    "contract": (contract.Contract, contract.Status, {"ended"}),
    "asset": (asset.Asset, asset.Status, {"disposed"}),
    "meeting": (cab_meeting.CabMeeting, cab_meeting.Status, {"closed", "cancelled"}),
    "bulk job": (bulk_job.BulkJob, bulk_job.Status, {"undone"}),
    "report schedule": (report_schedule.ReportSchedule, report_schedule.Status, {"ended"}),
    "webhook": (webhook.Webhook, webhook.Status, {"removed"}),
    "change": (change.Change, change_moves.Status, {"closed", "withdrawn", "cancelled"}),
}
"""The kind, its states in their order, the first one first, and those that are final."""


def test_every_kind_with_a_status_of_its_own_is_among_them() -> None:
    with_status = {kind for kind in EVERY_KIND if "status" in get_type_hints(kind)}

    assert with_status == {kind for kind, _, _ in CASES.values()}


@pytest.mark.parametrize("name", CASES)
def test_each_state_is_reached_from_the_first(name: str) -> None:
    kind, states, _ = CASES[name]

    assert _reached(next(iter(states)), MOVES[kind]) == set(states)


@pytest.mark.parametrize("name", CASES)
def test_from_each_state_a_way_leads_to_an_end(name: str) -> None:
    kind, states, final = CASES[name]

    assert {state for state in states if not _reached(state, MOVES[kind]) & final} == set()


@pytest.mark.parametrize("name", CASES)
def test_the_states_that_no_move_leaves_are_the_final_ones(name: str) -> None:
    kind, states, final = CASES[name]

    assert {state for state in states if _reached(state, MOVES[kind]) == {state}} == final


def _reached(start: str, moves: Iterable[tuple[str, str]]) -> set[str]:
    found = {start}
    while more := {target for source, target in moves if source in found} - found:
        found |= more
    return found
