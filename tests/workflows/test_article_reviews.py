"""An article whose time has come needs a review, said once by the sweep."""

from datetime import timedelta
from pathlib import Path

from domain.article import Article
from domain.article_content import Content
from tests.domain.desks import Company, open_desk
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.article_reviews import ArticleReviews

DAY = timedelta(days=1)


async def test_an_article_falls_due_once_at_its_moment(tmp_path: Path) -> None:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        company = await Company(desk).build()
        receipt = await desk.draft_article(
            definition=Content(title="E7", text="Open it.", review_after_days=10),
            by=company.signed("bea"),
        )
        id = receipt.subject
        await desk.submit_definition(id, by=company.signed("bea"))
        await desk.publish_definition(id, by=company.signed("cem"))
        clock = ArticleReviews(desk)

        await clock.keep(MONDAY + 10 * DAY - ArticleReviews.look_again, "sla-clock/0")
        early = (await desk.ledger.find(Article, id)).status
        await clock.keep(MONDAY + 10 * DAY - ArticleReviews.look_again / 2, "sla-clock/0")
        await clock.keep(MONDAY + 10 * DAY, "sla-clock/0")
        await clock.keep(MONDAY + 11 * DAY, "sla-clock/0")
        await ArticleReviews(desk).keep(MONDAY + 12 * DAY, "sla-clock/1")

        history = desk.ledger.history(id)
        due = [entry.event for entry in history if isinstance(entry.event, Article.FellDue)]
        assert early == "published"
        assert [event.by.effective_at for event in due] == [MONDAY + 10 * DAY]
        assert due[0].by.actor == "review-clock"
        assert (await desk.ledger.find(Article, id)).status == "needs review"
