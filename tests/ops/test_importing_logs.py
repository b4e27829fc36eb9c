"""Real logs: some hundred records of each, and as a proof the whole of them, killed and resumed."""

import gzip
import json
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen, TimeoutExpired

import pytest

from domain.ledger import Ledger
from ops.importing import content_digest, load_mapping, reconcile
from ops.importing.recording import BATCH_ROWS
from ops.stores.embedded_postgres import EmbeddedPostgres
from ops.stores.master_key import MasterKey
from ops.stores.sqlite_keys import SqliteKeys
from tests.importing import DATA, Importing, first_records
from tests.keys import MemoryKeys
from tests.postgres import new_postgres_folder
from tests.stores import ROOT, Store

LOGS = {
    "servicenow_incidents": ("servicenow_incidents.csv.gz", 0, 119_997, 20_768),
    "helpdesk_italian": ("helpdesk_italian.csv.gz", 0, 21_348, 4_580),
    "bpic2013_problems": ("bpic2013_closed_problems.csv.gz", 11, 6_660, 1_487),
}
"""By mapping: the file, the column of the numbers, and how many rows and records there are."""

KILLS = 10
SECONDS_MAX = 0.05
"""A batch takes about so long, or less."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the logs are not in {DATA}")


@pytest.mark.parametrize("name", LOGS)
async def test_the_first_records_of_a_log_are_told_as_they_were(
    name: str, store: Store, tmp_path: Path
) -> None:
    file, column, _, _ = LOGS[name]
    recorder = store.open()
    importing = Importing(Ledger(recorder, MemoryKeys()), tmp_path)
    by = load_mapping(name)

    with first_records(DATA / file, column, 300, tmp_path / "first.csv") as first:
        report = await importing.run(first, by)
        found = await importing.reconcile(first, by)
    await recorder.aclose()

    assert (report.records, report.rejected) == (300, 0)
    assert report.rows == found.rows >= 900
    assert [str(difference) for difference in found.differences] == []


@pytest.fixture
def durable_server() -> Iterator[EmbeddedPostgres]:
    folder = new_postgres_folder()
    try:
        with EmbeddedPostgres(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)


class Run:
    """An import of a log by a process of its own, which can be killed."""

    def __init__(self, store: Store, folder: Path, name: str, batch_rows: int = BATCH_ROWS) -> None:
        self.batch_rows = batch_rows
        self.store = store
        self.folder = folder
        self.name = name
        self.file = DATA / LOGS[name][0]

    def start(self) -> "Popen[str]":
        store = self.store
        given = [store.kind, store.where, self.folder, self.name, self.file, self.batch_rows]
        command = [sys.executable, "-m", "tests.ops.import_process", *map(str, given)]
        return Popen(command, cwd=ROOT, stdout=PIPE, text=True)

    def finish(self) -> dict[str, object]:
        process = self.start()
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        figures: dict[str, object] = json.loads(output.splitlines()[-1])
        return figures

    def kill_after(self, rows: int, seconds: float) -> bool:
        """Kill the import so long after it has come so far; tell whether it was still at work."""
        with self.start() as process:
            assert process.stdout is not None
            for line in process.stdout if rows else ():
                if not line.strip().isdigit() or int(line) >= rows:
                    break
            # Anywhere within a batch, and not just after one.
            with suppress(TimeoutExpired):
                process.wait(seconds)
            process.kill()
            return process.wait() == -SIGKILL

    async def check(self) -> tuple[str, int]:
        """The digest of the ledger, and the number of differences from the file."""
        recorder = self.store.open()
        keys = SqliteKeys(self.folder / "keys.db", MasterKey.from_file(self.folder / "master.key"))
        ledger = Ledger(recorder, keys)
        digest = content_digest(ledger)
        found = await reconcile(ledger, self.file, load_mapping(self.name))
        await recorder.aclose()
        keys.close()
        assert found.rows == LOGS[self.name][2]
        assert found.records == LOGS[self.name][3]
        return digest, found.count


@pytest.mark.proof
@pytest.mark.parametrize("name", LOGS)
async def test_a_whole_log_is_the_same_after_ten_kills_and_differs_in_nothing(
    name: str, tmp_path: Path, durable_server: EmbeddedPostgres
) -> None:
    _, _, rows, records = LOGS[name]
    whole = Run(Store("sqlite", str(tmp_path / "whole.db")), _folder(tmp_path, "whole"), name)
    figures = whole.finish()
    assert (figures["rows"], figures["records"], figures["rejected"]) == (rows, records, 0)
    print(name, json.dumps({k: v for k, v in figures.items() if k != "rss_kb"}))

    digests = {await whole.check()}
    chance = random.Random(7)
    for store in (
        Store("sqlite", str(tmp_path / "killed.db")),
        Store("postgres", durable_server.create_database(f"killed_{name}")),
    ):
        # Each run gets at least one batch further: many small ones leave room for all kills.
        folder = _folder(tmp_path, f"killed-{store.kind}")
        killed = Run(store, folder, name, batch_rows=rows // 100)
        # The first is killed before it has recorded anything.
        places = [0, *sorted(chance.randrange(1, rows * 2 // 3) for _ in range(KILLS - 1))]
        for place in places:
            assert killed.kill_after(place, chance.uniform(0, SECONDS_MAX) if place else 0.3)
        killed.finish()
        digests.add(await killed.check())

    assert {differences for _, differences in digests} == {0}
    assert len(digests) == 1


@pytest.mark.proof
def test_memory_stays_flat_however_long_the_file_is(tmp_path: Path) -> None:
    name = "servicenow_incidents"
    peaks = []
    for times in (1, 4):
        file = tmp_path / f"{times}.csv.gz"
        _repeat(DATA / LOGS[name][0], times, file)
        run = Run(
            Store("sqlite", str(tmp_path / f"{times}.db")), _folder(tmp_path, f"{times}"), name
        )
        run.file = file
        figures = run.finish()
        assert figures["rows"] == times * LOGS[name][2]
        peaks.append(int(str(figures["rss_kb_max"])))

    print("peak kilobytes", peaks)
    assert peaks[1] < peaks[0] * 1.3


def _folder(parent: Path, name: str) -> Path:
    folder = parent / f"{name}-folder"
    folder.mkdir(mode=0o700)
    return folder


def _repeat(log: Path, times: int, path: Path) -> None:
    """The same log several times, with other numbers each time."""
    with gzip.open(path, "wt", compresslevel=1) as target:
        for turn in range(times):
            with gzip.open(log, "rt") as source:
                header = next(source)
                target.write(header if turn == 0 else "")
                for line in source:
                    target.write(line.replace("INC00", f"INC{turn + 1}0", 1))
