from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personal import ERASED, Personal, SealBroken, seal, unseal

ANN = bytes(range(32))
BEA = bytes(range(1, 33))
PLACE = b"stream/3/title"
SEALED = seal(ANN, "Ann's laptop", PLACE)

keys = st.binary(min_size=32, max_size=32)
texts = st.text()
places = st.binary(max_size=80)


@given(keys, texts, places)
def test_what_was_sealed_is_read_back(key: bytes, text: str, place: bytes) -> None:
    sealed = seal(key, text, place)

    assert sealed.isascii()
    assert unseal(key, sealed, place) == text


@given(keys, texts, places)
def test_sealing_again_gives_the_same_text(key: bytes, text: str, place: bytes) -> None:
    assert seal(key, text, place) == seal(key, text, place)


@given(texts, places, texts, places)
def test_another_text_or_place_gets_another_nonce(
    text: str, place: bytes, other_text: str, other_place: bytes
) -> None:
    same = (text, place) == (other_text, other_place)

    assert (nonce(seal(ANN, text, place)) == nonce(seal(ANN, other_text, other_place))) == same


def test_the_border_between_place_and_text_counts() -> None:
    assert nonce(seal(ANN, "bc", b"a")) != nonce(seal(ANN, "c", b"ab"))


def test_a_seal_adds_at_most_42_characters_to_a_short_text() -> None:
    assert len(seal(ANN, "x", PLACE)) <= len("x") + 42


def test_the_sealed_text_does_not_show_the_text() -> None:
    assert "printer" not in seal(ANN, "printer printer printer", PLACE)


def test_without_the_key_the_text_is_erased() -> None:
    assert unseal(None, seal(ANN, "Ann's laptop", PLACE), PLACE) == ERASED


@given(st.data(), texts)
def test_a_changed_character_breaks_the_seal(data: st.DataObject, text: str) -> None:
    sealed = seal(ANN, text, PLACE)
    at = data.draw(st.integers(0, len(sealed) - 1))
    character = data.draw(st.characters(max_codepoint=0x17F).filter(lambda c: c != sealed[at]))

    with pytest.raises(SealBroken):
        unseal(ANN, sealed[:at] + character + sealed[at + 1 :], PLACE)


@given(st.data(), texts)
def test_a_cut_text_breaks_the_seal(data: st.DataObject, text: str) -> None:
    sealed = seal(ANN, text, PLACE)
    end = data.draw(st.integers(0, len(sealed) - 1))

    with pytest.raises(SealBroken):
        unseal(ANN, sealed[:end], PLACE)


@pytest.mark.parametrize(
    ("key", "sealed", "place"),
    [
        pytest.param(BEA, SEALED, PLACE, id="another key"),
        pytest.param(ANN, SEALED, b"stream/4/title", id="another place"),
        pytest.param(ANN, "Ann's laptop", PLACE, id="plain"),
        pytest.param(ANN, "Änne", PLACE, id="not ASCII"),
        pytest.param(ANN, "", PLACE, id="empty"),
        pytest.param(ANN, "1.", PLACE, id="nothing"),
        pytest.param(ANN, "1.bm90aGluZw==", PLACE, id="too short"),
        pytest.param(ANN, SEALED + "\n", PLACE, id="more than was sealed"),
        pytest.param(ANN, "2." + SEALED[2:], PLACE, id="another form"),
    ],
)
def test_a_seal_opens_only_as_it_was_made(key: bytes, sealed: str, place: bytes) -> None:
    with pytest.raises(SealBroken, match="changed, moved, or sealed under another key") as caught:
        unseal(key, sealed, place)

    assert "Ann" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="A key has 32 bytes"):
        seal(bytes(length), "x", PLACE)


def test_the_mark_does_not_hinder_the_reading_of_events() -> None:
    class Logged(msgspec.Struct):
        requester: str
        title: Annotated[str, Personal("requester")]
        note: Annotated[str | None, Personal("actor")] = None

    read = msgspec.json.decode(b'{"requester": "ann", "title": "Printer"}', type=Logged)

    assert read == Logged("ann", "Printer")


def nonce(sealed: str) -> str:
    return sealed[2:18]
