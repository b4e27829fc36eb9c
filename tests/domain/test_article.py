"""Articles: their life cycle, who publishes them, and what they keep."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.article import MOVES, Article, Status
from domain.article_content import Content, check, review_due
from domain.article_diff import difference
from domain.ids import record_id
from domain.rules import NotFound, Refused
from tests.domain.articles import DRUCKER, FOR_BAKERY, PRINTER
from tests.people import ANN, BEA, CEM, CUSTOMER, MONDAY, system

KB = record_id("KBA", 1)
TICKET = record_id("INC", 1)


def draft(content: Content = PRINTER) -> Article:
    return Article.draft(KB, definition=content, by=ANN)


def in_review(content: Content = PRINTER) -> Article:
    article = draft(content)
    article.request_review(by=ANN)
    return article


def published(content: Content = PRINTER) -> Article:
    article = in_review(content)
    article.publish(by=BEA)
    return article


def overdue() -> Article:
    article = published(FOR_BAKERY)
    article.fall_due(by=system("clock", MONDAY + timedelta(days=1)))
    return article


def retired() -> Article:
    article = published()
    article.retire(reason="There is no such printer any more.", by=BEA)
    return article


@pytest.mark.parametrize(
    ("article", "status"),
    [
        (draft(), Status.DRAFT),
        (in_review(), Status.IN_REVIEW),
        (published(), Status.PUBLISHED),
        (overdue(), Status.NEEDS_REVIEW),
        (retired(), Status.RETIRED),
    ],
)
def test_each_state_is_reached(article: Article, status: Status) -> None:
    assert article.status is status


def test_the_life_cycle_is_complete() -> None:
    reached, met = {Status.DRAFT}, {Status.DRAFT}
    while met:
        met = {
            move.target
            for move in MOVES.values()
            if move.target and move.sources & reached and move.target not in reached
        }
        reached |= met
    left = {status for move in MOVES.values() if move.target for status in move.sources}

    assert reached == set(Status)
    assert left == set(Status) - {Status.RETIRED}


def test_nobody_publishes_what_they_wrote_or_submitted() -> None:
    article = draft()
    article.revise(FOR_BAKERY, by=CEM)
    article.request_review(by=BEA)

    for author in (ANN, BEA, CEM):
        with pytest.raises(Refused, match="Nobody publishes what they wrote themselves"):
            article.publish(by=author)


def test_who_revises_what_they_review_becomes_an_author_of_it() -> None:
    article = in_review()
    article.revise(FOR_BAKERY, by=BEA)

    with pytest.raises(Refused, match="Nobody publishes what they wrote themselves"):
        article.publish(by=BEA)
    article.publish(by=CEM)

    assert article.versions == (FOR_BAKERY,)


def test_a_draft_is_reviewed_before_it_is_published() -> None:
    sent_back = in_review()
    sent_back.send_back(reason="Which tray?", by=BEA)

    for article in (draft(), sent_back):
        with pytest.raises(Refused, match=r"Only what is in review is published\."):
            article.publish(by=BEA)


def test_what_is_published_never_changes() -> None:
    article = published()
    article.revise(FOR_BAKERY, by=ANN)
    article.request_review(by=ANN)

    before = (article.status, article.draft_status, article.published)
    article.publish(by=BEA)

    assert before == (Status.PUBLISHED, Status.IN_REVIEW, PRINTER)
    assert (article.definition_of(1), article.definition_of(2)) == (PRINTER, FOR_BAKERY)
    assert article.draft_status is None
    with pytest.raises(NotFound):
        article.definition_of(3)


def test_publishing_again_what_is_published_records_nothing() -> None:
    article = published()
    version = article.version

    article.publish(by=ANN)

    assert article.version == version


@given(days=st.integers(1, 3650), late=st.integers(-1, 1))
def test_an_article_falls_due_at_the_moment_that_is_named(days: int, late: int) -> None:
    content = replace(PRINTER, review_after_days=days)
    article = published(content)
    due = review_due(MONDAY, content)

    article.fall_due(by=system("clock", due + timedelta(microseconds=late)))

    assert article.review_due == due == MONDAY + timedelta(days=days)
    assert (article.status is Status.NEEDS_REVIEW) == (late >= 0)


def test_confirming_an_article_begins_its_time_again() -> None:
    article, later = overdue(), MONDAY + timedelta(days=5)

    article.confirm(by=replace(CEM, at=later))

    assert article.status is Status.PUBLISHED
    assert article.review_due == later + timedelta(days=1)


def test_feedback_is_one_a_person_and_version() -> None:
    article = published()
    article.give_feedback(helpful=False, comment="Which tray?", by=CEM)
    article.give_feedback(helpful=True, by=CEM)
    version = article.version
    article.give_feedback(helpful=True, by=CEM)

    assert article.feedback == {CEM.actor: True}
    assert article.version == version
    article.revise(FOR_BAKERY, by=ANN)
    article.request_review(by=ANN)
    article.publish(by=BEA)
    assert article.feedback == {}


def test_an_article_makes_a_ticket_needless_once_a_day_and_person() -> None:
    article = published()
    before = article.version
    hours = {CEM: (1, 5), ANN: (6, 30)}

    for who, (one, other) in hours.items():
        for hour in (one, other):
            at = MONDAY.replace(hour=0) + timedelta(hours=hour)
            article.deflect(shown=[TICKET, TICKET], by=replace(who, at=at))

    assert article.version == before + 3
    assert article.deflected == {ANN.actor: "2026-03-03"}


@pytest.mark.parametrize("article", [draft(), in_review(), retired()])
def test_only_a_published_article_answers_and_is_judged(article: Article) -> None:
    with pytest.raises(Refused, match="a published article"):
        article.answer(TICKET, by=BEA)
    with pytest.raises(Refused, match="a published article"):
        article.deflect(by=BEA)
    with pytest.raises(Refused, match="a published article"):
        article.give_feedback(helpful=True, by=BEA)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text: an article says something"),
        ({"text": "x" * 65_537}, "text has at most 65536 characters"),
        ({"text": "x\n" * 2_001}, "text: an article has at most 2000 lines"),
        ({"language": "German"}, "language: a tag of BCP 47"),
        ({"audience": "friends"}, "audience: one of"),
        ({"audience": "organisations"}, "organisations: they are named"),
        ({"organisations": (CUSTOMER,)}, "organisations: they are named"),
        (
            {"audience": "organisations", "organisations": (CUSTOMER, CUSTOMER)},
            "each is named once",
        ),
        (
            {
                "audience": "organisations",
                "organisations": tuple(UUID(int=n) for n in range(201)),
            },
            "at most 200 organisations",
        ),
        ({"review_after_days": 0}, "review_after_days"),
        ({"of_version": -1}, "of_version"),
    ],
)
def test_what_an_article_cannot_say_is_refused_with_its_place(
    wrong: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        check(replace(PRINTER, **wrong))


@pytest.mark.parametrize("language", ["de", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "gsw"])
def test_languages_are_tags_of_bcp_47(language: str) -> None:
    check(replace(PRINTER, language=language))


def test_a_translation_says_what_it_renders_and_nothing_else_does() -> None:
    with pytest.raises(Refused, match="of_version"):
        draft(DRUCKER)
    with pytest.raises(Refused, match="of_version"):
        Article.draft(KB, definition=PRINTER, translation_of=record_id("KBA", 2), by=ANN)


lines = st.lists(st.sampled_from(["", "Open it.", "Close it.", "Wait."]), min_size=1, max_size=30)


@given(old=lines, new=lines)
def test_a_difference_holds_both_texts(old: list[str], new: list[str]) -> None:
    texts = ("\n".join(old) + "\n", "\n".join(new) + "\n")
    one, other = (replace(PRINTER, text=text) for text in texts)

    found = difference(one, other)

    assert [line.text for line in found.lines if line.old] == old
    assert [line.text for line in found.lines if line.new] == new
    assert [line.old for line in found.lines if line.old] == list(range(1, len(old) + 1))
    assert [line.new for line in found.lines if line.new] == list(range(1, len(new) + 1))
    assert found.changed == ()
