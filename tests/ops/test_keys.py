import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from domain.personal import ERASED, KeyRing, seal, unseal
from domain.rules import Refused
from ops.stores.keys import BATCH, NODE, Keys
from ops.stores.master_key import MasterKey, MasterKeyUnusable
from ops.stores.postgres_keys import PostgresKeys
from ops.stores.sqlite_keys import SqliteKeys

ANN, BEA, CEM = "per-ann", "per-bea", "per-cem"
MASTER = MasterKey(bytes(range(32)))
OTHER_MASTER = MasterKey(bytes(range(32, 64)))

Open = Callable[..., Keys]


def open_keys(where: str, master: MasterKey = MASTER, **options: int) -> Keys:
    if where.startswith("postgresql:"):
        return PostgresKeys(where, master, **options)
    return SqliteKeys(Path(where), master, **options)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return str(tmp_path / "keys.db")


@pytest.fixture
def reopen(where: str) -> Iterator[Open]:
    """Opens the store as another process would: with nothing in memory."""
    opened: list[Keys] = []

    def open_again(master: MasterKey = MASTER, **options: int) -> Keys:
        opened.append(open_keys(where, master, **options))
        return opened[-1]

    yield open_again
    for keys in opened:
        keys.close()


@pytest.fixture
def keys(reopen: Open) -> Keys:
    return reopen()


def stored(where: str) -> dict[str, bytes | None]:
    if where.startswith("postgresql:"):
        with psycopg.connect(where) as connection:
            return dict(
                connection.execute("SELECT subject, wrapped FROM ledgerdesk_keys.person_key")
            )
    file = sqlite3.connect(where)
    try:
        return dict(file.execute("SELECT subject, wrapped FROM person_key"))
    finally:
        file.close()


def test_a_store_is_a_key_ring(keys: Keys) -> None:
    ring: KeyRing = keys

    assert ring.key(ANN) is None


def test_each_person_has_a_random_key_of_their_own(keys: Keys) -> None:
    keys.ensure([ANN, BEA])

    ann, bea = keys.key(ANN), keys.key(BEA)
    assert ann
    assert bea
    assert len(ann) == len(bea) == 32
    assert ann != bea
    assert keys.key(CEM) is None


def test_keys_stay(keys: Keys, reopen: Open) -> None:
    keys.ensure([ANN])

    assert reopen().key(ANN) == keys.key(ANN)


def test_ensuring_again_changes_nothing(keys: Keys, reopen: Open) -> None:
    keys.ensure([ANN])
    before = keys.key(ANN)

    reopen().ensure([ANN, BEA])
    keys.ensure([BEA, ANN, ANN])

    assert keys.key(ANN) == before
    assert keys.key(BEA) == reopen().key(BEA)


def test_ensuring_nobody_does_nothing(keys: Keys, where: str) -> None:
    keys.ensure([])

    assert set(stored(where)) == {NODE}


def test_keys_are_stored_only_wrapped(keys: Keys, where: str) -> None:
    keys.ensure([ANN])

    wrapped, key = stored(where)[ANN], keys.key(ANN)
    assert wrapped
    assert key
    assert key not in wrapped
    assert MASTER.unwrap(wrapped) == key


def test_more_people_than_one_batch_takes(keys: Keys, reopen: Open) -> None:
    people = [f"per-{number}" for number in range(2 * BATCH + 1)]

    keys.ensure(people)

    again = reopen()
    again.load(people)
    assert len({again.key(person) for person in people} - {None}) == len(people)


def test_a_small_memory_forgets_nothing_for_good(reopen: Open) -> None:
    small = reopen(keys_cached_max=2)
    people = [ANN, BEA, CEM]
    small.ensure(people)

    assert len(small._cached) == 2
    assert [small.key(person) for person in people] == [reopen().key(person) for person in people]


def test_memory_keeps_who_was_asked_for_last(reopen: Open) -> None:
    small = reopen(keys_cached_max=2)
    small.ensure([ANN, BEA])
    small.key(ANN)

    small.ensure([CEM])

    assert set(small._cached) == {ANN, CEM}


def test_a_destroyed_key_is_gone_for_every_process(keys: Keys, reopen: Open) -> None:
    keys.ensure([ANN, BEA])
    key = keys.key(ANN)
    assert key
    sealed = seal(key, "Ann's laptop", b"place")

    keys.destroy(ANN)

    for ring in (keys, reopen()):
        assert ring.key(ANN) is None
        assert ring.key(BEA)
    assert unseal(keys.key(ANN), sealed, b"place") == ERASED


def test_a_destroyed_key_is_never_made_again(keys: Keys, reopen: Open, where: str) -> None:
    keys.ensure([ANN])
    keys.destroy(ANN)

    for ring in (keys, reopen()):
        with pytest.raises(Refused, match=r"^The person per-ann has been erased\.$"):
            ring.ensure([ANN, BEA])

    keys.destroy(ANN)
    assert stored(where)[ANN] is None


def test_a_person_without_a_key_can_be_erased_too(keys: Keys) -> None:
    keys.destroy(ANN)

    with pytest.raises(Refused, match="has been erased"):
        keys.ensure([ANN])


def test_a_process_that_knew_the_key_drops_it_when_told(keys: Keys, reopen: Open) -> None:
    keys.ensure([ANN])
    other = reopen()
    assert other.key(ANN)
    keys.destroy(ANN)

    other.forget(ANN)

    assert other.key(ANN) is None


def test_nothing_of_a_destroyed_key_stays_in_the_file(tmp_path: Path) -> None:
    keys = SqliteKeys(tmp_path / "keys.db", MASTER)
    keys.ensure([ANN, BEA])
    wrapped = stored(str(tmp_path / "keys.db"))[ANN]
    assert wrapped
    assert any(wrapped in file.read_bytes() for file in tmp_path.iterdir())

    keys.destroy(ANN)

    assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
    keys.close()


def ensure_all(where: str, people: list[str]) -> list[bytes | None]:
    ring = open_keys(where)
    ring.ensure(people)
    found = [ring.key(person) for person in people]
    ring.close()
    return found


def test_processes_that_make_the_same_keys_at_once_agree(where: str) -> None:
    people = [f"per-{number}" for number in range(300)]

    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as processes:
        found = list(processes.map(ensure_all, [where] * 8, [people] * 8))

    assert None not in found[0]
    assert found == [found[0]] * 8


def test_threads_that_make_the_same_keys_at_once_agree(reopen: Open) -> None:
    ring = reopen(keys_cached_max=20)
    together = threading.Barrier(8)

    def ask(start: int) -> dict[str, bytes | None]:
        people = [f"per-{number}" for number in range(start, start + 50)]
        together.wait(timeout=30)
        ring.ensure(people)
        return {person: ring.key(person) for person in people}

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(ask, range(8)))

    ring.close()
    again = reopen()
    for answers in found:
        assert answers == {person: again.key(person) for person in answers}
        assert None not in answers.values()


def test_a_new_master_key_changes_no_persons_key(keys: Keys, reopen: Open, where: str) -> None:
    people = [f"per-{number:05}" for number in range(BATCH + 1)]
    keys.ensure(people)
    keys.destroy(people[0])
    before = [keys.key(person) for person in people]

    keys.rotate_master(OTHER_MASTER)

    keys.ensure([BEA])
    again = reopen(OTHER_MASTER)
    assert [again.key(person) for person in people] == before
    assert again.key(BEA) == keys.key(BEA)
    for wrapped in stored(where).values():
        if wrapped is not None:
            OTHER_MASTER.unwrap(wrapped)


def test_a_process_with_the_old_master_key_can_neither_read_nor_write(
    keys: Keys, reopen: Open, where: str
) -> None:
    late = reopen()
    keys.ensure([ANN])

    keys.rotate_master(OTHER_MASTER)

    with pytest.raises(MasterKeyUnusable, match="does not open"):
        late.key(ANN)
    with pytest.raises(MasterKeyUnusable, match="wrapped under the master key"):
        late.ensure([BEA])
    assert set(stored(where)) == {ANN, NODE}


def test_a_rotation_that_fails_changes_nothing(keys: Keys, reopen: Open, where: str) -> None:
    people = [f"per-{number:05}" for number in range(BATCH + 1)]
    keys.ensure(people)
    damage(where, people[-1])

    with pytest.raises(MasterKeyUnusable, match="does not open"):
        keys.rotate_master(OTHER_MASTER)

    assert reopen().key(people[0]) == keys.key(people[0])


def test_a_store_opens_only_with_its_master_key(keys: Keys, reopen: Open) -> None:
    with pytest.raises(MasterKeyUnusable) as caught:
        reopen(OTHER_MASTER)

    assert MASTER.fingerprint in str(caught.value)
    assert OTHER_MASTER.fingerprint in str(caught.value)


def test_a_damaged_key_is_an_error_and_not_an_erasure(keys: Keys, reopen: Open, where: str) -> None:
    keys.ensure([ANN])
    damage(where, ANN)

    with pytest.raises(MasterKeyUnusable, match="does not open"):
        reopen().key(ANN)


def damage(where: str, subject: str) -> None:
    if where.startswith("postgresql:"):
        with psycopg.connect(where) as connection:
            connection.execute(
                "UPDATE ledgerdesk_keys.person_key SET wrapped = set_byte(wrapped, 0,"
                " 255 - get_byte(wrapped, 0)) WHERE subject = %s",
                (subject,),
            )
        return
    file = sqlite3.connect(where, isolation_level=None)
    (wrapped,) = file.execute(
        "SELECT wrapped FROM person_key WHERE subject = ?", (subject,)
    ).fetchone()
    file.execute(
        "UPDATE person_key SET wrapped = ? WHERE subject = ?",
        (bytes([255 - wrapped[0]]) + wrapped[1:], subject),
    )
    file.close()


def test_the_files_of_a_store_are_closed_to_others(tmp_path: Path) -> None:
    keys = SqliteKeys(tmp_path / "inner" / "keys.db", MASTER)
    keys.ensure([ANN])

    for file in (tmp_path / "inner").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    keys.close()


def test_no_secret_shows(keys: Keys) -> None:
    keys.ensure([ANN])

    assert repr(keys) == f"{type(keys).__name__}(MasterKey({MASTER.fingerprint}))"
