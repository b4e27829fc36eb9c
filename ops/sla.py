"""`ledgerdesk sla explain`: how the service clocks of a ticket stand, and why."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rich.console import Console
from rich.markup import escape

import domain.kinds  # noqa: F401 - a number of any kind may be asked for
from domain.aggregate import KIND_OF_PREFIX
from domain.agreed_clocks import Agreed, HoursOf
from domain.calendar import Calendar
from domain.clock_spans import Span
from domain.explanation import Explanation, explained, party_text, why_text
from domain.ids import number_of, parse_reference, prefix_of
from domain.ledger import Ledger
from domain.promises import Promises
from domain.rules import NotFound, Refused
from domain.service_clock import Clock, due, settled
from domain.service_level_policy import ServiceLevelPolicy
from domain.team import Team
from ops.compose import open_ledger
from ops.settings import Settings
from workflows.clocks import hours_for

Names = Mapping[UUID, str]


async def show(settings: Settings, number: str, as_of: datetime | None, out: Console) -> None:
    """Print each clock of a ticket, read from the ledger itself, as of now or of a moment.

    Raises NotFound, and Refused for a record that nothing is promised for.
    """
    moment = (as_of or datetime.now(UTC)).astimezone(UTC)
    id = parse_reference(number)
    kind = KIND_OF_PREFIX.get(prefix_of(id))
    if kind is None or not issubclass(kind, Promises):
        raise Refused(f"Service levels are for incidents and changes, and {number} is neither.")
    async with open_ledger(settings) as ledger:
        history = [entry for entry in ledger.history(id) if entry.event.by.at <= moment]
        if not history:
            raise NotFound(f"There is no record {number}" + (" at that moment." if as_of else "."))
        hours_of = await hours_for(ledger, history)
        found = explained([entry.event for entry in history], hours_of, moment)
        names = await _names(ledger, found.named)
    if not found.clocks.clocks:
        out.print(f"Nothing is promised for {number_of(id)}.", highlight=False)
        return
    out.print(f"{number_of(id)} {f'as of {when(moment)}' if as_of else 'now'}", highlight=False)
    for agreed in found.clocks.agreements:
        _print_agreement(out, agreed, found, names, hours_of, moment)
    _print_shares(out, found, names)


async def _names(ledger: Ledger, ids: Iterable[UUID]) -> Names:
    """What records are called: definitions with their numbers, teams without."""
    names = {}
    for id in ids:
        record = await ledger.peek(id)
        if isinstance(record, ServiceLevelPolicy | Calendar):
            names[id] = f"{record.name} ({record.number})"
        elif isinstance(record, Team):
            names[id] = record.name
    return names


def _print_agreement(
    out: Console,
    agreed: Agreed,
    found: Explanation,
    names: Names,
    hours_of: HoursOf,
    moment: datetime,
) -> None:
    hours, basis = agreed.hours(hours_of), agreed.basis
    policy = names.get(agreed.policy) or number_of(agreed.policy)
    calendar = names.get(basis.calendar) or number_of(basis.calendar)
    _print_lines(
        out,
        "",
        [
            f"{agreed.kind}  {policy}, version {agreed.policy_version}; "
            f"calendar {calendar}, version {basis.version}, in {hours.zone}"
        ],
    )
    for clock in agreed.clocks:
        now = settled(clock, moment, hours) if clock.is_open else clock
        _print_lines(out, "  ", [f"[bold]{escape(now.target)}[/]  {now.state}"])
        _print_lines(out, "      ", _facts(now))
        spans = found.spans[clock.target]
        _print_lines(out, "      ", (_line(span, names) for span in spans))


def _print_shares(out: Console, found: Explanation, names: Names) -> None:
    _print_lines(out, "", [f"Of {length(found.elapsed)} it was the turn of"])
    called = [party_text(share.party, names) for share in found.shares]
    width = max(map(len, called), default=0)
    for party, share in zip(called, found.shares, strict=True):
        ran = "".join(f"; {clock} ran {length(time)}" for clock, time in share.ran.items())
        line = f"{party:{width}}  {length(share.elapsed)}, {length(share.opened)} of it open{ran}"
        _print_lines(out, "  ", [escape(line)])


def _line(span: Span, names: Names) -> str:
    what = "ran  " if span.ran else "stood"
    why = "" if span.ran else f", {why_text(span)}"
    party = party_text(span.party, names)
    return escape(f"{when(span.since)}  {when(span.until)}  {what}  {party}{why}")


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
