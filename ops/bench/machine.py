"""What the figures were measured on."""

import os
import platform
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from msgspec import Struct

SYNCS = 200
BLOCK = b"\xa5" * 8192


class Machine(Struct, frozen=True):
    at: datetime
    cores: int
    processor: str
    memory_gb: float
    system: str
    python: str
    sqlite: str
    fdatasync_us: float
    """Microseconds that 8 KiB take to be written and synced to the disk, in the middle."""
    load: float
    """How many processes wanted a core in the last minute: well below 1 on a quiet machine."""

    def __str__(self) -> str:
        return (
            f"{self.at:%Y-%m-%d %H:%M} UTC, {self.cores} cores ({self.processor}), "
            f"{self.memory_gb:.0f} GB, {self.system}, Python {self.python}, SQLite {self.sqlite}, "
            f"8 KiB written and synced in {self.fdatasync_us:.0f} µs, load {self.load:.1f} before"
        )


def look(folder: Path) -> Machine:
    """Look at the machine, and at the disk that the folder is on."""
    return Machine(
        at=datetime.now(UTC),
        cores=len(os.sched_getaffinity(0)),
        processor=_processor(),
        memory_gb=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        fdatasync_us=_fdatasync(folder),
        load=os.getloadavg()[0],
    )


def _fdatasync(folder: Path) -> float:
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            before = time.perf_counter()
            file.write(BLOCK)
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - before) * 1e6)
    return median(times)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has taken so far, to 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int | str = "self") -> float:
    """What a process holds in memory; a page that it shares counts in full."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return 0.0


def proportional_memory_mb(pid: int) -> float:
    """The same, but of a page that several processes share each counts its part."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0
