"""Reminders of what ends: the warranty of an asset, its contract, its licence, its certificate; and
of deliveries that are late.

Each is given once, at the start of a day in UTC. One whose moment had passed when the last day was
written down is not given: whoever wrote it knew.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance

End = Literal["warranty", "contract", "licence", "certificate"]
ENDS: tuple[End, ...] = get_args(End)
DAYS_BEFORE = (30, 7, 0)
"""How many days before the last one; 0 is the last day itself."""
DAYS_LATE = (-1, -7, -30)
"""Of a delivery it is reminded after its last day."""


class Reminder(NamedTuple):
    end: str
    last_day: date
    days: int
    at: datetime


def next_reminder(end: str, last_day: date, after: datetime) -> Reminder | None:
    """The first reminder of a last day after a moment."""
    for days in DAYS_LATE if end == "delivery" else DAYS_BEFORE:
        try:
            day = last_day - timedelta(days=days)
        except OverflowError:
            continue
        at = datetime.combine(day, time(), UTC)
        if at > after:
            return Reminder(end, last_day, days, at)
    return None


class AssetReminders(Aggregate, abstract=True):
    ends: dict[str, date]
    """The last days of what was agreed, such as `warranty`."""
    reminded_until: dict[str, datetime]
    """By end: when its last day was written down, or the moment of its latest reminder."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.ends = {}
        self.reminded_until = {}

    @property
    def is_gone(self) -> bool:
        raise NotImplementedError

    @property
    def next_reminder(self) -> Reminder | None:
        """None if nothing is ahead."""
        if self.is_gone:
            return None
        found = (
            next_reminder(end, day, self.reminded_until[end]) for end, day in self.ends.items()
        )
        return min((one for one in found if one), key=lambda one: one.at, default=None)

    def remind_of_ends(self, *, by: Provenance) -> None:
        """Remind of all whose moments have come, each once. Too early: nothing."""
        while (due := self.next_reminder) is not None and due.at <= by.effective_at:
            self.record(
                self.EndReminded(
                    by=by, end=due.end, last_day=due.last_day, days=due.days, due=due.at
                )
            )

    class EndReminded(Event):
        end: str
        last_day: date
        days: int
        """How many of them are left: 0 on the last day, below 0 after it."""
        due: datetime

        def apply(self, asset: "AssetReminders", /) -> None:
            asset.reminded_until = {**asset.reminded_until, self.end: self.due}

    def set_ends(self, ends: Mapping[str, date | None], at: datetime) -> None:
        """What an event does that says last days, at a moment; None takes one away."""
        kept = {**self.ends, **ends}
        self.ends = {name: day for name, day in kept.items() if day is not None}
        self.reminded_until = {
            name: at if name in ends else self.reminded_until[name] for name in self.ends
        }
