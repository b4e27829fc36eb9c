"""Pictures of how records of a kind really went, from the ledger."""

from collections.abc import Iterator

from domain.event_fields import event_name
from domain.ledger import Ledger
from domain.process_map import discovered
from ops.backtest_options import Tell, bar, opened
from ops.compose import open_ledger
from ops.export.slices import Slice, bound, histories, prefixes
from ops.options import err
from ops.past import require_ledger
from ops.problems import UserProblem
from ops.settings import Settings
from projections.process_map_svg import svg


async def draw(
    settings: Settings,
    file: str,
    kind: str,
    without: set[str],
    share: float,
    since: str | None,
    until: str | None,
) -> None:
    require_ledger(settings)
    async with open_ledger(settings) as ledger:
        wanted = Slice(
            head=ledger.position(),
            prefixes=prefixes(kind),
            since=bound("--from", since),
            until=bound("--to", until, is_end=True),
        )
        with bar() as tell, opened("FILE", file) as stream:
            assert stream is not None
            found = discovered(traces(ledger, wanted, tell), without)
            if not found.events:
                raise UserProblem(f"No map is drawn: no events of {kind}s are in the ledger.")
            title = f"{found.records:,} {kind}s: what followed what, and how often"
            stream.write(svg(found.without_rare(share), title=title))
    told = f"{file}: {found.records} records, {len(found.events)} events, {len(found.steps)} steps"
    err.print(told, markup=False, highlight=False, soft_wrap=True)


def traces(ledger: Ledger, wanted: Slice, tell: Tell) -> Iterator[list[str]]:
    """The names of the events of each record, in the order in which they took effect."""
    for history in histories(ledger, wanted, tell):
        ordered = sorted(
            history, key=lambda entry: (entry.event.by.effective_at, entry.originator_version)
        )
        yield [event_name(entry).partition(".")[2] for entry in ordered]
