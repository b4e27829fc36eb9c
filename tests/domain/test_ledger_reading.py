"""What a ledger claims, observes, counts and seals, and what is read of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import (
    MapperDeserialisationError,
    OperationalError,
    StoredEvent,
)

from domain import records, snapshots
from domain.aggregate import Entry
from domain.ids import record_id
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import LedgerRecorder, Receipt, Write
from domain.rules import NotFound, Refused
from domain.snapshots import EVENTS_BETWEEN_SNAPSHOTS
from tests.domain.flashing import LAMP, OTHER, by, flash, flash_often, install
from tests.domain.lamps import Lamp
from tests.keys import MemoryKeys
from tests.people import MONDAY, person
from tests.stores import Store, write


@pytest.fixture
def ledger(recorder: LedgerRecorder) -> Ledger:
    return Ledger(recorder, MemoryKeys())


@pytest.fixture
async def elsewhere(store: Store, ledger: Ledger) -> AsyncIterator[Ledger]:
    """The same ledger in another process."""
    recorder = store.open()
    yield Ledger(recorder, ledger.mapper.keys)
    await recorder.aclose()


# Names ---------------------------------------------------------------------------------------


async def test_a_claimed_name_is_refused_by_its_rule(ledger: Ledger, elsewhere: Ledger) -> None:
    async def claim(at: Ledger, id: UUID) -> Receipt:
        signature = by()

        async def decide(work: Work) -> None:
            work.add(Lamp.install(id, by=signature))
            work.claim("lamp:red", id, "Another lamp is the red one.")

        return await at.run(signature, decide)

    await claim(ledger, LAMP)
    with pytest.raises(Refused, match=r"Another lamp is the red one\."):
        await claim(elsewhere, OTHER)
    assert await ledger.recorder.version(OTHER) == 0

    async def give_up(work: Work) -> None:
        (await work.get(Lamp, LAMP)).smash(by=signature)
        work.release_claim("lamp:red")

    signature = by()
    await ledger.run(signature, give_up)
    await claim(elsewhere, OTHER)

    assert await ledger.recorder.claimed("lamp:red") == OTHER


async def test_a_name_that_becomes_free_meanwhile_is_taken(
    ledger: Ledger, monkeypatch: Any
) -> None:
    async def decide(work: Work) -> None:
        work.add(Lamp.install(LAMP, by=signature))
        work.claim("lamp:red", LAMP, "Another lamp is the red one.")

    signature = by()
    await ledger.recorder.append(
        Write(
            command=by().command, subject=OTHER, version=0, events=[], claims=[("lamp:red", OTHER)]
        )
    )
    claimed = ledger.recorder.claimed

    async def released_by_now(name: str) -> UUID | None:
        await ledger.recorder.append(write(OTHER, releases=[name]))
        return await claimed(name)

    monkeypatch.setattr(ledger.recorder, "claimed", released_by_now)

    receipt = await ledger.run(signature, decide)

    assert receipt.subject == LAMP
    assert await claimed("lamp:red") == LAMP


# Observers, numbers, people ------------------------------------------------------------------


async def test_an_observer_sees_each_command_of_its_process_once(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    seen: list[tuple[int, str]] = []

    def observe(entries: Sequence[Entry]) -> None:
        seen.extend((entry.position, entry.topic) for entry in entries)

    ledger.observers.append(observe)
    await install(ledger)
    signature = by()
    await flash(ledger, by=signature, is_repeatable=True)
    await flash(ledger, by=signature, is_repeatable=True)
    await flash(elsewhere)

    assert seen == [(1, "Lamp.Installed"), (2, "Lamp.Flashed:3")]


async def test_new_ids_are_never_given_twice(ledger: Ledger, elsewhere: Ledger) -> None:
    ids = await asyncio.gather(*(at.next_id(Lamp) for at in (ledger, elsewhere) * 100))

    assert len(set(ids)) == 200
    assert min(ids) == record_id("LMP", 1)


async def test_a_quiet_desk_leaves_no_number_out(ledger: Ledger, monkeypatch: Any) -> None:
    now = [0.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
    first = await ledger.next_id(Lamp)
    now[0] = 10.0

    assert [first, await ledger.next_id(Lamp)] == [record_id("LMP", 1), record_id("LMP", 2)]


async def test_who_waits_for_a_number_is_not_overtaken(ledger: Ledger) -> None:
    taken = [0] * 8
    leads: list[int] = []

    async def take(caller: int) -> None:
        for _ in range(40):
            await ledger.next_id(Lamp)
            taken[caller] += 1
            leads.append(max(taken) - min(taken))
            await asyncio.sleep(0)

    await asyncio.gather(*(take(caller) for caller in range(8)))

    assert max(leads) <= 2


async def test_personal_fields_are_stored_sealed_and_read_in_the_clear(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    signature = by()

    async def decide(work: Work) -> None:
        work.add(Lamp.install(LAMP, owner=person("bea"), note="from Bea", by=signature))

    await ledger.run(signature, decide)

    (stored,) = ledger.recorder.select_history(LAMP)
    assert b"Bea" not in stored.state
    event: Any = elsewhere.history(LAMP)[0].event
    assert event.note == "from Bea"


async def test_a_command_about_an_erased_person_is_refused(ledger: Ledger) -> None:
    keys: Any = ledger.mapper.keys
    keys.destroy(str(person("bea")))

    with pytest.raises(Refused, match="erased"):
        await install_for_bea(ledger, by())

    assert ledger.position() == 0


async def test_a_repeat_about_a_person_erased_since_gets_its_first_receipt(
    ledger: Ledger,
) -> None:
    keys: Any = ledger.mapper.keys
    signature = by()
    first = await install_for_bea(ledger, signature)
    keys.destroy(str(person("bea")))

    again = await install_for_bea(ledger, signature)

    assert (again.is_repeat, again.position) == (True, first.position)


async def install_for_bea(ledger: Ledger, signature: Provenance) -> Receipt:
    async def decide(work: Work) -> None:
        work.add(Lamp.install(LAMP, owner=person("bea"), note="from Bea", by=signature))

    return await ledger.run(signature, decide, is_repeatable=True)


# Reading -------------------------------------------------------------------------------------


async def test_a_record_is_read_as_it_was(ledger: Ledger) -> None:
    await install(ledger, signature=by(at=MONDAY))
    for hour in (1, 2, 3):
        await flash(ledger, by=by(at=MONDAY + timedelta(hours=hour)))

    at_version = await ledger.at(Lamp, LAMP, version=3)
    at_moment = await ledger.at(Lamp, LAMP, at=MONDAY + timedelta(hours=1, minutes=30))

    assert (at_version.version, at_version.flashes) == (3, 2)
    assert (at_moment.version, at_moment.flashes) == (2, 1)
    with pytest.raises(NotFound):
        await ledger.at(Lamp, LAMP, at=MONDAY - timedelta(hours=1))


async def test_the_cache_is_bounded(ledger: Ledger, monkeypatch: Any) -> None:
    monkeypatch.setattr(records, "CACHED_MAX", 3)
    ids = [record_id("LMP", serial) for serial in range(1, 8)]
    for id in ids:
        await install(ledger, id)

    for id in ids:
        await flash(ledger, id)

    assert len(ledger.records._cache) == 3
    assert [(await ledger.find(Lamp, id)).flashes for id in ids] == [1] * 7


async def test_what_is_in_use_stays_in_the_cache(ledger: Ledger, monkeypatch: Any) -> None:
    monkeypatch.setattr(records, "CACHED_MAX", 3)
    used, *others = [record_id("LMP", serial) for serial in range(1, 5)]
    await install(ledger, used)

    for id in others:
        await ledger.find(Lamp, used)
        await install(ledger, id)

    assert list(ledger.records._cache) == [others[1], used, others[2]]


async def test_a_snapshot_and_what_followed_equal_the_whole_history(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger)
    signature = by()
    for _ in range(2):
        await ledger.edit(
            Lamp,
            LAMP,
            lambda lamp: flash_often(lamp, EVENTS_BETWEEN_SNAPSHOTS, signature),
            by=(signature := by()),
        )
    await flash(ledger)

    kept = await ledger.recorder.snapshot(LAMP)
    cold = await elsewhere.find(Lamp, LAMP)
    replayed = await ledger.at(Lamp, LAMP)

    assert kept is not None
    assert kept[0] == 1 + 2 * EVENTS_BETWEEN_SNAPSHOTS
    assert cold.version == 2 + 2 * EVENTS_BETWEEN_SNAPSHOTS
    assert vars(cold) == vars(replayed) == vars(await ledger.find(Lamp, LAMP))


async def test_a_command_succeeds_where_its_snapshot_fails(
    ledger: Ledger, monkeypatch: Any
) -> None:
    monkeypatch.setattr(snapshots, "EVENTS_BETWEEN_SNAPSHOTS", 1)
    seen: list[Entry] = []
    ledger.observers.append(seen.extend)

    async def fail(id: UUID, version: int, state: bytes) -> None:
        raise OperationalError("The disk is full.")

    monkeypatch.setattr(ledger.recorder, "keep_snapshot", fail)

    receipt = await install(ledger)

    assert receipt.position == 1
    assert len(seen) == 1


async def test_a_broken_event_is_named(ledger: Ledger) -> None:
    await install(ledger)
    ledger.recorder.insert_events([StoredEvent(OTHER, 1, "Lamp.SwitchedOn", b'{"by":7}')])
    ledger.recorder.insert_events([StoredEvent(LAMP, 2, "Lamp.Exploded", b"{}")])

    with pytest.raises(MapperDeserialisationError, match=f"Lamp.SwitchedOn {OTHER}#1"):
        ledger.after(0)
    with pytest.raises(MapperDeserialisationError, match=f"Lamp.Exploded {LAMP}#2"):
        ledger.history(LAMP)


async def test_a_hole_in_a_history_is_found(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)
    signature = by()
    lamp = Lamp(LAMP)
    lamp.version = 2
    lamp.flash(by=signature)
    elsewhere.recorder.insert_events(
        [elsewhere.mapper.to_stored_event(entry) for entry in lamp.collect_events()]
    )

    with pytest.raises(ValueError, match="does not follow version 1"):
        await elsewhere.find(Lamp, LAMP)
