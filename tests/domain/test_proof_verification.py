"""The verification itself: small logs, whole and in slices, and what is wrong with them."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import record_id
from domain.proof.checkpoint import open_checkpoint, sign
from domain.proof.findings import FINDINGS_MAX, Report
from domain.proof.leaf import IDENTITY, Leaf
from domain.proof.note import SeedSigner, Verifier
from domain.proof.tree import Frontier, leaf_hash, pieces
from domain.proof.verification import Verification

SIGNER = SeedSigner("desk.test/ledger", b"a seed that is the same each run")
VERIFIER = Verifier(SIGNER.name, SIGNER.public)
NOON = 1_789_999_200
"""2026-09-21T14:00:00Z."""


def leaf(position: int, *, stream: int | None = None, version: int = 0, second: int = -1) -> bytes:
    """The event of a position, on three streams in turns, one a second."""
    number = (position - 1) % 3 if stream is None else stream
    at = second if second >= 0 else position
    time = f"2026-09-21T14:{at // 60:02}:{at % 60:02}Z".encode()
    state = b'{"by":{"actor":"ann","at":"%b"}}' % time
    id = record_id("INC", number).bytes
    return Leaf(position, id, version or (position + 2) // 3, b"T", time, state).encoded()


def logged(data: bytes) -> bytes:
    return leaf_hash(data) + data[IDENTITY]


def tree_of(leaves: Sequence[bytes]) -> Frontier:
    grown = Frontier()
    for data in leaves:
        grown.append(leaf_hash(data))
    return grown


def signed(leaves: Sequence[bytes], seconds: int | None = None) -> str:
    at = NOON + len(leaves) if seconds is None else seconds
    return sign(len(leaves), tree_of(leaves).root(), SIGNER, at)


def feed(verification: Verification, leaves: Sequence[bytes]) -> Verification:
    for data in leaves:
        verification.event(logged(data), data)
    return verification


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


LEAVES = [leaf(position) for position in range(1, 31)]


def test_a_true_log_holds() -> None:
    verification = Verification([VERIFIER])
    for start in (0, 10, 20):
        feed(verification, LEAVES[start : start + 10])
        verification.checkpoint(signed(LEAVES[: start + 10]))

    report = verification.finish("all", 30)

    assert report.holds
    assert (report.events, report.streams, report.size, report.checkpoints) == (30, 3, 30, 3)
    assert report.remarks == ()


@given(st.lists(st.integers(1, 30), unique=True, max_size=8), st.sampled_from([10, 20, 30]))
def test_a_slice_of_any_events_among_hashes_has_the_same_roots(
    shown: list[int], checkpoint: int
) -> None:
    verification = Verification([VERIFIER], is_whole=False)
    stops = sorted({*shown, *(position - 1 for position in shown), checkpoint, 30})
    place = 0
    for stop in (stop for stop in stops if stop > 0):
        if stop in shown and stop == place + 1:
            feed(verification, [LEAVES[place]])
        else:
            for level, index in pieces(place, stop):
                part = LEAVES[index << level : (index + 1) << level]
                verification.omitted(level, tree_of(part).root())
        place = stop
        if place == checkpoint:
            verification.checkpoint(signed(LEAVES[:checkpoint]))

    report = verification.finish("a slice", 30)

    gaps = [finding for finding in report.findings if finding.kind != "version gap"]
    assert gaps == []
    assert report.checkpoints == 1
    assert report.events == len(shown)


def test_a_slice_that_leaves_out_a_version_between_is_not_complete() -> None:
    verification = Verification([VERIFIER], is_whole=False)
    feed(verification, LEAVES[:3])
    verification.omitted(0, leaf_hash(LEAVES[3]))
    feed(verification, LEAVES[4:7])
    verification.checkpoint(signed(LEAVES[:7]))

    report = verification.finish("a slice", 7)

    (finding,) = report.findings
    assert finding.text == "INC0000000 version 2 missing before position 7"
    assert (report.integrity, report.completeness) == (True, False)


def test_a_whole_log_leaves_nothing_out() -> None:
    verification = Verification([VERIFIER])
    feed(verification, LEAVES[:2])
    verification.omitted(1, tree_of(LEAVES[2:4]).root())
    verification.checkpoint(signed(LEAVES[:4]))

    report = verification.finish("all", 4)

    assert kinds(report) == ["omitted"]
    assert (report.integrity, report.completeness) == (True, False)


def test_a_log_without_any_checkpoint_proves_nothing() -> None:
    report = feed(Verification([VERIFIER]), LEAVES).finish("all")

    assert kinds(report) == ["signature"]
    assert not report.integrity


def test_a_checkpoint_of_another_key_does_not_count() -> None:
    verification = feed(Verification([VERIFIER]), LEAVES)
    other = SeedSigner(SIGNER.name, b"another seed, and so another key")
    verification.checkpoint(sign(30, tree_of(LEAVES).root(), other, NOON))

    report = verification.finish("all")

    assert set(kinds(report)) == {"signature"}
    assert report.checkpoints == 0


def test_after_a_wrong_root_nothing_is_confirmed_and_it_is_told_once() -> None:
    verification = Verification([VERIFIER])
    forged = [*LEAVES[:14], leaf(15, second=900), *LEAVES[15:]]
    for start in (0, 10, 20):
        feed(verification, forged[start : start + 10])
        verification.checkpoint(signed(LEAVES[: start + 10]))

    report = verification.finish("all", 30)

    assert [(f.kind, f.position, f.until) for f in report.findings] == [("root", 11, 20)]
    assert report.checkpoints == 1


def test_an_event_whose_version_was_there_already_is_told() -> None:
    leaves = [*LEAVES[:6], leaf(7, version=2)]
    verification = feed(Verification([VERIFIER]), leaves)
    verification.checkpoint(signed(leaves))

    report = verification.finish("all", 7)

    assert kinds(report) == ["version order"]
    assert report.findings[0].text == "INC0000000 version 2 at position 7 follows version 2"


def test_a_recorded_time_that_its_state_does_not_say_is_told() -> None:
    true = LEAVES[0]
    at = true.index(b"2026-09-21T14:00:01Z")
    false = true[:at] + b"2026-09-21T13:00:01Z" + true[at + 20 :]
    verification = feed(Verification([VERIFIER]), [false])
    verification.checkpoint(signed([false]))

    report = verification.finish("all", 1)

    assert kinds(report) == ["altered"]
    assert "its recorded time is not that of its state" in report.findings[0].text


def test_a_time_after_the_checkpoint_is_remarked() -> None:
    leaves = [*LEAVES[:5], leaf(6, second=2_000)]
    verification = feed(Verification([VERIFIER]), leaves)
    verification.checkpoint(signed(leaves, NOON + 10))

    report = verification.finish("all", 6)

    assert report.holds
    assert report.remarks == (
        "position 6 says 2026-09-21T14:33:20, and was there at 2026-09-21T14:00:10Z",
    )


def test_a_time_before_the_checkpoint_that_it_came_after_is_remarked() -> None:
    verification = feed(Verification([VERIFIER]), LEAVES[:5])
    verification.checkpoint(signed(LEAVES[:5], NOON + 1_000))
    feed(verification, [LEAVES[5]])
    verification.checkpoint(signed(LEAVES[:6], NOON + 1_001))

    report = verification.finish("all", 6)

    assert report.holds
    assert report.remarks == (
        "position 6 says 2026-09-21T14:00:06, and was not there at 2026-09-21T14:16:40Z",
    )


def test_a_flood_of_findings_is_counted_and_hides_no_other_kind() -> None:
    count = FINDINGS_MAX + 500
    leaves = [leaf(position, second=position % 3_000) for position in range(1, count + 1)]
    verification = Verification([VERIFIER])
    for position, data in enumerate(leaves, 1):
        changed = data.replace(b"ann", b"eve") if position < count else data
        verification.event(logged(data), changed)
    verification.checkpoint(signed(LEAVES[:1]))

    report = verification.finish("all", count + 5)

    assert report.unlisted == count - 1 - FINDINGS_MAX
    assert {"altered", "malformed", "tail cut"} <= set(kinds(report))
    assert "findings more" in report.as_text()


def test_a_witness_is_compared_at_its_own_sizes() -> None:
    seen = [open_checkpoint(signed(LEAVES[:size]), [VERIFIER]) for size in (30, 7, 13)]
    verification = feed(Verification([VERIFIER], seen), LEAVES)
    verification.checkpoint(signed(LEAVES))
    assert verification.finish("all", 30).holds

    other = [open_checkpoint(signed([*LEAVES[:6], leaf(7, second=99)]), [VERIFIER])]
    verification = feed(Verification([VERIFIER], other), LEAVES)
    verification.checkpoint(signed(LEAVES))
    assert kinds(verification.finish("all", 30)) == ["fork"]
