"""Where files are kept, empty for each test, and what is sent there."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from domain.files import Files, FileStore, Limits, names_of
from domain.ids import record_id
from ops.stores.file_folder import FolderFiles
from tests.keys import MemoryKeys
from tests.people import person
from tests.s3 import Bucket

ANN, BEA = str(person("ann")), str(person("bea"))
CONTENT = b"What the screen showed. " * 10_000
DIGEST = sha256(CONTENT).hexdigest()
TICKET = record_id("INC", 7)
NAME, OLD_NAME = names_of(DIGEST, ANN, TICKET)


class Place(NamedTuple):
    """For this process and for others."""

    kind: str
    where: str
    endpoint: str = ""

    def open(self) -> FileStore:
        if self.kind == "s3":
            return Bucket(self.where, self.endpoint).open()
        return FolderFiles(Path(self.where))

    def files(self, keys: MemoryKeys | None = None, limits: Limits = Limits()) -> Files:  # noqa: B008 - immutable
        return Files(self.open(), keys or MemoryKeys(), limits)


def sent(
    files: Files,
    content: bytes = CONTENT,
    by: str = ANN,
    salt: bytes = b"s" * 16,
    record: UUID = TICKET,
) -> str:
    receiving = files.receive(by, record, salt)
    for at in range(0, len(content), 7_000):
        receiving.add(content[at : at + 7_000])
    receiving.keep()
    return receiving.received.sha256


def read(files: Files, digest: str, by: str = ANN, record: UUID = TICKET) -> bytes | None:
    file = files.open(digest, by, record)
    return None if file is None else b"".join(file.parts())


def names(files: Files) -> list[str]:
    return sorted({stored.name for stored in files.store.stored()})


def nothing() -> Iterable[str]:
    return ()
