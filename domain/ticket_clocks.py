"""All service clocks of one ticket, as a pure function of its events.

`told(state, event, hours_of)` is the step that a read model takes for each event, in the order
recorded; `after` takes all steps of a history, and `explained` takes them too and says why each
clock ran or stood meanwhile. Nothing else computes when anything is due.

After each event that changes the situation of the ticket, at its effective time, the conditions of
each clock are asked: whether it starts, begins afresh, stops or stands. The promise of a target
counts from the opening of the ticket also when it is given later, and its clock stands then as if
it had been given at once. A promise given anew keeps what the clock has consumed; a mark that was
done counts again only if its moment lies ahead under the new promise. A pause that is noted
afterwards moves the clocks that are open and not breached when it is noted, and no others.

Nothing here is remembered or looked up: business hours come in as `hours_of(calendar, version)`,
and what that raises is raised on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain import clock_marks, clock_steps, noted_pauses, situation, situation_events
from domain.aggregate import Event
from domain.agreed_clocks import Agreed, Basis, HoursOf, Open, united
from domain.business_time import BusinessHours
from domain.clock_spans import Trace
from domain.clock_steps import Clock
from domain.clock_terms import Past, Terms, situations, terms, turned
from domain.promises import BREACH, Promises, clock_name
from domain.situation import Changes, Delta, Situation
from domain.situation_events import FOLDS, KEPT
from domain.wall_clock import micros


class Step(Struct, frozen=True, array_like=True, gc=False):
    """Something that changed the situation, in microseconds since 1970."""

    at: int
    changes: Delta


class TicketClocks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a ticket and its clocks stand, and what a later promise must know."""

    situation: Situation = situation.NOTHING
    past: tuple[Step, ...] = ()
    agreements: tuple[Agreed, ...] = ()
    """The SLA first, then the others by label."""

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """All clocks, those of the SLA first."""
        return tuple(clock for agreed in self.agreements for clock in agreed.clocks)

    def find(self, clock: str) -> tuple[Agreed, Clock] | None:
        """The clock of that name, and the agreement that it belongs to."""
        for agreed in self.agreements:
            for one in agreed.clocks:
                if one.target == clock:
                    return agreed, one
        return None

    def clock(self, name: str) -> Clock | None:
        found = self.find(name)
        return None if found is None else found[1]

    @property
    def sla(self) -> Agreed | None:
        return next((agreed for agreed in self.agreements if not agreed.label), None)


NOTHING = TicketClocks()
"""Before a ticket is opened."""
EVENTS: frozenset[type[Event]] = situation_events.EVENTS | {
    Promises.ServiceLevelApplied,
    Promises.MarkReached,
    Promises.TargetBreached,
    Promises.PauseNoted,
}
"""The events that can change the clocks of a ticket."""


def told(state: TicketClocks, event: Event, hours_of: HoursOf) -> TicketClocks:
    """The clocks after one more event: the same object if that changes nothing."""
    if type(event) not in _OTHERS and situation_events.changes_by(state.situation, event) is None:
        return state
    telling = Telling(state, hours_of)
    telling.tell(event)
    return telling.state()


def after(events: Iterable[Event], hours_of: HoursOf) -> TicketClocks:
    """The clocks after these events, which begin with the first of the ticket."""
    telling = Telling(NOTHING, hours_of)
    telling.tell(*events)
    return telling.state()


class Telling:
    """A ticket at work, told event by event. It belongs to one caller."""

    def __init__(self, state: TicketClocks, hours_of: HoursOf, trace: Trace | None = None) -> None:
        """`trace` hears what each clock has done whenever its time is counted."""
        self.now = state.situation
        self._known = state
        self._hours_of = hours_of
        self._trace = trace
        self._new: list[tuple[int, Changes]] = []
        self._past: Sequence[Step] = state.past
        self._agreements = [Open(agreed, hours_of) for agreed in state.agreements]
        self._is_changed = False

    def state(self) -> TicketClocks:
        """How everything stands now."""
        if not self._is_changed:
            return self._known
        kept = KEPT.get
        new = [Step(at, kept(id(changes)) or Delta(**changes)) for at, changes in self._new]
        return TicketClocks(
            situation=self.now,
            past=(*self._past, *new),
            agreements=tuple(open.agreed() for open in self._agreements),
        )

    def tell(self, *events: Event) -> None:
        # Most of what is told changes a field that no clock asks for: that path is short.
        now, new, asked = self.now, self._new, self._asked()
        for event in events:
            kind = type(event)
            fold = FOLDS.get(kind)
            if fold is None:
                if (tell := _OTHERS.get(kind)) is not None:
                    self.now = now
                    tell(self, event)
                    new, asked = self._new, self._asked()
                continue
            changes = fold(now, event)
            if changes is None:
                continue
            was = now
            now = replace(was, **changes)
            if now == was:
                continue
            by = event.by
            at = micros(by.effective or by.at)
            new.append((at, changes))
            if not asked.isdisjoint(changes):
                self._turn(changes, was, now, at)
        if now is not self.now:
            self.now = now
            self._is_changed = True

    def steps(self) -> list[tuple[int, Changes]]:
        """All that has changed the situation."""
        past = [(step.at, situation.changes_of(step.changes)) for step in self._past]
        return [*past, *self._new]

    def _asked(self) -> frozenset[str]:
        """The fields of a situation on which any clock depends."""
        return united(tuple([open.fields for open in self._agreements]))

    def _turn(self, changes: Changes, was: Situation, now: Situation, at: int) -> None:
        for open in self._agreements:
            clocks = open.clocks
            for place, of_clock in enumerate(open.terms):
                if of_clock.fields.isdisjoint(changes):
                    continue
                before = clocks[place]
                hours = open.hours
                clock = turned(before, of_clock, was, now, at, hours)
                if clock is not before:
                    clocks[place] = clock
                    if self._trace is not None:
                        self._count(before, clock, hours)

    # What is promised ------------------------------------------------------------------------

    def _promised(self, event: Promises.ServiceLevelApplied) -> None:
        self._is_changed = True
        at = micros(event.by.effective_at)
        basis = Basis(event.calendar, event.calendar_version, event.zone)
        open = self._open(event, basis)
        before = open.hours
        known = {clock.target: clock for clock in open.clocks}
        lapsed = {clock.target for clock in open.clocks[len(open.terms) :]}
        past: Sequence[Past] = ()
        open.apply(event, basis)
        for commitment in event.commitments:
            name = clock_name(event.label, commitment.name)
            of_clock = terms(commitment, event.names)
            clock = known.pop(name, None)
            if clock is None or clock.state == "cancelled":
                past = past or situations(self.steps())
                clock = self._from_the_opening(name, of_clock, open, past)
            else:
                if name in lapsed:
                    clock = self._taken_up(clock, of_clock, at, before)
                clock = self._promised_anew(clock, of_clock, at, before, open)
            open.terms.append(of_clock)
            open.clocks.append(clock)
        open.fields = united(tuple([of_clock.fields for of_clock in open.terms]))
        for clock in known.values():
            # Nobody is told of the breach of a promise that holds no more.
            dropped = clock_steps.marked(clock_steps.cancel(clock, at, before), BREACH)
            self._count(clock, dropped, before)
            open.clocks.append(dropped)

    def _open(self, event: Promises.ServiceLevelApplied, basis: Basis) -> Open:
        """The agreement that a promise is given under."""
        for open in self._agreements:
            if open.label == event.label:
                return open
        agreed = Agreed(label=event.label, policy=event.policy, policy_version=0, bases=(basis,))
        open = Open(agreed, self._hours_of)
        self._agreements.append(open)
        if len(self._agreements) > 1:
            self._agreements.sort(key=lambda open: open.label)
        return open

    def _from_the_opening(
        self, name: str, of_clock: Terms, open: Open, past: Sequence[Past]
    ) -> Clock:
        """The clock of a promise as if it had been given when the ticket was opened."""
        commitment = of_clock.commitment
        clock = Clock(
            target=name,
            budget=commitment.budget,
            pausing=commitment.pausing,
            hours=open.number,
        )
        if self._trace is not None:
            self._trace.forget(name)
        fields, hours = of_clock.fields, open.hours
        for at, was, now, changes in past:
            if not fields.isdisjoint(changes):
                before, clock = clock, turned(clock, of_clock, was, now, at, hours)
                if self._trace is not None:
                    self._count(before, clock, hours)
        return clock

    def _taken_up(self, clock: Clock, of_clock: Terms, at: int, before: BusinessHours) -> Clock:
        """The clock of a target that was promised no more: it runs again if it was met, and what
        met it was undone meanwhile."""
        if clock.met is None or self.now.is_over or of_clock.stops(self.now):
            return clock
        reopened = clock_steps.reopen(clock, at, before)
        self._count(clock, reopened, before)
        return reopened

    def _promised_anew(
        self, clock: Clock, of_clock: Terms, at: int, before: BusinessHours, open: Open
    ) -> Clock:
        commitment = of_clock.commitment
        given = clock_steps.re_budget(clock, at, before, commitment.budget, open.hours)
        given = replace(given, pausing=commitment.pausing, hours=open.number)
        self._count(clock, given, before)
        if given.met is None:
            given = turned(given, of_clock, self.now, self.now, at, open.hours)
            still = clock_marks.passed(given, open.hours)
            if still != given.marks_done:
                given = replace(given, marks_done=still)
        return given

    def _count(self, before: Clock, clock: Clock, hours: BusinessHours) -> None:
        if self._trace is not None and clock.settled is not None:
            self._trace.add(before, clock.settled, hours)

    # What was acted on, and what is noted afterwards --------------------------------------------

    def _marked(self, event: Promises.MarkReached) -> None:
        for open in self._agreements:
            if event.round != open.known.round:
                continue
            for place, before in enumerate(open.clocks):
                if (before.target, before.cycle) != (event.target, event.cycle):
                    continue
                clock = clock_steps.marked(before, event.mark)
                if event.mark == BREACH:
                    # A breach is later than the due moment by nothing: only a moment after it
                    # settles it.
                    at = micros(event.by.effective_at)
                    clock = clock_steps.settle(clock, at, open.hours)
                if clock is not before:
                    self._is_changed = True
                    open.clocks[place] = clock
                    self._count(before, clock, open.hours)

    def _pause_noted(self, event: Promises.PauseNoted) -> None:
        at, steps = micros(event.by.effective_at), self.steps()
        noted = noted_pauses.Noted(micros(event.since), micros(event.until), event.reason)
        for open in self._agreements:
            hours = [basis.hours(self._hours_of) for basis in open.bases]
            for place, of_clock in enumerate(open.terms):
                before = open.clocks[place]
                clock = clock_steps.settle(before, at, open.hours)
                if not clock.is_open or clock.breached is not None:
                    continue
                stood = list(noted_pauses.stretches(noted, steps, of_clock))
                clock = noted_pauses.stood_back(clock, stood, hours)
                open.clocks[place] = clock
                self._count(before, clock, open.hours)
                if self._trace is not None:
                    self._trace.stand(clock.target, stood)
        self._past, self._new = (), noted_pauses.with_pause(noted, steps)
        self._is_changed = True


_OTHERS: Mapping[type[Event], Callable[[Telling, Any], None]] = {
    Promises.ServiceLevelApplied: Telling._promised,
    Promises.MarkReached: Telling._marked,
    Promises.TargetBreached: Telling._marked,
    Promises.PauseNoted: Telling._pause_noted,
}
