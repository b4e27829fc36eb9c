"""A record as it is being told: its state, and the texts that a state does not keep."""

from typing import Any

from domain.aggregate import Aggregate, Entry, Event
from domain.asset import Asset
from domain.change import Change
from domain.incident import Incident
from domain.problem import Problem
from domain.ticket import Ticket

BEGINNINGS = (Incident.Logged, Problem.Raised, Change.Proposed, Asset.Registered)


class Story:
    def __init__(self, record: Aggregate) -> None:
        self.record: Any = record
        self.title = ""
        self.description = ""
        self.beginning: Any = None
        """The event that began the record."""
        self.latest: dict[str, Any] = {}
        """What the latest event with such a field says: how it was resolved, when it is due."""

    def copy(self) -> "Story":
        copy = Story(self.record.fork())
        copy.title, copy.description = self.title, self.description
        copy.beginning, copy.latest = self.beginning, dict(self.latest)
        return copy

    def fold(self, entry: Entry) -> None:
        """Go on by a recorded event."""
        self.record.replay(entry)
        self.read(entry.event)

    def read(self, event: Event) -> None:
        """Keep what an event says beyond the state."""
        if isinstance(event, BEGINNINGS):
            self.beginning = event
            self.title = getattr(event, "title", "")
            self.description = getattr(event, "description", "")
        elif isinstance(event, Ticket.Amended):
            if event.title is not None:
                self.title = event.title
            if event.description is not None:
                self.description = event.description
        elif isinstance(event, Incident.Resolved | Problem.Resolved):
            self.latest["code"] = event.code
            self.latest["resolution"] = event.resolution
        elif isinstance(event, Change.Closed):
            self.latest["code"] = event.code
