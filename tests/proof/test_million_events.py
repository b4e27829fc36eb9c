"""The verifier takes a true bundle of a million events in time and memory, on one core."""

from pathlib import Path

import pytest

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from ops.bench.proofs import MILLION, VERIFY_MB_MAX, VERIFY_SECONDS_MAX, proving


@pytest.mark.proof
def test_a_million_events_are_verified_in_half_a_minute_and_200_megabytes(tmp_path: Path) -> None:
    section = proving(tmp_path, events=MILLION)

    figures = {line.name: line.value for line in section.lines}
    assert figures["a bundle verified, on one core"] < VERIFY_SECONDS_MAX
    assert figures["the verifier's memory at most"] < VERIFY_MB_MAX
