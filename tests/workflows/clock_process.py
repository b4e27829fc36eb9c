"""Another desk: `python -m tests.workflows.clock_process FOLDER ADDRESS NAMESPACE SHARDS`.

It runs all that workflows need until it is killed, and then somebody else does on the same folder.
"""

import asyncio
import sys
from pathlib import Path

from ops.temporal_client import connect
from tests.workflows.floor import open_floor
from tests.workflows.machinery import running


async def main(folder: str, address: str, namespace: str, shards: str) -> None:
    client = await connect(address, namespace)
    async with open_floor(Path(folder)) as floor, running(floor, client, int(shards)):
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
