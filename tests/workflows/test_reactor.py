import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from temporalio.client import Client

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.change import Change, Status
from domain.ids import number_of, record_id
from domain.incident import Incident
from domain.service_level_policy import EscalationStep, TargetPromise
from domain.ticket import Visibility
from ops.temporal_client import connect, namespace_id, prepare_namespace
from ops.temporal_server import TemporalServer
from tests.temporal import client_of, shared_server
from tests.workflows.floor import Floor
from tests.workflows.machinery import caught_up, eventually, reacting, running, runs
from workflows.approval import ApprovalWorkflow
from workflows.reactor import FOLLOWER

HOURS = Stage(
    name="CAB", approvers=("role:approver",), quorum=AnyOne(), patience="4h", on_timeout="reject"
)
SECONDS = Stage(
    name="CAB", approvers=("role:approver",), quorum=AnyOne(), patience="3s", on_timeout="reject"
)
DECIDED = (Change.Approved, Change.Rejected)
STEP = EscalationStep(target="resolution", mark="100%", notify=("person:bea",), wait="1h")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def client() -> Client:
    """A client of a namespace of its own: the ids of workflows are those of the records."""
    server = shared_server(time_skipping=False)
    namespace = f"reactor-{uuid4()}"
    await prepare_namespace(server.address, namespace)
    return await connect(server.address, namespace)


@pytest.fixture
def server(tmp_path: Path) -> Any:
    """A Temporal server of its own, as it is taken away."""
    with TemporalServer(tmp_path / "temporal") as started:
        yield started


async def publish(floor: Floor, budget: str, *steps: EscalationStep) -> None:
    floor.company.office = await floor.company.add(Calendar, "define", name="All", hours=ALWAYS)
    await floor.company.publish_policy(
        TargetPromise(name="resolution", budget=budget), escalation=steps
    )


async def logged(floor: Floor, at: datetime) -> UUID:
    by = floor.company.signed("ann", at)
    receipt = await floor.desk.log_incident(
        title="Mail is down", requester=floor.company.people["ann"], impact=1, urgency=1, by=by
    )
    return receipt.subject


async def status(floor: Floor, change: UUID) -> Status:
    return (await floor.ledger.find(Change, change)).status


async def test_a_submitted_change_is_waited_for_until_it_is_decided(
    floor: Floor, client: Client
) -> None:
    await floor.company.publish_process(HOURS)

    async with running(floor, client) as reactor:
        change = await floor.submitted_change(now())
        standing = floor.approval(change)
        await caught_up(reactor)
        approval = client.get_workflow_handle_for(
            ApprovalWorkflow.run, f"approval/{number_of(change)}/1"
        )
        waiting = await approval.query(ApprovalWorkflow.approval)
        await floor.desk.vote(change, "approve", by=floor.company.signed("bea", now()))
        await approval.result()

    assert waiting == standing
    assert await status(floor, change) is Status.APPROVED
    assert floor.told(change) == []


async def test_each_round_has_a_workflow_of_its_own(floor: Floor, client: Client) -> None:
    await floor.company.publish_process(HOURS)

    async with running(floor, client) as reactor:
        change = await floor.submitted_change(now())
        for name in ("bea", "cem"):
            by = floor.company.signed(name, now())
            await floor.desk.vote(change, "reject", comment="No.", by=by)
        await floor.desk.submit_change(change, by=floor.company.signed("ann", now()))
        await caught_up(reactor)
        second = client.get_workflow_handle_for(
            ApprovalWorkflow.run, f"approval/{number_of(change)}/2"
        )
        waiting = await second.query(ApprovalWorkflow.approval)

    assert waiting == floor.approval(change)
    assert waiting.round == 2


async def test_a_mark_is_recorded_and_told_by_itself(floor: Floor, client: Client) -> None:
    await publish(floor, "1s", STEP)

    async with running(floor, client):
        incident = await logged(floor, now())
        await eventually(lambda: bool(floor.events(incident, Incident.EscalatedHierarchically)))

    [breach] = floor.events(incident, Incident.TargetBreached)
    assert timedelta(0) <= breach.by.at - breach.due < timedelta(seconds=2)
    [told] = floor.events(incident, Incident.EscalatedHierarchically)
    assert told.to == (floor.company.people["bea"],)


async def test_an_acknowledgement_reaches_the_escalation(floor: Floor, client: Client) -> None:
    await publish(floor, "1s", STEP)

    async with running(floor, client):
        incident = await logged(floor, now())
        await eventually(lambda: bool(floor.events(incident, Incident.EscalatedHierarchically)))
        by = floor.company.signed("bea", now())
        await floor.ledger.edit(
            Incident, incident, lambda record: record.acknowledge_escalation(by=by), by=by
        )
        escalation = client.get_workflow_handle(
            f"escalation/{number_of(incident)}/1/resolution/100%"
        )
        await escalation.result()

    assert len(floor.events(incident, Incident.EscalatedHierarchically)) == 1


async def test_a_mark_that_no_step_names_is_told_to_nobody(floor: Floor, client: Client) -> None:
    await publish(floor, "1s")

    async with running(floor, client) as reactor:
        incident = await logged(floor, now())
        await eventually(lambda: bool(floor.events(incident, Incident.TargetBreached)))
        await caught_up(reactor)

        assert await runs(client) == {"sla-clock/0": 1}


async def test_what_waits_for_nothing_causes_no_traffic(floor: Floor, client: Client) -> None:
    incident = await logged(floor, now())

    async with reacting(floor, client) as reactor:
        for said in ("One.", "Two.", "Three."):
            await floor.desk.comment(
                Incident,
                incident,
                said,
                visibility=Visibility.INTERNAL,
                by=floor.company.signed("bea", now()),
            )
        await floor.company.ready_change()
        await caught_up(reactor)

        assert await runs(client) == {}


async def test_telling_everything_again_changes_nothing(floor: Floor, client: Client) -> None:
    await publish(floor, "1s", STEP)
    await floor.company.publish_process(SECONDS)
    async with running(floor, client) as reactor:
        changes = [await floor.submitted_change(now()) for _ in range(3)]
        incidents = [await logged(floor, now()) for _ in range(3)]
        await floor.desk.vote(changes[0], "approve", by=floor.company.signed("bea", now()))
        for change in changes:
            await eventually(lambda change=change: bool(floor.events(change, *DECIDED)))
        for incident in incidents:
            await eventually(
                lambda id=incident: bool(floor.events(id, Incident.EscalatedHierarchically))
            )
        await caught_up(reactor)
    length = floor.ledger.position()
    known = await namespace_id(client)

    floor.ledger.recorder.track(FOLLOWER, 0, known)
    async with running(floor, client) as again:
        await caught_up(again)
        floor.ledger.recorder.track(FOLLOWER, 0, "another database")
    async with running(floor, client) as rebuilt:
        await caught_up(rebuilt)

        assert set((await runs(client)).values()) == {1}
    assert floor.ledger.position() == length


async def test_a_reactor_goes_on_where_another_ended(floor: Floor, client: Client) -> None:
    await floor.company.publish_process(HOURS)
    async with reacting(floor, client) as first:
        await floor.submitted_change(now())
        await caught_up(first)
    kept = floor.ledger.recorder.tracked(FOLLOWER)

    change = await floor.submitted_change(now())
    async with reacting(floor, client) as second:
        await caught_up(second)

        assert f"approval/{number_of(change)}/1" in await runs(client)
    assert kept == (first.position, await namespace_id(client))


async def test_a_record_that_cannot_be_read_holds_up_no_other(
    floor: Floor, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    await floor.company.publish_process(HOURS)
    broken = record_id("CHG", 4711)
    floor.ledger.recorder.insert_events([StoredEvent(broken, 1, "Change.Submitted", b"{}")])
    change = await floor.submitted_change(now())

    async with reacting(floor, client) as reactor:
        await caught_up(reactor)

        assert f"approval/{number_of(change)}/1" in await runs(client)
    assert "CHG0004711 cannot be read" in caplog.text


async def test_nothing_is_lost_while_temporal_is_away(floor: Floor, server: TemporalServer) -> None:
    await floor.company.publish_process(SECONDS)
    client = await client_of(server)

    async with running(floor, client) as reactor:
        await caught_up(reactor)
        server.stop()
        began = now()
        changes = [await floor.submitted_change(began) for _ in range(3)]
        await eventually(lambda: reactor.temporal.is_away)
        behind = reactor.position
        server.start()
        for change in changes:
            await eventually(lambda change=change: bool(floor.events(change, *DECIDED)))

    assert behind < floor.ledger.position()
    for change in changes:
        [rejected] = floor.events(change, Change.Rejected)
        assert rejected.by.effective_at == began + timedelta(seconds=3)


async def test_all_that_is_open_goes_on_after_temporals_database_was_deleted(
    floor: Floor, server: TemporalServer
) -> None:
    await publish(floor, "5s", STEP)
    await floor.company.publish_process(SECONDS)
    client = await client_of(server)

    async with running(floor, client) as reactor:
        change = await floor.submitted_change(now() + timedelta(seconds=2))
        decided = await floor.submitted_change(now())
        await floor.desk.vote(decided, "approve", by=floor.company.signed("bea", now()))
        incident = await logged(floor, now())
        told = await logged(floor, now() - timedelta(seconds=5))
        await eventually(lambda: bool(floor.events(told, Incident.EscalatedHierarchically)))
        await caught_up(reactor)
        server.stop()
        shutil.rmtree(server.folder)
        server.start()
        await eventually(lambda: bool(floor.events(change, Change.Rejected)))
        await eventually(lambda: bool(floor.events(incident, Incident.EscalatedHierarchically)))
        open = await runs(client)

    assert f"approval/{number_of(change)}/1" in open
    assert f"approval/{number_of(decided)}/1" not in open
    assert f"escalation/{number_of(told)}/1/resolution/100%" in open
    assert len(floor.events(told, Incident.EscalatedHierarchically)) == 1
    assert len(floor.events(incident, Incident.TargetBreached)) == 1
