"""Whatever happens to an article, the list says of it what the article says of itself."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.article import Article
from domain.definition import digest
from domain.policy import about
from projections import articles
from projections.tables import instant_or_none
from tests.domain.stories import attempts
from tests.people import CUSTOMER
from tests.projections.lives import entries_of, folded, lived, row_of, rows_of

RANDOM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def an_article(data: st.DataObject) -> Any:
    article = lived(Article, data.draw(attempts(Article)))
    assume(article is not None)
    return article


@RANDOM
@given(data=st.data())
def test_the_list_agrees_with_the_article(data: st.DataObject) -> None:
    article = an_article(data)
    said = article.versions[-1] if article.versions else article.draft_definition

    store = folded(articles.VIEW, entries_of(article))
    row = row_of(store, articles.ARTICLES, str(article.id))
    page = row_of(store, articles.PAGES, str(article.id))

    assert (row.number, row.version) == (article.number, article.version)
    assert row.status == article.status
    assert page.draft_status == (article.draft_status or "")
    assert (row.title, page.text) == (said.title, said.text)
    assert (row.language, row.category, row.audience) == (
        said.language,
        said.category,
        said.audience,
    )
    assert row.published_version == article.published_version
    assert page.digest == (digest(article.versions[-1]) if article.versions else "")
    assert row.review_due == instant_or_none(article.review_due)
    assert row.author in (None, str(article.requester))
    assert row.answers == article.answers
    assert row.deflections >= len(article.deflected)
    opinions = list(article.feedback.values())
    assert (row.helpful, row.unhelpful) == (opinions.count(True), opinions.count(False))
    assert [one.digest for one in rows_of(store, articles.VERSIONS)] == [
        digest(version) for version in article.versions
    ]


@RANDOM
@given(data=st.data())
def test_the_list_is_for_those_who_may_read_the_article(data: st.DataObject) -> None:
    article = an_article(data)

    store = folded(articles.VIEW, entries_of(article))

    what = about(article)
    assert row_of(store, articles.ARTICLES, str(article.id)).is_public == what.is_public
    found = {row.organisation for row in rows_of(store, articles.AUDIENCE)}
    assert found == set(map(str, what.audience)) <= {str(CUSTOMER)}
