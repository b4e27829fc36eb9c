"""Commands that are decided one after the other, and recorded together."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from domain.dry_ledger import DryLedger
from domain.ids import record_id
from domain.ledger import Ledger, Work
from domain.recorder import LedgerRecorder
from domain.rules import Refused
from domain.staged_ledger import StagedLedger
from tests.domain.flashing import LAMP, OTHER, by, flash, install
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


async def claim(ledger: Ledger, name: str, id: UUID) -> None:
    signature = by()

    async def decide(work: Work) -> None:
        work.add(Lamp.install(id, by=signature))
        work.claim(name, id, "A lamp has a name of its own.")

    await ledger.run(signature, decide)


async def test_later_commands_see_what_earlier_ones_decided_and_nobody_else_does(
    ledger: Ledger,
) -> None:
    staged = StagedLedger(ledger)

    await install(staged)
    await flash(staged, times=3)
    await flash(staged, times=4)

    assert (await staged.find(Lamp, LAMP)).flashes == 7
    assert [entry.topic for entry in staged.history(LAMP)] == [
        *("Lamp.Installed", "Lamp.Flashed:3", "Lamp.Flashed:3")
    ]
    assert ledger.position() == 0
    assert await ledger.peek(LAMP) is None


async def test_what_was_decided_is_recorded_in_its_order_each_under_its_own_command(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    staged, heard = StagedLedger(ledger), list[Any]()
    ledger.observers.append(heard.extend)
    first, second = by(), by()
    await install(staged, signature=first)
    await flash(staged, times=2, by=second)

    await staged.commit()

    assert [(entry.position, entry.topic) for entry in heard] == [
        (1, "Lamp.Installed"),
        (2, "Lamp.Flashed:3"),
    ]
    for reader in (ledger, elsewhere, staged):
        assert (await reader.find(Lamp, LAMP)).flashes == 2
        assert len(reader.history(LAMP)) == 2
    for signature, version in ((first, 1), (second, 2)):
        receipt = await ledger.recorder.receipt(signature.command)
        assert receipt is not None
        assert (receipt.subject, receipt.version, receipt.position) == (LAMP, version, version)


async def test_a_command_that_was_recorded_before_is_told_its_receipt(ledger: Ledger) -> None:
    await install(ledger)
    signature = by()
    await flash(ledger, times=2, by=signature, is_repeatable=True, fingerprint=b"two")
    staged = StagedLedger(ledger)

    receipt = await flash(staged, times=2, by=signature, is_repeatable=True, fingerprint=b"two")
    await staged.commit()

    assert (receipt.is_repeat, receipt.version) == (True, 2)
    assert (await ledger.find(Lamp, LAMP)).flashes == 2


async def test_nothing_is_recorded_if_somebody_else_was_faster(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    await install(ledger)
    staged = StagedLedger(ledger)
    await install(staged, OTHER)
    await flash(staged, times=2)
    await flash(elsewhere, times=10)

    with pytest.raises(IntegrityError):
        await staged.commit()

    assert staged.is_empty
    assert ledger.history(OTHER) == []
    assert (await staged.records.latest(OTHER)) is None
    await flash(staged, times=3)
    await staged.commit()
    assert (await ledger.find(Lamp, LAMP)).flashes == 13


async def test_a_command_that_another_process_recorded_meanwhile_is_not_recorded_twice(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    signature = by()
    staged = StagedLedger(ledger)
    await install(staged, LAMP, signature)
    await install(elsewhere, OTHER, signature)

    with pytest.raises(IntegrityError):
        await staged.commit()

    assert ledger.history(LAMP) == []
    assert await ledger.records.latest(LAMP) is None


async def test_a_name_is_taken_by_the_first_that_decides_so(
    ledger: Ledger, elsewhere: Ledger
) -> None:
    staged = StagedLedger(ledger)
    await claim(staged, "lamp/hall", LAMP)

    with pytest.raises(Refused, match="a name of its own"):
        await claim(staged, "lamp/hall", OTHER)

    await claim(elsewhere, "lamp/hall", record_id("LMP", 3))
    with pytest.raises(IntegrityError):
        await staged.commit()
    with pytest.raises(Refused, match="a name of its own"):
        await claim(staged, "lamp/hall", LAMP)


async def test_a_dry_ledger_records_nothing_and_gives_numbers_that_nobody_has(
    ledger: Ledger,
) -> None:
    await install(ledger)
    dry = DryLedger(ledger)

    await flash(dry, times=5)
    id = await dry.next_id(Lamp)

    assert (await dry.find(Lamp, LAMP)).flashes == 5
    assert (await ledger.find(Lamp, LAMP)).flashes == 0
    assert dry.is_empty
    assert id != await ledger.next_id(Lamp)
    dry.forget(UUID(int=7))
    assert ledger.position() == 1
