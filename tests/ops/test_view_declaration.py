"""`ledgerdesk views declare`: the example of the documentation, over the imported log as well."""

import asyncio
import csv
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.declaration import Language, declaration_of
from domain.declared_rules import Plan
from domain.declared_view import DeclaredView
from domain.ledger import Ledger
from ops.importing import load_mapping
from ops.stores.sqlite import SqliteRecorder
from projections.declaring import DeclaringProjector
from projections.sqlite import SqliteViews
from tests.importing import DATA, Importing, first_records
from tests.keys import MemoryKeys
from tests.people import signed
from tests.projections.conftest import keep
from tests.projections.declaring import EXAMPLE, EXAMPLES, GIVEN, ID

LOG = DATA / "servicenow_incidents.csv.gz"
IMPORTED = 1_600
PENDING = ("Awaiting User Info", "Awaiting Vendor", "Awaiting Problem", "Awaiting Evidence")


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_example_of_the_documentation_says_the_same_in_each_language(
    language: Language,
) -> None:
    declaration = declaration_of(EXAMPLES[language], language)

    assert declaration == declaration_of(EXAMPLE, "toml")
    assert declaration.name == "reopened_by_month"
    assert set(Plan(declaration.definition).columns) == {
        *("category", "month", "reopened", "minutes_pending")
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = %", "at line 1, column 8"),
        ('name = "a"\ncolour = 1', "there is no field colour in a declaration."),
        (EXAMPLE.replace("title", "# title", 1), "missing required field `title`"),
        (EXAMPLE.replace('"integer"', '"decimal"', 1), "Invalid enum value 'decimal' - at `$.d"),
        (EXAMPLE + "[[rules]]\nremoves = true", "missing required field `on` - at `$.definition"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        declaration_of(text, "toml")


def test_the_example_over_an_imported_log_is_what_the_file_says(tmp_path: Path) -> None:
    if not LOG.exists():
        pytest.skip(f"{LOG} is not there")
    recorder = SqliteRecorder(str(tmp_path / "ledger.db"))
    ledger = Ledger(recorder, MemoryKeys())
    store = SqliteViews(tmp_path / "views.db")
    declaration = declaration_of(EXAMPLE, "toml")
    with first_records(LOG, 0, IMPORTED, tmp_path / "first.csv") as first:
        asyncio.run(Importing(ledger, tmp_path).run(first, load_mapping("servicenow_incidents")))
        counted = count(first)
    record = DeclaredView.declare(
        ID,
        name=declaration.name,
        title=declaration.title,
        definition=declaration.definition,
        by=signed("olga"),
    )
    keep(ledger, record)

    projector = DeclaringProjector(ledger, store, GIVEN)
    projector.prepare()
    projector.catch_up()

    [view] = [view for view in projector.views.values() if view not in GIVEN]
    found = {row[:2]: row[2:] for row in store.scan(view.tables[0])}
    store.close()
    asyncio.run(recorder.aclose())
    assert len(found) > 20
    assert found == counted


def count(log: Path) -> dict[tuple[str, ...], tuple[int, int]]:
    """Times reopened and minutes pending, by category and month, as the rows of the file say."""
    reopened: Counter[tuple[str, ...]] = Counter()
    minutes: Counter[tuple[str, ...]] = Counter()
    with log.open() as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (at(row), int(row["sys_mod_count"])))
    state: dict[str, str] = {}
    since: dict[str, datetime] = {}
    for row in rows:
        number, now = row["number"], row["incident_state"]
        before = state.get(number, "New")
        key = (row["category"].replace("?", ""), f"{at(row):%Y-%m}")
        if now in (before, "-100"):
            continue
        if before in ("Resolved", "Closed") and now in ("New", "Active", *PENDING):
            reopened[key] += 1
        if before in PENDING:
            minutes[key] += (at(row) - since[number]) // timedelta(minutes=1)
        if now in PENDING:
            since[number] = at(row)
        state[number] = now
    return {key: (reopened[key], minutes[key]) for key in reopened.keys() | minutes.keys()}


def at(row: dict[str, str]) -> datetime:
    return datetime.strptime(row["sys_updated_at"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
