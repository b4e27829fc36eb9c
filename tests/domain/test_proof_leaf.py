"""The leaf: its bytes are a promise to whoever writes a verifier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import number_of, record_id
from domain.proof.leaf import Leaf, Malformed, decode, name_of
from domain.proof.tree import leaf_hash

STATE = b'{"by":{"actor":"ann","at":"2026-03-03T14:00:00Z"},"title":"1.c2VhbGVk"}'
LEAF = Leaf(
    position=258,
    stream=record_id("INC", 1).bytes,
    version=2,
    topic=b"Incident.Logged",
    recorded=b"2026-03-03T14:00:00Z",
    state=STATE,
)
PARTS = st.binary(max_size=40)


def test_a_leaf_has_these_bytes() -> None:
    assert LEAF.encoded().hex(" ", 1) == " ".join(
        (
            "4c 44 45 01",
            "00 00 00 00 00 00 01 02",
            "49 4e 43 00 00 00 80 00 80 00 00 00 00 00 00 01",
            "00 00 00 00 00 00 00 02",
            "00 00 00 0f",
            "00 00 00 14",
            "00 00 00 47",
            b"Incident.Logged".hex(" "),
            b"2026-03-03T14:00:00Z".hex(" "),
            STATE.hex(" "),
        )
    )
    assert (
        leaf_hash(LEAF.encoded()).hex()
        == "ac6d626696d80cfaa0c9696dee330a8008f5aa021ffabda212c9cada6eb0d8f3"
    )


@given(
    st.builds(
        Leaf,
        position=st.integers(1, 2**63 - 1),
        stream=st.binary(min_size=16, max_size=16),
        version=st.integers(1, 2**31 - 1),
        topic=PARTS,
        recorded=PARTS,
        state=PARTS,
    ),
    st.data(),
)
def test_a_leaf_is_read_as_it_was_written_and_in_no_other_way(
    leaf: Leaf, data: st.DataObject
) -> None:
    encoded = leaf.encoded()
    cut = data.draw(st.integers(0, len(encoded) - 1))

    assert decode(encoded) == leaf
    with pytest.raises(Malformed):
        decode(encoded[:cut])
    with pytest.raises(Malformed):
        decode(encoded + b"x")


def test_a_leaf_of_another_format_is_refused() -> None:
    with pytest.raises(Malformed, match="unknown format"):
        decode(b"LDE\x02" + LEAF.encoded()[4:])


@pytest.mark.parametrize(("prefix", "serial"), [("INC", 1), ("CHG", 2**62 - 1), ("PER", 12345678)])
def test_a_stream_goes_by_its_number(prefix: str, serial: int) -> None:
    id = record_id(prefix, serial)

    assert name_of(id.bytes) == number_of(id)


def test_a_foreign_stream_goes_by_its_id() -> None:
    assert name_of(bytes(range(16))) == "00010203-0405-0607-0809-0a0b0c0d0e0f"
