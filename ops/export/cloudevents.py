"""Entries of the ledger as CloudEvents 1.0, one JSON object a line."""

from collections.abc import Iterable
from typing import IO

import msgspec

from domain.aggregate import Entry
from domain.feed.envelope import cloud_event


def write(
    entries: Iterable[Entry], file: IO[str], *, ledger: str, with_personal: bool = False
) -> int:
    """Write entries of the ledger with this id; how many."""
    count = 0
    for entry in entries:
        count += 1
        found = cloud_event(entry, ledger=ledger, with_personal=with_personal)
        file.write(msgspec.json.encode(found).decode() + "\n")
    return count
