"""The keys of what records say, in both stores: they cost nothing until they are destroyed."""

# ruff: noqa: F401, F811 - fixtures are imported
from uuid import UUID

from domain import key_tree
from domain.ids import record_id
from ops.stores.keys import NODE, Keys
from tests.ops.test_keys import (
    MASTER,
    OTHER_MASTER,
    Open,
    keys,
    reopen,
    stored,
    where,
)

INCIDENTS = [record_id("INC", serial) for serial in (*range(1, 40), 300, 70_000, 1 << 61)]
CHANGE = record_id("CHG", 1)


def words_of(keys: Keys) -> dict[UUID, bytes | None]:
    return {record: keys.words(record, "words") for record in [*INCIDENTS, CHANGE]}


def test_each_part_of_each_record_has_a_key_of_its_own_at_no_cost(
    keys: Keys, reopen: Open, where: str
) -> None:
    found = words_of(keys)

    assert len({*found.values(), keys.words(CHANGE, "files")}) == len(found) + 1
    assert words_of(reopen()) == found
    assert set(stored(where)) == {NODE}


def test_the_keys_of_some_records_are_destroyed_and_no_others(
    keys: Keys, reopen: Open, where: str
) -> None:
    before, files = words_of(keys), keys.words(INCIDENTS[9], "files")
    gone = INCIDENTS[3:9]

    keys.remove_words([(record, "words") for record in gone])
    keys.remove_words([(INCIDENTS[9], "files"), (CHANGE, "words")])

    expected = before | dict.fromkeys([*gone, CHANGE])
    assert words_of(keys) == expected
    assert words_of(reopen()) == expected
    assert [reopen().words(one, "files") for one in (*gone, INCIDENTS[9], CHANGE)] == [None] * 8
    assert files is not None
    assert stored(where)[NODE] is None


def test_what_was_removed_twice_or_within_more_is_gone_all_the_same(
    keys: Keys, reopen: Open, where: str
) -> None:
    keys.remove_words([(CHANGE, "files")])
    keys.remove_words([(CHANGE, "files"), (CHANGE, "words")])
    kept = stored(where)

    keys.remove_words([(CHANGE, "words")])

    assert stored(where) == kept
    assert [reopen().words(CHANGE, part) for part in ("words", "files")] == [None, None]


def test_no_node_that_is_kept_leads_to_what_was_removed(keys: Keys, where: str) -> None:
    key = keys.words(CHANGE, "words")

    keys.remove_words([(CHANGE, "words")])

    place = key_tree.leaf(CHANGE, "words")
    for name, wrapped in stored(where).items():
        at = name.removeprefix(NODE)
        assert wrapped is None or not place.startswith(at)
        if wrapped is not None:
            assert key_tree.reached(MASTER.unwrap(wrapped), place[len(at) :]) != key


def test_records_removed_one_after_the_other_leave_few_nodes(keys: Keys, where: str) -> None:
    records = [record_id("INC", serial) for serial in range(1, 300)]

    for start in range(0, len(records), 50):
        keys.remove_words([(record, "words") for record in records[start : start + 50]])

    assert len(stored(where)) < 400
    assert keys.words(records[-1], "words") is None
    assert keys.words(record_id("INC", 300), "words") is not None


def test_a_process_that_looked_before_forgets_when_it_is_told(keys: Keys, reopen: Open) -> None:
    other = reopen()
    known = other.words(CHANGE, "words")

    keys.remove_words([(CHANGE, "words")])
    other.remove_words([(CHANGE, "words")])

    assert known is not None
    assert other.words(CHANGE, "words") is None


def test_the_keys_of_records_outlive_another_master_key(keys: Keys, reopen: Open) -> None:
    keys.remove_words([(CHANGE, "words")])
    before = words_of(keys)

    keys.rotate_master(OTHER_MASTER)

    assert words_of(reopen(OTHER_MASTER)) == before


def test_how_far_removals_are_carried_out_is_kept(keys: Keys, reopen: Open) -> None:
    assert keys.removed_to() == (0, 0)

    keys.note_removed_to(70, 42)

    assert reopen().removed_to() == (70, 42)
