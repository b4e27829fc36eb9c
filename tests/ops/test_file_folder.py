"""Attachments in a folder: there whole once they are acknowledged, and orphans go after a day."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from domain.files import ORPHAN_AFTER, Files, Limits, name_of
from domain.rules import Refused
from ops.stores.file_folder import COMING, FolderFiles
from tests.keys import MemoryKeys
from tests.people import person

ANN, BEA = str(person("ann")), str(person("bea"))
CONTENT = b"What the screen showed. " * 10_000
DIGEST = sha256(CONTENT).hexdigest()
NOW = datetime.now(UTC)
LATER = NOW + ORPHAN_AFTER + timedelta(hours=1)


def files(folder: Path, keys: MemoryKeys | None = None, limits: Limits | None = None) -> Files:
    return Files(FolderFiles(folder), keys or MemoryKeys(), limits or Limits())


def sent(files: Files, content: bytes = CONTENT, by: str = ANN, salt: bytes = b"s" * 16) -> str:
    receiving = files.receive(by, salt)
    for at in range(0, len(content), 7_000):
        receiving.add(content[at : at + 7_000])
    receiving.keep()
    return receiving.received.sha256


def read(files: Files, digest: str, by: str = ANN) -> bytes | None:
    file = files.open(digest, by)
    return None if file is None else b"".join(file.parts())


def nothing() -> Iterable[str]:
    return ()


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix == "")


def test_a_file_is_read_back_by_another_process(tmp_path: Path) -> None:
    keys = MemoryKeys()

    digest = sent(files(tmp_path, keys))

    assert digest == DIGEST
    assert read(files(tmp_path, keys), DIGEST) == CONTENT


def test_a_file_is_made_durable_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(number: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{number}')).name}")
        sync(number)

    def rename(old: Path, new: Path) -> None:
        done.append(f"sync of {old.name} was {f'sync {old.name}' in done}")
        done.append(f"name in {new.parent.name}")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    sent(files(tmp_path))

    *_, synced, named, folder = done
    assert synced.endswith(" was True")
    assert (named, folder) == (f"name in {DIGEST[:2]}", f"sync {DIGEST[:2]}")


def test_what_was_not_kept_leaves_nothing(tmp_path: Path) -> None:
    receiving = files(tmp_path).receive(ANN, b"s" * 16)
    receiving.add(CONTENT)

    receiving.drop()

    assert [path for path in on_disk(tmp_path) if path != ".naming"] == []


def test_each_person_has_a_file_of_their_own(tmp_path: Path) -> None:
    keys = MemoryKeys()
    store = files(tmp_path, keys)
    sent(store, by=ANN)
    sent(store, by=BEA)

    keys.erase(ANN)

    assert read(store, DIGEST, ANN) is None
    assert read(store, DIGEST, BEA) == CONTENT


def test_who_was_erased_sends_nothing_more(tmp_path: Path) -> None:
    keys = MemoryKeys()
    keys.erase(ANN)

    with pytest.raises(Refused, match="erased"):
        files(tmp_path, keys).receive(ANN, b"s" * 16)


def test_a_file_that_is_too_large_is_refused_before_it_has_all_come(tmp_path: Path) -> None:
    receiving = files(tmp_path, limits=Limits(bytes_max=100)).receive(ANN, b"s" * 16)
    receiving.add(b"x" * 100)

    with pytest.raises(Refused, match="1 to 100 bytes"):
        receiving.add(b"x")
    receiving.drop()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    receiving = files(tmp_path).receive(ANN, b"s" * 16)

    with pytest.raises(Refused, match="1 to"):
        receiving.keep()
    receiving.drop()


@pytest.mark.parametrize(
    ("taken", "media_type", "is_taken"),
    [
        ((), "image/png", True),
        ((), "application/x-msdownload", False),
        ((), "image", False),
        (("image/*", "text/plain"), "image/png", True),
        (("image/*", "text/plain"), "text/plain", True),
        (("image/*", "text/plain"), "text/html", False),
        (("*/*",), "application/x-sh", True),
    ],
)
def test_media_types_are_taken_or_not(
    taken: tuple[str, ...], media_type: str, is_taken: bool
) -> None:
    limits = Limits(media_types=taken)

    if is_taken:
        limits.check_media_type(media_type)
    else:
        with pytest.raises(Refused):
            limits.check_media_type(media_type)


def test_a_file_that_nothing_attaches_goes_after_a_day(tmp_path: Path) -> None:
    store = files(tmp_path)
    sent(store)

    assert store.remove_orphans(nothing, NOW) == []
    assert store.remove_orphans(nothing, LATER) == [name_of(DIGEST, ANN)]
    assert read(store, DIGEST) is None


def test_what_a_crash_left_on_its_way_goes_too(tmp_path: Path) -> None:
    store = files(tmp_path)
    receiving = store.receive(ANN, b"s" * 16)
    receiving.add(CONTENT)

    (removed,) = store.remove_orphans(nothing, LATER)
    receiving.drop()

    assert not (tmp_path / COMING / removed).exists()


def test_an_attached_file_stays(tmp_path: Path) -> None:
    store = files(tmp_path)
    sent(store)

    assert store.remove_orphans(lambda: [name_of(DIGEST, ANN)], LATER) == []
    assert read(store, DIGEST) == CONTENT


def test_a_file_is_removed_for_good_and_once(tmp_path: Path) -> None:
    store = files(tmp_path)
    sent(store)
    name = name_of(DIGEST, ANN)

    assert store.store.remove(name) is True

    assert store.store.remove(name) is False
    assert read(store, DIGEST) is None
    assert name not in on_disk(tmp_path)


def test_an_orphan_that_is_sent_again_meanwhile_stays(tmp_path: Path) -> None:
    store = files(tmp_path)
    sent(store)
    old = (NOW - 2 * ORPHAN_AFTER).timestamp()
    os.utime(FolderFiles(tmp_path).path(name_of(DIGEST, ANN)), (old, old))

    def meanwhile() -> Iterable[str]:
        sent(store)
        return ()

    assert store.remove_orphans(meanwhile, NOW) == []
    assert read(store, DIGEST) == CONTENT


def test_many_send_the_same_file_at_once(tmp_path: Path) -> None:
    store = files(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda n: sent(store, salt=bytes([n]) * 16), range(24)))

    assert digests == {DIGEST}
    assert read(store, DIGEST) == CONTENT
    assert on_disk(tmp_path / DIGEST[:2]) == [name_of(DIGEST, ANN)]
