"""The lists of tickets, of their service clocks and of what was promised for them.

They are one view: all three follow the same clocks, which are folded once.
"""

from collections.abc import Iterable

from domain.aggregate import Entry
from projections import attainment, service_levels, sla_board, tickets, work_queue
from projections.rows import Keys, Rows
from projections.tables import id_text
from projections.view import View

NAME = "ticket_lists"
VERSION = 2
LEVELS = work_queue.LEVELS


def concerns(entry: Entry) -> bool:
    return tickets.is_of_ticket(entry) or isinstance(entry.event, service_levels.DEFINITIONS)


def fold(entry: Entry, rows: Rows) -> None:
    told = work_queue.fold(entry, rows)
    sla_board.fold(entry, told, rows)
    if told is not None:
        attainment.fold(entry, told, rows)


def more_keys(entries: Iterable[Entry], rows: Rows) -> Keys:
    """The rows of the clocks of tickets that are known."""
    for id in dict.fromkeys(
        id_text(entry.originator_id) for entry in entries if service_levels.is_promised(entry)
    ):
        clocks = LEVELS.state(id, rows).clocks
        if not clocks:
            rows.expect_new(sla_board.BOARD, id)
            rows.expect_new(attainment.PROMISES, id)
        for clock in clocks:
            yield sla_board.BOARD, (id, clock.target)
            for round in range(1, len(clock.earlier) + 2):
                yield attainment.PROMISES, (id, clock.target, round)


VIEW = View(
    NAME,
    VERSION,
    (
        work_queue.QUEUE,
        work_queue.WATCHERS,
        sla_board.BOARD,
        attainment.PROMISES,
        *LEVELS.tables,
    ),
    fold,
    concerns=concerns,
    keyed=(work_queue.QUEUE,),
    keys=LEVELS.keys,
    more_keys=more_keys,
    owned=(LEVELS.clocks, sla_board.BOARD, attainment.PROMISES),
)
