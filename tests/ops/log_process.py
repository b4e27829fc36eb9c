"""Another follower: `python -m tests.ops.log_process KIND WHERE`.

It takes small pages and signs often, so that it is killed between them and in them. Each checkpoint
is printed as soon as it is kept: what was printed must never be contradicted.
"""

import sys
import time

from domain.transparency.follower import Follower
from tests.logs import SIGNER, open_log
from tests.stores import Store


def main(kind: str, where: str) -> None:
    store = Store(kind, where)
    follower = Follower(
        store.open(),
        open_log(store),
        SIGNER,
        time.time,
        every_events=5,
        every_seconds=3_600,
        page=3,
    )
    print("ready", flush=True)
    size = 0
    while True:
        follower.follow()
        newest = follower.store.newest()
        if newest is not None and newest.size > size:
            size = newest.size
            print(newest.size, newest.note.splitlines()[2], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
