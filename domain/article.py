"""Knowledge articles: written, reviewed by somebody else, published version by version, looked at
again in time, and retired.

A draft is approved in rounds where a process governs articles, as every definition is; else it is
published by somebody who did not write it. What was published stays for all until the next version
takes its place.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.article_content import Audience, Content, check, check_original, review_due
from domain.moves import Move, require_move
from domain.own_words import OwnWords
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.subjects import Value
from domain.versioned import Versioned

__all__ = ["Article", "Audience", "Content", "Status"]

VERSIONS_MAX = 1_000
FEEDBACK_MAX = 10_000
SHOWN_MAX = 20


class Status(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in review"
    PUBLISHED = "published"
    NEEDS_REVIEW = "needs review"
    RETIRED = "retired"


UNPUBLISHED = frozenset({Status.DRAFT, Status.IN_REVIEW})
IN_USE = frozenset({Status.PUBLISHED, Status.NEEDS_REVIEW})

MOVES: Mapping[str, Move[Status | None]] = {
    "submit": Move(
        frozenset({Status.DRAFT}), Status.IN_REVIEW, "Only a draft is submitted for review."
    ),
    "send_back": Move(
        frozenset({Status.IN_REVIEW}), Status.DRAFT, "Only what is in review is sent back."
    ),
    "publish": Move(
        frozenset({Status.IN_REVIEW}), Status.PUBLISHED, "Only what is in review is published."
    ),
    "fall_due": Move(
        frozenset({Status.PUBLISHED}),
        Status.NEEDS_REVIEW,
        "Only a published article falls due for review.",
    ),
    "confirm": Move(IN_USE, Status.PUBLISHED, "Only a published article is confirmed."),
    "give_feedback": Move(IN_USE, None, "There is feedback on a published article only."),
    "deflect": Move(IN_USE, None, "Only a published article makes a ticket needless."),
    "answer": Move(IN_USE, None, "Only a published article answers a ticket."),
    "retire": Move(
        UNPUBLISHED | IN_USE, Status.RETIRED, "Only an article that is not retired can be retired."
    ),
}
"""The first three are about the draft, which a published article can have besides: then the article
stays published, and its draft is what is in review."""


class Article(Versioned[Content], OwnWords):
    prefix = "KBA"
    what = "article"
    subject = "article"
    whose = "whoever wrote or submitted the draft has no vote"

    draft_definition: Content | None
    versions: tuple[Content, ...]
    translation_of: UUID | None
    """The original, for a translation."""
    ticket: UUID | None
    """The ticket that it was written for."""
    is_submitted: bool
    """Whether the draft waits for the review by somebody else that no process governs."""
    review_due: datetime | None
    """When what is published is to be looked at again."""
    is_overdue: bool
    feedback: dict[str, bool]
    """Who found the latest version helpful, and who did not."""
    answers: int
    """How many tickets it answered."""
    deflected: dict[str, str]
    """Who said on the latest day that it made a ticket needless, with that day."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.translation_of = None
        self.ticket = None
        self.is_submitted = False
        self.review_due = None
        self.is_overdue = False
        self.feedback = {}
        self.answers = 0
        self.deflected = {}

    @property
    def is_over(self) -> bool:
        return self.is_retired

    @property
    def status(self) -> Status:
        if self.is_retired:
            return Status.RETIRED
        if self.versions:
            return Status.NEEDS_REVIEW if self.is_overdue else Status.PUBLISHED
        return self.draft_status or Status.DRAFT

    @property
    def draft_status(self) -> Status | None:
        """Where the draft is on its way; None if there is none that is not published."""
        if self.is_retired or self.news is None:
            return None
        is_in_review = self.is_submitted or bool(self.standing.open) or self.granted_round > 0
        return Status.IN_REVIEW if is_in_review else Status.DRAFT

    def _require(self, act: str) -> None:
        is_of_draft = act in ("send_back", "publish")
        require_move(MOVES, act, self.draft_status if is_of_draft else self.status)

    @staticmethod
    def check(definition: Content) -> None:
        check(definition)

    @staticmethod
    def described(definition: Content) -> Mapping[str, Value]:
        return {
            "category": definition.category,
            "language": definition.language,
            "audience": definition.audience,
            "organisations": [str(one) for one in definition.organisations],
        }

    # Draft and revise ----------------------------------------------------------------------

    @classmethod
    def draft(
        cls,
        id: UUID,
        *,
        name: str = "",
        definition: Content,
        translation_of: UUID | None = None,
        ticket: UUID | None = None,
        by: Provenance,
    ) -> Self:
        """Write an article, anew or for a ticket; or translate one. It is called by its title."""
        cls.check(definition)
        check_original(definition, translation_of)
        return cls.begin(
            id,
            cls.Drafted(
                by=by,
                name=name or definition.title,
                definition=definition,
                translation_of=translation_of,
                ticket=ticket,
            ),
        )

    class Drafted(Versioned.Drafted):
        definition: Content
        translation_of: UUID | None = None
        ticket: UUID | None = None

        def apply(self, article: Any, /) -> None:
            super().apply(article)
            article.translation_of = self.translation_of
            article.ticket = self.ticket

    def revise(self, definition: Content, *, by: Provenance) -> None:
        check_original(definition, self.translation_of)
        super().revise(definition, by=by)

    class Revised(Versioned.Revised):
        definition: Content

        def apply(self, article: Any, /) -> None:
            super().apply(article)
            article.name = self.definition.title

    # Review --------------------------------------------------------------------------------

    def request_review(self, *, by: Provenance) -> None:
        """Ask for the review by somebody else, where no process governs articles."""
        if self.is_submitted:
            return
        self.require_ready()
        self.record(self.ReviewRequested(by=by))

    class ReviewRequested(Event):
        def apply(self, article: "Article", /) -> None:
            article.is_submitted = True
            article.written_by(self.by.actor)

    def enter_approval(self) -> None:
        super().enter_approval()
        self.is_submitted = False

    def send_back(self, *, reason: str, by: Provenance) -> None:
        """End the review: the draft is written on. An approval in rounds is withdrawn instead."""
        self._require("send_back")
        require(self.is_submitted, "The draft is in approval: its submission is withdrawn instead.")
        reason = text.reason(reason, "Sending a draft back needs a reason.")
        self.record(self.SentBack(by=by, reason=reason))

    class SentBack(Event):
        reason: Annotated[str, Personal("actor")]

        def apply(self, article: "Article", /) -> None:
            article.is_submitted = False

    # Publish -------------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Publish the draft as the next version: what a round approved, or what somebody else
        wrote."""
        if self.is_retired or self.news is not None:
            self._require_reviewed(by)
        content = self.draft_definition
        if content is not None:
            self._publish(by=by, review_due=review_due(by.effective_at, content))

    def _require_reviewed(self, by: Provenance) -> None:
        self._require_in_use()
        self._require("publish")
        require(
            self.published_version < VERSIONS_MAX,
            f"An article has at most {VERSIONS_MAX} versions.",
        )
        require(
            bool(self.standing.open or self.granted_round) or by.actor not in self.authors,
            "Nobody publishes what they wrote themselves: somebody else reviews it and does.",
        )

    class VersionPublished(Versioned.VersionPublished):
        definition: Content
        review_due: datetime | None = None

        def apply(self, article: Any, /) -> None:
            super().apply(article)
            article.name = self.definition.title
            article.is_submitted = False
            article.review_due = self.review_due
            article.is_overdue = False
            article.feedback = {}

    # Look at it again ----------------------------------------------------------------------

    def fall_due(self, *, by: Provenance) -> None:
        """Say that the time has come to look at the article again. Too early, it does nothing."""
        due = self.review_due
        if self.status is Status.PUBLISHED and due is not None and due <= by.effective_at:
            self.record(self.FellDue(by=by, due=due))

    class FellDue(Event):
        due: datetime

        def apply(self, article: "Article", /) -> None:
            article.is_overdue = True

    def confirm(self, *, by: Provenance) -> None:
        """Say that what is published is still right: its time begins again."""
        self._require("confirm")
        due = review_due(by.effective_at, self.versions[-1])
        if self.is_overdue or due != self.review_due:
            self.record(self.Confirmed(by=by, number=self.published_version, review_due=due))

    class Confirmed(Event):
        number: int
        review_due: datetime

        def apply(self, article: "Article", /) -> None:
            article.review_due = self.review_due
            article.is_overdue = False

    # Feedback ------------------------------------------------------------------------------

    def give_feedback(self, *, helpful: bool, comment: str = "", by: Provenance) -> None:
        """Say whether the published version helped. The latest word of a person holds."""
        self._require("give_feedback")
        comment = text.body(comment, "A comment", text.REASON_MAX)
        if self.feedback.get(by.actor) is helpful and not comment:
            return
        require(
            by.actor in self.feedback or len(self.feedback) < FEEDBACK_MAX,
            f"A version has the feedback of at most {FEEDBACK_MAX} people.",
        )
        self.record(
            self.FeedbackGiven(
                by=by, number=self.published_version, helpful=helpful, comment=comment
            )
        )

    class FeedbackGiven(Event):
        number: int
        helpful: bool
        comment: Annotated[str, Personal("actor")] = ""

        def apply(self, article: "Article", /) -> None:
            article.feedback = {**article.feedback, self.by.actor: self.helpful}

    # Make tickets needless -----------------------------------------------------------------

    def deflect(self, *, shown: Sequence[UUID] = (), by: Provenance) -> None:
        """Say that it helped, so that no ticket is needed: once a day and person. `shown` are the
        articles that were suggested."""
        self._require("deflect")
        require(len(shown) <= SHOWN_MAX, f"At most {SHOWN_MAX} articles are shown at once.")
        if self.deflected.get(by.actor) != _day(by):
            self.record(
                self.Deflected(
                    by=by, number=self.published_version, shown=tuple(dict.fromkeys(shown))
                )
            )

    class Deflected(Event):
        number: int
        shown: tuple[UUID, ...] = ()

        def apply(self, article: "Article", /) -> None:
            day = _day(self.by)
            same = {who: on for who, on in article.deflected.items() if on == day}
            article.deflected = {**same, self.by.actor: day}

    # Answer tickets ------------------------------------------------------------------------

    def answer(self, ticket: UUID, *, by: Provenance) -> None:
        """Count that it answers a ticket. The ticket itself knows which articles answer it."""
        self._require("answer")
        self.record(self.Answered(by=by, number=self.published_version, ticket=ticket))

    class Answered(Event):
        number: int
        ticket: UUID

        def apply(self, article: "Article", /) -> None:
            article.answers += 1

    def withdraw_answer(self, ticket: UUID, *, by: Provenance) -> None:
        """Count a ticket no more that it did not answer after all."""
        require(self.answers > 0, "This article answers no ticket.")
        self.record(self.AnswerWithdrawn(by=by, ticket=ticket))

    class AnswerWithdrawn(Event):
        ticket: UUID

        def apply(self, article: "Article", /) -> None:
            article.answers -= 1


def _day(by: Provenance) -> str:
    return by.effective_at.astimezone(UTC).date().isoformat()
