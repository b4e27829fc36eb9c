"""Whoever reaches past the desk into its stores is found out, and where, on both of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from domain.ids import number_of, record_id
from domain.proof.findings import Finding
from domain.transparency.follower import LogBroken
from tests.logs import STREAMS, tamper
from tests.ops.audited import EVENTS, Desk, found, opened
from tests.stores import Store


def place_of(position: int) -> tuple[str, int]:
    """The stream and version of the event that was recorded at a position."""
    number = number_of(record_id("THG", (position - 1) % STREAMS))
    return number, (position - 1) // STREAMS + 1


class Tampering(Struct, frozen=True):
    """What somebody does, and what is to be found: kinds, each at its first position."""

    statements: Sequence[str]
    findings: Sequence[tuple[str, str, int]]
    is_integrity: bool = True
    is_completeness: bool = True
    falls_out: bool = False
    """The last event is pushed beyond what is logged, and so out of a bundle."""


INSERTED = (
    "UPDATE {events} SET position = position + 1000000 WHERE position >= 100",
    "UPDATE {events} SET position = position - 999999 WHERE position >= 1000000",
    "INSERT INTO {events} SELECT 100, originator_id, 999, topic, state FROM {events}"
    " WHERE position = 99",
)
STREAM = "(SELECT originator_id FROM {events} WHERE position = 3)"

TAMPERINGS = {
    "a byte of an event": Tampering(
        ["UPDATE {events} SET state = replace(state, ':60}}', ':61}}') WHERE position = 60"],
        [("integrity", "altered", 60)],
        is_integrity=False,
    ),
    "an event is re-dated": Tampering(
        ["UPDATE {events} SET state = replace(state, 'T14:', 'T13:') WHERE position = 45"],
        [("integrity", "altered", 45)],
        is_integrity=False,
    ),
    "the name of an event": Tampering(
        ["UPDATE {events} SET topic = 'Thing.Undone' WHERE position = 200"],
        [("integrity", "altered", 200)],
        is_integrity=False,
    ),
    "two are swapped": Tampering(
        [
            "UPDATE {events} SET position = 0 WHERE position = 20",
            "UPDATE {events} SET position = 20 WHERE position = 33",
            "UPDATE {events} SET position = 33 WHERE position = 0",
        ],
        [("integrity", "moved", 20), ("integrity", "moved", 33)],
        is_integrity=False,
    ),
    "one is deleted": Tampering(
        ["DELETE FROM {events} WHERE position = 77"],
        [("completeness", "missing", 77)],
        is_completeness=False,
    ),
    "one is deleted and the gap closed": Tampering(
        [
            "DELETE FROM {events} WHERE position = 77",
            "UPDATE {events} SET position = -position WHERE position > 77",
            "UPDATE {events} SET position = -position - 1 WHERE position < 0",
        ],
        [("completeness", "missing", 77), ("integrity", "moved", 77)],
        is_integrity=False,
        is_completeness=False,
    ),
    "a stream is deleted": Tampering(
        [f"DELETE FROM {{events}} WHERE originator_id = {STREAM}"],
        [("completeness", "stream deleted", 3)],
        is_completeness=False,
    ),
    "the tail is cut": Tampering(
        ["DELETE FROM {events} WHERE position > 150"],
        [("completeness", "tail cut", 151)],
        is_completeness=False,
    ),
    "one is put in": Tampering(
        INSERTED,
        [("integrity", "inserted", 100), ("integrity", "moved", 101)],
        is_integrity=False,
        falls_out=True,
    ),
    "one is put in before all": Tampering(
        [
            "INSERT INTO {events} SELECT 0, originator_id, 999, topic, state FROM {events}"
            " WHERE position = 99"
        ],
        [],
        is_integrity=False,
    ),
}
SHOWN_BY_THE_LEDGER_ALONE = "one is put in before all"


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found_and_located(store: Store, tmp_path: Path, what: str) -> None:
    tampering = TAMPERINGS[what]
    with opened(store) as desk:
        desk.grow()
        assert desk.verify().holds

        tamper(store, *tampering.statements)

        reports = {"stores": desk.verify()}
        if what != SHOWN_BY_THE_LEDGER_ALONE:
            reports["bundle"] = desk.exported(tmp_path / "bundle")
        for where, report in reports.items():
            falls_out = tampering.falls_out and where == "bundle"
            assert report.integrity is tampering.is_integrity, report.as_text()
            assert report.completeness is (tampering.is_completeness and not falls_out), (
                report.as_text()
            )
            for verdict, kind, position in tampering.findings:
                assert (verdict, position) in [each[:2] for each in found(report, kind)]


def test_what_is_altered_is_named(store: Store) -> None:
    with opened(store) as desk:
        desk.grow()

        tamper(store, *TAMPERINGS["a byte of an event"].statements)

        report = desk.verify()
        assert found(report, "altered") == [("integrity", 60, *place_of(60))]
        assert len(report.findings) == 1
        assert "position 60, THG0000003 version 9: it is not what was logged" in report.as_text()


def test_what_is_missing_is_named(store: Store) -> None:
    with opened(store) as desk:
        desk.grow()

        tamper(store, *TAMPERINGS["one is deleted"].statements)

        assert desk.verify().findings == (
            Finding(
                "completeness",
                "missing",
                "position 77, THG0000006 version 11: it is missing",
                77,
                None,
                *place_of(77),
            ),
        )


def test_what_is_swapped_is_told_with_where_it_was(store: Store) -> None:
    with opened(store) as desk:
        desk.grow()

        tamper(store, *TAMPERINGS["two are swapped"].statements)

        assert [finding.text for finding in desk.verify().findings] == [
            "position 20, THG0000004 version 5: it was logged at 33",
            "position 33, THG0000005 version 3: it was logged at 20",
        ]


def test_a_deleted_stream_is_told_as_such(store: Store) -> None:
    with opened(store) as desk:
        desk.grow()

        tamper(store, *TAMPERINGS["a stream is deleted"].statements)

        (finding,) = desk.verify().findings
        assert "THG0000002: 29 of its versions 1 to 29 are missing" in finding.text
        assert "the whole stream" in finding.text


def test_an_event_that_cannot_even_be_read_is_located(store: Store) -> None:
    if store.kind == "postgres":
        pytest.skip("PostgreSQL holds its columns to their types.")
    with opened(store) as desk:
        desk.grow()

        tamper(store, "UPDATE {events} SET originator_id = x'00' WHERE position = 60")

        report = desk.verify()
        assert found(report, "altered") == [("integrity", 60, *place_of(60))]
        assert report.completeness


def test_hashes_that_are_altered_along_with_the_event_do_not_help(store: Store) -> None:
    with opened(store) as desk:
        desk.grow()
        tamper(store, *TAMPERINGS["a byte of an event"].statements)
        desk.log.clear()
        with pytest.raises(LogBroken, match="The first 100 events are not those"):
            desk.sign()
        # Without the check that the desk itself makes:
        tamper(store, "DELETE FROM {events} WHERE position = 0")
        _log_again(desk)

        report = desk.verify()

        assert not report.integrity
        assert [(f.kind, f.position, f.until) for f in report.findings] == [("root", 51, 100)]


def _log_again(desk: Desk) -> None:
    """Make the tiles as somebody would who has the database, but not the key."""
    from domain.transparency.follower import leaf_of, logged_of
    from domain.transparency.tiles import Growing

    desk.log.clear()
    growing = Growing(0, desk.log.tile)
    for row in desk.recorder.select_notifications(1, EVENTS):
        growing.append(logged_of(leaf_of(row)))
    desk.log.extend(0, growing.size, growing.take_changed())
