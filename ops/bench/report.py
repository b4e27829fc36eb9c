"""`ledgerdesk bench`: runs the parts, and tells their figures on the screen, as JSON, in a file."""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
from msgspec import structs
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops.bench import (
    api,
    approvals,
    clocks,
    commands,
    desk,
    events,
    http,
    proofs,
    streams,
    views,
    webhooks,
    workflows,
)
from ops.bench.effort import FEW_SERIES, FULL, QUICK, Effort, Place
from ops.bench.figures import NUMERIC, Profile, Section, markdown
from ops.bench.machine import Machine, look
from ops.bench.parts import of_approvals, of_commands, of_events, of_loading, of_workflows
from ops.bench.slow_disk import NoCompiler, slow_disk
from ops.problems import UserProblem
from ops.settings import PREFIX
from ops.stores.embedded_postgres import EmbeddedPostgres
from ops.stores.postgres_install import PostgresUnavailable

SLOW_MS = 1.0
MARK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Told = list[Section | Profile]


def run_all(
    only: str | None,
    *,
    as_json: bool,
    out: Console,
    quick: bool = False,
    into: Path | None = None,
    store: str | None = None,
) -> None:
    """Measure the parts and tell their figures. Raises UserProblem for a part or a store that there
    is not, and in the end if a part failed."""
    _check(only, into, store)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # A benchmark must never find somebody's desk.
    err = Console(stderr=True)
    documents = {}
    failed = []
    with (
        tempfile.TemporaryDirectory(prefix="ledgerdesk-bench-") as folder,
        nullcontext() if store == "sqlite" else _server(err) as server,
    ):
        for name in [only] if only else PARTS:
            machine = look(Path(folder))
            place = Place(Path(folder), server, with_sqlite=store != "postgres")
            told = _measured(name, place, QUICK if quick else FULL, err)
            if told is None:
                failed.append(name)
                continue
            documents[name] = {
                "machine": machine,
                "is_quick": quick,
                "sections": [each.as_document() for each in told],
            }
            if not as_json:
                _print(out, machine, told)
            if into is not None:
                _write(into, name, machine, told, is_quick=quick)
    if as_json:
        out.print(msgspec.json.encode(documents).decode(), markup=False, soft_wrap=True)
    if failed:
        raise UserProblem(f"These parts failed: {', '.join(failed)}.")


def _check(only: str | None, into: Path | None, store: str | None) -> None:
    if only is not None and only not in PARTS:
        raise UserProblem(f"--only: one of {', '.join(PARTS)}.")
    if store not in (None, "sqlite", "postgres"):
        raise UserProblem("--store: sqlite or postgres.")
    if into is not None and not into.is_file():
        raise UserProblem(f"{into}: there is no such file to write figures into.")


def _measured(name: str, place: Place, effort: Effort, err: Console) -> Told | None:
    """What a part tells; None, with its error on the screen, if it failed: the others have nothing
    to do with that."""
    try:
        with err.status(f"{name}: beginning") as status:
            telling = structs.replace(place, progress=lambda line: status.update(escape(line)))
            return PARTS[name](telling, effort)
    except Exception as error:
        err.print(f"{name}: {type(error).__name__}: {error}", markup=False)
        return None


# The parts ---------------------------------------------------------------------------------------


def _commands(place: Place, effort: Effort) -> Told:
    told: Told = [of_commands(rates) for rates in _rates(place, effort)]
    cost = events.cost_of_an_event()
    stores = [asyncio.run(events.on_sqlite(place.folder))]
    if place.server is not None:
        stores.append(asyncio.run(events.on_postgres(place.server.url)))
    told += [of_events(cost, stores), of_loading(stores)]
    folder = _reachable_folder()
    try:
        with slow_disk(folder, SLOW_MS) as environment, _server(None, environment) as server:
            slow = structs.replace(effort, rounds=1, series=FEW_SERIES)
            told += [
                of_commands(rates, disk=f"each sync {SLOW_MS:g} ms longer", is_gated=False)
                for rates in _rates(structs.replace(place, server=server), slow)
            ]
    except NoCompiler as problem:
        told.append(Section(title="Commands on a slow disk", note=str(problem), lines=[]))
    finally:
        shutil.rmtree(folder)
    return told


def _rates(place: Place, effort: Effort) -> Iterator[commands.Rates]:
    yield commands.on_sqlite(
        place.folder,
        series=effort.series,
        seconds=effort.seconds,
        rounds=effort.rounds,
        progress=place.progress,
    )
    if place.server is not None:
        yield commands.on_postgres(
            place.server.url,
            series=effort.series,
            seconds=effort.seconds,
            rounds=effort.rounds,
            progress=place.progress,
        )


def _http(place: Place, effort: Effort) -> Told:
    with place.stores() as stores:
        return [
            each
            for folder, store, url in stores
            for each in http.measure(
                folder,
                store,
                url,
                seconds=effort.seconds,
                rounds=effort.rounds,
                connections=effort.connections,
                progress=place.progress,
            )
        ]


def _views(place: Place, effort: Effort) -> Told:
    told: Told = []
    with place.stores() as stores:
        for folder, store, url in stores:
            told += views.catching_up(
                folder,
                store,
                url,
                events=effort.events,
                replayed=effort.replayed,
                progress=place.progress,
            )
    with place.stores() as stores:
        for folder, store, url in stores:
            told.append(
                views.becoming_visible(
                    folder, store, url, commands=effort.visible, progress=place.progress
                )
            )
    return told


def _api(place: Place, effort: Effort) -> Told:
    with place.stores() as stores:
        return [
            *api.measure(
                stores,
                events=effort.replayed * 11 // 10,
                seconds=2 * effort.seconds,
                progress=place.progress,
            )
        ]


def _workflows(place: Place, effort: Effort) -> Told:
    place.progress(f"workflows: {effort.idle:,} clocks and {effort.storm:,} marks")
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    results = asyncio.run(workflows.run(folder, idle=effort.idle, storm=effort.storm))
    return [*of_workflows(results)]


def _approvals(place: Place, effort: Effort) -> Told:
    place.progress(f"approvals: {effort.approvals:,} open at once")
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    return [of_approvals(asyncio.run(approvals.run(folder, effort.approvals)))]


def _clocks(place: Place, effort: Effort) -> Told:
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    return [*clocks.measure(folder, tickets=effort.tickets, progress=place.progress)]


def _proofs(place: Place, effort: Effort) -> Told:
    told: Told = []
    with place.stores() as stores:
        for folder, store, url in stores:
            told.append(
                proofs.appending(
                    folder,
                    store,
                    url,
                    seconds=3 * effort.seconds,
                    rounds=4 * effort.rounds,
                    progress=place.progress,
                )
            )
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    told.append(proofs.proving(folder, events=effort.replayed, progress=place.progress))
    return told


def _streams(place: Place, effort: Effort) -> Told:
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    return [
        streams.measure(
            folder, seconds=effort.seconds, rounds=effort.rounds, progress=place.progress
        )
    ]


def _webhooks(place: Place, effort: Effort) -> Told:
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    return [webhooks.measure(folder, commands=effort.visible, progress=place.progress)]


def _desk(place: Place, effort: Effort) -> Told:
    folder = Path(tempfile.mkdtemp(dir=place.folder))
    return [*desk.measure(folder, changes=effort.changes, progress=place.progress)]


PARTS: dict[str, Callable[[Place, Effort], Told]] = {
    "commands": _commands,
    "http": _http,
    "views": _views,
    "api": _api,
    "workflows": _workflows,
    "approvals": _approvals,
    "clocks": _clocks,
    "proofs": _proofs,
    "streams": _streams,
    "webhooks": _webhooks,
    "desk": _desk,
}


@contextmanager
def _server(
    err: Console | None, environment: dict[str, str] | None = None
) -> Iterator[EmbeddedPostgres | None]:
    """A PostgreSQL server with its usual, durable settings; None where there is none."""
    folder = _reachable_folder()
    server = EmbeddedPostgres(folder / "server", environment=environment)
    try:
        try:
            server.start()
        except PostgresUnavailable as problem:
            if err is not None:
                err.print(f"Without PostgreSQL: {problem}", markup=False)
            yield None
            return
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def _reachable_folder() -> Path:
    """A folder that another account can reach: PostgreSQL does not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="ledgerdesk-bench-"))
    folder.chmod(0o711)
    return folder


# The telling -------------------------------------------------------------------------------------


def _print(out: Console, machine: Machine, told: Told) -> None:
    out.print(f"\n{machine}", markup=False, highlight=False)
    for each in told:
        headings, *rows = each.table()
        table = Table(title=each.title, title_justify="left", caption=each.note)
        for heading in headings:
            table.add_column(heading, justify="right" if heading in NUMERIC else "left")
        for row in rows:
            table.add_row(*map(escape, row), style="red" if row[-1] == "no" else None)
        out.print(table)


def _write(into: Path, name: str, machine: Machine, told: Told, *, is_quick: bool) -> None:
    """Put the tables between the marks of the part."""
    text = into.read_text(encoding="utf-8")
    quickly = " Measured quickly, as a trial." if is_quick else ""
    tables = "\n".join(map(markdown, told))

    def filled(found: re.Match[str]) -> str:
        if found[2] != name:
            return found[0]
        return f"{found[1]}\n{machine}.{quickly}\n\n{tables}\n{found[3]}"

    if f"<!-- figures: {name} -->" not in text:
        raise UserProblem(f"{into}: there is no <!-- figures: {name} --> to write between.")
    into.write_text(MARK.sub(filled, text), encoding="utf-8")
