"""What takes the place of a table in PostgreSQL is as the table was."""

import re

import psycopg
import pytest

from domain.ids import record_id
from domain.incident import Incident
from projections import search, ticket_lists
from projections.postgres import PostgresViews
from projections.view import View
from tests.people import ANN, CUSTOMER, person
from tests.projections.lives import entries_of, folded


@pytest.mark.parametrize("view", [search.VIEW, ticket_lists.VIEW], ids=repr)
def test_a_copy_has_the_rows_and_the_indexes_of_a_view(view: View, postgres_url: str) -> None:
    incident = Incident.log(
        record_id("INC", 1),
        title="Printer jams",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    beside = folded(view, entries_of(incident))
    serving = PostgresViews(postgres_url)
    with serving.transaction() as transaction:
        transaction.create(view)
    before = indexes(postgres_url)

    serving.switch(view, beside)

    assert indexes(postgres_url) == before
    assert len(before) > 2
    rows = [list(serving.scan(table)) for table in view.tables]
    assert rows == [list(beside.scan(table)) for table in view.tables]
    assert any(rows)
    serving.close()
    beside.close()


def indexes(url: str) -> list[str]:
    """How each index of the views is made, but for its name."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'views'")
        return sorted(re.sub(r"INDEX \S+ ", "INDEX ", row[0]) for row in rows)
