"""A desk that erases a person and removes what a ticket said, as `python -m
tests.ops.erasing_process DATA [URL]`. It says `begun` before, and `done` when the views are made
anew, unless it is killed."""

import asyncio
import sys
from pathlib import Path

from domain.desk import Desk
from domain.person import Person
from ops.compose import open_desk
from ops.settings import load
from tests.ops.test_privacy import WORDS, caught_up, projecting, signed, until
from tests.ops.test_privacy_words import remove


async def main(data: str, url: str | None = None) -> None:
    settings = load(data=Path(data), database_url=url)
    async with open_desk(settings) as desk, projecting(settings) as store:
        print("begun", flush=True)
        await forget(desk)
        position = desk.ledger.position()
        await until(lambda: store.renewed() >= position and caught_up(desk, store))
        print("done", flush=True)


async def forget(desk: Desk) -> None:
    """What is not done yet."""
    await remove(desk)
    mina = desk.directory.person_by_username(WORDS["username"])
    if mina is None or mina.is_erased:
        return
    zoe, zed = (desk.directory.person_by_username(name) for name in ("zoe", "zed"))
    assert zoe is not None
    assert zed is not None
    by = signed(zoe.id)
    await desk.ledger.edit(
        Person, mina.id, lambda found: found.request_erasure(reason="So.", by=by), by=by
    )
    await desk.erase_person(mina.id, by=signed(zed.id))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
