"""When the service clocks of an incident must have rung: reckoned afresh, day and night alike.

This is the arithmetic of somebody with a stopwatch: time runs from the opening, stands while it is
pending for a reason that pauses the target, and ends when the target is met.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.aggregate import Entry
from domain.business_time import duration
from domain.ids import number_of
from domain.incident import Incident
from domain.promises import BREACH, FIRST_RESPONSE, RESOLUTION
from tests.proof.company import ESCALATION

EDGE = timedelta(seconds=0.1)
"""What happens within this of a mark may count as before or after it: commands overtake."""


class Due(NamedTuple):
    """A mark of a round of promises, and from when to when it could be reached."""

    round: int
    target: str
    mark: str
    at: datetime
    is_owed: bool
    """Whether nothing has happened since that takes it back."""
    is_done: bool
    """Whether it was reached in an earlier round, and lies behind in this one, too."""


class Span(NamedTuple):
    """A stretch of time in which a clock ran; the last one has no end yet."""

    since: datetime
    until: datetime | None


def faults(
    history: Sequence[Entry], escalates: frozenset[UUID], now: datetime
) -> Iterator[tuple[bool, str]]:
    """What is wrong with the marks of an incident: whether it may still come, and what it is.

    `escalates` are the policies with an escalation.
    """
    number = number_of(history[0].originator_id)
    dues = {(due.round, due.target, due.mark): due for due in expected(history, escalates)}
    rung: set[tuple[int, str, str]] = set()
    for index, entry in enumerate(history):
        event = entry.event
        if not isinstance(event, Incident.MarkReached):
            continue
        key = event.round, event.target, event.mark
        if key in rung:
            yield False, f"{number}: {key} rang twice"
        rung.add(key)
        if key not in dues and not _was_due(key, history, index, escalates):
            yield False, f"{number}: {key} rang, but nothing was promised: {told(history)}"
        elif key in dues and event.by.at < dues[key].at - EDGE:
            early = (dues[key].at - event.by.at).total_seconds()
            yield False, f"{number}: {key} rang {early:.3f} s early"
    for key, due in dues.items():
        if due.is_owed and due.at + EDGE <= now and key not in rung:
            yield True, f"{number}: {key} was due at {due.at.time()} and never rang"


def _was_due(
    key: tuple[int, str, str], history: Sequence[Entry], index: int, escalates: frozenset[UUID]
) -> bool:
    """Whether a mark was due when it rang, without what is in the ledger after it and was signed
    only just before it: that overtook it."""
    at = history[index].event.by.at
    known = [
        *history[:index],
        *(entry for entry in history[index + 1 :] if entry.event.by.at < at - EDGE),
    ]
    return any(
        (due.round, due.target, due.mark) == key and due.at - EDGE <= at
        for due in expected(known, escalates)
    )


def told(history: Sequence[Entry]) -> str:
    """What moved the clocks of an incident, and when: to understand a fault by."""
    return "; ".join(
        f"{entry.position} {entry.topic.partition('.')[2]}"
        f" {getattr(entry.event, 'round', '')} {getattr(entry.event, 'mark', '')}"
        f" {entry.event.by.at.time()}"
        for entry in history
        if not isinstance(entry.event, Incident.Commented | Incident.Assigned)
    )


def expected(history: Sequence[Entry], escalates: frozenset[UUID]) -> Iterator[Due]:
    """The marks of all promises that come if no more happens, in order of rounds."""
    return (due for due in promised(history, escalates) if not due.is_done)


def promised(history: Sequence[Entry], escalates: frozenset[UUID]) -> Iterator[Due]:
    """The same, and those that stay reached under another promise."""
    applied = [e for e in history if isinstance(e.event, Incident.ServiceLevelApplied)]
    over = _first(history, Incident.Cancelled, Incident.Closed)
    for target in (FIRST_RESPONSE, RESOLUTION):
        met = _met(history, target)
        breached: datetime | None = None
        done: dict[str, bool] = {}
        for index, entry in enumerate(applied):
            event = entry.event
            assert isinstance(event, Incident.ServiceLevelApplied)
            is_last = index + 1 == len(applied)
            start = None if index == 0 else event.by.at
            budget = next(c for c in event.commitments if c.name == target)
            spans = list(running(history, target, budget.pausing))
            total = duration(budget.budget).open_time
            assert total is not None
            at = breached or _reached(spans, total, start)
            has_passed = at is not None and start is not None and at <= start
            is_done = has_passed and (done.get(BREACH) or _rang(history, target, BREACH, index))
            done[BREACH] = bool(is_done)
            if at is not None:
                is_owed = is_last and over is None and (met is None or met > at + EDGE)
                yield Due(index + 1, target, BREACH, at, is_owed, done[BREACH])
            if breached is None and at is not None:
                end = None if is_last else applied[index + 1].event.by.at
                breached = at if end is None or at <= end else None
            if target == RESOLUTION and event.policy in escalates:
                quarter = _reached(spans, total * 3 / 4, start)
                has_passed = quarter is not None and start is not None and quarter <= start
                is_done = has_passed and (done.get("75%") or _rang(history, target, "75%", index))
                done["75%"] = bool(is_done)
                if quarter is not None:
                    is_owed = is_last and spans[-1].until is None
                    yield Due(index + 1, target, "75%", quarter, is_owed, done["75%"])


def running(history: Sequence[Entry], target: str, pausing: Sequence[str]) -> Iterator[Span]:
    """When the clock of a target ran."""
    since: datetime | None = history[0].event.by.at
    met = _met(history, target)
    for entry in history:
        event, at = entry.event, entry.event.by.at
        if since is not None and (
            (isinstance(event, Incident.Paused) and event.reason in pausing)
            or isinstance(event, Incident.Cancelled | Incident.Closed)
            or at == met
        ):
            yield Span(since, max(since, at))
            since = None
        if at == met or isinstance(event, Incident.Cancelled | Incident.Closed):
            return
        if isinstance(event, Incident.Resumed) and since is None:
            since = at
    if since is not None:
        yield Span(since, None)


def _reached(spans: Sequence[Span], total: timedelta, start: datetime | None) -> datetime | None:
    """When so much time had run, but not before `start`; None if it never will."""
    left = total
    for since, until in spans:
        if until is None or until - since >= left:
            at = since + left
            return at if start is None else max(at, start)
        left -= until - since
    return None


def _rang(history: Sequence[Entry], target: str, mark: str, round: int) -> bool:
    """Whether a mark was reached in a round: as long as it lies behind, it stays so. Once it lies
    ahead of a later promise, it is to be reached again."""
    return any(
        isinstance(entry.event, Incident.MarkReached)
        and (entry.event.target, entry.event.mark) == (target, mark)
        and entry.event.round == round
        for entry in history
    )


def _met(history: Sequence[Entry], target: str) -> datetime | None:
    kind = Incident.FirstResponded if target == FIRST_RESPONSE else Incident.Resolved
    return _first(history, kind)


def _first(history: Sequence[Entry], *kinds: type) -> datetime | None:
    return next((e.event.by.at for e in history if isinstance(e.event, kinds)), None)


def levels(mark: str) -> int:
    """How many levels are told of a mark of the resolution if nobody acknowledges."""
    return sum(step.mark == mark for step in ESCALATION)
