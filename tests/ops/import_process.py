"""Another process that imports: KIND and WHERE of the store, FOLDER, MAPPING, FILE and BATCH.

Prints how many rows are done, and in the end the figures of the import as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter

from domain.ledger import Ledger
from ops.importing import Progress, import_file, load_mapping, recording
from ops.stores.master_key import MasterKey
from ops.stores.sqlite_keys import SqliteKeys
from tests.stores import Store


async def main(kind: str, where: str, folder: Path, mapping: str, file: Path) -> None:
    recorder = Store(kind, where).open()
    keys = SqliteKeys(folder / "keys.db", MasterKey.from_file(folder / "master.key"))
    memory: list[int] = []

    def watch(progress: Progress) -> None:
        if progress.phase == "recording":
            memory.append(kilobytes("VmRSS"))
            print(progress.done, flush=True)

    began = perf_counter()
    report = await import_file(
        Ledger(recorder, keys), file, load_mapping(mapping), folder=folder, progress=watch
    )
    seconds = perf_counter() - began
    await recorder.aclose()
    keys.close()
    figures = {
        "rows": report.rows,
        "records": report.records,
        "events": report.events,
        "rejected": report.rejected,
        "seconds": seconds,
        "rss_kb": memory,
        "rss_kb_max": kilobytes("VmHWM"),
    }
    print(json.dumps(figures), flush=True)


def kilobytes(name: str) -> int:
    """What Linux tells of the memory of this process: VmRSS now, VmHWM at most."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0])


if __name__ == "__main__":
    _, kind, where, folder, mapping, file, batch = sys.argv
    recording.BATCH_ROWS = int(batch)
    asyncio.run(main(kind, where, Path(folder), mapping, Path(file)))
