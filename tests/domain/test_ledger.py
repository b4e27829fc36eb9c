import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import (
    IntegrityError,
)

from domain import ledger as ledger_module
from domain.ids import record_id
from domain.ledger import Ledger, Work
from domain.recorder import LedgerRecorder, Receipt, Write
from domain.rules import KeyReused, NotFound, Outdated, Refused
from tests.domain.flashing import LAMP, OTHER, by, flash, flash_often, install
from tests.domain.lamps import Lamp
from tests.keys import MemoryKeys
from tests.stores import Store


@pytest.fixture
def ledger(recorder: LedgerRecorder) -> Ledger:
    return Ledger(recorder, MemoryKeys())


@pytest.fixture
async def elsewhere(store: Store, ledger: Ledger) -> AsyncIterator[Ledger]:
    """The same ledger in another process."""
    recorder = store.open()
    yield Ledger(recorder, ledger.mapper.keys)
    await recorder.aclose()


def topics(ledger: Ledger, id: UUID = LAMP) -> list[str]:
    return [entry.topic for entry in ledger.history(id)]


# Commands ------------------------------------------------------------------------------------


async def test_a_command_is_recorded_and_read_back(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)

    receipt = await flash(ledger, times=3)

    assert (receipt.subject, receipt.version, receipt.position) == (LAMP, 2, 2)
    for reader in (ledger, elsewhere):
        lamp = await reader.find(Lamp, LAMP)
        assert (lamp.version, lamp.flashes) == (2, 3)
    assert [(entry.position, entry.topic) for entry in ledger.after(0)] == [
        (1, "Lamp.Installed"),
        (2, "Lamp.Flashed:3"),
    ]
    assert ledger.position() == 2


async def test_a_refused_command_changes_nothing(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()

    def act(lamp: Lamp) -> None:
        lamp.smash(by=signature)
        lamp.flash(by=signature)

    with pytest.raises(Refused, match=r"A broken lamp stays dark\."):
        await ledger.edit(Lamp, LAMP, act, by=signature)

    assert not (await ledger.find(Lamp, LAMP)).is_broken
    assert topics(ledger) == ["Lamp.Installed"]


async def test_a_command_without_effect_records_nothing(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()

    receipt = await ledger.edit(
        Lamp, LAMP, lambda lamp: lamp.switch_off(by=signature), by=signature
    )

    assert (receipt.subject, receipt.version) == (LAMP, 1)
    assert topics(ledger) == ["Lamp.Installed"]
    assert await ledger.recorder.receipt(signature.command) is None


async def test_what_is_not_there_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound, match="There is no lamp LMP0000002"):
        await flash(ledger, OTHER)
    with pytest.raises(NotFound):
        await ledger.find(Lamp, record_id("XYZ", 1))
    with pytest.raises(NotFound):
        await ledger.at(Lamp, LAMP, version=1)


async def test_several_records_change_together_or_not_at_all(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger, LAMP)
    await install(ledger, OTHER)
    third = record_id("LMP", 3)
    attempts: list[int] = []

    async def decide(work: Work) -> None:
        (await work.get(Lamp, LAMP)).flash(by=signature)
        other = await work.get(Lamp, OTHER)
        if not attempts:
            # Somebody is faster: nothing of this attempt may stay.
            await flash(elsewhere, OTHER, 10)
        attempts.append(other.flashes)
        other.flash(by=signature)
        work.add(Lamp.install(third, by=signature))

    signature = by()
    receipt = await ledger.run(signature, decide)

    assert attempts == [0, 10]
    assert [(e.position, e.originator_id) for e in ledger.after(3)] == [
        (4, LAMP),
        (5, OTHER),
        (6, third),
    ]
    assert (receipt.subject, receipt.version, receipt.position) == (LAMP, 2, 6)


async def test_a_command_records_only_so_many_events(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()

    with pytest.raises(Refused, match="at most 1000 events"):
        await ledger.edit(Lamp, LAMP, lambda lamp: flash_often(lamp, 1001, signature), by=signature)

    assert ledger.position() == 1


# Repeats -------------------------------------------------------------------------------------


async def test_a_repeated_command_gets_its_first_receipt(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)
    signature = by()

    async def decide(work: Work) -> None:
        (await work.get(Lamp, LAMP)).flash(by=signature)
        work.answer = b'"first"'

    async def decide_again(work: Work) -> None:
        (await work.get(Lamp, LAMP)).flash(by=signature)
        work.answer = b'"second"'

    first = await ledger.run(signature, decide, fingerprint=b"asked", is_repeatable=True)
    await flash(ledger)

    for repeater in (ledger, elsewhere):
        again = await repeater.run(
            signature, decide_again, fingerprint=b"asked", is_repeatable=True
        )
        assert again.is_repeat
        assert (again.position, again.version, again.answer) == (
            first.position,
            first.version,
            b'"first"',
        )
    assert not first.is_repeat
    assert (await ledger.find(Lamp, LAMP)).flashes == 2


async def test_a_repeat_of_what_would_be_refused_now_gets_its_first_receipt(
    ledger: Ledger,
) -> None:
    await install(ledger)
    signature = by()

    async def smash(expected: int) -> Receipt:
        return await ledger.edit(
            Lamp,
            LAMP,
            lambda lamp: lamp.smash(by=signature),
            by=signature,
            expected=expected,
            is_repeatable=True,
        )

    first = await smash(1)
    again = await smash(1)

    assert (again.is_repeat, again.position) == (True, first.position)


async def test_a_repeat_of_what_had_no_effect_stays_without_effect(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()

    async def switch_off() -> Receipt:
        return await ledger.edit(
            Lamp, LAMP, lambda lamp: lamp.switch_off(by=signature), by=signature, is_repeatable=True
        )

    first = await switch_off()
    await ledger.edit(Lamp, LAMP, lambda lamp: lamp.switch_on(by=on), by=(on := by()))
    again = await switch_off()

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert (await ledger.find(Lamp, LAMP)).is_on


async def test_a_command_id_belongs_to_one_command(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()
    await flash(ledger, by=signature, fingerprint=b"one", is_repeatable=True)

    with pytest.raises(KeyReused):
        await flash(ledger, times=2, by=signature, fingerprint=b"two", is_repeatable=True)
    with pytest.raises(KeyReused):
        await flash(ledger, OTHER, by=signature, fingerprint=b"three", is_repeatable=True)

    assert (await ledger.find(Lamp, LAMP)).flashes == 1


async def test_repeats_that_come_at_once_are_recorded_once(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger)
    signature = by()

    receipts = await asyncio.gather(
        *(
            flash(at, by=signature, fingerprint=b"asked", is_repeatable=True)
            for at in (ledger, elsewhere) * 8
        )
    )

    assert [receipt.is_repeat for receipt in receipts].count(False) == 1
    assert {receipt.position for receipt in receipts} == {2}
    assert (await ledger.find(Lamp, LAMP)).flashes == 1


# Other processes -----------------------------------------------------------------------------


async def test_a_refusal_is_decided_on_the_truth(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)
    await ledger.edit(Lamp, LAMP, lambda lamp: lamp.switch_on(by=on), by=(on := by()))
    await elsewhere.find(Lamp, LAMP)

    def claim_it_is_on(lamp: Lamp) -> None:
        if lamp.is_on:
            raise Refused("It is on.")
        lamp.flash(by=signature)

    await ledger.edit(Lamp, LAMP, lambda lamp: lamp.switch_off(by=off), by=(off := by()))
    signature = by()

    receipt = await elsewhere.edit(Lamp, LAMP, claim_it_is_on, by=signature)

    assert receipt.version == 4


async def test_a_command_without_effect_is_decided_on_the_truth(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger)
    await elsewhere.find(Lamp, LAMP)
    await ledger.edit(Lamp, LAMP, lambda lamp: lamp.switch_on(by=on), by=(on := by()))
    signature = by()

    await elsewhere.edit(Lamp, LAMP, lambda lamp: lamp.switch_off(by=signature), by=signature)

    assert not (await ledger.find(Lamp, LAMP)).is_on


async def test_a_conflict_is_decided_again(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)
    await elsewhere.find(Lamp, LAMP)
    await flash(ledger, times=5)

    receipt = await flash(elsewhere, times=7)

    assert receipt.version == 3
    assert (await elsewhere.find(Lamp, LAMP)).flashes == 12


async def test_a_version_that_is_not_the_latest_is_outdated(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger)
    await elsewhere.find(Lamp, LAMP)
    await flash(ledger)

    with pytest.raises(Outdated, match="LMP0000001 is at version 2, not 1") as outdated:
        await flash(elsewhere, expected=1)
    with pytest.raises(Outdated):
        await flash(ledger, expected=3)

    assert outdated.value.version == 2
    assert (await flash(elsewhere, expected=2)).version == 3


async def test_a_hot_record_takes_every_command_once(ledger: Ledger, elsewhere: Ledger) -> None:
    await install(ledger)

    receipts = await asyncio.gather(*(flash(at) for at in (ledger, elsewhere) * 32))

    assert sorted(receipt.version for receipt in receipts) == list(range(2, 66))
    assert (await ledger.find(Lamp, LAMP)).flashes == 64
    assert len(topics(ledger)) == 65


async def test_commands_on_many_records_are_each_recorded_once(ledger: Ledger) -> None:
    ids = [record_id("LMP", serial) for serial in range(1, 21)]
    await asyncio.gather(*(install(ledger, id) for id in ids))

    await asyncio.gather(*(flash(ledger, id) for id in ids * 5))

    assert [entry.position for entry in ledger.after(0)] == list(range(1, 121))
    assert {lamp.flashes for lamp, _ in ledger.all_of(Lamp)} == {5}


async def test_endless_conflicts_are_given_up(ledger: Ledger, monkeypatch: Any) -> None:
    await install(ledger)
    monkeypatch.setattr(ledger_module, "ATTEMPTS_MAX", 3)
    calls = []

    async def refuse(asked: Write) -> Receipt:
        calls.append(asked)
        raise IntegrityError

    monkeypatch.setattr(ledger.recorder, "append", refuse)

    with pytest.raises(Outdated, match="Too many commands"):
        await flash(ledger)

    assert len(calls) == 3
