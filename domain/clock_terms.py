"""What a commitment makes of the situation of a ticket: when its clock starts, stands and stops."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter

from msgspec import structs

from domain import clock_steps, situation
from domain.agreement import WELL_KNOWN, Meaning
from domain.business_time import BusinessHours
from domain.clock_steps import Clock
from domain.merging import MERGED
from domain.promises import Commitment
from domain.service_conditions import Named, condition
from domain.situation import OF_PARTY, Changes, Situation

Holds = Callable[[Situation], bool]
Past = tuple[int, Situation, Situation, Changes]
"""When the situation changed, how it was before and after, and what changed."""

TERMS_MAX = 4_096
"""The terms of so many commitments are kept in each process."""

_PLAIN: dict[str, tuple[Holds, frozenset[str]]] = {
    "ticket.responded": (attrgetter("responded"), frozenset({"responded"})),
    "ticket.resolved": (attrgetter("resolved"), frozenset({"resolved"})),
    "ticket.awaits_reply": (attrgetter("awaits_reply"), frozenset({"awaits_reply"})),
    "!ticket.awaits_reply": (lambda now: not now.awaits_reply, frozenset({"awaits_reply"})),
}
"""The conditions of the well-known targets, which most clocks have: they need no CEL."""
_DERIVED: dict[str, frozenset[str]] = {
    "party": OF_PARTY,
    "is_assigned": frozenset({"assignee"}),
}
_ALWAYS: tuple[Holds, frozenset[str]] = (lambda _: True, frozenset())
_NEVER: tuple[Holds, frozenset[str]] = (lambda _: False, frozenset())


class Terms:
    """The conditions of one commitment, ready to be asked.

    fields: those of a situation on which anything of it depends. An event that changes none of
        them does nothing to the clock.
    """

    __slots__ = (
        "can_reset",
        "commitment",
        "fields",
        "pause",
        "pausing",
        "resets",
        "starts",
        "stops",
        "why",
    )

    def __init__(self, commitment: Commitment, names: tuple[Named, ...]) -> None:
        """Raises Refused for a condition that is wrong."""
        meaning = _meaning(commitment)
        self.commitment = commitment
        self.pausing = commitment.pausing
        self.why = meaning.pause
        self.starts, of_start = _holds(meaning.start, names) if meaning.start else _ALWAYS
        self.stops, of_stop = _holds(meaning.stop, names) if meaning.stop else _NEVER
        self.pause, of_pause = _holds(meaning.pause, names) if meaning.pause else _NEVER
        self.resets, of_reset = _holds(meaning.reset, names) if meaning.reset else _NEVER
        self.can_reset = meaning.reset != ""
        of_reasons = frozenset({"waiting_for"} if self.pausing else ())
        # What is over stops every clock.
        self.fields = frozenset({"is_over", "kind"}).union(
            of_start, of_stop, of_pause, of_reset, of_reasons
        )

    def stands_by(self, now: Situation) -> tuple[str, ...]:
        """All for which the clock stands: a reason, and the condition itself."""
        reason = now.waiting_for
        if self.why and self.pause(now):
            return (reason, self.why) if reason and reason in self.pausing else (self.why,)
        return (reason,) if reason and reason in self.pausing else ()


@lru_cache(maxsize=TERMS_MAX)
def terms(commitment: Commitment, names: tuple[Named, ...] = ()) -> Terms:
    """The terms of a commitment, made ready once. Raises Refused."""
    return Terms(commitment, names)


def _meaning(commitment: Commitment) -> Meaning:
    known = WELL_KNOWN.get(commitment.name, Meaning())
    return Meaning(
        start=commitment.start or known.start,
        pause=commitment.pause or known.pause,
        stop=commitment.stop or known.stop,
        reset=commitment.reset or known.reset,
    )


def _holds(text: str, names: tuple[Named, ...]) -> tuple[Holds, frozenset[str]]:
    if text in _PLAIN:
        return _PLAIN[text]
    compiled = condition(text, names)
    fields = [_DERIVED.get(field, frozenset({field})) for field in compiled.fields]
    return compiled.holds, frozenset().union(*fields)


def turned(
    clock: Clock, terms: Terms, was: Situation, now: Situation, at: int, hours: BusinessHours
) -> Clock:
    """What a clock does when the situation has changed at a moment."""
    if was.status == MERGED and not now.is_over:
        clock = clock_steps.revive(clock)
    if (
        clock.met is None
        and clock.started is not None
        and clock.cancelled is None
        and not (now.is_over or terms.can_reset or terms.stops(now))
    ):
        # Most of the time nothing but a pause begins or ends.
        by = terms.stands_by(now)
        return clock if by == clock.paused_by else clock_steps.counted(clock, at, hours, by)
    if not now.is_over:
        clock = _begun(clock, terms, was, now, at, hours)
    if clock.is_open and terms.stops(now):
        if clock.paused_by:
            reasons = terms.stands_by(now)
            left = tuple(reason for reason in clock.paused_by if reason in reasons)
            clock = clock_steps.stand(clock, at, hours, left)
        return clock_steps.meet(clock, at, hours)
    if now.is_over:
        return clock_steps.cancel(clock, at, hours)
    return clock_steps.stand(clock, at, hours, terms.stands_by(now)) if clock.is_open else clock


def _begun(
    clock: Clock, terms: Terms, was: Situation, now: Situation, at: int, hours: BusinessHours
) -> Clock:
    """A clock that starts, begins afresh, or goes on after it was met."""
    if clock.started is None and clock.cancelled is None:
        return clock_steps.start(clock, at, hours) if terms.starts(now) else clock
    if terms.can_reset and terms.resets(now) and not terms.resets(was):
        return clock_steps.restart(clock, at, hours, terms.commitment.budget)
    if clock.met is not None and not terms.stops(now):
        return clock_steps.reopen(clock, at, hours)
    return clock


def situations(steps: Sequence[tuple[int, Changes]]) -> Sequence[Past]:
    """The situations after each step, each with the one before. What was closed and goes on
    counts as if it had not been over; what was merged goes on by itself."""
    found = []
    was = situation.NOTHING
    alive = -1
    was_over = False
    for number, (at, changes) in enumerate(steps):
        now = structs.replace(was, **changes)
        if now.is_over:
            was_over = True
        else:
            alive = number
        found.append((at, was, now, changes))
        was = now
    if not was_over:
        return found
    for number, (at, was, now, changes) in enumerate(found[: alive + 1]):
        if number < alive and now.is_over and now.status != MERGED:
            now = structs.replace(now, is_over=False)
        if was.is_over and was.status != MERGED:
            was = structs.replace(was, is_over=False)
        found[number] = at, was, now, changes
    return found
