"""One process that recomputes clocks: `python -m ops.bench.recompute WHERE TICKETS NUMBER OF`.

WHERE is the file of a ledger with so many incidents, of which it takes every OF-th, beginning with
the NUMBER-th. It says as JSON how long it took, and where the time went.
"""

import asyncio
import sys
import time

import msgspec
from msgspec import Struct

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.aggregate import Event
from domain.calendar import Calendar
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.ticket_clocks import after
from ops.bench.load import FewKeys
from ops.bench.past import CALENDAR
from ops.bench.sampling import Share, sampling
from ops.processes import settle
from ops.stores.sqlite import SqliteRecorder


class Recomputed(Struct, frozen=True, kw_only=True):
    tickets: int
    seconds: float
    clock_seconds: float
    """Without the reading."""
    shares: list[Share]


def recompute(where: str, tickets: int, number: int, of: int) -> Recomputed:
    recorder = SqliteRecorder(where)
    ledger = Ledger(recorder, FewKeys())
    calendar = asyncio.run(ledger.find(Calendar, CALENDAR))
    done, clock_seconds = 0, 0.0
    settle()
    began = time.perf_counter()
    with sampling() as samples:
        for serial in range(number + 1, tickets + 1, of):
            events: list[Event] = [
                entry.event for entry in ledger.history(record_id(Incident.prefix, serial))
            ]
            read = time.perf_counter()
            clocks = after(events, lambda _calendar, version: calendar.hours_of(version)).clocks
            clock_seconds += time.perf_counter() - read
            if not clocks:
                raise RuntimeError(f"Nothing is promised for incident {serial}.")
            done += 1
    return Recomputed(
        tickets=done,
        seconds=time.perf_counter() - began,
        clock_seconds=clock_seconds,
        shares=samples.shares(),
    )


if __name__ == "__main__":
    where, *numbers = sys.argv[1:]
    tickets, number, of = map(int, numbers)
    sys.stdout.buffer.write(msgspec.json.encode(recompute(where, tickets, number, of)))
