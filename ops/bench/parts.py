"""What the command path, an event and the workflows cost, told as sections with goals."""

from collections.abc import Iterator

from ops.bench.approvals import ManyApprovals
from ops.bench.commands import Rate, Rates
from ops.bench.events import EventCost, StoreCost
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.workflows import Results

OF_THE_BARE = {"sqlite": 1.5, "postgres": 2.5}
OF_THE_LIBRARY = {"postgres": 25.0}
BYTES_MAX = 650
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def of_commands(rates: Rates, *, disk: str = "", is_gated: bool = True) -> Section:
    """The rates of one store; `disk` says what is unusual about its disk."""
    ours = [rate for rate in rates.rates if rate.series.work == "ledger"]
    bare = _fastest(rates, "bare")
    library = _fastest(rates, "library")
    best = rates.best
    lines = [_plain(rate) for rate in rates.rates if rate.series.work != "ledger"]
    lines += [_plain(rate, Baseline(bare.series.name, bare.per_second)) for rate in ours]
    for baseline, least in (
        (bare, OF_THE_BARE.get(rates.store)),
        (library, OF_THE_LIBRARY.get(rates.store)),
    ):
        lines.append(
            Line(
                name=f"the best of ours: {best.series.name}",
                value=best.per_second,
                unit="/s",
                baseline=Baseline(baseline.series.name, baseline.per_second),
                goal=Goal("at least", least, times_baseline=True) if least and is_gated else None,
            )
        )
    note = (
        "Durable, conflict-checked commands with receipts, acknowledged one by one: incidents "
        "logged and assigned, nine assignments for each. The bare rate is the fastest of prepared "
        "single-row INSERTs of the same size, each committed; the library's is `Application.save` "
        "of one new event with its own recorder."
    )
    title = f"Commands, {NAMES[rates.store]}{f', {disk}' if disk else ''}"
    return Section(title=title, note=note, lines=lines)


def _fastest(rates: Rates, work: str) -> Rate:
    """The baseline that is hardest to beat: of all connections, in one process or in several."""
    return max((r for r in rates.rates if r.series.work == work), key=lambda r: r.per_second)


def _plain(rate: Rate, baseline: Baseline | None = None) -> Line:
    return Line(
        name=rate.series.name,
        value=rate.per_second,
        unit="/s",
        p50_ms=rate.p50_ms,
        p99_ms=rate.p99_ms,
        cpu_us=rate.cpu_us,
        baseline=baseline,
    )


def of_events(cost: EventCost, stores: list[StoreCost]) -> Section:
    lines = [
        Line(name="write", value=cost.write_us, unit="µs", goal=Goal("at most", 8)),
        Line(name="read", value=cost.read_us, unit="µs", goal=Goal("at most", 5)),
        Line(name="apply", value=cost.apply_us, unit="µs", goal=Goal("at most", 1)),
        Line(name="its JSON", value=cost.json_bytes, unit="bytes"),
    ]
    for store in stores:
        lines.append(
            Line(
                name=f"on disk, {NAMES[store.store]}",
                value=store.bytes_per_event,
                unit="bytes",
                goal=Goal("at most", BYTES_MAX),
            )
        )
    note = (
        "The mean event of a usual incident: to be written is to be sealed and encoded, to be read "
        "is to be decoded and opened. On disk counts the event with a receipt of its own, and all "
        "indexes."
    )
    return Section(title="One event", note=note, lines=lines)


def of_loading(stores: list[StoreCost]) -> Section:
    return Section(
        title="Loading a record",
        note="Cold is by a process that has just started; cached asks the store for what is newer.",
        lines=[line for store in stores for line in _loading(store)],
    )


def _loading(store: StoreCost) -> Iterator[Line]:
    for loading in store.loading:
        name = f"{NAMES[store.store]}, {loading.events:,} events"
        yield Line(name=f"{name}, cold", value=loading.cold_ms, unit="ms")
        yield Line(name=f"{name}, cold, from its snapshot", value=loading.snapshot_ms, unit="ms")
        yield Line(name=f"{name}, cached", value=loading.cached_ms, unit="ms")


def of_workflows(results: Results) -> list[Section]:
    marks, approvals = results.marks, results.approvals
    late = Section(
        title="Marks of service levels",
        note=f"{marks.marks:,} marks within {marks.within_seconds:g} s, beside "
        f"{marks.idle_clocks:,} clocks that wait: how much later than its moment each was durable "
        "in the ledger.",
        lines=[
            Line(
                name="lateness of a mark, p99",
                value=marks.p99_ms,
                unit="ms",
                p50_ms=marks.p50_ms,
                p99_ms=marks.p99_ms,
            ),
            Line(name="lateness of the latest", value=marks.max_ms, unit="ms"),
            Line(name="events in Temporal", value=marks.temporal_events, unit=""),
        ],
    )
    decided = Section(
        title="Approvals",
        note=f"{approvals.approvals} approvals of two stages with two votes each, one after the "
        "other, on the real Temporal server.",
        lines=[
            Line(
                name="deciding vote → decision in the ledger, p50",
                value=approvals.deciding_vote_p50_ms,
                unit="ms",
            ),
            Line(
                name="decision → the workflow has ended, p50",
                value=approvals.workflow_ended_p50_ms,
                unit="ms",
            ),
            Line(name="events in Temporal for each", value=approvals.temporal_events, unit=""),
            Line(name="tasks in Temporal for each", value=approvals.temporal_tasks, unit=""),
        ],
    )
    return [late, decided]


def of_approvals(found: ManyApprovals) -> Section:
    return Section(
        title="Many approvals open at once",
        note=f"{found.approvals:,} changes are proposed, assessed, planned and submitted, then all "
        f"of them are voted on in two stages by two people, {found.votes:,} votes, each a durable "
        "command; all in one process with the worker, beside the embedded Temporal server, which "
        "waits for each of them in a workflow of its own.",
        lines=[
            Line(name="submitted", value=found.submitted_per_second, unit="/s"),
            Line(
                name="last submission → a workflow waits for each",
                value=found.waited_for_seconds,
                unit="s",
            ),
            Line(name="Temporal with all open", value=found.temporal_mb, unit="MB"),
            Line(
                name="votes",
                value=found.votes_per_second,
                unit="/s",
                p50_ms=found.vote_p50_ms,
                p99_ms=found.vote_p99_ms,
            ),
            Line(name="last vote → all workflows have ended", value=found.ended_seconds, unit="s"),
            Line(name="undecided", value=found.undecided, unit="", goal=Goal("at most", 0)),
            Line(
                name="workflows left running",
                value=found.still_running,
                unit="",
                goal=Goal("at most", 0),
            ),
        ],
    )
