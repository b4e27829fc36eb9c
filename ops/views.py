"""`ledgerdesk views`: how far the read models are, whether they are right, and making them anew."""

import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ops.compose import open_ledger, open_view_store
from ops.problems import UserProblem
from ops.settings import Settings
from projections.listings import ALL
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import WrongLedger

ATTEMPTS = 10
"""How often to compare again when the ledger grew meanwhile."""


async def status(settings: Settings, out: Console) -> None:
    """Print how far each view has got."""
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            projector = Projector(ledger, store, ALL)
            _prepare(projector)
            table = Table("view", "version", "position", "behind", "set aside")
            for view in projector.status():
                table.add_row(
                    view.view,
                    str(view.version),
                    str(view.position),
                    str(view.lag),
                    str(view.set_aside),
                )
            out.print(table)
    finally:
        store.close()


async def rebuild(settings: Settings, names: list[str], out: Console) -> None:
    """Make views anew from the ledger; all of them if none is named. Stop the projector before.

    Raises UserProblem for a name that no view has.
    """
    known = {view.name for view in ALL}
    if unknown := sorted(set(names) - known):
        raise UserProblem(
            f"There is no view {', '.join(unknown)}. The views are {', '.join(sorted(known))}."
        )
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            projector = Projector(ledger, store, ALL)
            if names:
                _prepare(projector)
                for name in names:
                    projector.rebuild(name)
            else:
                projector.prepare(anew=True)
            out.print(f"{projector.catch_up()} events folded")
    finally:
        store.close()


async def verify(settings: Settings, out: Console) -> None:
    """Fold the ledger again beside the views and compare. Raises UserProblem where they differ."""
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            projector = Projector(ledger, store, ALL)
            _prepare(projector)
            with tempfile.TemporaryDirectory() as folder:
                fresh_store = SqliteViews(Path(folder) / "views.db")
                fresh = Projector(ledger, fresh_store, ALL)
                fresh.prepare()
                differing = _differing(projector, fresh)
                fresh_store.close()
            position = ledger.position()
    finally:
        store.close()
    if differing:
        raise UserProblem(
            f"These views differ from the ledger: {', '.join(differing)}. "
            f"Make them anew: ledgerdesk views rebuild {' '.join(differing)}"
        )
    out.print(f"{len(ALL)} views agree with the ledger at position {position}")


def _differing(projector: Projector, fresh: Projector) -> list[str]:
    """The views that differ, compared while both stand at the same position."""
    for _ in range(ATTEMPTS):
        projector.catch_up()
        fresh.catch_up()
        before = projector.positions()
        differing = [
            view.name for view in ALL if projector.digest(view.name) != fresh.digest(view.name)
        ]
        if before == fresh.positions() == projector.positions():
            return differing
    raise UserProblem("The desk is too busy to compare; try again when it is quieter.")


def _prepare(projector: Projector) -> None:
    try:
        projector.prepare()
    except WrongLedger as error:
        raise UserProblem(str(error)) from None
