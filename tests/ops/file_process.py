"""Another sender of files: `python -m tests.ops.file_process KIND WHERE ENDPOINT`.

It sends one file after the other, and names each once it is kept, until it is killed.
"""

import os
import sys

from domain.files import Files
from tests.keys import MemoryKeys
from tests.ops.file_stores import TICKET, Place
from tests.people import person

SENDER = str(person("ann"))
PART_BYTES = 100_000
PARTS = 20


def main(kind: str, where: str, endpoint: str) -> None:
    files = Files(Place(kind, where, endpoint).open(), MemoryKeys())
    while True:
        receiving = files.receive(SENDER, TICKET, os.urandom(16))
        print("begun", flush=True)
        for _ in range(PARTS):
            receiving.add(os.urandom(PART_BYTES))
        receiving.keep()
        print(receiving.received.sha256, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
