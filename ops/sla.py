"""`ledgerdesk sla`: how the service clocks of an incident stand, and why."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from domain.ids import number_of, parse_reference, prefix_of
from domain.incident import Incident
from domain.incident_clocks import after, explained
from domain.rules import NotFound, Refused
from domain.service_clock import Clock, due, settled
from ops.compose import open_ledger
from ops.settings import Settings
from workflows.clocks import hours_for


async def show(settings: Settings, number: str, as_of: datetime | None, out: Console) -> None:
    """Print each target of an incident, read from the ledger itself, as of now or of a moment.

    Raises NotFound, and Refused for a record that is no incident.
    """
    moment = (as_of or datetime.now(UTC)).astimezone(UTC)
    id = parse_reference(number)
    if prefix_of(id) != Incident.prefix:
        raise Refused(f"Service levels are promised for incidents, and {number} is none.")
    async with open_ledger(settings) as ledger:
        history = [entry for entry in ledger.history(id) if entry.event.by.at <= moment]
        if not history:
            raise NotFound(f"There is no record {number}" + (" at that moment." if as_of else "."))
        hours_of = await hours_for(ledger, history)
    events = [entry.event for entry in history]
    clocks = after(events, hours_of)
    hours = clocks.hours(hours_of)
    if hours is None:
        out.print(f"Nothing is promised for {number_of(id)}.", highlight=False)
        return
    out.print(f"{number_of(id)} " + (f"as of {when(moment)}" if as_of else "now"))
    spans = explained(events, hours_of, moment)
    for clock in clocks.clocks:
        now = clock if clock.met_at else settled(clock, moment, hours)
        _print_lines(out, "", [f"[bold]{now.target}[/]  {now.state}"])
        _print_lines(out, "      ", _facts(now))
        for span in spans[clock.target]:
            what = "ran  " if span.ran else "stood"
            why = f"  {span.why}" if span.why else ""
            _print_lines(out, "      ", [f"{what}  {when(span.since)}  {when(span.until)}{why}"])


def _facts(clock: Clock) -> Iterable[str]:
    yield f"consumed  {length(clock.consumed)} of {clock.budget}"
    if clock.met_at:
        yield f"met       {when(clock.met_at)}"
    moment = due(clock)
    if moment is not None:
        yield f"due       {when(moment)}"
    elif clock.due_at and clock.met_at:
        yield f"was due   {when(clock.due_at)}"
    yield f"breached  {when(clock.breached_at) if clock.breached_at else 'no'}"


def _print_lines(out: Console, indent: str, lines: Iterable[str]) -> None:
    for line in lines:
        out.print(indent + line, highlight=False, soft_wrap=True)


def when(at: datetime) -> str:
    """A moment in UTC, to the second; what is left of it is not shown."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def length(time: timedelta) -> str:
    """A length of time such as `26h 05m 00s`, to the second."""
    seconds = int(time.total_seconds())
    return f"{seconds // 3_600}h {seconds // 60 % 60:02d}m {seconds % 60:02d}s"
