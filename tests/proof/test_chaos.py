"""Whatever is killed, and whenever: what was acknowledged stays, and happens once."""

import os
import secrets
import sys
from pathlib import Path

import pytest

from tests.end_to_end.desks import LEDGERDESK
from tests.proof.audit import Findings
from tests.proof.chaos import Chaos
from tests.proof.layouts import Embedded, Separate

pytestmark = pytest.mark.proof

KILLS = int(os.environ.get("CHAOS_KILLS", "50"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or secrets.randbelow(1_000_000) + 1
CARELESS_KILLS = 8


def report(chaos: Chaos, found: Findings, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{chaos.summary(found)}\nAgain: CHAOS_SEED={chaos.seed}")


def test_the_desk_on_one_machine_survives_kills_at_random(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chaos = Chaos(Embedded(tmp_path), SEED)

    found = chaos.run(KILLS)
    chaos.send_again(found)

    report(chaos, found, capsys)
    assert found.violations == []
    assert chaos.layout.ends().total() == 0, "A process ended by itself."
    assert found.counts["answered from receipts"] > 0


def test_separate_processes_on_postgresql_survive_kills_at_random(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chaos = Chaos(Separate(tmp_path, postgres_url, [str(LEDGERDESK)]), SEED)

    found = chaos.run(KILLS)
    chaos.send_again(found)

    report(chaos, found, capsys)
    assert found.violations == []
    assert chaos.layout.ends().total() == 0, "A process ended by itself."
    assert found.counts["answered from receipts"] > 0


def test_a_desk_that_forgets_commands_is_found_out(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    careless = [sys.executable, "-m", "tests.proof.careless"]
    chaos = Chaos(Separate(tmp_path, postgres_url, careless), SEED)

    found = chaos.run(CARELESS_KILLS)

    report(chaos, found, capsys)
    assert found.of("twice") != []
