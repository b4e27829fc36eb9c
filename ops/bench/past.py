"""The past of a busy desk, recorded at once: incidents with service levels, changes, assets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from uuid import UUID

from domain.aggregate import Aggregate, Entry
from domain.approval import All, OpenStage
from domain.asset import Asset
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.change import Change
from domain.ids import named_id, ordered_id, record_id, serial_of
from domain.incident import Incident
from domain.ledger import Ledger
from domain.promises import FIRST_RESPONSE, RESOLUTION, Commitment
from domain.provenance import Provenance
from domain.recorder import Write
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from domain.ticket import Visibility
from ops.bench.load import ACTORS, DESCRIPTION, ORGANISATION, PEOPLE, TITLE

BEGINNING = datetime(2025, 1, 6, 8, tzinfo=UTC)
BETWEEN_EVENTS = timedelta(minutes=47)
OPEN_AT_ONCE = {Incident: 425, Change: 50, Asset: 25}
"""How many records of each kind are worked on in turns before the next ones begin: so a page of
1,000 events is about 500 records."""
EVENTS_IN_TURNS = 5_225
"""How many events those have in all."""
TRANSACTIONS = 5_000
"""Events for each transaction."""

TEAM = record_id("TEA", 1)
CALENDAR = record_id("CAL", 9_001)
POLICY = record_id("SLP", 9_001)
PROCESS = named_id("APR", "normal")
HOURS = BusinessHours(
    zone="Europe/Berlin",
    weekly={day: (("08:00", "18:00"),) for day in ("mon", "tue", "wed", "thu", "fri")},
)
COMMITMENTS = (
    Commitment(name=FIRST_RESPONSE, budget="2h", pausing=("customer",)),
    Commitment(name=RESOLUTION, budget="8h", pausing=("customer", "vendor")),
)
STAGES = (
    OpenStage(
        name="Board",
        voters=(ACTORS[10], ACTORS[11]),
        quorum=All(),
        patience="2d",
        on_timeout="reject",
    ),
)
Story = Iterator[Aggregate]


class Writer:
    """Signs with times that pass and commands that are never the same."""

    def __init__(self) -> None:
        self.events = 0

    def by(self, actor: int) -> Provenance:
        self.events += 1
        at = BEGINNING + timedelta(seconds=self.events)
        command = ordered_id(int(at.timestamp() * 1000), self.events)
        return Provenance(actor=ACTORS[actor], at=at, command=command)

    def later(self, actor: int, step: int) -> Provenance:
        """As of so many steps into a record's life."""
        by = self.by(actor)
        return Provenance(actor=by.actor, at=by.at + step * BETWEEN_EVENTS, command=by.command)


def record(ledger: Ledger, events: int, first: int = 1) -> int:
    """Record a past of at least so many events; how many they became. The records have serials from
    the first on."""
    writer = Writer()
    recorded = 0
    batch: list[Entry] = []
    for entry in chain(_rules(writer), _lives(writer, first)):
        batch.append(entry)
        if len(batch) == TRANSACTIONS:
            recorded += _append(ledger, batch)
            batch = []
            if recorded >= events:
                break
    return recorded


def _append(ledger: Ledger, entries: list[Entry]) -> int:
    last = entries[-1]
    ledger.mapper.keys.ensure(ledger.mapper.subjects(entries))
    ledger.recorder.append_now(
        [
            Write(
                command=last.event.by.command,
                subject=last.originator_id,
                version=last.originator_version,
                events=[ledger.mapper.to_stored_event(entry) for entry in entries],
            )
        ]
    )
    return len(entries)


def _rules(writer: Writer) -> list[Entry]:
    calendar = Calendar.define(CALENDAR, name="Office hours", hours=HOURS, by=writer.by(0))
    agreement = Agreement(
        calendar=CALENDAR,
        targets=(
            TargetPromise(name="first response", budget="2h", pausing=("customer",)),
            TargetPromise(name="resolution", budget="8h", pausing=("customer", "vendor")),
        ),
    )
    policy = ServiceLevelPolicy.draft(
        POLICY, name="Everything", definition=agreement, by=writer.by(0)
    )
    policy.publish(by=writer.by(0))
    return [*calendar.collect_events(), *policy.collect_events()]


def _lives(writer: Writer, first: int) -> Iterator[Entry]:
    """What happens, in turns between the records that are open at once."""
    live = {Incident: _incident, Change: _change, Asset: _asset}
    while True:
        histories = [
            live[kind](writer, record_id(kind.prefix, first + number)).collect_events()
            for kind, count in OPEN_AT_ONCE.items()
            for number in range(count)
        ]
        for turn in zip_longest(*histories):
            yield from (entry for entry in turn if entry is not None)
        first += max(OPEN_AT_ONCE.values())


def _incident(writer: Writer, id: UUID) -> Incident:
    """An incident as most are: sorted, handed on, talked about, resolved in time or late."""
    requester = id.int % 10
    incident = Incident.log(
        id,
        title=TITLE,
        description=DESCRIPTION,
        requester=PEOPLE[requester],
        organisation=ORGANISATION,
        by=writer.by(requester),
    )
    agent = 10 + id.int % 5
    incident.prioritise(impact=2, urgency=2, by=writer.by(agent))
    incident.apply_service_level(
        policy=POLICY,
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=COMMITMENTS,
        by=writer.by(agent),
    )
    incident.assign(team=TEAM, assignee=PEOPLE[agent], by=writer.later(agent, 1))
    incident.comment("We are on the way.", visibility=Visibility.PUBLIC, by=writer.later(agent, 2))
    incident.pend(reason="customer", note="Which floor is it?", by=writer.later(agent, 3))
    incident.resume(by=writer.later(agent, 4))
    incident.comment("Water helps.", visibility=Visibility.INTERNAL, by=writer.later(agent, 5))
    incident.resolve(code="fixed", resolution="The fire is out.", by=writer.later(agent, 6))
    incident.close(by=writer.later(requester, 7))
    return incident


def _change(writer: Writer, id: UUID) -> Change:
    change = Change.propose(
        id,
        title="Replace the printer",
        type="normal",
        requester=PEOPLE[0],
        organisation=ORGANISATION,
        by=writer.by(0),
    )
    change.assess_risk(impact=2, likelihood=2, by=writer.by(0))
    change.plan(implementation="Carry it.", backout="Carry it back.", by=writer.by(0))
    change.submit(process=PROCESS, process_version=1, stages=STAGES, by=writer.later(0, 1))
    change.vote("approve", hours=None, by=writer.later(10, 2))
    change.vote("approve", hours=None, by=writer.later(11, 3))
    return change


def _asset(writer: Writer, id: UUID) -> Asset:
    asset = Asset.register(
        id, name="Printer", asset_class="printer", organisation=ORGANISATION, by=writer.by(0)
    )
    asset.relate(record_id("AST", serial_of(id) + 1), type="uses", by=writer.by(0))
    asset.issue(to=PEOPLE[id.int % 20], by=writer.later(0, 1))
    asset.return_(condition="good", by=writer.later(0, 2))
    return asset
