"""What is asked of articles beside their list."""

from datetime import datetime
from uuid import UUID

from domain.article import Status
from projections import articles
from projections.reading import Reading
from projections.tables import instant


class ArticleViews(Reading):
    async def articles_to_review(self, now: datetime, limit: int) -> list[UUID]:
        """The published articles that are to be looked at again by now, those due first first."""
        source = self._at(articles.ARTICLES.stored)
        rows = await self._query(
            f"SELECT id FROM {source} WHERE status = ? AND review_due <= ?"
            f" ORDER BY review_due, id LIMIT {limit:d}",
            (str(Status.PUBLISHED), instant(now)),
        )
        return [UUID(id) for (id,) in rows]
