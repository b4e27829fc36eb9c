"""Says of articles that the time has come to look at them again. It is part of the sweep."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.article import Article
from domain.provenance import Provenance
from workflows.lookout import Lookout

DUE_AT_ONCE_MAX = 200
"""The others fall due in the next sweep."""


class ArticleReviews(Lookout):
    actor = "review-clock"
    step = "review"
    failure = "%s does not fall due"

    async def due(self, now: datetime) -> tuple[Sequence[UUID], None]:
        return await self.desk.articles_to_review(now, DUE_AT_ONCE_MAX), None

    async def act(self, id: UUID, by: Provenance) -> None:
        def fall_due(article: Article) -> None:
            article.fall_due(by=by)

        await self.desk.ledger.edit(Article, id, fall_due, by=by, is_repeatable=True)
