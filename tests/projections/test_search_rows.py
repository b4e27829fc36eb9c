"""Whatever happens to a record, it is found by what it says, and by those who may read it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.article import Article
from domain.asset import Asset
from domain.change import Change
from domain.incident import Incident
from domain.person import Person
from domain.policy import about
from domain.problem import Problem
from domain.question import Question
from domain.service_request import ServiceRequest
from projections import search
from projections.past import micros
from projections.search_changes import WRITTEN, undone
from projections.search_rows import (
    CHANGES,
    GONE,
    INTERNAL,
    SEARCH,
    START_MIN,
    VOCABULARY,
    SearchRow,
    head_of,
    marked,
    of_organisation,
    of_person,
)
from projections.words import words_of
from tests.domain.stories import attempts
from tests.projections.lives import entries_of, folded, lived, rows_of

COMPARED = (*WRITTEN, "said", "internal", "words", "head")
TICKETS = (Incident, Problem, Question, ServiceRequest, Change)
RANDOM = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    max_examples=settings().max_examples // 2,
)


def a_life(data: st.DataObject, kind: type[Aggregate]) -> tuple[Any, SearchRow]:
    """A record, and what is kept of it for the search, folded in pages of any size."""
    record = lived(kind, data.draw(attempts(kind)))
    assume(record is not None)
    assert record is not None
    store = folded(search.VIEW, entries_of(record), data.draw(st.integers(1, 5)))
    [row] = rows_of(store, SEARCH)
    vocabulary = {one.word for one in rows_of(store, VOCABULARY)}
    said = {*words_of(row.title), *words_of(text_of(row)), *words_of(row.internal)}
    assert {word for word in said if len(word) > START_MIN} <= vocabulary
    return record, row


@RANDOM
@given(data=st.data())
@pytest.mark.parametrize("kind", [*TICKETS, Article, Asset, Person])
def test_words_are_those_of_the_texts(data: st.DataObject, kind: type[Aggregate]) -> None:
    record, row = a_life(data, kind)
    kept = set(row.words.split(" "))

    assert row.words[: row.head] == head_of(row)
    assert kept == {
        *head_of(row).split(" "),
        *words_of(row.said),
        *marked(INTERNAL, words_of(row.internal)),
    }
    assert row.number == record.number
    assert {*words_of(row.title), *words_of(text_of(row))} <= kept


def text_of(row: SearchRow) -> str:
    return "\n".join((*row.texts.values(), row.said))


@RANDOM
@given(data=st.data())
@pytest.mark.parametrize("kind", [*TICKETS, Article, Asset, Person])
def test_what_a_record_was_follows_from_what_it_is(
    data: st.DataObject, kind: type[Aggregate]
) -> None:
    record = lived(kind, data.draw(attempts(kind)))
    assume(record is not None)
    assert record is not None
    entries = entries_of(record)
    store = folded(search.VIEW, entries, data.draw(st.integers(1, 5)))
    [row] = rows_of(store, SEARCH)
    changes = rows_of(store, CHANGES)
    ever = {*row.words.split(" "), *(word.removeprefix(GONE) for word in row.gone.split())}

    latest = 0
    for count, entry in enumerate(entries, 1):
        [then] = rows_of(folded(search.VIEW, entries[:count]), SEARCH)
        latest = max(latest, micros(entry.event.by.effective_at))
        later = [change for change in changes if change.position > count]
        assert all(change.held <= latest for change in changes if change not in later)
        was = undone(row, later)
        assert {name: getattr(was, name) for name in COMPARED} == {
            name: getattr(then, name) for name in COMPARED
        }
        assert set(then.words.split(" ")) <= ever


@RANDOM
@given(data=st.data())
@pytest.mark.parametrize("kind", TICKETS)
def test_tickets_are_found_by_those_they_concern(
    data: st.DataObject, kind: type[Aggregate]
) -> None:
    record, row = a_life(data, kind)
    known = about(record)
    people = {str(person) for person in (known.requester, *known.people) if person}

    expected = {of_person(person) for person in people}
    if known.organisation:
        expected.add(of_organisation(str(known.organisation)))

    assert row.scopes == expected


@RANDOM
@given(data=st.data())
def test_articles_are_found_by_those_they_are_for(data: st.DataObject) -> None:
    article, row = a_life(data, Article)
    known = about(article)
    said = article.versions[-1] if article.versions else article.draft_definition

    assert (row.is_public, row.audience) == (known.is_public, tuple(map(str, known.audience)))
    assert row.people in ((), (str(known.requester),))
    assert row.is_published == (article.published is not None)
    assert (row.title, row.texts["text"]) == (said.title, said.text)


@RANDOM
@given(data=st.data())
def test_assets_are_found_by_what_they_are(data: st.DataObject) -> None:
    asset, row = a_life(data, Asset)
    attributes = {
        name: str(value) for name, value in asset.attributes.items() if not isinstance(value, bool)
    }

    assert set(row.people) == {str(person) for person in about(asset).people}
    assert row.title == asset.name
    assert (row.texts["class"], row.texts.get("location", "")) == (
        asset.asset_class,
        asset.location,
    )
    assert {name: said for name, said in row.texts.items() if name.startswith("attribute ")} == {
        f"attribute {name}": value for name, value in attributes.items()
    }
