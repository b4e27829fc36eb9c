"""A month of one approval on the time-skipping server: three stages, and all that may happen."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.testing import TimeSkipper

from domain.approval import All, Stage
from domain.approval import Any as AnyOne
from domain.change import Change, Status
from tests.temporal import worker
from tests.workflows.floor import Floor
from tests.workflows.test_approval import start
from workflows.approval import ApprovalWorkflow
from workflows.approval_activities import ApprovalActivities

PEERS = Stage(
    name="Peers", approvers=("person:bea",), quorum=AnyOne(), patience="3d", on_timeout="reject"
)
CAB = Stage(
    name="CAB",
    approvers=("person:cem", "person:eve"),
    quorum=All(),
    patience="10d",
    on_timeout="reject",
    after=(),
    remind=("2d", "4d"),
)
BOARD = Stage(
    name="Board",
    approvers=("person:max",),
    quorum=AnyOne(),
    patience="7d",
    on_timeout="escalate",
    escalate_to=("person:dan", "person:fay"),
    after=("Peers", "CAB"),
)


async def test_three_stages_with_everything_that_may_happen_to_them(
    skipper: TimeSkipper, floor: Floor
) -> None:
    company = floor.company
    for name in ("eve", "fay"):
        await company.hire(name, company.operator)
    await company.publish_unchecked(PEERS, CAB, BOARD, material=("category",))
    began = datetime.now(UTC)
    change = await floor.submitted_change(began)
    await floor.desk.delegate(
        company.people["eve"],
        company.people["dan"],
        start=began,
        end=began + timedelta(days=60),
        reason="On leave.",
        by=company.signed("eve", began),
    )

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        real = time.monotonic()
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)

        async def act(name: str, command: Any, **given: Any) -> datetime:
            at = await skipper.get_current_time(approval)
            by = company.signed(name, at)
            await floor.desk.act_in_round(change, command, by=by, **given)
            await approval.signal(ApprovalWorkflow.stand, floor.approval(change))
            return at

        asked = await act("cem", _without_hours(Change.request_information), question="When?")
        left = _ends(await _change(floor, change), "CAB") - asked
        await skipper.fast_forward(approval, timedelta(days=2))
        answered = await act("ann", Change.provide_information, answer="On Sunday.")
        resumed = _ends(await _change(floor, change), "CAB") - answered
        await act("bea", Change.vote, vote="approve")
        await act("dan", Change.vote, vote="approve", on_behalf_of=company.people["eve"])
        await act("ann", _without_hours(Change.categorise), category="network")
        edited = await _change(floor, change)
        await act("bea", Change.vote, vote="approve")
        await act("cem", Change.vote, vote="approve")
        await skipper.fast_forward(approval, timedelta(days=5))
        await act("dan", Change.vote, vote="approve", on_behalf_of=company.people["eve"])
        voting = await _change(floor, change)
        await skipper.fast_forward(approval)
        took = time.monotonic() - real

    assert resumed == left
    assert edited.standing.ballots == {}
    assert set(edited.standing.open) == {"Peers", "CAB"}
    assert list(voting.standing.open) == ["Board"]
    told = floor.told(change)
    assert told[:3] == ["VotersReminded"] * 3
    assert told[3:] == [
        *("VotersReminded", "StageTimedOut", "StageEscalated"),
        *("VotersReminded", "StageTimedOut", "StageDecided", "Rejected"),
    ]
    decided = await _change(floor, change)
    assert decided.status is Status.REJECTED
    # Dan has voted already, for Eve.
    [escalated] = floor.events(change, Change.StageEscalated)
    assert str(company.people["dan"]) not in escalated.to
    [ended] = floor.events(change, Change.Rejected)
    assert ended.by.effective_at - began > timedelta(days=20)
    assert took < 1


def _without_hours(method: Any) -> Any:
    """An act that counts on no hours, as the others are called."""
    return lambda change, *, hours, **given: method(change, **given)


async def _change(floor: Floor, id: UUID) -> Change:
    return await floor.ledger.find(Change, id)


def _ends(change: Change, stage: str) -> datetime:
    return change.standing.open[stage].patience_ends
