"""Random lives of records, and views folded from them."""

from collections.abc import Iterable, Sequence

from domain.aggregate import Aggregate, Entry
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.ids import record_id
from domain.rules import Refused
from domain.service_level_policy import (
    Agreement,
    EscalationStep,
    ServiceLevelPolicy,
    TargetPromise,
)
from projections.rows import Rows
from projections.runner import write
from projections.sqlite import SqliteViews
from projections.tables import R, Table, Values
from projections.view import View
from tests.domain.steps_of_stories import Attempt
from tests.people import CLOCK


def lived(kind: type[Aggregate], tried: Sequence[Attempt], serial: int = 1) -> Aggregate | None:
    """A record after all that was tried on it, with its pending entries; None if it never began."""
    first = tried[0]
    try:
        begin = getattr(kind, first.command)
        record: Aggregate = begin(record_id(kind.prefix, serial), **first.arguments, by=first.by)
    except Refused:
        return None
    for attempt in tried[1:]:
        before, state = record.pending, dict(vars(record))
        try:
            getattr(record, attempt.command)(**attempt.arguments, by=attempt.by)
        except Refused:
            vars(record).update(state)
            assert record.pending == before
    return record


def entries_of(*records: Aggregate) -> list[Entry]:
    """What happened to some records, as if it were recorded one record after the other."""
    entries = [entry for record in records for entry in record.collect_events()]
    for position, entry in enumerate(entries, 1):
        entry.position = position
    return entries


def folded(view: View, entries: Sequence[Entry], page: int = 1_000) -> SqliteViews:
    """A view in memory after these entries, taken page by page."""
    store = SqliteViews(":memory:")
    with store.transaction() as transaction:
        transaction.create(view)
    for start in range(0, len(entries), page):
        with store.transaction() as transaction:
            rows = Rows(transaction.load)
            taken = [entry for entry in entries[start : start + page] if view.concerns(entry)]
            view.prepare(taken, rows)
            for entry in taken:
                view.fold(entry, rows)
                rows.settle(entry.event, entry.position)
            write(rows, transaction)
    return store


def rows_of(store: SqliteViews, table: Table[R]) -> list[R]:
    return [table.restored(row) for row in store.scan(table)]


def row_of(store: SqliteViews, table: Table[R], *key: object) -> R:
    [found] = [row for row in rows_of(store, table) if table.key_of(row) == key]
    return found


def content(store: SqliteViews, tables: Iterable[Table[R]]) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: list(store.scan(table)) for table in tables}


def definitions() -> list[Aggregate]:
    """The calendar and the policy that random incidents are promised by."""
    calendar = Calendar.define(
        record_id("CAL", 1),
        name="Office",
        hours=BusinessHours(zone="Europe/Zurich", weekly={"mon": (("08:00", "17:00"),)}),
        by=CLOCK,
    )
    agreement = Agreement(
        calendar=calendar.id,
        targets=(TargetPromise(name="resolution", budget="4h"),),
        escalation=(EscalationStep(target="resolution", mark="75%", notify=("role:agent",)),),
    )
    policy = ServiceLevelPolicy.draft(
        record_id("SLP", 1), name="Standard", definition=agreement, by=CLOCK
    )
    policy.publish(by=CLOCK)
    return [calendar, policy]


def whole(table: Table[R], rows: Iterable[R]) -> list[Values]:
    """Rows as they are stored that have stood so from the beginning."""
    begun = () if table.past is None else (0, 0)
    return [(*begun, *table.stored_values(row)) for row in rows]
