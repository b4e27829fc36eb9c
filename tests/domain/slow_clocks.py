"""The clocks of a ticket, reckoned second by second: slow, plain, and without the product's code.

It knows what commands did to an incident, and for each clock in plain Python what its conditions
say. Time is counted in whole seconds from the opening of the ticket.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Facts(NamedTuple):
    """How an incident stands."""

    waiting_for: str = ""
    responded: bool = False
    resolved: bool = False
    awaits_reply: bool = False
    is_over: bool = False
    priority: int = 0
    team: str = ""
    level: int = 1
    has_assignee: bool = False


Holds = Callable[[Facts], bool]


class Meaning(NamedTuple):
    """What makes a clock do what it does."""

    start: Holds
    stop: Holds
    pause: Holds = lambda _: False
    reset: Holds = lambda _: False


class Entry(NamedTuple):
    """At a second, other facts, or a promise: the budgets of the clocks by name, in seconds, and
    the reasons that pause them."""

    at: int
    facts: Facts | None = None
    promises: dict[str, tuple[int, tuple[str, ...]]] = {}
    label: str = ""


class Reckoned:
    """A clock, second by second."""

    def __init__(self) -> None:
        self.started: int | None = None
        self.met: int | None = None
        self.breached: int | None = None
        self.cancelled: int | None = None
        self.is_paused = False
        self.used = 0
        self.full_at: int | None = None
        """When the budget was just used up; late from then on, unless it is met at once."""
        self.cycle = 0
        self.budget = 0
        self.verdicts: list[tuple[int | None, int | None]] = []

    @property
    def is_open(self) -> bool:
        return self.started is not None and self.met is None and self.cancelled is None

    @property
    def state(self) -> str:
        if self.cancelled is not None:
            return "cancelled"
        if self.met is not None:
            return "met"
        if self.started is None:
            return "waiting"
        return "paused" if self.is_paused else "running"

    def late(self) -> None:
        if self.full_at is not None and self.breached is None and not self.is_paused:
            self.breached = self.full_at

    def second(self, at: int, is_open: bool) -> None:
        """Let a second pass."""
        if not self.is_open or self.is_paused:
            return
        self.late()
        self.used += is_open
        if self.used == self.budget and is_open and self.breached is None:
            self.full_at = at + 1


def reckoned(
    name: str, meaning: Meaning, entries: Sequence[Entry], label: str, opened: Sequence[bool]
) -> Reckoned | None:
    """A clock after all seconds; None if it was never promised."""
    clock: Reckoned | None = None
    is_promised = False
    known: list[Entry] = []
    for number, entry in enumerate(entries):
        known.append(entry)
        until = entries[number + 1].at if number + 1 < len(entries) else len(opened)
        is_promise = entry.facts is None and entry.label == label
        if is_promise and name in entry.promises:
            has_lapsed, is_promised = not is_promised, True
            budget, pausing = entry.promises[name]
            if clock is None or clock.cancelled is not None:
                clock = _from_the_opening(meaning, known, budget, pausing, opened)
            else:
                facts = _facts(known)
                is_undone = not (facts.is_over or meaning.stop(facts))
                if clock.met is not None and has_lapsed and is_undone:
                    _reopen(clock, entry.at)
                if clock.met is None:
                    _take_budget(clock, entry.at, budget)
                    _turn(clock, meaning, pausing, facts, facts, entry.at, budget)
        elif is_promise and clock is not None:
            is_promised = False
            _drop(clock, entry.at)
        elif entry.facts is not None and clock is not None and is_promised:
            _turn(clock, meaning, pausing, _facts(known[:-1]), entry.facts, entry.at, budget)
        if clock is not None:
            for at in range(entry.at, until):
                clock.second(at, opened[at])
    return clock


def _from_the_opening(
    meaning: Meaning,
    known: Sequence[Entry],
    budget: int,
    pausing: tuple[str, ...],
    opened: Sequence[bool],
) -> Reckoned:
    """As if it had been promised at once."""
    clock = Reckoned()
    clock.budget = budget
    was = Facts()
    steps = [entry for entry in known if entry.facts is not None]
    for number, entry in enumerate(steps):
        assert entry.facts is not None
        _turn(clock, meaning, pausing, was, entry.facts, entry.at, budget)
        was = entry.facts
        end = steps[number + 1].at if number + 1 < len(steps) else known[-1].at
        for at in range(entry.at, end):
            clock.second(at, opened[at])
    return clock


def _facts(known: Sequence[Entry]) -> Facts:
    return next((entry.facts for entry in reversed(known) if entry.facts), Facts())


def _drop(clock: Reckoned, at: int) -> None:
    if clock.met is None and clock.cancelled is None:
        clock.late()
        clock.cancelled = at


def _take_budget(clock: Reckoned, at: int, budget: int) -> None:
    clock.late()
    clock.full_at, clock.budget = None, budget
    if clock.started is not None and clock.used >= budget and clock.breached is None:
        clock.breached = at


def _turn(
    clock: Reckoned,
    meaning: Meaning,
    pausing: tuple[str, ...],
    was: Facts,
    now: Facts,
    at: int,
    budget: int,
) -> None:
    if now.is_over and not (clock.is_open and meaning.stop(now)):
        _drop(clock, at)
        return
    _begin(clock, meaning, was, now, at, budget)
    if not clock.is_open:
        return
    is_paused = now.waiting_for in pausing or meaning.pause(now)
    if meaning.stop(now):
        if clock.full_at is not None and clock.full_at < at:
            clock.late()
        clock.met = at
    elif is_paused != clock.is_paused:
        clock.late()
        clock.is_paused = is_paused


def _begin(clock: Reckoned, meaning: Meaning, was: Facts, now: Facts, at: int, budget: int) -> None:
    """Start, begin afresh, or go on."""
    if clock.started is None and clock.cancelled is None:
        clock.started = at if meaning.start(now) else None
    elif meaning.reset(now) and not meaning.reset(was):
        if clock.is_open:
            clock.late()
        verdicts = [*clock.verdicts, (clock.met, clock.breached)]
        cycle = clock.cycle + 1
        clock.__init__()  # type: ignore[misc]  # As plain as it gets.
        clock.started, clock.verdicts, clock.cycle = at, verdicts, cycle
        clock.budget = budget
    elif clock.met is not None and not meaning.stop(now):
        _reopen(clock, at)


def _reopen(clock: Reckoned, at: int) -> None:
    """Go on; with nothing left, it is late from now and not from when it was met just in time."""
    clock.verdicts.append((clock.met, clock.breached))
    clock.met, clock.is_paused = None, False
    if clock.full_at is not None and clock.breached is None:
        clock.full_at = at


def facts_of(incident: Any, awaits_reply: bool, teams: dict[Any, str]) -> Facts:
    """How an incident stands, as its own fields say."""
    return Facts(
        waiting_for=incident.pending_reason,
        responded=incident.responded_at is not None,
        resolved=incident.resolved_at is not None,
        awaits_reply=awaits_reply,
        is_over=incident.is_over,
        priority=incident.priority or 0,
        team=teams.get(incident.team, ""),
        level=incident.support_level,
        has_assignee=incident.assignee is not None,
    )
