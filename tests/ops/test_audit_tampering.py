"""Whoever reaches past the desk into its stores is found out, and where, on both of them."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from msgspec import Struct
from psycopg.conninfo import make_conninfo

from domain.ids import number_of, record_id
from domain.proof.findings import Finding, Report
from domain.proof.verify import verify_file, witnessed
from domain.recorder import LedgerRecorder
from domain.transparency.follower import Follower, LogBroken
from domain.transparency.proofs import Proofs
from domain.transparency.store import LogStore
from ops.audit.check import verify_stores
from ops.audit.export import Slice, export
from ops.audit.witnesses import FileWitness, Witnesses
from tests.logs import SIGNER, STREAMS, VERIFIER, Clock, open_log, record, tamper
from tests.stores import Store

EVENTS = 200
EACH = 50


class Desk(Struct, frozen=True):
    recorder: LedgerRecorder
    log: LogStore

    def sign(self) -> None:
        clock = Clock()
        clock.seconds += self.recorder.max_notification_id() or 0
        Follower(self.recorder, self.log, SIGNER, clock, page=64).catch_up()

    def grow(self, events: int = EVENTS, actor: str = "ann") -> None:
        """Record events, with a checkpoint over each fifty."""
        for _ in range(events // EACH):
            record(self.recorder, EACH, actor)
            self.sign()

    def verify(self, *witnesses: Path) -> Report:
        seen = witnessed(witnesses, [VERIFIER])
        return verify_stores(self.recorder, self.log, [VERIFIER], seen)

    def exported(self, path: Path, *witnesses: Path) -> Report:
        """The verdicts on a bundle of it."""
        export(self.recorder, self.log, path, Slice())
        return verify_file(path, [VERIFIER], witnessed(witnesses, [VERIFIER]))


@contextmanager
def opened(store: Store) -> Iterator[Desk]:
    recorder, log = store.open(), open_log(store)
    try:
        yield Desk(recorder, log)
    finally:
        log.close()
        asyncio.run(recorder.aclose())


@contextmanager
def backup(store: Store, folder: Path) -> Iterator[Store]:
    """A copy of a store with its log, which nobody has open."""
    if store.kind == "sqlite":
        folder.mkdir()
        for file in Path(store.where).parent.glob("ledger.db*"):
            shutil.copy(file, folder)
        yield Store("sqlite", str(folder / "ledger.db"))
        return
    name = f"backup_{uuid4().hex}"
    with psycopg.connect(store.where) as server:
        original = server.info.dbname
    admin = make_conninfo(store.where, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {original}".encode())
        try:
            yield Store("postgres", make_conninfo(store.where, dbname=name))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def place_of(position: int) -> tuple[str, int]:
    """The stream and version of the event that was recorded at a position."""
    number = number_of(record_id("THG", (position - 1) % STREAMS))
    return number, (position - 1) // STREAMS + 1


def found(report: Report, kind: str) -> list[tuple[str, int | None, str, int | None]]:
    return [
        (finding.verdict, finding.position, finding.stream, finding.version)
        for finding in report.findings
        if finding.kind == kind
    ]


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


# Old backups ------------------------------------------------------------------------------------


def test_an_old_ledger_beside_a_newer_log_is_found(store: Store, tmp_path: Path) -> None:
    with opened(store) as desk:
        desk.grow(100)
    with backup(store, tmp_path / "backup") as old, opened(store) as desk:
        desk.grow(100)
        with opened(old) as restored:
            mixed = Desk(restored.recorder, desk.log)
            report = mixed.verify()

            assert (report.integrity, report.completeness) == (True, False)
            assert found(report, "tail cut")[0][:2] == ("completeness", 101)
            with pytest.raises(LogBroken, match="no event at position 200 any more"):
                mixed.sign()


@pytest.mark.parametrize("goes_on", [False, True])
def test_an_old_backup_of_all_is_found_by_the_file_of_a_witness(
    store: Store, tmp_path: Path, goes_on: bool
) -> None:
    witness = tmp_path / "witness"
    with opened(store) as desk:
        desk.grow(100)
    with backup(store, tmp_path / "backup") as old:
        with opened(store) as desk:
            desk.grow(100)
            tell(desk, witness)
        with opened(old) as desk:
            if goes_on:
                desk.grow(150, "eve")
            assert desk.verify().holds, "Without a witness there is nothing to tell it by."

            for report in (
                desk.verify(witness),
                desk.exported(tmp_path / "bundle", witness),
            ):
                if goes_on:
                    assert [(f.kind, f.position, f.until) for f in report.findings] == [
                        ("fork", 101, 150),
                        ("fork", 101, 200),
                    ]
                    assert not report.integrity
                else:
                    assert found(report, "tail cut")[0][:2] == ("completeness", 101)
                    assert (report.integrity, report.completeness) == (True, False)
            with pytest.raises(LogBroken, match="of another history"):
                tell(desk, witness)


def tell(desk: Desk, path: Path) -> None:
    witnesses = Witnesses([FileWitness(str(path))])
    asyncio.run(witnesses.tell(Proofs(desk.recorder, desk.log)))


# Bundles ----------------------------------------------------------------------------------------

Records = list[tuple[bytes, bytes]]


def _swap(records: Records) -> Records:
    i, j = places(records)[20], places(records)[40]
    records[i], records[j] = records[j], records[i]
    return records


def _drop(records: Records) -> Records:
    del records[places(records)[76]]
    return records


def _change(records: Records) -> Records:
    place = places(records)[59]
    kind, content = records[place]
    records[place] = kind, content.replace(b":60}", b":61}")
    return records


def _change_with_its_hash(records: Records) -> Records:
    from domain.proof.leaf import LOGGED_BYTES
    from domain.proof.tree import leaf_hash

    records = _change(records)
    place = places(records)[59]
    kind, content = records[place]
    leaf = content[LOGGED_BYTES:]
    records[place] = kind, leaf_hash(leaf) + content[32:LOGGED_BYTES] + leaf
    return records


def _cut(records: Records) -> Records:
    """Nothing after the third checkpoint, and a header that fits."""
    third = [i for i, (kind, _) in enumerate(records) if kind == b"C"][2]
    header = records[0][1].replace(b'"size": 200', b'"size": 150')
    return [(b"H", header), *records[1 : third + 1]]


def _drop_stream(records: Records) -> Records:
    stream = record_id("THG", 2).bytes
    return [(kind, content) for kind, content in records if content[32:48] != stream]


def _other_signature(records: Records) -> Records:
    place = next(i for i, (kind, _) in enumerate(records) if kind == b"C")
    records[place] = b"C", records[place][1].replace(b"\n50\n", b"\n51\n")
    return records


def places(records: Records) -> list[int]:
    return [i for i, (kind, _) in enumerate(records) if kind == b"E"]


@pytest.mark.parametrize(
    ("change", "integrity", "completeness", "finding"),
    [
        (_swap, False, False, ("moved", 21)),
        (_drop, False, False, ("missing", 77)),
        (_change, False, True, ("altered", 60)),
        (_change_with_its_hash, False, True, ("root", 51)),
        (_cut, True, False, ("tail cut", 151)),
        (_drop_stream, False, False, ("version gap", None)),
        (_other_signature, False, True, ("signature", 50)),
    ],
)
def test_a_bundle_that_was_tampered_with_is_found_out(
    tmp_path: Path,
    change: Callable[[Records], Records],
    integrity: bool,
    completeness: bool,
    finding: tuple[str, int | None],
) -> None:
    from domain.proof import bundle

    witness = tmp_path / "witness"
    with opened(Store("sqlite", str(tmp_path / "ledger.db"))) as desk:
        desk.grow()
        tell(desk, witness)
        assert desk.exported(tmp_path / "bundle").holds
    records = [each for each in bundle.records(tmp_path / "bundle") if each[0] != b"Z"]

    with (tmp_path / "forged").open("wb") as file:
        writer = bundle.Writer(file)
        for kind, content in change(records):
            writer.record(kind, content)
        writer.end()

    seen = witnessed([witness], [VERIFIER])
    report = verify_file(tmp_path / "forged", [VERIFIER], seen)
    assert (report.integrity, report.completeness) == (integrity, completeness), report.as_text()
    named, position = finding
    if position is None:
        assert found(report, named) or found(report, "stream cut")
    else:
        assert position in [each[1] for each in found(report, named)], report.as_text()


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_bundle_that_is_cut_off_is_not_complete(tmp_path: Path, kept: float) -> None:
    with opened(Store("sqlite", str(tmp_path / "ledger.db"))) as desk:
        desk.grow()
        assert desk.exported(tmp_path / "bundle").holds
    whole = (tmp_path / "bundle").read_bytes()

    (tmp_path / "bundle").write_bytes(whole[: int(len(whole) * kept)])

    assert not verify_file(tmp_path / "bundle", [VERIFIER]).completeness
