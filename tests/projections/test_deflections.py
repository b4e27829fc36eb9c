"""What people say that an article made needless counts, unless they ask all the same."""

from datetime import timedelta

import pytest

from domain.article import Article
from domain.article_content import Content
from domain.ids import record_id
from domain.incident import Incident
from domain.person import Person
from domain.question import Question
from projections import deflections
from projections.deflections import DEFLECTIONS
from tests.people import BEA, CEM, CUSTOMER, MONDAY, person, signed
from tests.projections.lives import entries_of, folded, rows_of

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("page", [1, 1_000])
def test_a_ticket_follows_what_its_requester_said_within_a_day(page: int) -> None:
    ann = Person.register(person("ann"), username="ann", name="Ann", organisation=CUSTOMER, by=CEM)
    article = Article.draft(
        record_id("KBA", 1), definition=Content(title="E7", text="Open it."), by=BEA
    )
    article.request_review(by=BEA)
    article.publish(by=CEM)
    for hours in (0, 30, 60):
        article.deflect(shown=[article.id], by=signed("ann", MONDAY + hours * HOUR))
    article.deflect(by=signed("dan", MONDAY + 59 * HOUR))
    incident = Incident.log(
        record_id("INC", 1),
        title="E7",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("bea", MONDAY + 54 * HOUR),
    )
    question = Question.ask(
        record_id("QST", 1),
        title="E7?",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann", MONDAY + 84 * HOUR + timedelta(seconds=1)),
    )

    store = folded(deflections.VIEW, entries_of(ann, article, incident, question), page)

    rows = rows_of(store, DEFLECTIONS)
    assert [(row.person, row.organisation, row.ticket) for row in rows] == [
        (str(ann.id), str(CUSTOMER), None),
        (str(ann.id), str(CUSTOMER), str(incident.id)),
        (str(ann.id), str(CUSTOMER), None),
        (str(person("dan")), None, None),
    ]
    assert [row.is_followed for row in rows] == [False, True, False, False]
    assert (rows[0].number, rows[0].version, rows[0].shown) == (
        "KBA0000001",
        1,
        (str(article.id),),
    )
