import shutil
from pathlib import Path

import pytest

from ops.bench import commands, events
from ops.bench.commands import Series
from ops.bench.slow_disk import slow_disk
from ops.stores.embedded_postgres import EmbeddedPostgres
from tests.postgres import new_postgres_folder

FEW = (Series("bare", 2), Series("library", 2), Series("ledger", 4), Series("ledger", 4, 2))


def test_commands_are_measured_beside_their_baselines_on_sqlite(tmp_path: Path) -> None:
    said: list[str] = []

    rates = commands.on_sqlite(tmp_path, series=FEW, seconds=0.2, rounds=1, progress=said.append)

    assert [rate.series for rate in rates.rates] == list(FEW)
    assert all(rate.per_second > 10 for rate in rates.rates)
    assert rates.best.series.work == "ledger"
    assert rates.times("bare", 2) == rates.best.per_second / rates.of("bare", 2).per_second
    assert said[0] == "sqlite, round 1 of 1: bare INSERT + COMMIT, 2 connections"


def test_commands_are_measured_beside_their_baselines_on_postgres(
    postgres_server: EmbeddedPostgres,
) -> None:
    rates = commands.on_postgres(postgres_server.url, series=FEW, seconds=0.2, rounds=1)

    assert [rate.series for rate in rates.rates] == list(FEW)
    assert all(rate.per_second > 10 for rate in rates.rates)


async def test_an_event_is_measured(
    tmp_path: Path, postgres_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "INCIDENTS", 200)
    monkeypatch.setattr(events, "LENGTHS", (10, 1000))

    cost = events.cost_of_an_event()
    stores = [await events.on_sqlite(tmp_path), await events.on_postgres(postgres_server.url)]

    assert 0 < cost.apply_us < cost.write_us
    for store in stores:
        short, long = store.loading
        assert 100 < store.bytes_per_event < 2000
        assert short.cold_ms < long.cold_ms
        assert long.snapshot_ms < long.cold_ms
        assert long.cached_ms < long.cold_ms


needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None, reason="A slow disk needs a C compiler."
)


@needs_compiler
def test_a_server_can_have_a_slow_disk() -> None:
    folder = new_postgres_folder()
    folder.chmod(0o711)
    bare = (Series("bare", 1),)

    with (
        slow_disk(folder, extra_ms=20) as environment,
        EmbeddedPostgres(folder / "postgres", environment=environment) as server,
    ):
        slow = commands.on_postgres(server.url, series=bare, seconds=0.3, rounds=1)
    shutil.rmtree(folder)

    assert slow.of("bare", 1).per_second < 50


@needs_compiler
def test_a_slow_disk_is_slow(tmp_path: Path) -> None:
    bare = (Series("bare", 1),)
    usual = commands.on_sqlite(tmp_path, series=bare, seconds=0.3, rounds=1)

    with slow_disk(tmp_path, extra_ms=20):
        slow = commands.on_sqlite(tmp_path, series=bare, seconds=0.3, rounds=1)

    assert slow.of("bare", 1).per_second < 50 < usual.of("bare", 1).per_second
