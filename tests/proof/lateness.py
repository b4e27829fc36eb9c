"""How late things happened that have a moment, and which death explains it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.aggregate import Entry
from domain.business_time import duration
from domain.change import Change
from domain.ids import number_of
from domain.incident import Incident
from tests.proof import clocks
from tests.proof.company import ESCALATION

PUNCTUAL = timedelta(seconds=1)
"""What a busy machine may take."""
RECOVERY = timedelta(seconds=13)
"""What Temporal takes to miss a killed worker (10 s), and a process to be back."""
PAUSE_MAX = timedelta(seconds=12)
"""How long a worker may leave a Temporal alone that did not answer it: up to 10 s, give or take a
fifth. Each pause is twice the last, so it is about as long as Temporal was away."""


class Moment(NamedTuple):
    """Something that was due at a moment, and when it happened."""

    what: str
    due: datetime
    at: datetime

    @property
    def late(self) -> timedelta:
        return self.at - self.due


class Death(NamedTuple):
    name: str
    at: datetime
    back: datetime | None = None
    """When Temporal could be reached again, if that was away."""

    @property
    def over(self) -> datetime:
        """From when on nothing that falls due is delayed by it any more, but for a backlog."""
        recovered = self.at + RECOVERY
        if self.back is None:
            return recovered
        pause = min((self.back - self.at) * 1.2, PAUSE_MAX)
        return max(recovered, self.back + pause + PUNCTUAL)


def moments(
    histories: Mapping[UUID, Sequence[Entry]], escalates: frozenset[UUID]
) -> Iterator[Moment]:
    """All time-outs, marks and levels of escalations, with the moments at which they were due."""
    for id, history in histories.items():
        number = number_of(id)
        for entry in history:
            if isinstance(entry.event, Change.StageTimedOut):
                by = entry.event.by
                yield Moment(f"{number}: time-out of {entry.event.stage}", by.effective_at, by.at)
        if isinstance(history[0].event, Incident.Logged):
            yield from _marks(number, history, escalates)


def unexplained(moments: Iterable[Moment], deaths: Sequence[Death]) -> Iterator[Moment]:
    """What came late though no death delayed it, nor the backlog that one had left.

    A backlog is worked off until the last comes of what a death had delayed.
    """
    late = [moment for moment in moments if moment.late > PUNCTUAL]
    delayed = [moment for moment in late if causes(moment, deaths)]
    for moment in late:
        if moment not in delayed and not any(d.due < moment.due <= d.at for d in delayed):
            yield moment


def causes(moment: Moment, deaths: Sequence[Death]) -> list[Death]:
    """The deaths that can have delayed something."""
    return [death for death in deaths if death.at <= moment.at and moment.due <= death.over]


def _marks(number: str, history: Sequence[Entry], escalates: frozenset[UUID]) -> Iterator[Moment]:
    dues = {(due.round, due.target, due.mark): due for due in clocks.expected(history, escalates)}
    told: dict[str, datetime] = {}
    for entry in history:
        event = entry.event
        if isinstance(event, Incident.MarkReached):
            key = event.round, event.target, event.mark
            told[f"{number}/{event.round}/{event.target}/{event.mark}"] = event.by.at
            if key in dues:
                yield Moment(f"{number}: mark {key}", dues[key].at, event.by.at)
        elif isinstance(event, Incident.EscalatedHierarchically) and event.by.cause:
            workflow = event.by.cause.workflow.removeprefix("escalation/")
            if workflow in told:
                yield Moment(f"{number}: level of {workflow}", told[workflow], event.by.at)
            told[workflow] = event.by.at + WAIT


def _wait() -> timedelta:
    """How long each level of the escalation may take to acknowledge."""
    (wait,) = {duration(step.wait).open_time for step in ESCALATION}
    assert wait is not None
    return wait


WAIT = _wait()
