"""Which part of the ledger is exported, and reading it in pages, so that memory stays flat."""

import re
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.aggregate import KIND_OF_PREFIX, KINDS, Entry
from domain.ids import prefix_of
from domain.ledger import PAGE, Ledger
from ops.backtest_options import Tell, day
from ops.options import Wrong

_POSITION = re.compile(r"@([0-9]{1,18})")


class Bound(Struct, frozen=True):
    """One end of a slice: the moment at which things took effect, or a position."""

    moment: datetime | None = None
    position: int | None = None


class Slice(Struct, frozen=True, kw_only=True):
    """What is exported of a ledger up to a position: all, unless something is said."""

    head: int
    prefixes: frozenset[str] = frozenset()
    since: Bound = Bound()
    until: Bound = Bound()
    """A moment itself is not in it, a position is."""

    def has_kind(self, id: UUID) -> bool:
        prefix = prefix_of(id)
        return prefix in self.prefixes if self.prefixes else prefix in KIND_OF_PREFIX

    def is_over_by(self, entry: Entry) -> bool:
        """Whether an entry comes after the end."""
        last, end = self.until.position, self.until.moment
        if entry.position > (self.head if last is None else min(last, self.head)):
            return True
        return end is not None and entry.event.by.effective_at >= end

    def takes(self, entry: Entry) -> bool:
        first, start = self.since.position, self.since.moment
        is_before = first is not None and entry.position < first
        if start is not None and entry.event.by.effective_at < start:
            is_before = True
        return not is_before and not self.is_over_by(entry)


def bound(option: str, text: str | None, *, is_end: bool = False) -> Bound:
    """An end of a slice as a person typed it: a day, a moment, or @120. Raises Wrong."""
    if text is None:
        return Bound()
    if match := _POSITION.fullmatch(text):
        return Bound(position=int(match[1]))
    return Bound(moment=day(option, text, is_end=is_end))


def prefixes(text: str | None) -> frozenset[str]:
    """The prefixes of kinds such as `incident,service-request`. Raises Wrong for what is none."""
    if text is None:
        return frozenset()
    known = {name.lower(): kind.prefix for name, kind in KINDS.items()}
    found = set()
    for name in text.split(","):
        prefix = known.get(re.sub(r"[-_ ]", "", name).lower())
        if prefix is None:
            raise Wrong(f"--kind: {name!r} is none of {', '.join(sorted(known))}.")
        found.add(prefix)
    return frozenset(found)


def entries(ledger: Ledger, wanted: Slice, tell: Tell) -> Iterator[Entry]:
    """The entries of a slice in the order of the ledger."""
    position = (wanted.since.position or 1) - 1
    while position < wanted.head and (page := ledger.after(position)):
        for entry in page:
            if wanted.has_kind(entry.originator_id) and wanted.takes(entry):
                yield entry
        position = page[-1].position
        tell("events", position, wanted.head)


def histories(ledger: Ledger, wanted: Slice, tell: Tell) -> Iterator[list[Entry]]:
    """What a slice has of each record, one record after the other, in the order they began."""
    position = 0
    while position < wanted.head:
        rows = ledger.recorder.select_notifications(
            position, PAGE, wanted.head, inclusive_of_start=False
        )
        for row in rows:
            id = row.originator_id
            if row.originator_version == 1 and isinstance(id, UUID) and wanted.has_kind(id):
                taken = [entry for entry in ledger.history(id) if wanted.takes(entry)]
                if taken:
                    yield taken
        position = rows[-1].id if len(rows) == PAGE else wanted.head
        tell("records", position, wanted.head)
