"""The transparency log on each store: what it keeps, what it refuses, and what it can prove."""

from collections.abc import Iterator

import pytest

from domain.ids import record_id
from domain.proof.checkpoint import open_checkpoint
from domain.proof.inclusion import verify
from domain.proof.tree import verify_consistency, verify_inclusion
from domain.recorder import LedgerRecorder
from domain.rules import NotFound, Refused
from domain.transparency.follower import Follower, LogBroken, checkpoint_of
from domain.transparency.proofs import Proofs
from domain.transparency.store import Kept, LogStore, Overtaken
from tests.logs import SIGNER, VERIFIER, Clock, open_log, record, tamper
from tests.stores import Store


@pytest.fixture
def log(store: Store) -> Iterator[LogStore]:
    opened = open_log(store)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def follower(recorder: LedgerRecorder, log: LogStore, clock: Clock) -> Follower:
    return Follower(recorder, log, SIGNER, clock, every_events=100, every_seconds=60, page=64)


def kept(size: int) -> Kept:
    return Kept(size=size, seconds=1_790_000_000, note=f"of {size}")


# What the store keeps ---------------------------------------------------------------------------


def test_a_new_log_is_empty(log: LogStore) -> None:
    assert (log.state().size, log.newest(), log.tile(0, 0)) == (0, None, b"")


def test_a_log_moves_on_from_where_it_is_and_from_nowhere_else(log: LogStore) -> None:
    log.extend(0, 3, {(0, 0): b"abc"})

    with pytest.raises(Overtaken):
        log.extend(0, 4, {(0, 0): b"other"})

    assert (log.state().size, log.tile(0, 0)) == (3, b"abc")
    log.extend(3, 4, {(0, 0): b"abcd", (1, 0): b"e"})
    assert (log.state().size, log.tile(0, 0), log.tile(1, 0)) == (4, b"abcd", b"e")


def test_of_one_size_there_is_one_checkpoint(log: LogStore) -> None:
    log.extend(0, 3, {}, kept(3), "the key")

    with pytest.raises(Overtaken):
        log.extend(3, 3, {(0, 0): b"x"}, Kept(size=3, seconds=1, note="another"))

    assert log.newest() == kept(3)
    assert log.state().key == "the key"
    assert log.tile(0, 0) == b""


def test_checkpoints_are_found_by_size(log: LogStore) -> None:
    for before, size in ((0, 3), (3, 5), (5, 9)):
        log.extend(before, size, {}, kept(size))

    assert log.newest() == kept(9)
    assert [log.covering(size) for size in (1, 3, 4, 10)] == [kept(3), kept(3), kept(5), None]
    assert list(log.checkpoints(3, 10)) == [kept(5), kept(9)]
    assert list(log.checkpoints(0, 1)) == [kept(3)]


@pytest.mark.parametrize("statement", ["UPDATE {} SET note = ''", "DELETE FROM {}"])
def test_a_checkpoint_is_neither_changed_nor_deleted(
    store: Store, log: LogStore, statement: str
) -> None:
    log.extend(0, 3, {}, kept(3))
    table = "log.checkpoints" if store.kind == "postgres" else "checkpoints"

    with pytest.raises(Exception, match="A checkpoint is never"):
        tamper(store, statement.format(table), in_log=True)

    assert log.newest() == kept(3)


def test_a_log_belongs_to_one_ledger(log: LogStore) -> None:
    log.adopt("one")
    log.adopt("one")

    with pytest.raises(ValueError, match="the log of the ledger one, not of two"):
        log.adopt("two")


def test_what_a_witness_has_is_remembered(log: LogStore) -> None:
    log.deliver("w", 5, "— w AAAA\n")
    log.deliver("w", 3)

    assert (log.delivered("w"), log.delivered("x")) == (5, 0)
    assert (log.cosignatures(5), log.cosignatures(3)) == ("— w AAAA\n", "")


# How it follows ---------------------------------------------------------------------------------


async def test_the_log_follows_the_ledger_in_pages_and_signs_what_it_has(
    recorder: LedgerRecorder, log: LogStore, follower: Follower
) -> None:
    record(recorder, 300)

    pages = 1
    while follower.follow():
        pages += 1

    assert log.state().size == 300
    assert pages == 5
    newest = log.newest()
    assert newest is not None
    opened = open_checkpoint(newest.note, [VERIFIER])
    assert opened.checkpoint.root == Proofs(recorder, log).root(newest.size)
    assert (opened.checkpoint.size, opened.seconds) == (newest.size, newest.seconds)
    assert log.state().key == str(VERIFIER)


async def test_a_checkpoint_is_due_after_so_many_events_or_so_long(
    recorder: LedgerRecorder, log: LogStore, follower: Follower, clock: Clock
) -> None:
    def sizes() -> list[int]:
        follower.follow()
        return [kept.size for kept in log.checkpoints(0, 100)]

    record(recorder, 1)
    assert sizes() == [1]  # The first is due at once.
    record(recorder, 50)
    assert sizes() == [1]
    record(recorder, 50)
    assert sizes() == [1, 101]
    clock.seconds += 61
    assert sizes() == [1, 101]
    record(recorder, 1)
    assert sizes() == [1, 101, 102]


async def test_of_many_followers_one_moves_the_log_at_a_time(
    recorder: LedgerRecorder, log: LogStore, store: Store, clock: Clock
) -> None:
    others = [open_log(store) for _ in range(3)]
    followers = [
        Follower(recorder, each, SIGNER, clock, every_events=10, page=7) for each in others
    ]
    record(recorder, 100)

    while any([follower.follow() for follower in followers]):
        pass

    for other in others:
        other.close()
    assert log.state().size == 100
    proofs = Proofs(recorder, log)
    for each in log.checkpoints(0, 1_000):
        assert checkpoint_of(each).root == proofs.root(each.size)


async def test_the_tiles_can_be_made_again(
    recorder: LedgerRecorder, log: LogStore, follower: Follower, clock: Clock
) -> None:
    record(recorder, 700)
    newest = follower.catch_up()
    tiles = {(level, number): log.tile(level, number) for level in (0, 1) for number in range(3)}

    log.clear()
    assert log.state().size == 0
    again = Follower(recorder, log, SIGNER, clock, page=64).catch_up()

    assert again == newest
    assert {id: log.tile(*id) for id in tiles} == tiles


async def test_tiles_of_another_history_are_not_made_under_the_same_checkpoints(
    recorder: LedgerRecorder, log: LogStore, store: Store, follower: Follower, clock: Clock
) -> None:
    record(recorder, 100)
    follower.catch_up()
    tamper(store, "UPDATE {events} SET topic = 'Thing.Undone' WHERE position = 40")
    log.clear()

    with pytest.raises(LogBroken, match="The first 100 events are not those"):
        Follower(recorder, log, SIGNER, clock, page=64).catch_up()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM {events} WHERE position > 90", "no event at position 100 any more"),
        ("UPDATE {events} SET state = '{{}}' WHERE position = 100", "is not the one that was"),
    ],
)
async def test_the_log_stands_still_where_the_ledger_lost_what_was_logged(
    recorder: LedgerRecorder,
    log: LogStore,
    store: Store,
    follower: Follower,
    clock: Clock,
    statement: str,
    message: str,
) -> None:
    record(recorder, 100)
    newest = follower.catch_up()
    tamper(store, statement)

    for each in (follower, Follower(recorder, log, SIGNER, clock)):
        with pytest.raises(LogBroken, match=message):
            each.catch_up()
    assert log.newest() == newest


async def test_a_log_does_not_jump_over_a_hole(
    recorder: LedgerRecorder, log: LogStore, store: Store, follower: Follower
) -> None:
    record(recorder, 50)
    tamper(store, "DELETE FROM {events} WHERE position = 20")

    with pytest.raises(LogBroken, match="The ledger has no event at position 20"):
        follower.catch_up()

    assert log.newest() is None


async def test_broken_tiles_are_not_signed(
    recorder: LedgerRecorder, log: LogStore, follower: Follower, clock: Clock
) -> None:
    record(recorder, 50)
    follower.catch_up()
    changed = bytearray(log.tile(0, 0))
    changed[0] ^= 1
    log.extend(50, 50, {(0, 0): bytes(changed)})

    with pytest.raises(LogBroken, match="The first 50 events"):
        Follower(recorder, log, SIGNER, clock).catch_up()


# What it proves ---------------------------------------------------------------------------------


async def test_every_event_is_proven_to_be_in_the_log(
    recorder: LedgerRecorder, log: LogStore, follower: Follower
) -> None:
    record(recorder, 600)
    follower.catch_up()
    proofs = Proofs(recorder, log)

    for position in (1, 2, 255, 256, 257, 512, 599, 600):
        found = proofs.inclusion(position)
        proven = verify(found.text, [VERIFIER])
        assert proven.leaf.position == position
        assert proven.leaf.stream == record_id("THG", (position - 1) % 7).bytes
        root = checkpoint_of(found.checkpoint).root
        verify_inclusion(found.leaf_hash, position - 1, 600, found.path, root)


async def test_every_state_of_the_log_is_proven_to_begin_the_later_ones(
    recorder: LedgerRecorder, log: LogStore, follower: Follower
) -> None:
    record(recorder, 600)
    follower.catch_up()
    proofs = Proofs(recorder, log)

    for first, second in ((0, 600), (1, 2), (255, 600), (256, 512), (300, 600), (600, 600)):
        found = proofs.consistency(first, second)
        verify_consistency(first, second, found.path, found.first_root, found.second_root)


async def test_what_is_not_signed_cannot_be_proven(
    recorder: LedgerRecorder, log: LogStore, follower: Follower, store: Store
) -> None:
    proofs = Proofs(recorder, log)
    with pytest.raises(NotFound, match="Nothing was signed yet"):
        proofs.inclusion(1)
    record(recorder, 20)
    follower.catch_up()

    for position in (0, 21):
        with pytest.raises(NotFound, match="is not under a checkpoint over 20 events"):
            proofs.inclusion(position)
    with pytest.raises(NotFound, match="no checkpoint over 19 events"):
        proofs.inclusion(1, 19)
    with pytest.raises(NotFound, match="The log has 20 events"):
        proofs.consistency(1, 21)
    tamper(store, "UPDATE {events} SET topic = 'x' WHERE position = 5")
    with pytest.raises(Refused, match="position 5 is not what was logged"):
        proofs.inclusion(5)
