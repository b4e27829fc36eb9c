"""Where in the past somebody looks: a moment, a position of the ledger, a version of a record."""

import asyncio
import re

from msgspec import Struct

from api.history import until
from domain.aggregate import Entry
from domain.ledger import Ledger
from ops.options import Wrong, instant
from projections.past import AsOf

_POSITION = re.compile(r"@([0-9]{1,18})")
_VERSION = re.compile(r"v?([0-9]{1,9})")


class Point(Struct, frozen=True):
    """A point in the history of a record, and how it was written."""

    text: str
    as_of: AsOf | None = None
    version: int | None = None

    def before(self, entries: list[Entry]) -> list[Entry]:
        """The entries up to the point. Raises Wrong for a version that the record does not have."""
        if self.version is None:
            return until(entries, self.as_of)
        if self.version > len(entries):
            raise Wrong(f"The record has no version {self.version}; its latest is {len(entries)}.")
        return entries[: self.version]


def point(text: str) -> Point:
    """What a person typed: a moment as `instant` takes it, `@120`, or a version. Raises Wrong."""
    if version := _VERSION.fullmatch(text):
        return Point(text, version=int(version[1]))
    if position := _POSITION.fullmatch(text):
        return Point(text, as_of=AsOf(position=int(position[1])))
    return Point(text, as_of=AsOf(moment=instant(text)))


async def asked(ledger: Ledger, as_of: str | None, known_at: str | None) -> AsOf | None:
    """As of when something is asked: `as_of` is when it was so, `known_at` when it was told.

    A position says what the ledger told by then. Raises Wrong for what is neither.
    """
    moment, positions = None, []
    for text, is_told in ((as_of, False), (known_at, True)):
        if text is None:
            continue
        if match := _POSITION.fullmatch(text):
            positions.append(int(match[1]))
        elif is_told:
            positions.append(await asyncio.to_thread(ledger.position_at, instant(text)))
        else:
            moment = instant(text)
    if moment is None and not positions:
        return None
    return AsOf(moment=moment, position=min(positions, default=None))
