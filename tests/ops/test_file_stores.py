"""Attachments in a folder and in an S3-compatible store: there whole once they are acknowledged."""

import random
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.files import ORPHAN_AFTER, Limits
from domain.ids import record_id
from domain.personal import SealBroken
from domain.rules import Refused
from domain.sealed_file import SEGMENT_BYTES, Sealer
from tests.keys import MemoryKeys
from tests.ops.file_process import PART_BYTES, PARTS, SENDER
from tests.ops.file_stores import (
    ANN,
    BEA,
    CONTENT,
    DIGEST,
    NAME,
    OLD_NAME,
    TICKET,
    Place,
    names,
    nothing,
    read,
    sent,
)
from tests.s3 import Bucket
from tests.stores import ROOT

NOW = datetime.now(UTC)
LATER = NOW + ORPHAN_AFTER + timedelta(hours=1)
KILLS = 3
PATIENCE = 30.0


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty store of each kind."""
    if request.param == "s3":
        bucket: Bucket = request.getfixturevalue("bucket")
        return Place("s3", *bucket)
    return Place("folder", str(tmp_path / "files"))


def test_a_file_is_read_back_by_another_process(place: Place) -> None:
    keys = MemoryKeys()

    digest = sent(place.files(keys))

    assert digest == DIGEST
    assert read(place.files(keys), DIGEST) == CONTENT


def test_a_range_of_a_large_file_is_read_without_the_rest(place: Place) -> None:
    content = random.Random(7).randbytes(3_000_000)
    files = place.files()
    digest = sent(files, content)
    file = files.open(digest, ANN, TICKET)
    assert file is not None

    for start, end in [(0, 1), (SEGMENT_BYTES - 1, SEGMENT_BYTES + 1), (2_900_000, 3_000_000)]:
        assert b"".join(file.parts(start, end)) == content[start:end]
    assert b"".join(file.parts()) == content


def test_another_content_than_was_sent_is_not_given_out(place: Place) -> None:
    files = place.files()
    digest = sent(files)
    coming = files.store.begin()
    kept = files.store.open(NAME)
    assert kept is not None
    sealed = bytearray(kept.read(0, kept.size))
    sealed[SEGMENT_BYTES] ^= 1
    coming.write(bytes(sealed))
    coming.keep(NAME)

    with pytest.raises(SealBroken):
        read(files, digest)


def test_what_was_not_kept_is_not_there(place: Place) -> None:
    files = place.files()
    receiving = files.receive(ANN, TICKET, b"s" * 16)
    receiving.add(CONTENT)

    receiving.drop()

    assert names(files) == []


def test_each_person_has_a_file_of_their_own(place: Place) -> None:
    keys = MemoryKeys()
    files = place.files(keys)
    sent(files, by=ANN)
    sent(files, by=BEA)

    keys.destroy(ANN)

    assert read(files, DIGEST, ANN) is None
    assert read(files, DIGEST, BEA) == CONTENT


def test_the_files_of_one_ticket_go_without_those_of_another(place: Place) -> None:
    keys, other = MemoryKeys(), record_id("INC", 8)
    files = place.files(keys)
    sent(files)
    sent(files, record=other)

    keys.remove_words([(TICKET, "files")])

    assert read(files, DIGEST) is None
    assert read(files, DIGEST, record=other) == CONTENT
    with pytest.raises(Refused, match="INC0000007 were removed"):
        sent(files)


def test_a_file_of_before_tickets_had_keys_is_read_until_it_is_removed(place: Place) -> None:
    keys = MemoryKeys()
    files = place.files(keys)
    keys.ensure([ANN])
    key = keys.key(ANN)
    assert key is not None
    sealer, coming = Sealer(key, b"s" * 16), files.store.begin()
    coming.write(sealer.header + sealer.add(CONTENT) + sealer.finish(DIGEST))
    coming.keep(OLD_NAME)

    assert read(files, DIGEST) == CONTENT
    keys.remove_words([(TICKET, "words")])
    assert read(files, DIGEST) is None


def test_who_was_erased_sends_nothing_more(place: Place) -> None:
    keys = MemoryKeys()
    keys.destroy(ANN)

    with pytest.raises(Refused, match="erased"):
        place.files(keys).receive(ANN, TICKET, b"s" * 16)


def test_a_file_that_is_too_large_is_refused_before_it_has_all_come(place: Place) -> None:
    files = place.files(limits=Limits(bytes_max=100))
    receiving = files.receive(ANN, TICKET, b"s" * 16)
    receiving.add(b"x" * 100)

    with pytest.raises(Refused, match="1 to 100 bytes"):
        receiving.add(b"x")
    receiving.drop()

    assert names(files) == []


def test_an_empty_file_is_refused(place: Place) -> None:
    receiving = place.files().receive(ANN, TICKET, b"s" * 16)

    with pytest.raises(Refused, match="1 to"):
        receiving.keep()
    receiving.drop()


def test_a_file_is_removed_for_good_and_once(place: Place) -> None:
    files = place.files()
    sent(files)
    name = NAME

    assert files.store.remove(name) is True

    assert files.store.remove(name) is False
    assert read(files, DIGEST) is None
    assert names(files) == []


def test_a_file_that_nothing_attaches_goes_after_a_day(place: Place) -> None:
    files = place.files()
    sent(files)

    assert files.remove_orphans(nothing, NOW) == []
    assert files.remove_orphans(nothing, LATER) == [NAME]
    assert read(files, DIGEST) is None


def test_an_attached_file_stays(place: Place) -> None:
    files = place.files()
    sent(files)

    assert files.remove_orphans(lambda: [NAME], LATER) == []
    assert read(files, DIGEST) == CONTENT


def test_an_orphan_that_is_sent_again_meanwhile_stays(place: Place) -> None:
    files = place.files()
    sent(files)
    ((_, first),) = files.store.stored()

    def meanwhile() -> Iterable[str]:
        end = time.monotonic() + PATIENCE
        # An S3 store knows the second alone.
        while max(stored.at for stored in files.store.stored()) <= first:
            assert time.monotonic() < end
            sent(files)
        return ()

    assert files.remove_orphans(meanwhile, LATER) == []
    assert read(files, DIGEST) == CONTENT


def test_many_send_the_same_file_at_once(place: Place) -> None:
    files = place.files()

    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda n: sent(files, salt=bytes([n]) * 16), range(24)))

    assert digests == {DIGEST}
    assert read(files, DIGEST) == CONTENT
    assert [stored.name for stored in files.store.stored()] == [NAME]


def test_a_sender_who_is_killed_leaves_whole_files_and_no_others(place: Place) -> None:
    dice = random.Random(7)
    said: list[str] = []
    command = [sys.executable, "-m", "tests.ops.file_process", *place]

    for _ in range(KILLS):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        time.sleep(dice.uniform(0.0, 0.05))
        process.kill()
        said += [line.strip() for line in [*lines, *process.communicate()[0].splitlines(True)]]

    files = place.files()
    files.receive(SENDER, TICKET, b"s" * 16).drop()
    kept = {line for line in said if line != "begun"}
    there = {name.partition("-")[0] for name in names(files)}
    named = {digest for digest in there if len(digest) == 64}
    assert len(kept) >= KILLS
    assert kept <= named
    for digest in named:
        content = read(files, digest, SENDER)
        assert content is not None
        assert len(content) == PART_BYTES * PARTS
