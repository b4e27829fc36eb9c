"""`ledgerdesk views`: how far the read models are, whether they are right, and making them anew."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ops.compose import open_ledger, open_view_store
from ops.problems import UserProblem
from ops.processes import prepare_folder
from ops.settings import Settings
from projections.beside import Beside, Compared, TooBusy
from projections.declaring import DeclaringProjector
from projections.listings import ALL
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import WrongLedger
from projections.view import View, is_declared

BESIDE = "views-beside.db"
"""The file, in the data folder, of views that are built beside those that serve."""


async def list_(settings: Settings, out: Console) -> None:
    """Print how far each view has got."""
    async with _projecting(settings) as projector:
        try:
            projector.prepare()
        except WrongLedger as error:
            raise UserProblem(str(error)) from None
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


async def rebuild(
    settings: Settings, names: Sequence[str], out: Console, *, switches: bool = True
) -> None:
    """Make views anew from the ledger beside those that serve, compare, and let the new ones serve;
    all of them if none is named. Without `switches`, stop before that.

    Raises UserProblem for a name that no view has.
    """
    async with _projecting(settings) as serving:
        try:
            kept = serving.adopt()
        except WrongLedger as error:
            out.print(str(error))
            serving.prepare(anew=True)
            out.print(f"{serving.catch_up()} events folded")
            return
        serving.take_up()
        views = _named(names, serving)
        _remove(settings)
        with _beside(settings, serving, views) as beside:
            out.print(f"{beside.projector.catch_up()} events folded")
            for view in views:
                if view.name in kept and kept[view.name].version == view.version:
                    _tell(beside.compare(view), out)
                else:
                    out.print(f"{view.name}: new")
                if switches:
                    out.print(f"{view.name}: serves from position {beside.switch(view)}")
        if switches:
            _remove(settings)


async def compare(settings: Settings, names: Sequence[str], out: Console) -> None:
    """Compare the views that serve with those that were built beside them, row by row.

    Raises UserProblem if they differ, or if nothing was built.
    """
    async with _built(settings, names) as beside:
        _agree([beside.compare(view) for view in beside.views], out)


async def switch(settings: Settings, names: Sequence[str], out: Console) -> None:
    """Let views serve that were built beside. Raises UserProblem if nothing was built."""
    async with _built(settings, names) as beside:
        for view in beside.views:
            out.print(f"{view.name}: serves from position {beside.switch(view)}")
    _remove(settings)


async def verify(settings: Settings, out: Console) -> None:
    """Fold the ledger again beside the views and compare. Raises UserProblem where they differ."""
    async with _projecting(settings) as serving:
        try:
            serving.prepare()
        except WrongLedger as error:
            raise UserProblem(str(error)) from None
        serving.catch_up()
        with tempfile.TemporaryDirectory() as folder:
            views = list(serving.views.values())
            beside = Beside(serving, views, Path(folder) / BESIDE)
            try:
                beside.projector.catch_up()
                compared = [_compared(beside, view) for view in views]
            finally:
                beside.close()
    _agree(compared, out)


def _agree(compared: Sequence[Compared], out: Console) -> None:
    differing = [one for one in compared if one.differing]
    for one in differing:
        _tell(one, out)
    if differing:
        names = " ".join(one.view for one in differing)
        raise UserProblem(
            f"These views differ from the ledger: {names.replace(' ', ', ')}. "
            f"Make them anew: ledgerdesk views rebuild {names}"
        )
    position = max((one.position for one in compared), default=0)
    out.print(f"{len(compared)} views agree with the ledger at position {position}")


def _tell(one: Compared, out: Console) -> None:
    told = "the same as what serves" if not one.differing else f"{one.differing:,} differ"
    out.print(f"{one.view}: {one.rows:,} rows at position {one.position}, {told}")
    for example in one.examples:
        key = ", ".join(map(str, example.key))
        how = "is missing" if example.is_missing else "is no row of the ledger's"
        if example.columns:
            how = f"differs in {', '.join(example.columns)}"
        out.print(f"  {example.table} {key} {how}")


def _compared(beside: Beside, view: View) -> Compared:
    try:
        return beside.compare(view)
    except TooBusy as error:
        raise UserProblem(f"{error} Try again when the desk is quieter.") from None


def _named(names: Sequence[str], projector: Projector) -> Sequence[View]:
    """The views of these names; a declared one is told by its own, too."""
    known = projector.views
    short = {name.partition("@")[0]: name for name in known if is_declared(name)}
    names = [short.get(name, name) for name in names]
    if unknown := sorted(set(names) - known.keys()):
        raise UserProblem(
            f"There is no view {', '.join(unknown)}. The views are {', '.join(sorted(known))}."
        )
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


@asynccontextmanager
async def _projecting(settings: Settings) -> AsyncIterator[DeclaringProjector]:
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            yield DeclaringProjector(ledger, store, ALL)
    finally:
        store.close()


@contextmanager
def _beside(settings: Settings, serving: Projector, views: Sequence[View]) -> Iterator[Beside]:
    try:
        beside = Beside(serving, views, prepare_folder(settings) / BESIDE)
    except WrongLedger as error:
        raise UserProblem(str(error)) from None
    try:
        yield beside
    except TooBusy as error:
        raise UserProblem(f"{error} Try again when the desk is quieter.") from None
    finally:
        beside.close()


@asynccontextmanager
async def _built(settings: Settings, names: Sequence[str]) -> AsyncIterator[Beside]:
    """What was built beside and has not been switched to."""
    path = prepare_folder(settings) / BESIDE
    if not path.exists():
        raise UserProblem("No views were built beside: ledgerdesk views rebuild --no-switch")
    store = SqliteViews(path)
    built = set(store.positions())
    store.close()
    known = built | {name.partition("@")[0] for name in built}
    if missing := [name for name in names if name not in known]:
        raise UserProblem(f"{', '.join(missing)} was not built beside.")
    async with _projecting(settings) as serving:
        serving.take_up()
        views = _named(names or sorted(built), serving)
        with _beside(settings, serving, views) as beside:
            yield beside


def _remove(settings: Settings) -> None:
    for suffix in ("", "-wal", "-shm"):
        (prepare_folder(settings) / f"{BESIDE}{suffix}").unlink(missing_ok=True)
