"""Attachments in a folder: durable before they have their names, and orphans go after a day."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.files import ORPHAN_AFTER, Files, Limits
from domain.rules import Refused
from ops.stores.file_folder import COMING, FolderFiles
from tests.keys import MemoryKeys
from tests.ops.file_stores import ANN, CONTENT, DIGEST, NAME, TICKET, nothing, read, sent

NOW = datetime.now(UTC)
LATER = NOW + ORPHAN_AFTER + timedelta(hours=1)


def files(folder: Path) -> Files:
    return Files(FolderFiles(folder), MemoryKeys())


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix == "")


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
    receiving = files(tmp_path).receive(ANN, TICKET, b"s" * 16)
    receiving.add(CONTENT)

    receiving.drop()

    assert [path for path in on_disk(tmp_path) if path != ".naming"] == []


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


def test_what_a_crash_left_on_its_way_goes_too(tmp_path: Path) -> None:
    store = files(tmp_path)
    receiving = store.receive(ANN, TICKET, b"s" * 16)
    receiving.add(CONTENT)

    (removed,) = store.remove_orphans(nothing, LATER)
    receiving.drop()

    assert not (tmp_path / COMING / removed).exists()


def test_an_orphan_that_is_sent_again_meanwhile_stays(tmp_path: Path) -> None:
    store = files(tmp_path)
    sent(store)
    old = (NOW - 2 * ORPHAN_AFTER).timestamp()
    os.utime(FolderFiles(tmp_path).path(NAME), (old, old))

    def meanwhile() -> Iterable[str]:
        sent(store)
        return ()

    assert store.remove_orphans(meanwhile, NOW) == []
    assert read(store, DIGEST) == CONTENT
