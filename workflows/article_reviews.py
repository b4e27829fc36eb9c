"""Says of articles that the time has come to look at them again. It is part of the sweep."""

import logging
from datetime import datetime, timedelta

from eventsourcing.persistence import MapperDeserialisationError

from domain.article import Article
from domain.desk import Desk
from domain.ids import number_of
from domain.provenance import Provenance
from domain.rules import DomainError
from workflows.signing import signed

ACTOR = "review-clock"
LOOK_AGAIN = timedelta(minutes=1)
"""Articles are looked at again after days: nobody has to look more often."""

DUE_AT_ONCE_MAX = 200
"""The others fall due in the next sweep."""

log = logging.getLogger(__name__)


class ArticleReviews:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Let all fall due whose moment has passed, if nobody looked a moment ago."""
        if self._looked is not None and now < self._looked + LOOK_AGAIN:
            return None
        for id in await self.desk.articles_to_review(now, DUE_AT_ONCE_MAX):
            by = signed(ACTOR, workflow, f"{number_of(id)}/review/{now.isoformat()}", now)

            def fall_due(article: Article, by: Provenance = by) -> None:
                article.fall_due(by=by)

            try:
                await self.desk.ledger.edit(Article, id, fall_due, by=by, is_repeatable=True)
            except (DomainError, MapperDeserialisationError) as error:
                # One article that cannot fall due must not hold up the others.
                log.warning("%s does not fall due: %s", number_of(id), error)
        self._looked = now
        return None
