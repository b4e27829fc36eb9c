"""Another projector: `python -m tests.projections.projector_process KIND LEDGER VIEWS [declared]`.

It takes small pages, so that it is killed between them and in them.
"""

import sys

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.ledger import Ledger
from projections import runner
from projections.declaring import DeclaringProjector
from projections.postgres import PostgresViews
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import ViewStore
from tests.keys import MemoryKeys
from tests.projections.counting import counting
from tests.projections.declaring import GIVEN
from tests.stores import Store


def main(kind: str, ledger: str, views: str, which: str = "") -> None:
    store: ViewStore = PostgresViews(views) if kind == "postgres" else SqliteViews(views)
    runner.PAGE = 7
    opened = Ledger(Store(kind, ledger).open(), MemoryKeys())
    if which == "declared":
        DeclaringProjector(opened, store, GIVEN).catch_up()
    else:
        Projector(opened, store, [counting()]).catch_up()


if __name__ == "__main__":
    main(*sys.argv[1:])
