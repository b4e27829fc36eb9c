"""Another process at the same ledger: `python -m tests.ops.ledger_process KIND WHERE TASK ARG…`.

Every acknowledgement is printed at once: what was printed must be in the ledger.
"""

import asyncio
import sys
from uuid import UUID

from domain.recorder import LedgerRecorder
from tests.stores import Store, write


async def append(recorder: LedgerRecorder, first: str, count: str, callers: str) -> None:
    """Append so many commands, by so many callers at once, on records from a serial on."""
    serials = iter(range(int(first), int(first) + int(count)))

    async def caller() -> None:
        for serial in serials:
            receipt = await recorder.append(write(serial, 1, command=UUID(int=serial)))
            print(serial, receipt.position, flush=True)

    await asyncio.gather(*(caller() for _ in range(int(callers))))


async def contend(recorder: LedgerRecorder, serial: str, versions: str) -> None:
    """Try to append each version of one record."""
    for version in range(1, int(versions) + 1):
        try:
            receipt = await recorder.append(write(int(serial), version))
        except Exception as error:
            print(version, type(error).__name__, flush=True)
        else:
            print(version, receipt.position, flush=True)


async def reserve(recorder: LedgerRecorder, count: str) -> None:
    for size in range(1, int(count) + 1):
        first = await recorder.reserve("THG", size % 3 + 1)
        for serial in range(first, first + size % 3 + 1):
            print(serial, flush=True)


TASKS = {task.__name__: task for task in (append, contend, reserve)}


async def main(kind: str, where: str, task: str, *arguments: str) -> None:
    recorder = Store(kind, where).open()
    await TASKS[task](recorder, *arguments)
    await recorder.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
