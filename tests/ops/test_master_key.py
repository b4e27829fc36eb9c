import os
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ops.stores.master_key import MasterKey, MasterKeyUnusable

SECRET = bytes(range(32))
KEY = bytes(32)


def test_what_was_wrapped_is_unwrapped() -> None:
    master = MasterKey.new()

    wrapped = master.wrap(KEY)

    assert len(wrapped) == 40
    assert master.unwrap(wrapped) == KEY


def test_it_wraps_as_rfc_3394_says() -> None:
    # Section 4.6 of the RFC.
    master = MasterKey(
        bytes.fromhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")
    )
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")

    assert master.wrap(key).hex().upper() == (
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    )


@pytest.mark.parametrize("damaged", [b"", bytes(39), bytes(40), bytes(48)])
def test_what_another_key_wrapped_does_not_open(damaged: bytes) -> None:
    with pytest.raises(MasterKeyUnusable, match="does not open"):
        MasterKey.new().unwrap(damaged or MasterKey.new().wrap(KEY))


def test_a_file_is_created_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "inner" / "master.key"

    first = MasterKey.from_file(path)

    assert MasterKey.from_file(path).fingerprint == first.fingerprint
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["master.key"]


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(MasterKey.from_file, [tmp_path / "master.key"] * 8))

    assert len({master.fingerprint for master in made}) == 1
    assert os.listdir(tmp_path) == ["master.key"]


def test_writing_leaves_an_existing_file_as_it_is(tmp_path: Path) -> None:
    first = MasterKey.from_file(tmp_path / "master.key")

    MasterKey.new().write(tmp_path / "master.key")

    assert MasterKey.from_file(tmp_path / "master.key").fingerprint == first.fingerprint


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    MasterKey.from_file(path)
    path.chmod(mode)

    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        MasterKey.from_file(path)


@pytest.mark.parametrize(
    "text", ["", "secret", "c2VjcmV0", "A" * 43, b64encode(bytes(31)).decode(), "ä" * 44]
)
def test_a_malformed_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(MasterKeyUnusable) as given:
        MasterKey.from_text(text)
    with pytest.raises(MasterKeyUnusable) as kept:
        MasterKey.from_file(path)

    if text:
        assert text not in f"{given.value} {kept.value}"


def test_text_and_file_give_the_same_key(tmp_path: Path) -> None:
    text = b64encode(SECRET).decode()

    MasterKey.from_text(f" {text}\n").write(tmp_path / "master.key")

    assert MasterKey.from_file(tmp_path / "master.key").fingerprint == MasterKey(SECRET).fingerprint


def test_only_the_fingerprint_shows() -> None:
    master = MasterKey(SECRET)

    shown = f"{master} {master!r}"

    assert master.fingerprint in shown
    assert SECRET.hex() not in shown
    assert b64encode(SECRET).decode() not in shown
    assert len(master.fingerprint) == 16
