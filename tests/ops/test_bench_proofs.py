"""The benchmark of proofs at its smallest: that it runs to its end, and what it tells."""

from pathlib import Path

import pytest

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from ops.bench import proofs


@pytest.mark.parametrize("store", ["SQLite", "PostgreSQL"])
def test_appending_beside_the_log_is_measured(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if store == "PostgreSQL" else None

    section = proofs.appending(tmp_path, store, url, seconds=0.2, rounds=2)

    without, beside, cpu, _ = (line.value for line in section.lines)
    assert min(without, beside, cpu) > 0


def test_a_past_is_logged_exported_and_verified(tmp_path: Path) -> None:
    section = proofs.proving(tmp_path, events=5_000)

    figures = {line.name: line.value for line in section.lines}
    assert 56 < figures["the log on disk, for each event"] < 120
    assert figures["the verifier's memory at most"] < proofs.VERIFY_MB_MAX


def test_a_bundle_that_does_not_hold_is_not_measured(tmp_path: Path) -> None:
    proofs.proving(tmp_path, events=5_000)
    bundle = tmp_path / "bundle"
    bundle.write_bytes(bundle.read_bytes()[:-100])

    with pytest.raises(RuntimeError, match="completeness: BROKEN"):
        proofs.verify_alone(bundle)
