"""Nothing that differs between a file and the ledger stays unseen."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.ticket import Visibility
from ops.importing import Reconciliation, reconcile
from tests.importing import COLUMNS, NOW, Importing, mapping, row, rows
from tests.keys import MemoryKeys
from tests.people import signed
from tests.stores import open_file

INC7 = record_id("INC", 7)
LIFE = rows(
    {"state": "New", "team": "Desk", "problem": "P 1"},
    {"state": "Work", "at": "1.3.2026 09:10", "agent": "Bea", "change": "CHG0000042"},
    {"state": "Wait", "at": "1.3.2026 09:20", "agent": "Bea", "place": "Bern", "what": "Screen"},
    {"state": "Wait", "at": "1.3.2026 09:25", "agent": "Bea", "place": "Bern", "what": "Screen"},
    {"state": "New", "at": "1.3.2026 09:30", "rank": "high", "caller": "Cem"},
    {"state": "Done", "at": "1.3.2026 09:40", "rank": "high", "code": "solved"},
    {"state": "Work", "at": "1.3.2026 09:50", "rank": "high", "by": "-"},
    {"state": "Void", "at": "2.3.2026 09:30", "rank": "high", "by": "Cem"},
)


@pytest.fixture
async def importing(tmp_path: Path) -> AsyncIterator[Importing]:
    recorder = open_file(str(tmp_path / "ledger.db"))
    importing = Importing(Ledger(recorder, MemoryKeys()), tmp_path)
    await importing.run([*LIFE, row(number="INC0000008")])
    yield importing
    await recorder.aclose()


@pytest.fixture
def database(importing: Importing) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(importing.folder / "ledger.db", isolation_level=None)
    yield connection
    connection.close()


async def compare(importing: Importing) -> Reconciliation:
    file = importing.folder / "file.csv"
    return await reconcile(importing.ledger, file, mapping(), clock=lambda: NOW)


async def test_an_import_differs_in_nothing(importing: Importing) -> None:
    found = await compare(importing)

    assert (found.rows, found.records, found.count) == (9, 2, 0)
    assert found.values > 100


def mutations(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each part of a JSON value changed, one at a time; but for when it was recorded."""
    if isinstance(value, dict):
        for name, part in value.items():
            if (inner := f"{path}.{name}") != ".by.at":
                for place, changed in mutations(part, inner):
                    yield place, {**value, name: changed}
        if path == ".details":
            yield path, {**value, "new": "x"}
    elif isinstance(value, list):
        yield path, [*value, *value] if value else ["x"]
        yield path, value[1:]
    elif isinstance(value, str):
        yield path, value[:-1] + ("0" if value[-1:] != "0" else "1")
    elif isinstance(value, int):
        yield path, value + 1


async def test_every_change_of_any_event_is_found(
    importing: Importing, database: sqlite3.Connection
) -> None:
    stored = database.execute("SELECT position, topic, state FROM events").fetchall()
    missed = []
    tried = 0

    for position, topic, state in stored:
        for place, changed in mutations(json.loads(state)):
            set_state(database, position, json.dumps(changed))
            tried += 1
            if (await compare(importing)).count == 0:
                missed.append((topic, place, changed))
        set_state(database, position, state)

    assert missed == []
    assert tried > 200


async def test_an_event_that_is_missing_or_too_many_is_found(
    importing: Importing, database: sqlite3.Connection
) -> None:
    last = database.execute(
        "SELECT * FROM events WHERE originator_id = ? ORDER BY position DESC LIMIT 1", (INC7.bytes,)
    ).fetchone()

    database.execute("DELETE FROM events WHERE position = ?", last[:1])
    assert (await compare(importing)).count > 0

    database.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", last)
    assert (await compare(importing)).count == 0

    again = (1_000, last[1], last[2] + 1, *last[3:])
    database.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", again)
    assert (await compare(importing)).count > 0


OTHERS = {
    "number": "INC0000009",
    "at": "1.3.2026 09:13",
    "state": {"Void": "Work"},
    "rank": {"high": "low", "low": "high"},
    "change": "CHG0000043",
}


async def test_every_change_of_any_row_is_found(importing: Importing) -> None:
    imported = [*LIFE, row(number="INC0000008")]
    missed = []

    for number, cells in enumerate(imported):
        for place, column in enumerate(COLUMNS):
            other: Any = OTHERS.get(column, f"{cells[place]} too")
            changed = other.get(cells[place], "Void") if isinstance(other, dict) else other
            line = [*cells[:place], changed, *cells[place + 1 :]]
            importing.file([*imported[:number], line, *imported[number + 1 :]])
            if (await compare(importing)).count == 0:
                missed.append((number, column, changed))

    assert missed == []


async def test_what_happens_here_afterwards_is_no_difference(importing: Importing) -> None:
    await importing.ledger.edit(
        Incident,
        INC7,
        lambda incident: incident.comment("Why?", visibility=Visibility.PUBLIC, by=signed("ann")),
        by=signed("ann"),
    )

    assert (await compare(importing)).count == 0


async def test_a_record_that_was_not_imported_is_a_difference(importing: Importing) -> None:
    importing.file([*LIFE, row(number="INC0000009")])

    found = await compare(importing)

    assert [str(difference) for difference in found.differences] == [
        "line 10, INC0000009, row: 'recorded' is 'not recorded'"
    ]


def set_state(database: sqlite3.Connection, position: int, state: str) -> None:
    database.execute("UPDATE events SET state = ? WHERE position = ?", (state, position))
