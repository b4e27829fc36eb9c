"""What the proof of history costs: appending beside it, keeping it, exporting and verifying it."""

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from domain.ledger import Ledger
from domain.proof.note import Verifier, verifier_text
from domain.transparency.follower import Follower
from ops.audit.check import verify_stores
from ops.audit.export import Slice, export
from ops.bench.commands import SERIALS_PER_PROCESS, Series, run_once
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.following import SIGNER, Followed
from ops.bench.load import FewKeys
from ops.bench.past import record
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_log import SqliteLog

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 120.0
SERIES = Series("ledger", 64)
MILLION = 1_000_000
RATIO_MIN = 0.8
VERIFY_SECONDS_MAX = 30
VERIFY_MB_MAX = 200

# What the system tells of a child's memory begins with its parent's: so the child says it itself.
_LAUNCH = """
import runpy, sys, time
try:
    runpy.run_module("domain.proof", run_name="__main__", alter_sys=True)
finally:
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    sys.stderr.write(f"{time.process_time()} {status['VmHWM'].split()[0]}")
"""

Progress = Callable[[str], None]


class Verified(Struct, frozen=True):
    seconds: float
    cpu_seconds: float
    memory_mb: float


def appending(
    folder: Path,
    store: str,
    database_url: str | None,
    *,
    seconds: float,
    rounds: int,
    progress: Progress = lambda _: None,
) -> Section:
    """Append with and without a process that keeps the log, in turns, on one ledger."""
    kind = "postgres" if database_url else "sqlite"
    where = database_url or str(folder / f"bench-{secrets.token_hex(4)}.db")
    log_at = database_url or f"{where}.log"
    without: list[float] = []
    beside: list[float] = []
    followed: list[Followed] = []
    first = 1
    _load(kind, where, seconds, first)  # The first load of a new file is like no later one.
    for turn in range(1, rounds + 1):
        # Each goes first as often as the other, and both come after the log has caught up: a load
        # that follows a pause of the disk is faster than one that follows another load.
        for is_beside in (False, True) if turn % 2 else (True, False):
            name = "beside the log" if is_beside else "without the log"
            progress(f"{store}, round {turn} of {rounds}: {name}")
            first += SERIALS_PER_PROCESS
            # Without the log there is a projector too. Were nobody else at a file of SQLite, its
            # log would be removed and grown anew by each load.
            keeps = "log" if is_beside else "nothing"
            with _following(kind, where, log_at, keeps) as following:
                (beside if is_beside else without).append(_load(kind, where, seconds, first))
                told = following.end()
                if is_beside:
                    followed.append(told)
    events = sum(each.events for each in followed)
    cpu = sum(each.cpu_seconds for each in followed)
    return Section(
        title=f"Appending beside the log, {store}",
        note=f"{SERIES.name}, beside a process that logs and signs what they record, and beside "
        "one that only looks at the ledger, in "
        f"{rounds} rounds of {seconds:g} s each on the same ledger and the same processors; each "
        "goes first as often as the other, both after the log has caught up. The figures are "
        f"medians; the ratios of the rounds are {_ratios(beside, without)}.",
        lines=[
            Line(name="without the log", value=median(without), unit="/s"),
            Line(
                name="beside the log",
                value=median(beside),
                unit="/s",
                baseline=Baseline("without the log", median(without)),
                goal=Goal("at least", RATIO_MIN, times_baseline=True),
            ),
            Line(name="the log's processor time for an event", value=cpu / events * 1e6, unit="µs"),
            Line(
                name="checkpoints signed meanwhile",
                value=sum(each.checkpoints for each in followed),
                unit="",
            ),
        ],
    )


def proving(folder: Path, *, events: int, progress: Progress = lambda _: None) -> Section:
    """Log, export and verify a past of so many events."""
    progress(f"proofs: recording {events:,} events")
    recorder = SqliteRecorder(folder / "ledger.db")
    log = SqliteLog(folder / "log.db")
    recorded = record(Ledger(recorder, FewKeys()), events)
    progress(f"proofs: logging {recorded:,} events")
    began = time.perf_counter()
    Follower(recorder, log, SIGNER, time.time).catch_up()
    logging = time.perf_counter() - began
    progress(f"proofs: exporting {recorded:,} events")
    bundle = folder / "bundle"
    began = time.perf_counter()
    export(recorder, log, bundle, Slice())
    exporting = time.perf_counter() - began
    progress(f"proofs: verifying {recorded:,} events")
    verified = verify_alone(bundle)
    verifier = Verifier(SIGNER.name, SIGNER.public)
    began = time.perf_counter()
    report = verify_stores(recorder, log, [verifier])
    verifying = time.perf_counter() - began
    if not report.holds:
        raise RuntimeError(report.as_text())
    log.close()
    asyncio.run(recorder.aclose())
    is_million = recorded >= MILLION
    return Section(
        title=f"Proving {recorded:,} events",
        note="Of incidents, changes and assets, on SQLite. A bundle of all of them is verified by "
        "`python -m domain.proof` alone; the stores are verified event by event against the log.",
        lines=[
            Line(name="logged", value=recorded / logging, unit="/s"),
            Line(
                name="the log on disk, for each event",
                value=(folder / "log.db").stat().st_size / recorded,
                unit="bytes",
            ),
            Line(name="exported", value=recorded / exporting, unit="/s"),
            Line(
                name="a bundle, for each event",
                value=bundle.stat().st_size / recorded,
                unit="bytes",
            ),
            Line(
                name="a bundle verified, on one core",
                value=verified.cpu_seconds,
                unit="s",
                goal=Goal("at most", VERIFY_SECONDS_MAX) if is_million else None,
            ),
            Line(name="the same by the clock", value=verified.seconds, unit="s"),
            Line(
                name="the verifier's memory at most",
                value=verified.memory_mb,
                unit="MB",
                goal=Goal("at most", VERIFY_MB_MAX),
            ),
            Line(name="the stores verified", value=verifying, unit="s"),
        ],
    )


def verify_alone(bundle: Path) -> Verified:
    """Verify in a process of its own. Raises RuntimeError if a verdict does not hold."""
    key = verifier_text(SIGNER.name, SIGNER.public)
    began = time.perf_counter()
    process = subprocess.run(
        [sys.executable, "-c", _LAUNCH, str(bundle), "--key", key],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(process.stdout + process.stderr)
    cpu_seconds, memory_kb = process.stderr.split()
    return Verified(seconds, float(cpu_seconds), int(memory_kb) / 1024)


def _ratios(beside: list[float], without: list[float]) -> str:
    """The ratio of each round, from the lowest to the highest."""
    ratios = sorted(one / other for one, other in zip(beside, without, strict=True))
    return ", ".join(f"{ratio:.2f}" for ratio in ratios)


def _load(kind: str, where: str, seconds: float, first: int) -> float:
    """Commands a second."""
    dones = run_once(SERIES, kind, where, seconds, first)
    return sum(done.commands / done.seconds for done in dones)


class _Following:
    """A process at the ledger."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def end(self) -> Followed:
        """Let it end, and say what it did."""
        said = self._process.communicate(b"end\n", timeout=START_SECONDS_MAX)[0]
        return msgspec.json.decode(said, type=Followed)


@contextmanager
def _following(kind: str, where: str, log_at: str, keeps: str) -> Iterator[_Following]:
    """A process at the ledger, once the log is up to date."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.bench.following", kind, where, log_at, keeps],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("The log could not be kept.")
        yield _Following(process)
    finally:
        process.kill()
        process.wait()
