"""The sweep gives open tickets what was published for them, and goes on where it was."""

from datetime import timedelta
from pathlib import Path

from domain.incident import Incident
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from tests.domain.desks import Company, open_desk, system
from tests.people import MONDAY
from workflows.policy_moves import PolicyMoves


async def test_all_open_tickets_are_given_a_policy_in_as_many_turns_as_it_takes(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        policy = await company.publish_policy(TargetPromise(name="resolution", budget="8h"))
        ids = [
            (
                await desk.log_incident(
                    title="No mail", requester=company.people["ann"], by=company.signed("ann")
                )
            ).subject
            for _ in range(5)
        ]
        moves = PolicyMoves(desk, tickets_at_once=2)
        assert await moves.keep(MONDAY, "sla-clock/0") is None

        def revise(record: ServiceLevelPolicy) -> None:
            target = TargetPromise(name="resolution", budget="4h")
            record.revise(Agreement(calendar=company.office, targets=(target,)), by=system())

        await desk.ledger.edit(ServiceLevelPolicy, policy, revise, by=system())
        await desk.publish_policy(policy, applies_to="open", by=system())
        at = MONDAY + timedelta(minutes=1)
        for _ in range(10):
            if await moves.keep(at, "sla-clock/0") is None:
                break

        found = [await desk.ledger.find(Incident, id) for id in ids]
        assert [incident.commitments[0].budget for incident in found] == ["4h"] * 5
        moved = await desk.ledger.find(ServiceLevelPolicy, policy)
        assert moved.move is not None
        assert (moved.move.seen, moved.move.moved, moved.move.is_done) == (5, 5, True)
        topics = [entry.topic for entry in desk.ledger.history(policy)]
        assert topics.count("ServiceLevelPolicy.OpenTicketsMoved") == 3
