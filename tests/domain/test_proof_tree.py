"""Merkle trees against published vectors, and against their definition.

The vectors are those of github.com/transparency-dev/merkle: `testonly/constants.go` (leaves and
roots, which Certificate Transparency has used since RFC 6962) and `testdata/*/*/happy-path.json`.
"""

from base64 import b64decode
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.proof.tree import (
    EMPTY_ROOT,
    BadProof,
    Frontier,
    consistency_path,
    fold,
    inclusion_path,
    leaf_hash,
    node_hash,
    pieces,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAF_HASHES = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [
        "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
    (5, 8): [
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
    (2, 3): ["+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="],
    (1, 5): [
        "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): [
        "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
    (6, 8): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
    (2, 5): [
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    ],
    (6, 7): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
}

SIZES = st.integers(min_value=1, max_value=300)


class Tree:
    """A tree by the definition alone: MTH of RFC 9162, 2.1.1."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.hashes = hashes

    def root(self, begin: int = 0, end: int | None = None) -> bytes:
        hashes = self.hashes[begin:end]
        if len(hashes) < 2:
            return hashes[0] if hashes else EMPTY_ROOT
        half = 1
        while half * 2 < len(hashes):
            half *= 2
        left, right = Tree(hashes[:half]), Tree(hashes[half:])
        return node_hash(left.root(), right.root())

    def hash_of(self, level: int, index: int) -> bytes:
        return self.root(index << level, (index + 1) << level)


PUBLISHED = Tree([leaf_hash(leaf) for leaf in LEAVES])


def numbered(size: int) -> Tree:
    return Tree([leaf_hash(b"%d" % number) for number in range(size)])


def decoded(path: Sequence[str]) -> list[bytes]:
    return [b64decode(hash) for hash in path]


# Published vectors ------------------------------------------------------------------------------


def test_the_leaves_of_the_published_tree_have_its_hashes() -> None:
    assert [leaf_hash(leaf).hex() for leaf in LEAVES] == LEAF_HASHES


def test_the_published_trees_have_their_roots() -> None:
    grown = Frontier()
    roots = [grown.root().hex()]
    for leaf in LEAVES:
        grown.append(leaf_hash(leaf))
        roots.append(grown.root().hex())

    assert roots == ROOTS
    assert [root_of(size, PUBLISHED.hash_of).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_the_published_proofs_of_inclusion_come_out_equal(index: int, size: int) -> None:
    path = decoded(INCLUSIONS[index, size])

    assert inclusion_path(index, size, PUBLISHED.hash_of) == path
    root = bytes.fromhex(ROOTS[size])
    verify_inclusion(bytes.fromhex(LEAF_HASHES[index]), index, size, path, root)


@pytest.mark.parametrize(("first", "second"), CONSISTENCIES)
def test_the_published_proofs_of_consistency_come_out_equal(first: int, second: int) -> None:
    path = decoded(CONSISTENCIES[first, second])

    assert consistency_path(first, second, PUBLISHED.hash_of) == path
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    verify_consistency(first, second, path, *roots)


# Their definition -------------------------------------------------------------------------------


@given(SIZES, st.data())
def test_every_leaf_has_a_proof_that_no_other_leaf_place_or_tree_has(
    size: int, data: st.DataObject
) -> None:
    tree = numbered(size)
    index = data.draw(st.integers(0, size - 1))

    path = inclusion_path(index, size, tree.hash_of)

    verify_inclusion(tree.hashes[index], index, size, path, tree.root())
    with pytest.raises(BadProof):
        verify_inclusion(leaf_hash(b"another"), index, size, path, tree.root())
    with pytest.raises(BadProof):
        verify_inclusion(tree.hashes[index], index, size, path, leaf_hash(b"another"))
    with pytest.raises(BadProof):
        verify_inclusion(tree.hashes[index], index, size, [*path, EMPTY_ROOT], tree.root())
    with pytest.raises(BadProof):
        verify_inclusion(tree.hashes[index], size, size, path, tree.root())
    for broken in range(len(path)):
        with pytest.raises(BadProof):
            shorter = path[:broken] + path[broken + 1 :]
            verify_inclusion(tree.hashes[index], index, size, shorter, tree.root())


@given(SIZES, st.data())
def test_every_tree_begins_the_later_ones_and_no_others(size: int, data: st.DataObject) -> None:
    tree = numbered(size)
    first = data.draw(st.integers(0, size))
    roots = tree.root(0, first), tree.root()

    path = consistency_path(first, size, tree.hash_of)

    verify_consistency(first, size, path, *roots)
    with pytest.raises(BadProof):
        verify_consistency(first, size, [*path, EMPTY_ROOT], *roots)
    with pytest.raises(BadProof):
        verify_consistency(first, size, path, leaf_hash(b"another"), roots[1])
    if 0 < first < size:
        with pytest.raises(BadProof):
            verify_consistency(first, size, path, roots[0], leaf_hash(b"another"))
        with pytest.raises(BadProof):
            verify_consistency(first, size, path[:-1], *roots)


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_a_range_is_made_of_few_perfect_subtrees_side_by_side(one: int, other: int) -> None:
    begin, end = sorted((one, other))

    found = [(index << level, (index + 1) << level) for level, index in pieces(begin, end)]

    assert all(left[1] == right[0] for left, right in pairwise(found))
    assert (found[0][0], found[-1][1]) == (begin, end) if begin < end else not found
    assert len(found) <= 2 * (end - begin).bit_length()


@given(SIZES, st.data())
def test_a_tree_grows_by_leaves_and_by_whole_subtrees_alike(size: int, data: st.DataObject) -> None:
    tree = numbered(size)
    cut = data.draw(st.integers(0, size))
    grown = Frontier(cut, [tree.hash_of(*piece) for piece in pieces(0, cut)])
    assert grown.root() == tree.root(0, cut)

    for level, index in pieces(cut, size):
        grown.append_subtree(level, tree.hash_of(level, index))

    assert grown.root() == tree.root() == fold(grown.hashes)
    assert grown.size == size


def test_a_subtree_begins_only_where_it_can() -> None:
    grown = Frontier(1, [leaf_hash(b"0")])

    with pytest.raises(ValueError, match="No subtree of 2 leaves begins at leaf 1"):
        grown.append_subtree(1, EMPTY_ROOT)
