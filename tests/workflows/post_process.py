"""Tells people of views, as `python -m tests.workflows.post_process` with a folder and servers.

It does so until it is killed, and then somebody else does on the same folder.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.common import RetryPolicy

from ops.temporal_client import connect
from tests.domain.desks import open_desk
from tests.keys import MemoryKeys
from tests.workflows.floor import open_floor
from tests.workflows.mail_server import Mailbox
from tests.workflows.post import Post, mailing
from workflows import mailing_activities, mailings, view_mails


async def main(folder: str, address: str, namespace: str, queue: str, port: str) -> None:
    mailing_activities.BEAT_SECONDS = 0.1
    mailings.HEARTBEAT = timedelta(seconds=1)
    mailings.RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=100))
    view_mails.LOOK_AGAIN = view_mails.BUNDLED = timedelta(milliseconds=20)
    client = await connect(address, namespace)
    box = Mailbox()
    box.port = int(port)
    keys = MemoryKeys()
    async with open_desk(Path(folder)) as desk:
        keys.ensure([str(person.id) for person in desk.directory.people()])
    async with (
        open_floor(Path(folder), keys) as floor,
        # Patches reach no sandbox, which loads workflows anew.
        mailing(Post(floor, box), client, queue, sandboxed=False),
    ):
        await asyncio.sleep(120)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
