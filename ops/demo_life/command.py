"""`ledgerdesk demo`: fills an empty ledger with a company and the days of its life."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from domain.desk import Desk
from domain.ledger import Work
from domain.provenance import Provenance
from ops.compose import open_desk
from ops.demo_life.company import ACTOR
from ops.demo_life.life import live, timeline_of
from ops.demo_life.timeline import Timeline
from ops.problems import UserProblem
from ops.settings import Settings
from ops.stores.sqlite import SqliteRecorder

DAYS_MAX = 400


async def run(settings: Settings, seed: str, until: datetime, days: int, out: Console) -> None:
    """Fill the ledger, or go on where that was interrupted. Raises UserProblem if it holds
    anything else."""
    if not 1 <= days <= DAYS_MAX:
        raise UserProblem(f"A demo has 1 to {DAYS_MAX} days.")
    if until > datetime.now(UTC):
        raise UserProblem("A demo ends now at the latest: --until lies ahead.")
    began = perf_counter()
    async with open_desk(settings) as desk:
        before = desk.ledger.position()
        since = until - timedelta(days=days)
        with _bar(out) as bar:
            task = bar.add_task("living", total=days * 86_400)
            await fill(
                desk,
                seed,
                until,
                days,
                lambda now: bar.update(task, completed=(now - since).total_seconds()),
            )
        events = desk.ledger.position() - before
    seconds = perf_counter() - began
    out.print(
        f"{days} days until {until:%Y-%m-%d %H:%M} UTC, seed {seed}: {events:,} events in "
        f"{seconds:.1f} s. Nobody can sign in yet: ledgerdesk administrator makes the first one.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


async def fill(
    desk: Desk, seed: str, until: datetime, days: int, progress: Callable[[datetime], None]
) -> None:
    """Record all that is not recorded yet, and tell how far that is. Raises UserProblem."""
    timeline = timeline_of(desk, seed, until, days)
    await _require_own(timeline)
    recorder = desk.ledger.recorder
    # What a failure of the machine took away would be made again; the note at the end is safe.
    hastily = recorder.without_waiting() if isinstance(recorder, SqliteRecorder) else nullcontext()
    with hastily:
        await live(timeline, until - timedelta(days=days), progress)
    await _note(timeline, "end", until)


async def _require_own(timeline: Timeline) -> None:
    """Go on only in an empty ledger, or in one that an interrupted run began. Raises
    UserProblem."""
    recorder = timeline.desk.ledger.recorder
    if await recorder.receipt(timeline.command("end")) is not None:
        raise UserProblem("The ledger is not empty: it has this demo already, to its end.")
    if timeline.desk.ledger.position() == 0:
        return
    if await recorder.receipt(timeline.command("company/1")) is None:
        raise UserProblem(
            "The ledger is not empty: a demo begins in a new one, such as --data demo. One that "
            "was interrupted is finished with the --seed, --until and --days that it had."
        )
    timeline.is_repeating = True


async def _note(timeline: Timeline, step: str, at: datetime) -> None:
    """Leave a receipt that records nothing else."""

    async def nothing(_: Work) -> None:
        pass

    by = Provenance(actor=ACTOR, at=at, command=timeline.command(step), channel="demo")
    await timeline.desk.ledger.run(by, nothing, is_repeatable=True)


@contextmanager
def _bar(out: Console) -> Iterator[Progress]:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(
        *columns, TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal
    ) as bar:
        yield bar
