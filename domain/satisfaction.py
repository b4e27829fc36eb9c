"""How satisfied the requester of a ticket is with each of its resolutions.

Where a survey policy is in force, it plans when the ticket is done whether and when its requester
is asked (see `domain.survey_policy`); without one, every requester is asked at once.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import text
from domain.aggregate import Event
from domain.personal import Personal
from domain.promises import RESOLUTION
from domain.provenance import Provenance
from domain.rules import require
from domain.ticket_base import TicketBase

SCORE_MAX = 5
RATED_WITHIN = timedelta(days=14)


class Survey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a policy has planned for a resolution, and how far that is."""

    resolution: int
    policy: UUID
    version: int
    asks_at: datetime | None
    """When its requester is to be asked; None once that is settled."""
    until: datetime | None = None
    """Until when they are asked; None while they are not."""
    remind_at: datetime | None = None


class Satisfaction(TicketBase, abstract=True):
    """A ticket whose requester is asked once it is resolved, or answered."""

    reopened: int
    scores: dict[int, int]
    """By the number of the resolution, from 1."""
    survey: Survey | None
    """The latest that a policy has planned."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.scores = {}
        self.survey = None

    def met_at(self, target: str) -> datetime | None:
        raise NotImplementedError

    @property
    def planned(self) -> Survey | None:
        """What is planned for the resolution that stands; None where no policy has planned it."""
        survey = self.survey
        return survey if survey and survey.resolution == self.reopened + 1 else None

    @property
    def asks_until(self) -> datetime | None:
        """Until when the requester is asked; None if they are not, or have answered."""
        resolved_at = self.met_at(RESOLUTION)
        if resolved_at is None or self.reopened + 1 in self.scores:
            return None
        return resolved_at + RATED_WITHIN if self.planned is None else self.planned.until

    @property
    def survey_due(self) -> datetime | None:
        """When there is something to do next about asking; None if there is nothing."""
        planned = self.planned
        if planned is None or self.met_at(RESOLUTION) is None:
            return None
        if self.reopened + 1 in self.scores:
            return None
        return planned.asks_at or planned.remind_at

    # Ask ---------------------------------------------------------------------------------

    def plan_survey(
        self, policy: UUID, *, version: int, asks_at: datetime | None, by: Provenance
    ) -> None:
        """Say whether and when its requester is asked about the resolution, by which version of
        which policy: once for each. `asks_at`: None for who is not in the sample."""
        if self.met_at(RESOLUTION) is None or self.planned is not None:
            return
        self.record(
            self.SurveyPlanned(
                by=by,
                policy=policy,
                version=version,
                resolution=self.reopened + 1,
                asks_at=asks_at,
            )
        )

    class SurveyPlanned(Event):
        policy: UUID
        version: int
        resolution: int
        asks_at: datetime | None = None
        """None for who is not in the sample."""

        def apply(self, ticket: "Satisfaction", /) -> None:
            ticket.survey = Survey(
                resolution=self.resolution,
                policy=self.policy,
                version=self.version,
                asks_at=self.asks_at,
            )

    def ask_rating(
        self, *, until: datetime, remind_at: datetime | None = None, by: Provenance
    ) -> None:
        """Ask its requester, as it was planned. A second time records nothing."""
        if self.survey_due is not None and self.planned and self.planned.asks_at is not None:
            self.record(self.RatingAsked(by=by, until=until, remind_at=remind_at))

    class RatingAsked(Event):
        until: datetime
        remind_at: datetime | None = None

        def apply(self, ticket: "Satisfaction", /) -> None:
            assert ticket.survey
            ticket.survey = replace(
                ticket.survey, asks_at=None, until=self.until, remind_at=self.remind_at
            )

    def leave_out_rating(self, *, by: Provenance) -> None:
        """Do not ask its requester after all, as they were asked lately."""
        if self.survey_due is not None and self.planned and self.planned.asks_at is not None:
            self.record(self.RatingLeftOut(by=by))

    class RatingLeftOut(Event):
        def apply(self, ticket: "Satisfaction", /) -> None:
            assert ticket.survey
            ticket.survey = replace(ticket.survey, asks_at=None)

    def remind_of_rating(self, *, by: Provenance) -> None:
        """Remind its requester, once."""
        if self.survey_due is not None and self.planned and self.planned.remind_at is not None:
            self.record(self.RatingReminded(by=by))

    class RatingReminded(Event):
        def apply(self, ticket: "Satisfaction", /) -> None:
            assert ticket.survey
            ticket.survey = replace(ticket.survey, remind_at=None)

    # Answer ------------------------------------------------------------------------------

    def rate(self, score: int, *, comment: str = "", by: Provenance) -> None:
        """Say how well it was resolved: 1 badly, 5 very well. Allowed when it is over."""
        require(by.actor == str(self.requester), "Only its requester rates how it was resolved.")
        require(1 <= score <= SCORE_MAX, f"A score is a number from 1 to {SCORE_MAX}.")
        resolved_at = self.met_at(RESOLUTION)
        require(resolved_at is not None, f"Only a resolved {self.what} can be rated.")
        resolution = self.reopened + 1
        require(resolution not in self.scores, "Each resolution is rated once.")
        until = self.asks_until
        require(until is not None, f"Nobody is asked how this {self.what} was resolved.")
        assert resolved_at
        assert until
        length = RATED_WITHIN if self.planned is None else until - resolved_at
        require(
            by.effective_at <= until,
            f"A resolution can be rated for {length.days} days.",
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
