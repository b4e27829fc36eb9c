"""How satisfied the requester of a ticket is with each of its resolutions."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.promises import RESOLUTION
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket_base import TicketBase

SCORE_MAX = 5
RATED_WITHIN = timedelta(days=14)


class Satisfaction(TicketBase, abstract=True):
    """A ticket whose requester is asked once it is resolved, or answered."""

    reopened: int
    scores: dict[int, int]
    """By the number of the resolution, from 1."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.scores = {}

    def met_at(self, target: str) -> datetime | None:
        raise NotImplementedError

    @property
    def asks_until(self) -> datetime | None:
        """Until when the requester is asked; None if they are not, or have answered."""
        resolved_at = self.met_at(RESOLUTION)
        if resolved_at is None or self.reopened + 1 in self.scores:
            return None
        return resolved_at + RATED_WITHIN

    def rate(self, score: int, *, comment: str = "", by: Provenance) -> None:
        """Say how well it was resolved: 1 badly, 5 very well. Allowed when it is over."""
        require(by.actor == str(self.requester), "Only its requester rates how it was resolved.")
        require(1 <= score <= SCORE_MAX, f"A score is a number from 1 to {SCORE_MAX}.")
        resolved_at = self.met_at(RESOLUTION)
        require(resolved_at is not None, f"Only a resolved {self.what} can be rated.")
        resolution = self.reopened + 1
        require(resolution not in self.scores, "Each resolution is rated once.")
        assert resolved_at
        require(
            by.effective_at <= resolved_at + RATED_WITHIN,
            f"A resolution can be rated for {RATED_WITHIN.days} days.",
        )
        self.record(
            self.Rated(
                by=by,
                resolution=resolution,
                score=score,
                comment=text.body(comment, "A comment", text.REASON_MAX),
            )
        )

    class Rated(Event):
        resolution: int
        score: int
        comment: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "Satisfaction", /) -> None:
            ticket.scores = {**ticket.scores, self.resolution: self.score}
