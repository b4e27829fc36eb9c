"""Files that are sealed for a person open whole and in part, with the right key, and unchanged."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personal import SealBroken
from domain.sealed_file import SEGMENT_BYTES, TAG_BYTES, SealedFile, Sealer

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
SALT = b"s" * 16

sizes = st.sampled_from(
    [1, 2, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 2 * SEGMENT_BYTES, 150_000]
)


def content_of(size: int) -> bytes:
    return (b"The printer on the third floor. " * (size // 32 + 1))[:size]


def sealed(content: bytes, *, piece: int = 10_000, key: bytes = KEY, salt: bytes = SALT) -> bytes:
    sealer = Sealer(key, salt)
    parts = [sealer.header]
    parts += [sealer.add(content[at : at + piece]) for at in range(0, len(content), piece)]
    return b"".join([*parts, sealer.finish(sha256(content).hexdigest())])


def opened(stored: bytes, content: bytes, key: bytes = KEY) -> SealedFile:
    def read(start: int, length: int) -> bytes:
        return stored[start : start + length] if start >= 0 else b""

    return SealedFile(read, len(stored), key, sha256(content).hexdigest())


@given(size=sizes, piece=st.sampled_from([1_000, SEGMENT_BYTES, 200_000]), data=st.data())
def test_any_part_of_a_file_is_read_as_it_was(size: int, piece: int, data: st.DataObject) -> None:
    content = content_of(size)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size + 10))

    file = opened(sealed(content, piece=piece), content)

    assert file.size == size
    assert b"".join(file.parts()) == content
    assert b"".join(file.parts(start, end)) == content[start:end]


def test_the_pieces_in_which_it_comes_make_no_difference() -> None:
    content = content_of(150_000)

    assert sealed(content, piece=999) == sealed(content, piece=SEGMENT_BYTES)


def test_nothing_of_it_can_be_read_in_the_store() -> None:
    content = content_of(150_000)

    assert b"printer" not in sealed(content)


@given(size=sizes, data=st.data())
def test_a_changed_byte_is_found(size: int, data: st.DataObject) -> None:
    content = content_of(size)
    stored = bytearray(sealed(content))
    at = data.draw(st.integers(0, len(stored) - 1))

    stored[at] ^= 1

    with pytest.raises(SealBroken):
        b"".join(opened(bytes(stored), content).parts())


@pytest.mark.parametrize(
    "cut", [1, TAG_BYTES, 1_000, SEGMENT_BYTES + TAG_BYTES, 10**6], ids=lambda cut: f"{cut} bytes"
)
def test_a_file_that_was_cut_is_found(cut: int) -> None:
    content = content_of(150_000)

    with pytest.raises(SealBroken):
        opened(sealed(content)[:-cut], content)


def test_segments_that_changed_places_are_found() -> None:
    content = content_of(3 * SEGMENT_BYTES)
    stored = sealed(content)
    begin, one = 20, SEGMENT_BYTES + TAG_BYTES
    swapped = (
        stored[:begin]
        + stored[begin + one : begin + 2 * one]
        + stored[begin : begin + one]
        + stored[begin + 2 * one :]
    )

    with pytest.raises(SealBroken):
        b"".join(opened(swapped, content).parts())


def test_another_file_in_its_place_is_found() -> None:
    content, other = content_of(1_000), b"x" * 1_000

    with pytest.raises(SealBroken):
        opened(sealed(other), content)


def test_another_key_opens_nothing() -> None:
    content = content_of(1_000)

    with pytest.raises(SealBroken):
        opened(sealed(content), content, OTHER_KEY)


def test_the_same_content_is_sealed_differently_under_another_salt() -> None:
    content = content_of(1_000)

    assert sealed(content)[20:] != sealed(content, salt=b"t" * 16)[20:]
