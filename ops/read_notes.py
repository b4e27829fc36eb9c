"""Notes what leaves the desk by the command line, as reads over HTTP are noted, and finds reads."""

import getpass
import socket
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from domain.aggregate import Entry
from domain.ids import number_of
from domain.key_tree import Part
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.read_log import ReadLog, Why
from domain.read_log_search import Wanted, search
from domain.rules import Refused
from ops.compose import open_ledger
from ops.history import Names
from ops.options import err, out
from ops.past import require_ledger
from ops.settings import Settings

OPERATOR = "operator"
"""Whoever has the data folder: the desk knows no more of them than their account."""
PAGE = 1_000


async def note_export(
    ledger: Ledger, place: str, asked: Mapping[str, object], subject: UUID | None = None
) -> None:
    """Note that something leaves the desk as a file, durably once this returns."""
    await note(ledger, place, Why.EXPORT, asked, subject)


async def note(
    ledger: Ledger,
    place: str,
    why: Why,
    asked: Mapping[str, object],
    subject: UUID | None = None,
) -> None:
    """Note a read by the command line, durably once this returns."""
    by = Provenance(actor=OPERATOR, at=datetime.now(UTC), command=uuid4(), channel="cli")
    host = socket.gethostname()
    id = await ledger.next_id(ReadLog)

    async def decide(work: Work) -> None:
        log = work.add(ReadLog.open(id, process=f"cli on {host}", by=by))
        log.note(
            act="ledger.read_events",
            place=f"ledgerdesk {place}",
            why=[why],
            subject=subject,
            asked={name: str(value) for name, value in asked.items() if value},
            address=f"{_account()}@{host}",
            by=by,
        )

    await ledger.run(by, decide)


async def show(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    """Print who read what, oldest first."""
    require_ledger(settings)
    async with open_ledger(settings) as ledger:
        names = Names(ledger)
        after, count, has_more = 0, 0, True
        while has_more:
            page = search(ledger, wanted, after=after, limit=PAGE)
            for entry in page.entries:
                text = _json(entry) if as_json else await _line(entry, names)
                out.print(text, markup=False, highlight=False, soft_wrap=True)
            count += len(page.entries)
            after, has_more = page.next, page.has_more
    err.print(f"{count} reads", markup=False, highlight=False)


async def _line(entry: Entry, names: Names) -> str:
    read = _noted(entry)
    asked = " ".join(f"{name}={value}" for name, value in read.asked.items())
    who = await names.of(read.by.actor)
    why = ", ".join(read.why)
    place = f"{read.place} {asked}".strip()
    return f"{read.by.at:%Y-%m-%d %H:%M:%S}Z  {who} ({read.address})  {place}  [{why}]"


def _json(entry: Entry) -> str:
    read = _noted(entry)
    told = {
        "position": entry.position,
        "at": read.by.at,
        "who": read.by.actor,
        "channel": read.by.channel,
        "address": read.address,
        "act": read.act,
        "place": read.place,
        "record": number_of(read.subject) if read.subject else None,
        "why": read.why,
        "asked": read.asked,
    }
    return msgspec.json.encode(told).decode()


def _noted(entry: Entry) -> ReadLog.Noted:
    assert isinstance(entry.event, ReadLog.Noted)
    return entry.event


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"


class NoKeys:
    """The keys of people where none is needed: nothing personal is written or read."""

    def key(self, subject: str) -> bytes | None:
        return None

    def ensure(self, subjects: Collection[str]) -> None:
        raise Refused("The keys of people are not here.")

    def destroy(self, subject: str) -> None:
        self.ensure([subject])

    def words(self, record: UUID, part: Part) -> bytes | None:
        return None

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        self.ensure([])

    def removed_to(self) -> tuple[int, int]:
        return 0, 0

    def note_removed_to(self, position: int, last: int) -> None:
        self.ensure([])
