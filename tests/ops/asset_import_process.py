"""Another process that imports assets: FOLDER, with the ledger, the mapping and the file in it.

Prints the line of each row that is done.
"""

import asyncio
import sys
from pathlib import Path

from domain.desk import Desk
from domain.directory import Directory
from domain.ledger import Ledger
from ops.asset_import import import_assets, load
from ops.stores.sqlite import SqliteRecorder
from tests.keys import MemoryKeys
from tests.people import MONDAY


async def main(folder: Path) -> None:
    recorder = SqliteRecorder(folder / "ledger.db")
    ledger = Ledger(recorder, MemoryKeys())
    mapping, text = load(folder / "mapping.yaml")
    await import_assets(
        Desk(ledger, Directory.load(ledger)),
        folder / "assets.ndjson",
        mapping,
        text,
        source="scan",
        folder=folder / "imports",
        at=MONDAY,
        tell=lambda outcome: print(outcome.line, flush=True),
    )
    await recorder.aclose()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
