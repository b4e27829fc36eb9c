"""The desk without its memory of commands: `python -m tests.proof.careless serve | work | project`.

The same program, but no command finds the receipt of its first run. The checks of the chaos must
notice.
"""

from typing import Any
from uuid import UUID, uuid4

from msgspec import structs

from domain.recorder import Receipt, Write
from ops.cli import main
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder


def forget(recorder: Any) -> None:
    """Let a store keep each receipt under an id that nobody will ask for."""
    append = recorder.append

    async def append_anew(self: Any, write: Write) -> Receipt:
        receipt: Receipt = await append(self, structs.replace(write, command=uuid4()))
        return receipt

    async def no_receipt(_: Any, __: UUID) -> None:
        return None

    recorder.append = append_anew
    recorder.receipt = no_receipt


if __name__ == "__main__":
    forget(PostgresRecorder)
    forget(SqliteRecorder)
    main()
