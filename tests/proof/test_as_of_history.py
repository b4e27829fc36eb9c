"""What lists and records were at random moments of a real history, beside its file alone."""

import csv
import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.history import until
from domain.aggregate import Aggregate
from domain.ids import parse_reference
from domain.incident import Incident
from domain.ledger import Ledger
from ops.importing import load_mapping
from projections import ticket_lists
from projections.past import AsOf
from projections.postgres import PostgresViews
from projections.postgres_reader import PostgresReader
from projections.queries import LIMIT_MAX
from projections.runner import Projector
from projections.sqlite import SqliteReader, SqliteViews
from projections.store import ViewStore
from projections.views import Views
from tests.importing import DATA, Importing
from tests.keys import MemoryKeys
from tests.stores import Store

FILE = "servicenow_incidents.csv.gz"
MOMENTS = 500
RECORDS_EACH = 5
STATUS = {
    "New": "new",
    "Active": "in progress",
    "Awaiting User Info": "pending",
    "Awaiting Vendor": "pending",
    "Awaiting Problem": "pending",
    "Awaiting Evidence": "pending",
    "Resolved": "resolved",
    "Closed": "closed",
}
OPEN = {"new", "assigned", "in progress", "pending"}


class Stand(NamedTuple):
    """How an incident stood from a moment on, as the file says."""

    since: datetime
    status: str
    priority: int | None


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def status_of(row: dict[str, str]) -> str:
    """What is new and somebody's is assigned here."""
    status = STATUS.get(row["incident_state"], "")
    is_given = {row["assignment_group"], row["assigned_to"]} != {"?"}
    return "assigned" if status == "new" and is_given else status


def stands_of(rows: list[dict[str, str]]) -> list[Stand]:
    """Opened as new and without a priority; then what each row says, in the order of updates."""
    rows = sorted(rows, key=lambda row: (moment(row["sys_updated_at"]), int(row["sys_mod_count"])))
    stands = [Stand(moment(rows[0]["opened_at"]), "new", None)]
    for row in rows:
        last = stands[-1]
        stands.append(
            Stand(
                max(last.since, moment(row["sys_updated_at"])),
                status_of(row) or last.status,
                int(row["priority"][0]),
            )
        )
    return stands


def of_file() -> dict[str, list[Stand]]:
    with gzip.open(DATA / FILE, "rt", encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=itemgetter("number"))
    return {
        number: stands_of(list(found)) for number, found in groupby(rows, key=itemgetter("number"))
    }


def stood(stands: list[Stand], at: datetime) -> tuple[str, int | None] | None:
    found = [stand for stand in stands if stand.since <= at]
    return found[-1][1:] if found else None


def moments(history: dict[str, list[Stand]]) -> Iterator[datetime]:
    first = min(stands[0].since for stands in history.values())
    last = max(stands[-1].since for stands in history.values())
    chance = random.Random(MOMENTS)
    for _ in range(MOMENTS):
        yield first + timedelta(seconds=chance.randrange(int((last - first).total_seconds())))


async def listed(views: Views, as_of: AsOf) -> dict[str, tuple[str, int | None]]:
    """All open incidents in the queue, then."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = await views.list_rows(
            "work_queue",
            filters={"kind": "incident", "is_open": True},
            sort=["number"],
            limit=LIMIT_MAX,
            after=after,
            fields=["number", "status", "priority"],
            as_of=as_of,
        )
        found += page.rows
        if page.next is None:
            return {row["number"]: (row["status"], row["priority"]) for row in found}
        after = page.next


@pytest.mark.proof
@pytest.mark.skipif(not DATA.exists(), reason=f"the logs are not in {DATA}")
async def test_lists_and_records_of_500_moments_are_what_the_file_says(
    store: Store, tmp_path: Path
) -> None:
    recorder = store.open()
    ledger = Ledger(recorder, MemoryKeys())
    await Importing(ledger, tmp_path).run(DATA / FILE, load_mapping("servicenow_incidents"))
    is_postgres = store.kind == "postgres"
    where = store.where if is_postgres else str(tmp_path / "views.db")
    view_store: ViewStore = PostgresViews(where) if is_postgres else SqliteViews(where)
    projector = Projector(ledger, view_store, [ticket_lists.VIEW])
    projector.prepare()
    projector.catch_up()
    views = Views(PostgresReader(where) if is_postgres else SqliteReader(where))
    history = of_file()
    numbers, chance = sorted(history), random.Random(0)

    rows = 0
    for at in moments(history):
        then = {number: stood(stands, at) for number, stands in history.items()}
        found = await listed(views, AsOf(moment=at))
        assert found == {
            number: stand for number, stand in then.items() if stand and stand[0] in OPEN
        }
        rows += len(found)
        for number in chance.sample(numbers, RECORDS_EACH):
            assert as_it_was(ledger, number, at) == then[number]

    print(f"{rows:,} rows of {MOMENTS} lists agree")
    assert rows > 10 * MOMENTS
    await views.aclose()
    view_store.close()
    await recorder.aclose()


def as_it_was(ledger: Ledger, number: str, at: datetime) -> tuple[str, int | None] | None:
    record: Aggregate = Incident(parse_reference(number))
    for entry in until(ledger.history(record.id), AsOf(moment=at)):
        record.replay(entry)
    assert isinstance(record, Incident)
    return (record.status, record.priority) if record.version else None
