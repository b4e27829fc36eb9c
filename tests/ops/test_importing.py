"""What an import makes of a file, on both stores."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.asset import Asset
from domain.change import Change
from domain.ids import named_id, record_id
from domain.incident import Incident, Status
from domain.ledger import Ledger
from domain.person import Person, Role, name_digest
from domain.problem import Problem
from domain.recorder import LedgerRecorder
from domain.ticket import Visibility
from ops.importing import content_digest
from tests.importing import NOW, Importing, mapping, row, rows
from tests.keys import MemoryKeys
from tests.ops.importing_rows import ALLOCATED, INC7, LIFE
from tests.people import signed
from tests.stores import Store


@pytest.fixture
async def ledger(recorder: LedgerRecorder) -> Ledger:
    return Ledger(recorder, MemoryKeys())


@pytest.fixture
def importing(ledger: Ledger, tmp_path: Path) -> Importing:
    return Importing(ledger, tmp_path)


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Importing]:
    """Another ledger, to compare with."""
    recorder = Store("sqlite", str(tmp_path / "other.db")).open()
    folder = tmp_path / "other"
    folder.mkdir()
    yield Importing(Ledger(recorder, MemoryKeys()), folder)
    await recorder.aclose()


async def test_each_row_becomes_the_events_that_it_differs_by(importing: Importing) -> None:
    report = await importing.run(LIFE)

    assert (report.rows, report.records, report.rejected) == (5, 1, 0)
    assert importing.topics(INC7) == [
        "Logged",
        "Categorised",
        "Prioritised",
        "Assigned",
        "Assigned",
        "WorkStarted",
        "Amended",
        "Paused",
        "Amended",
        "Resolved",
        "Closed",
    ]
    incident = await importing.ledger.find(Incident, INC7)
    assert incident.status is Status.CLOSED
    assert incident.requester == named_id("PER", "old-desk", _digest("callers", "Ann"))
    assert (incident.impact, incident.urgency, incident.priority) == (3, 3, 5)


async def test_an_event_carries_the_time_of_its_row_its_actor_and_its_origin(
    importing: Importing,
) -> None:
    await importing.run(LIFE)

    first, *_, last = importing.ledger.history(INC7)
    bea = named_id("PER", "old-desk", _digest("staff", "Bea"))
    assert first.event.by.effective == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (first.event.by.at, first.event.by.channel) == (NOW, "imported")
    assert first.event.by.actor == str(bea)
    assert last.event.by.actor == "import"


async def test_the_people_whom_a_row_names_become_records(importing: Importing) -> None:
    await importing.run(LIFE)

    bea = await importing.ledger.find(Person, named_id("PER", "old-desk", _digest("staff", "Bea")))
    assert (bea.name, bea.username) == ("Bea", "old-desk/staff/Bea")
    assert bea.roles == {Role.AGENT}
    assert bea.organisation == named_id("ORG", "old-desk", "Customer")
    assert await importing.ledger.recorder.claimed(f"username:{_digest('staff', 'Bea')}") == bea.id


async def test_rows_may_stand_anywhere_in_the_file(importing: Importing, other: Importing) -> None:
    two = [*LIFE, *(row(number="INC0000008", **cells) for cells in ({}, {"at": "3.3.2026 08:00"}))]
    scattered = [two[0], two[6], two[4], two[2], two[5], two[3], two[1]]

    await importing.run(two)
    await other.run([two[0], *scattered[1:]])

    assert content_digest(importing.ledger) == content_digest(other.ledger)


async def test_the_way_back_is_told_too(importing: Importing) -> None:
    states = ["New", "Wait", "Wait vendor", "Work", "New", "Done", "Wait", "Void", "Work", "Closed"]
    lines = [row(state=state, at=f"1.3.2026 {8 + i}:00") for i, state in enumerate(states)]

    await importing.run([*lines, row(state="Done", at="1.3.2026 20:00")])

    assert importing.topics(INC7)[3:] == [
        "Paused",
        "Paused",
        "Resumed",
        "Requeued",
        "Resolved",
        "Reopened",
        "Paused",
        "Cancelled",
        "Reopened",
        "Closed",
        "Reopened",
        "Resolved",
    ]


async def test_a_state_that_says_nothing_moves_nothing(importing: Importing) -> None:
    await importing.run(rows({"state": "Work"}, {"state": "-100", "at": "1.3.2026 10:00"}))

    assert (await importing.ledger.find(Incident, INC7)).status is Status.IN_PROGRESS


async def test_a_row_that_changes_nothing_is_kept_for_its_time(importing: Importing) -> None:
    await importing.run(rows({}, {"at": "1.3.2026 10:00"}))

    last = importing.ledger.history(INC7)[-1]
    assert last.topic == "Incident.Amended:2"
    assert last.event.by.effective == datetime(2026, 3, 1, 9, tzinfo=UTC)


async def test_or_it_is_skipped_if_the_mapping_says_so(importing: Importing) -> None:
    by = mapping(**{"record: incident": "record: incident\nunchanged: skip"})
    lines = rows({}, {"at": "1.3.2026 10:00"})

    await importing.run(lines, by)

    assert importing.topics(INC7) == ["Logged", "Categorised", "Prioritised"]
    assert (await importing.reconcile(lines, by)).count == 0


async def test_another_requester_is_told(importing: Importing) -> None:
    await importing.run(rows({}, {"at": "1.3.2026 10:00", "caller": "Cem"}))

    incident = await importing.ledger.find(Incident, INC7)
    assert incident.requester == named_id("PER", "old-desk", _digest("callers", "Cem"))
    assert importing.topics(INC7)[-1] == "RequesterChanged"


async def test_links_come_and_go_and_lead_to_records(importing: Importing) -> None:
    await importing.run(
        rows(
            {"problem": "P 12", "change": "CHG0000042"},
            {"at": "1.3.2026 10:00", "problem": "P 13", "change": "CHG0000042"},
        )
    )

    incident = await importing.ledger.find(Incident, INC7)
    thirteen, change = named_id("PRB", "old-desk", "P 13"), record_id("CHG", 42)
    assert set(incident.links) == {("caused by", thirteen), ("relates to", change)}
    assert importing.topics(INC7)[-2:] == ["Unlinked", "Linked"]
    assert isinstance(await importing.ledger.find(Problem, thirteen), Problem)
    assert isinstance(await importing.ledger.find(Change, change), Change)


async def test_the_desk_goes_on_with_numbers_that_were_not_imported(importing: Importing) -> None:
    await importing.run(rows({"number": "INC0000123", "change": "CHG0000456"}))

    assert await importing.ledger.next_id(Incident) == record_id("INC", 124)
    assert await importing.ledger.next_id(Change) == record_id("CHG", 457)


async def test_a_record_of_ours_keeps_its_number(importing: Importing) -> None:
    by = signed("ann")
    incident = Incident.log(INC7, title="Ours", requester=None, organisation=None, by=by)

    async def decide(work: Any) -> None:
        work.add(incident)

    await importing.ledger.run(by, decide)
    report = await importing.run([*LIFE, row(number="INC0000008")])

    assert (report.rejected, report.records) == (5, 1)
    assert importing.topics(INC7) == ["Logged"]
    assert "INC0000007 is here already, and is not from old-desk" in importing.rejects.read_text()


async def test_a_row_that_links_to_a_record_of_ours_by_chance_is_rejected(
    importing: Importing,
) -> None:
    by = signed("ann")
    change = Change.propose(
        record_id("CHG", 42), title="Ours", requester=None, organisation=None, by=by
    )

    async def decide(work: Any) -> None:
        work.add(change)

    await importing.ledger.run(by, decide)
    report = await importing.run(
        rows({"change": "CHG0000042", "caller": "Cem"}, {"at": "1.3.2026 10:00", "caller": "Cem"})
    )

    assert (report.rows, report.rejected, report.records) == (2, 1, 1)
    assert importing.topics(INC7)[0] == "Logged"
    assert importing.topics(named_id("PER", "old-desk", _digest("callers", "Cem")))


async def test_numbers_of_another_form_get_new_ones(importing: Importing) -> None:
    lines = rows({"number": "Case b"}, {"number": "Case a"})

    await importing.run(lines, mapping(**ALLOCATED))

    one = await importing.ledger.find(Incident, record_id("INC", 1))
    assert one.details["foreign number"] == "Case b"
    assert await importing.ledger.recorder.claimed("external:old-desk:incident:Case b") == one.id
    assert await importing.ledger.next_id(Incident) == record_id("INC", 3)


async def test_a_later_export_of_the_same_source_goes_on_with_the_same_records(
    importing: Importing,
) -> None:
    by = mapping(**ALLOCATED)
    await importing.run(rows({"number": "b"}), by)
    longer = rows(
        {"number": "a"}, {"number": "b"}, {"number": "b", "at": "1.3.2026 10:00", "state": "Done"}
    )

    report = await importing.run(longer, by)

    assert (report.repeats, report.records) == (1, 1)
    assert importing.topics(record_id("INC", 1))[-1] == "Resolved"
    assert importing.topics(record_id("INC", 2))[0] == "Logged"
    assert (await importing.reconcile(longer, by)).count == 0


async def test_what_was_imported_is_not_imported_again(importing: Importing) -> None:
    await importing.run(LIFE)
    position = importing.ledger.position()

    again = await importing.run(LIFE)
    others = await importing.run(LIFE, mapping(**{"place: place": "spot: place"}))

    assert (again.repeats, again.events) == (5, 0)
    assert (others.repeats, others.events) == (5, 0)
    assert importing.ledger.position() == position


async def test_the_same_row_twice_is_two_rows(importing: Importing) -> None:
    lines = rows({}, {})

    await importing.run(lines)

    assert importing.topics(INC7) == ["Logged", "Categorised", "Prioritised", "Amended"]
    assert (await importing.reconcile(lines)).count == 0


async def test_a_record_that_was_worked_on_here_goes_on_from_there(importing: Importing) -> None:
    await importing.run(LIFE[:2])
    await importing.ledger.edit(
        Incident,
        INC7,
        lambda incident: incident.comment(
            "Looking.", visibility=Visibility.PUBLIC, by=signed("bea")
        ),
        by=signed("bea"),
    )

    report = await importing.run(LIFE)

    assert (report.repeats, report.rejected) == (2, 0)
    assert importing.topics(INC7)[-6:] == [
        "Commented",
        "Amended",
        "Paused",
        "Amended",
        "Resolved",
        "Closed",
    ]
    assert (await importing.reconcile(LIFE)).count == 0


async def test_a_record_known_only_by_its_name_gets_its_history(importing: Importing) -> None:
    await importing.run(rows({"number": "INC0000001", "change": "CHG0000042"}))
    changes = mapping(
        **{
            "record: incident": "record: change",
            "INC{serial}": "CHG{serial}",
            "  code: code\n": "",
            "Done: resolved": "Done: implemented",
            "Work: in progress": "Work: implementing",
            "New: new": "New: proposed",
            "Wait: {status: pending, reason: customer}\n": "Wait: approved\n",
            "Wait vendor: {status: pending, reason: vendor}\n": "Wait vendor: rejected\n",
        }
    )
    history = rows(
        {"number": "CHG0000042", "what": "Upgrade"},
        {"number": "CHG0000042", "what": "Upgrade", "state": "Wait", "at": "1.3.2026 10:00"},
        {"number": "CHG0000042", "what": "Upgrade", "state": "Done", "at": "1.3.2026 11:00"},
    )

    report = await importing.run(history, changes)

    change = await importing.ledger.find(Change, record_id("CHG", 42))
    assert (report.rejected, change.status) == (0, "implemented")
    assert importing.topics(change.id)[:2] == ["Proposed", "RequesterChanged"]
    assert (await importing.reconcile(history, changes)).count == 0


async def test_assets_are_imported_too(importing: Importing) -> None:
    assets = mapping(
        """
source: cmdb
record: asset
number: {column: number, pattern: "INC{serial}"}
time: at
times: {formats: ["%d.%m.%Y %H:%M"]}
missing: ["-"]
people: {owners: {}}
fields:
  name: what
  tag: code
  holder: {column: caller, person: owners}
state:
  columns: [state]
  values: {New: in stock, Work: in use, Wait: in repair, Done: retired, Closed: disposed}
details: {place: place}
links:
  - {column: problem, record: asset, type: runs on}
"""
    )
    states = ["New", "Work", "Wait", "New", "Wait", "Work", "Done", "Closed"]
    lines = [row(state=s, at=f"1.3.2026 1{i}:00", problem="Host") for i, s in enumerate(states)]
    lines.append(row(state="Work", at="1.3.2026 20:00", caller="-"))
    lines.append(row(state="Closed", at="1.3.2026 21:00", code="T1", problem="Host"))

    report = await importing.run(lines, assets)

    assert importing.topics(record_id("AST", 7)) == [
        "Registered",
        "Related",
        "Issued",
        "SentForRepair",
        "Repaired",
        "Returned",
        "SentForRepair",
        "Repaired",
        "Issued",
        "Retired",
        "Disposed",
        "Amended",
    ]
    asset = await importing.ledger.find(Asset, record_id("AST", 7))
    assert asset.details["tag"] == "T1"
    assert report.rejected == 1
    assert "an asset in use has a holder" in importing.rejects.read_text()
    assert (await importing.reconcile(lines[:8] + lines[9:], assets)).count == 0


def _digest(group: str, name: str) -> str:
    return name_digest(f"old-desk/{group}/{name}")
