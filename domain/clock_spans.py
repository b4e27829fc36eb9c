"""Why each stretch of a service clock's time ran or stood, and whose turn it was."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from domain.business_time import BusinessHours
from domain.clock_steps import Clock
from domain.noted_pauses import Stood
from domain.situation import NOBODY, Party
from domain.wall_clock import instant

CLOSED = "outside business hours"
MET = "met"
CANCELLED = "cancelled"


class Span(Struct, frozen=True):
    """A stretch of time in which a clock ran, or stood for a reason."""

    since: datetime
    until: datetime
    ran: bool
    why: str
    party: Party = NOBODY
    cycle: int = 0
    """How often the clock had begun afresh."""


class Turn(NamedTuple):
    """Whose turn it was, in microseconds since 1970."""

    since: int
    until: int
    party: Party


class _Piece(NamedTuple):
    since: int
    until: int
    ran: bool
    why: str
    cycle: int


class Trace:
    """What clocks have done, written down whenever their time is counted."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[_Piece]] = {}

    def add(self, clock: Clock, until: int, hours: BusinessHours) -> None:
        """Write down what a clock does from where it is settled to a moment."""
        self._pieces.setdefault(clock.target, []).extend(_pieces(clock, until, hours))

    def forget(self, clock: str) -> None:
        """Begin anew with a clock."""
        self._pieces.pop(clock, None)

    def stand(self, clock: str, stood: Sequence[Stood]) -> None:
        """Correct what is written: a clock did not run in these stretches."""
        for one in stood:
            pieces = self._pieces.get(clock, [])
            self._pieces[clock] = [cut for piece in pieces for cut in _cut(piece, one)]

    def spans(self, clock: str, turns: Sequence[Turn] = ()) -> tuple[Span, ...]:
        """The stretches of a clock, in order and without holes; those that follow one another
        alike as one."""
        return tuple(_joined(_divided(self._pieces.get(clock, ()), turns)))


def _pieces(clock: Clock, until: int, hours: BusinessHours) -> Iterator[_Piece]:
    since, cycle = clock.settled, clock.cycle
    if since is None or since >= until:
        return
    if clock.cancelled is not None:
        yield _Piece(since, until, False, CANCELLED, cycle)
    elif clock.met is not None:
        yield _Piece(since, until, False, MET, cycle)
    elif clock.paused_by:
        yield _Piece(since, until, False, ", ".join(clock.paused_by), cycle)
    elif clock.in_days:
        yield _Piece(since, until, True, "", cycle)
    else:
        for opens, closes in hours.open_within(since, until):
            if since < opens:
                yield _Piece(since, opens, False, CLOSED, cycle)
            yield _Piece(opens, closes, True, "", cycle)
            since = closes
        if since < until:
            yield _Piece(since, until, False, CLOSED, cycle)


def _cut(piece: _Piece, stood: Stood) -> Iterator[_Piece]:
    since, until = max(piece.since, stood.since), min(piece.until, stood.until)
    if not piece.ran or since >= until:
        yield piece
        return
    if piece.since < since:
        yield piece._replace(until=since)
    yield _Piece(since, until, False, ", ".join(stood.why), piece.cycle)
    if until < piece.until:
        yield piece._replace(since=until)


def _divided(pieces: Iterable[_Piece], turns: Sequence[Turn]) -> Iterator[tuple[_Piece, Party]]:
    """The pieces, cut where the turn passes from one party to another."""
    place = 0
    for piece in pieces:
        since = piece.since
        while place < len(turns) and turns[place].until <= since:
            place += 1
        here = place
        while here < len(turns) and turns[here].until < piece.until:
            yield piece._replace(since=since, until=turns[here].until), turns[here].party
            since = turns[here].until
            here += 1
        yield piece._replace(since=since), turns[here].party if here < len(turns) else NOBODY


def _joined(pieces: Iterable[tuple[_Piece, Party]]) -> Iterator[Span]:
    held: _Piece | None = None
    whose: Party = NOBODY
    for piece, party in pieces:
        if held is None:
            held, whose = piece, party
        elif (held.ran, held.why, held.until, whose, held.cycle) == (
            piece.ran,
            piece.why,
            piece.since,
            party,
            piece.cycle,
        ):
            held = held._replace(until=piece.until)
        else:
            yield _span(held, whose)
            held, whose = piece, party
    if held is not None:
        yield _span(held, whose)


def _span(piece: _Piece, party: Party) -> Span:
    return Span(
        instant(piece.since), instant(piece.until), piece.ran, piece.why, party, piece.cycle
    )
