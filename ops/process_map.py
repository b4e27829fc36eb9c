"""`ledgerdesk process map`: a picture of how records of a kind really went, from the ledger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from domain.event_fields import event_name
from domain.ledger import Ledger
from ops.backtest_options import Tell, bar, opened
from ops.export.slices import Slice, bound, histories, prefixes
from ops.options import Config, Data, err, in_order, settings_of
from ops.past import require_ledger
from ops.problems import UserProblem
from ops.settings import Settings


def map_(
    file: Annotated[Path, typer.Argument(help="Where the SVG is written; - for the output.")],
    kind: Annotated[str, typer.Option(help="Which kind of record.")] = "incident",
    without: Annotated[
        str, typer.Option(help="Events that are passed over, with commas: Amended,Linked.")
    ] = "",
    share: Annotated[
        float, typer.Option(min=0, max=1, help="How much of all steps is drawn, from the most.")
    ] = 0.98,
    since: Annotated[str | None, typer.Option("--from", help="From this day, or @120.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this day, or @500.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Draw which event was followed by which, and how often, in the histories of a kind."""
    settings = settings_of(data, config)
    passed = {name.strip() for name in without.split(",")}
    in_order(_draw(settings, str(file), kind, passed, share, since, until))


async def _draw(
    settings: Settings,
    file: str,
    kind: str,
    without: set[str],
    share: float,
    since: str | None,
    until: str | None,
) -> None:
    from domain.process_map import discovered
    from ops.compose import open_ledger
    from projections.process_map_svg import svg

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
