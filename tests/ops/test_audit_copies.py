"""Old backups and bundles that somebody changed are found out."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from domain.ids import record_id
from domain.proof.verify import verify_file, witnessed
from domain.transparency.follower import LogBroken
from domain.transparency.proofs import Proofs
from ops.audit.witnesses import FileWitness, Witnesses
from tests.logs import VERIFIER
from tests.ops.audited import Desk, found, opened
from tests.stores import Store


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
