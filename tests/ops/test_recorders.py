"""One suite for every store of the ledger."""

import asyncio
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from domain.ids import record_id
from domain.recorder import ClaimTaken, LedgerRecorder, Receipt, Write
from tests.stores import events, write

A, B, C = record_id("THG", 1), record_id("THG", 2), record_id("OTH", 1)


async def outcomes(recorder: LedgerRecorder, *writes: Write) -> list[Receipt | BaseException]:
    """What becomes of writes that arrive at the same time."""
    return await asyncio.gather(*map(recorder.append, writes), return_exceptions=True)


async def positions(recorder: LedgerRecorder, id: UUID) -> list[tuple[int, int]]:
    return [(row.originator_version, row.id) for row in recorder.select_history(id)]


# Versions ------------------------------------------------------------------------------------


async def test_a_receipt_names_the_record_and_the_position_of_the_last_event(
    recorder: LedgerRecorder,
) -> None:
    await recorder.append(write(A, 1, 2))
    told = write(B, 1, 2, 3, fingerprint=b"asked", answer=b'"told"')

    receipt = await recorder.append(told)

    assert receipt == Receipt(
        command=told.command,
        subject=B,
        version=3,
        position=5,
        fingerprint=b"asked",
        answer=b'"told"',
    )
    assert await positions(recorder, B) == [(1, 3), (2, 4), (3, 5)]


async def test_a_taken_version_refuses_its_write_alone(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))
    before, stale, after = write(B, 1), write(A, 1, 2), write(A, 2)

    first, second, third = await outcomes(recorder, before, stale, after)

    assert isinstance(second, IntegrityError)
    assert not isinstance(second, ClaimTaken)
    assert [r.position for r in (first, third) if isinstance(r, Receipt)] == [2, 3]
    assert await recorder.receipt(stale.command) is None


async def test_of_two_writes_on_one_version_the_first_wins(recorder: LedgerRecorder) -> None:
    first, second, third = await outcomes(recorder, write(A, 1), write(A, 1), write(A, 2))

    assert isinstance(first, Receipt)
    assert isinstance(second, IntegrityError)
    assert isinstance(third, Receipt)
    assert await positions(recorder, A) == [(1, 1), (2, 2)]


async def test_a_write_that_repeats_a_version_within_itself_is_refused_alone(
    recorder: LedgerRecorder,
) -> None:
    first, second = await outcomes(recorder, write(A, 1, 1), write(B, 1))

    assert isinstance(first, IntegrityError)
    assert isinstance(second, Receipt)
    assert await recorder.version(A) == 0


async def test_what_the_store_cannot_take_fails_alone(recorder: LedgerRecorder) -> None:
    poison = write(A, 1, events=events(A, 1, state=b"\xff"))
    huge = write(A, 1 << 70)

    one, two, three = await outcomes(recorder, poison, write(B, 1), huge)

    assert isinstance(one, OperationalError)
    assert isinstance(two, Receipt)
    assert isinstance(three, OperationalError)
    assert isinstance(await recorder.append(write(A, 1)), Receipt)


async def test_who_leaves_before_the_commit_leaves_the_others_alone(
    recorder: LedgerRecorder,
) -> None:
    leaving = asyncio.ensure_future(recorder.append(write(A, 1)))
    staying = asyncio.ensure_future(recorder.append(write(B, 1)))
    await asyncio.sleep(0)
    leaving.cancel()

    receipt = await staying

    assert receipt.subject == B
    assert leaving.cancelled()
    assert await recorder.version(A) == 1


# Receipts ------------------------------------------------------------------------------------


async def test_a_repeat_gets_the_first_receipt_and_records_nothing(
    recorder: LedgerRecorder,
) -> None:
    command = write(A, 1, fingerprint=b"asked", answer=b"1")
    first = await recorder.append(command)
    await recorder.append(write(B, 1))

    again = await recorder.append(
        write(A, 2, command=command.command, fingerprint=b"other", answer=b"2")
    )

    assert again.is_repeat
    assert (again.subject, again.version, again.position) == (A, 1, first.position)
    assert (again.fingerprint, again.answer) == (b"asked", b"1")
    assert again == await recorder.receipt(command.command)
    assert await recorder.version(A) == 1


async def test_a_command_that_records_nothing_has_a_receipt_too(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))
    nothing = write(A)

    first = await recorder.append(nothing)
    again = await recorder.append(nothing)

    assert (first.position, first.is_repeat) == (1, False)
    assert (again.position, again.is_repeat) == (1, True)


async def test_the_same_command_twice_at_once_is_recorded_once(recorder: LedgerRecorder) -> None:
    command = write(A, 1)

    first, second, other = await outcomes(recorder, command, command, write(B, 1))

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(other, Receipt)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.position == second.position
    assert other.position == 2


# Claims --------------------------------------------------------------------------------------


async def test_a_claimed_name_is_refused_to_other_records(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    before, taken, after = await outcomes(
        recorder,
        write(A, 2, claims=[("name:x", A)]),
        write(B, 1, claims=[("name:y", B), ("name:x", B)]),
        write(C, 1, claims=[("name:z", C)]),
    )

    assert isinstance(before, Receipt)
    assert isinstance(taken, ClaimTaken)
    assert taken.name == "name:x"
    assert isinstance(after, Receipt)
    assert await recorder.claimed("name:x") == A
    assert await recorder.claimed("name:y") is None
    assert await recorder.claimed("name:z") == C


async def test_of_two_claims_at_once_the_first_wins(recorder: LedgerRecorder) -> None:
    first, second = await outcomes(
        recorder, write(A, 1, claims=[("name:x", A)]), write(B, 1, claims=[("name:x", B)])
    )

    assert isinstance(first, Receipt)
    assert isinstance(second, ClaimTaken)
    assert await recorder.version(B) == 0


async def test_a_released_name_is_free(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    await recorder.append(write(A, 2, releases=["name:x"], claims=[("name:y", A)]))
    await recorder.append(write(B, 1, claims=[("name:x", B)]))

    assert await recorder.claimed("name:x") == B
    assert await recorder.claimed("name:y") == A


async def test_a_refused_write_releases_nothing(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    with pytest.raises(IntegrityError):
        await recorder.append(write(A, 1, releases=["name:x"]))

    assert await recorder.claimed("name:x") == A


async def test_a_repeat_claims_nothing(recorder: LedgerRecorder) -> None:
    command = write(A, 1, claims=[("name:x", A)])
    await recorder.append(command)
    await recorder.append(write(A, 2, releases=["name:x"]))

    again = await recorder.append(command)

    assert again.is_repeat
    assert await recorder.claimed("name:x") is None


# All or none ---------------------------------------------------------------------------------


async def test_many_writes_at_once_are_recorded_all(recorder: LedgerRecorder) -> None:
    receipts = recorder.append_now([write(A, 1, 2), write(A, 3), write(B, 1), write(B)])

    assert [receipt.position for receipt in receipts] == [2, 3, 4, 4]
    assert recorder.append_now([]) == []


@pytest.mark.parametrize(
    "bad",
    [write(B, 1), write(C, 1, claims=[("name:x", C)]), write(C, 1, 1)],
    ids=["a version that is there", "a claim that is taken", "a version twice"],
)
async def test_many_writes_at_once_are_recorded_all_or_none(
    recorder: LedgerRecorder, bad: Write
) -> None:
    await recorder.append(write(B, 1, claims=[("name:x", B)]))
    good = write(A, 1)

    with pytest.raises(IntegrityError):
        recorder.append_now([good, bad])

    assert await recorder.version(A) == 0
    assert await recorder.receipt(good.command) is None
    assert recorder.max_notification_id() == 1


async def test_many_writes_may_be_in_part_repeats(recorder: LedgerRecorder) -> None:
    old = write(A, 1)
    recorder.append_now([old])

    receipts = recorder.append_now([old, write(B, 1)])

    assert [(receipt.position, receipt.is_repeat) for receipt in receipts] == [
        (1, True),
        (2, False),
    ]
