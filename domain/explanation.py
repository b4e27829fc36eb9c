"""Why the clocks of a ticket ran or stood, and who has used up how much of its time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Event
from domain.agreed_clocks import HoursOf
from domain.clock_spans import CANCELLED, CLOSED, MET, Span, Trace, Turn
from domain.ids import number_of
from domain.noted_pauses import Steps, counted
from domain.service_conditions import OUTSIDE
from domain.situation import Party
from domain.ticket_clocks import NOTHING, Telling, TicketClocks
from domain.wall_clock import micros

_NONE = timedelta(0)


class Share(Struct, frozen=True, kw_only=True):
    """What part of a ticket's time was the turn of one party."""

    party: Party
    elapsed: timedelta
    """All of it."""
    opened: timedelta
    """That within the business hours of the SLA, of all of it without an SLA."""
    ran: dict[str, timedelta]
    """That in which each clock ran, by its name."""


class Explanation(Struct, frozen=True, kw_only=True):
    """The clocks of a ticket as of a moment, and what its time went into.

    spans: the stretches of each clock by its name, from its start to its end or to the moment.
        They follow one another without holes. Those of a cycle that ran add up to what the clock
        has consumed in it, as long as its budgets are all in calendar days or none is.
    shares: the largest first. They add up to the time from the opening of the ticket to its end, or
        to the moment.
    """

    clocks: TicketClocks
    spans: dict[str, tuple[Span, ...]]
    turns: tuple[Turn, ...]
    shares: tuple[Share, ...]

    @property
    def named(self) -> frozenset[UUID]:
        """The policies, calendars and teams that it speaks of."""
        agreements = self.clocks.agreements
        return frozenset(
            (
                *(agreed.policy for agreed in agreements),
                *(basis.calendar for agreed in agreements for basis in agreed.bases),
                *(turn.party[0] for turn in self.turns if isinstance(turn.party, tuple)),
            )
        )

    @property
    def elapsed(self) -> timedelta:
        return sum((share.elapsed for share in self.shares), _NONE)


def explained(events: Iterable[Event], hours_of: HoursOf, until: datetime) -> Explanation:
    """Why each clock ran or stood up to a moment that is not before the last event."""
    trace = Trace()
    telling = Telling(NOTHING, hours_of, trace)
    for event in events:
        telling.tell(event)
    clocks, end = telling.state(), micros(until)
    for agreed in clocks.agreements:
        hours = agreed.hours(hours_of)
        for clock in agreed.clocks:
            if clock.is_open:
                trace.add(clock, end, hours)
    counted_to = max((clock.settled or 0 for clock in clocks.clocks), default=0)
    turns = tuple(turns_of(telling.steps(), end, counted_to))
    spans = {clock.target: trace.spans(clock.target, turns) for clock in clocks.clocks}
    return Explanation(
        clocks=clocks, spans=spans, turns=turns, shares=_shares(clocks, spans, turns, hours_of)
    )


def party_text(party: Party, names: Mapping[UUID, str]) -> str:
    """What a party is called, such as `customer` or `Network, level 2`."""
    if isinstance(party, str):
        return party
    return f"{names.get(party[0]) or number_of(party[0])}, level {party[1]}"


def why_text(span: Span) -> str:
    """Why a clock stood, in words; empty of a stretch in which it ran."""
    if span.ran or span.why in (CLOSED, MET, CANCELLED):
        return span.why
    reason, _, condition = span.why.partition(", ")
    if reason not in OUTSIDE:
        return f"while {span.why}"
    return f"waiting for {reason}" + (f", while {condition}" if condition else "")


def turns_of(steps: Steps, until: int, counted_to: int = 0) -> Iterator[Turn]:
    """Whose turn it was, from the opening of a ticket to its end, or to a moment (in microseconds
    since 1970). An end that is told with a time before what has been counted counts from there."""
    found = [(since, now) for _, since, now in counted(steps)]
    if found and found[-1][1].is_over:
        while len(found) > 1 and found[-2][1].is_over:
            found.pop()
        until = min(until, max(found.pop()[0], counted_to))
    held: Turn | None = None
    for place, (since, now) in enumerate(found):
        end = min(until, found[place + 1][0] if place + 1 < len(found) else until)
        if since >= end:
            continue
        if held is not None and held.party == now.party:
            held = held._replace(until=end)
            continue
        if held is not None:
            yield held
        held = Turn(since, end, now.party)
    if held is not None:
        yield held


def _shares(
    clocks: TicketClocks,
    spans: Mapping[str, Sequence[Span]],
    turns: Sequence[Turn],
    hours_of: HoursOf,
) -> tuple[Share, ...]:
    hours = clocks.sla.hours(hours_of) if clocks.sla else None
    elapsed: dict[Party, int] = {}
    opened: dict[Party, int] = {}
    for since, until, party in turns:
        elapsed[party] = elapsed.get(party, 0) + until - since
        counts = until - since if hours is None else hours.open_between(since, until)
        opened[party] = opened.get(party, 0) + counts
    ran: dict[Party, dict[str, timedelta]] = {party: {} for party in elapsed}
    for name, of_clock in spans.items():
        for span in of_clock:
            if span.ran:
                known = ran.setdefault(span.party, {})
                known[name] = known.get(name, _NONE) + (span.until - span.since)
    found = [
        Share(
            party=party,
            elapsed=timedelta(microseconds=length),
            opened=timedelta(microseconds=opened[party]),
            ran=ran[party],
        )
        for party, length in elapsed.items()
    ]
    return tuple(sorted(found, key=lambda share: -share.elapsed))
