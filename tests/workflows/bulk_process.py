"""A worker for bulk jobs: `python -m tests.workflows.bulk_process FOLDER ADDRESS NAMESPACE QUEUE`.

It sees to them until it is killed, and then somebody else does on the same folder.
"""

import asyncio
import sys
from pathlib import Path

from api import bulk_together
from ops.temporal_client import connect
from tests.workflows.bulk import running_jobs
from tests.workflows.floor import open_floor


async def main(folder: str, address: str, namespace: str, queue: str) -> None:
    # So slow that there is a middle to be killed in.
    bulk_together.TOGETHER_MAX = 2
    client = await connect(address, namespace)
    async with open_floor(Path(folder)) as floor:
        people = [str(person.id) for person in floor.desk.directory.people()]
        floor.ledger.mapper.keys.ensure(people)
        async with running_jobs(floor, Path(folder), client, queue):
            await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
