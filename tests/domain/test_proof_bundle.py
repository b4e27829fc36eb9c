"""Bundles from strangers: whatever stands in them, the verifier says something sensible."""

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.proof import bundle
from domain.proof.bundle import Writer, records
from domain.proof.leaf import IDENTITY, IDENTITY_BYTES, Malformed
from domain.proof.verify import Unusable, verify_file
from tests.domain.test_proof_verification import LEAVES, VERIFIER, logged, signed


def written(kinds: list[tuple[bytes, bytes]]) -> bytes:
    file = BytesIO()
    writer = Writer(file)
    for kind, content in kinds:
        writer.record(kind, content)
    writer.end()
    return file.getvalue()


def true_records() -> list[tuple[bytes, bytes]]:
    header = b'{"scope": "all", "size": 30, "origin": "desk.test/ledger", "key": ""}'
    found = [(bundle.HEADER, header)]
    for count, data in enumerate(LEAVES, 1):
        found.append((bundle.EVENT, logged(data) + data))
        if count % 10 == 0:
            found.append((bundle.CHECKPOINT, signed(LEAVES[:count]).encode()))
    heads = b"".join(data[IDENTITY] for data in LEAVES[-3:])
    assert len(heads) == 3 * IDENTITY_BYTES
    return [*found, (bundle.HEADS, heads)]


TRUE = true_records()
PLAIN = gzip.decompress(written(TRUE))
PROVEN = [i for i, (kind, _) in enumerate(TRUE) if kind in (bundle.EVENT, bundle.CHECKPOINT)]

# One folder does for all examples of a test: each writes its own bundle over the one before.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_true_bundle_holds_and_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(written(TRUE))

    assert list(records(path))[:-1] == TRUE
    assert verify_file(path, [VERIFIER]).holds


@one_folder
@given(st.sampled_from(PROVEN), st.data())
def test_no_byte_of_an_event_or_a_checkpoint_can_be_another(
    tmp_path: Path, place: int, data: st.DataObject
) -> None:
    kind, content = TRUE[place]
    # Of a checkpoint what is signed: signatures of unknown names are to be ignored.
    length = len(content) if kind == bundle.EVENT else content.index(b"\n\n")
    at = data.draw(st.integers(0, length - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(content)
    changed[at] ^= 1 << bit

    (tmp_path / "bundle").write_bytes(
        written([*TRUE[:place], (kind, bytes(changed)), *TRUE[place + 1 :]])
    )

    assert not verify_file(tmp_path / "bundle", [VERIFIER]).holds


@one_folder
@given(st.sampled_from(PROVEN[:-1]))
def test_no_event_can_be_left_out(tmp_path: Path, place: int) -> None:
    (tmp_path / "bundle").write_bytes(written([*TRUE[:place], *TRUE[place + 1 :]]))

    report = verify_file(tmp_path / "bundle", [VERIFIER])

    assert report.holds is (TRUE[place][0] == bundle.CHECKPOINT)


@one_folder
@given(st.integers(0, len(PLAIN) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_whatever_is_spliced_in_the_verifier_says_something(
    tmp_path: Path, place: int, spliced: bytes, removed: int
) -> None:
    forged = PLAIN[:place] + spliced + PLAIN[place + removed :]
    (tmp_path / "bundle").write_bytes(gzip.compress(forged, 1))

    try:
        report = verify_file(tmp_path / "bundle", [VERIFIER])
    except Unusable:
        return
    assert report.as_text()


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        (b"", "without its last record"),
        (b"another format\n", "without its last record"),
        (b"another thing, of another format\n", "no bundle of format 1"),
        (PLAIN + b"more", "Something follows"),
        (PLAIN[:-1], "without its last record"),
        (bundle.OPENING + b"E\xff\xff\xff\xff", "too long"),
    ],
)
def test_what_is_no_bundle_is_said(tmp_path: Path, plain: bytes, said: str) -> None:
    (tmp_path / "bundle").write_bytes(gzip.compress(plain))

    with pytest.raises(Malformed, match=said):
        list(records(tmp_path / "bundle"))


def test_the_number_of_records_is_counted(tmp_path: Path) -> None:
    forged = PLAIN.replace(b'{"records": 35}', b'{"records": 34}')
    (tmp_path / "bundle").write_bytes(gzip.compress(forged))

    with pytest.raises(Malformed, match="35 records, and says another number"):
        list(records(tmp_path / "bundle"))
