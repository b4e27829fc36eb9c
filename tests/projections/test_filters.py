"""Filters of lists: they find the rows for which CEL says yes, on each kind of store."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.ledger import Ledger
from domain.wrong_expression import WrongExpression
from ops.importing import load_mapping
from ops.stores.sqlite import SqliteRecorder
from projections import has_value
from projections.filter_language import (
    CONDITIONS_MAX,
    SEARCHES_MAX,
    TEXT_MAX,
    FilterLanguage,
)
from projections.filters import Asked
from projections.listings import LISTINGS
from projections.views import Views
from tests.importing import DATA, Importing, first_records
from tests.keys import MemoryKeys
from tests.projections.conftest import Kit
from tests.projections.filter_parts import PARTS
from tests.projections.filtering import ME, NOW, Filters, Oracle, made_up
from tests.projections.incidents import paged
from tests.projections.lives import whole
from tests.stores import Store

LOG = DATA / "servicenow_incidents.csv.gz"
IMPORTED = 150
MADE_UP = 30
NAMES = [name for name in LISTINGS if name != "work_queue"]


class Lists:
    """All lists with their rows in one store, and the oracle that has the same rows."""

    def __init__(self, kit: Kit) -> None:
        self._loop = asyncio.Runner()
        self._views = Views(kit.reader())
        self.languages = {
            name: FilterLanguage(one.table, parts=PARTS.get(name, ()))
            for name, one in LISTINGS.items()
        }
        rows = {name: self._loop.run(paged(self._views, name)) for name in LISTINGS}
        self.oracles = {name: Oracle(LISTINGS[name].table, rows[name]) for name in LISTINGS}
        self.filters = {name: Filters(LISTINGS[name].table, rows[name]) for name in LISTINGS}
        self.counts = {name: len(found) for name, found in rows.items()}

    def keys(self, name: str, text: str) -> list[tuple[Any, ...]]:
        """The keys of the rows that a filter finds."""
        where = Asked(self.languages[name].condition(text), NOW, ME)
        rows = self._loop.run(paged(self._views, name, where=where))
        return sorted(map(self.oracles[name].key_of, rows))

    def check(self, name: str, text: str) -> None:
        assert self.keys(name, text) == self.oracles[name].keys(text), (name, text)

    def close(self) -> None:
        self._loop.run(self._views.aclose())
        self._loop.close()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with the first incidents of a real log, where it is there."""
    folder = tmp_path_factory.mktemp("imported")
    recorder = SqliteRecorder(str(folder / "ledger.db"))
    ledger = Ledger(recorder, MemoryKeys())
    if LOG.exists():
        with first_records(LOG, 0, IMPORTED, folder / "first.csv") as first:
            importing = Importing(ledger, folder)
            report = asyncio.run(importing.run(first, load_mapping("servicenow_incidents")))
        assert report.records == IMPORTED
    yield ledger
    asyncio.run(recorder.aclose())


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lists(
    request: pytest.FixtureRequest, imported: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lists]:
    name = f"test_{uuid4().hex}"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        store = Store("postgres", server.create_database(name))
    else:
        store = Store("sqlite", str(tmp_path_factory.mktemp("filters") / "views.db"))
    kit = Kit(imported, store.where, store.kind, store.where)
    kit.projector().catch_up()
    chance = Random(7)
    with kit.store().transaction() as transaction:
        for listing in LISTINGS.values():
            rows = made_up(listing.table, MADE_UP, chance)
            transaction.write(listing.table, whole(listing.table, rows), [])
    lists = Lists(kit)
    yield lists
    lists.close()
    kit.close()
    if request.param == "postgres":
        server.drop_database(name)


HEALTHY = list(HealthCheck)


@settings(max_examples=100, suppress_health_check=HEALTHY)
@given(data=st.data())
def test_filters_find_the_tickets_for_which_cel_says_yes(lists: Lists, data: st.DataObject) -> None:
    lists.check("work_queue", data.draw(lists.filters["work_queue"].texts))


@settings(max_examples=100, suppress_health_check=HEALTHY)
@given(data=st.data())
def test_filters_find_the_assets_for_which_cel_says_yes(lists: Lists, data: st.DataObject) -> None:
    lists.check("asset_register", data.draw(lists.filters["asset_register"].texts))


@settings(max_examples=100, suppress_health_check=HEALTHY)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_filters_of_all_lists_find_the_rows_for_which_cel_says_yes(
    lists: Lists, data: st.DataObject, name: str
) -> None:
    lists.check(name, data.draw(lists.filters[name].texts))


@pytest.mark.proof
@settings(max_examples=10_000, suppress_health_check=HEALTHY)
@given(data=st.data(), name=st.sampled_from(["work_queue", "asset_register"] * 4 + NAMES))
def test_ten_thousand_filters_find_the_rows_for_which_cel_says_yes(
    lists: Lists, data: st.DataObject, name: str
) -> None:
    lists.check(name, data.draw(lists.filters[name].texts))


@pytest.mark.parametrize(
    "text",
    [
        "assignee == null",
        "!(priority < 3)",
        "!(priority < 3) || is_open",
        "priority != 3",
        "!(assignee == requester)",
        "assignee != me",
        "assignee in []",
        "!(assignee in [me])",
        'title.contains("%")',
        'title.contains("")',
        'title.startsWith("_")',
        'title.endsWith("") && !title.endsWith("a😀b")',
        '"é" in hands',
        "hands.all(one, one == me)",
        "opened_at < now && now - duration('48h') <= opened_at",
        'title < "é"',
        "me == assignee || 3 > impact",
    ],
)
def test_some_filters_that_are_easily_misread_find_what_cel_finds(lists: Lists, text: str) -> None:
    lists.check("work_queue", text)

    assert 0 <= len(lists.keys("work_queue", text)) <= lists.counts["work_queue"]


def test_what_is_nothing_is_told_apart_from_what_differs(lists: Lists) -> None:
    total = lists.counts["work_queue"]
    nothing = len(lists.keys("work_queue", "priority == null"))
    low = len(lists.keys("work_queue", "priority < 3"))
    not_low = len(lists.keys("work_queue", "!(priority < 3)"))

    assert nothing > 0
    assert low > 0
    assert low + not_low + nothing == total


def test_an_id_is_written_as_number_too(lists: Lists) -> None:
    by_number = lists.keys("work_queue", 'assignee == "PER0000003"')

    assert by_number == lists.keys("work_queue", f'assignee == "{ME}"')
    assert by_number == lists.keys("work_queue", "assignee == me") != []


PIECES = (
    *("is_open", "title", "due", "hands", "priority", "assignee", "type", "nothing", "now", "me"),
    *("==", "!=", "<", ">=", "in", "&&", "||", "!", "?", ":", "+", "-", ".", ",", "=", "and"),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        '"a"',
        '"',
        "'",
        "\\",
        "null",
        "true",
        "1",
        "2.5",
        "3u",
        "b'x'",
    ),
    *(".contains(", ".exists(x, ", ".all(x, ", ".map(x, ", ".matches(", "has(", "size(", "x"),
    *('duration("1h")', 'timestamp("2026-01-31T12:00:00Z")', "duration(", "timestamp(", "\n", "é"),
)


@given(
    text=st.text(max_size=80)
    | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
)
def test_whatever_is_written_is_a_condition_or_refused_with_its_place(text: str) -> None:
    language = FilterLanguage(LISTINGS["work_queue"].table, STATES)

    refused = None
    try:
        language.condition(text)
    except WrongExpression as error:
        refused = error

    assert refused is None or (refused.line >= 1 and refused.column >= 1)
    assert refused is None or refused.rule.endswith((".", "?"))


STATES = {"status": ("new", "closed")}


def test_attributes_are_found_by_the_schema_of_their_types(lists: Lists) -> None:
    total = lists.counts["asset_register"]
    known = lists.keys("asset_register", "has(attributes.memory)")
    unknown = lists.keys("asset_register", "attributes.memory == null")
    small = lists.keys("asset_register", "attributes.memory < 8")
    large = lists.keys("asset_register", "!(attributes.memory < 8)")

    assert small != [] != large
    assert sorted(small + large) == known
    assert len(known) + len(unknown) == total


@pytest.mark.parametrize(
    "text",
    [
        'attributes.serial__number_ == "a" || has(attributes.os)',
        "has( attributes.leased ) && !attributes.leased",
        "attributes.ATY0000001.size == 8 || attributes.ATY0000003.size == 'a'",
        "attributes.gr_sse_des_Schirms in [12.5, 0.1] && attributes.weight != 1.1",
        "attributes.responsible == me || attributes.responsible == owner",
        "attributes.os in []",
        'ends.warranty < "2026-03-01" && !(attributes.bought > ends.warranty)',
    ],
)
def test_some_filters_on_attributes_find_what_cel_finds(lists: Lists, text: str) -> None:
    lists.check("asset_register", text)


@pytest.mark.parametrize(
    "text",
    [
        '"has(attributes.os)"',
        "r'\\' + 'has(attributes.os)'",
        '"\\"has(attributes.os)"',
        "'''it's has(attributes.os)'''",
    ],
)
def test_what_is_no_question_in_a_text_stays_as_it_is(text: str) -> None:
    vocabulary = FilterLanguage(LISTINGS["asset_register"].table).vocabulary

    asked = has_value.written(f"{text} || has(attributes.os)", ("attributes.os",), vocabulary)

    assert asked == f"{text} || has_attributes.os "


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("attributes.memroy > 1", 11, "did you mean attributes.memory?"),
        ("has(attributes.memroy)", 5, "did you mean attributes.memory?"),
        ('attributes.memory == "8"', 19, "a text stands in quotes, and a number does not"),
        ("attributes.weight < 12", 19, "cannot be used between"),
        ('attributes.os == "Linix"', 18, 'did you mean "Linux"?'),
        ('attributes.os > "Linux"', 15, "name the values that are meant"),
        ('attributes.bought < "2026-13-01"', 21, "is no day"),
        ("attributes.size == 8", 11, "attributes.ATY0000001.size or attributes.ATY0000003.size"),
        ("&&".join(["has(attributes.os)"] * (SEARCHES_MAX + 1)), 215, "at most 10 times"),
        ("attributes == null", 1, "there is no field attributes here"),
    ],
)
def test_a_mistake_about_attributes_is_told_with_its_place(
    text: str, column: int, rule: str
) -> None:
    language = FilterLanguage(LISTINGS["asset_register"].table, parts=PARTS["asset_register"])

    with pytest.raises(WrongExpression) as refused:
        language.condition(text)

    assert (refused.value.line, refused.value.column) == (1, column), refused.value
    assert rule in refused.value.rule


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("", 1, "an expression is needed"),
        ("is_opne", 1, "did you mean is_open?"),
        ('status == "opne"', 11, 'status is never "opne"; did you mean "new"?'),
        ('status < "new"', 8, "name the values that are meant"),
        ("status == new", 11, "a text stands in quotes"),
        ("status", 1, "a condition gives a yes or no"),
        ("title == null", 7, "this one always has a value"),
        ("opened_at == null", 1, "opened_at always has a value"),
        ("due < null", 5, "null has no order"),
        ('team == "network"', 9, "is no number or id"),
        ('team < "TEA0000001"', 6, "an id has no order"),
        ('priority == "high"', 10, "a text stands in quotes, and a number does not"),
        ("priority < 2.5", 10, "without a decimal point"),
        ("priority in [1, 2.0]", 13, "values of one type"),
        ("title = 'x'", 7, "compared with =="),
        ('title == "a" and is_open', 14, "it is written &&"),
        ('title.matches("x")', 14, "not known in a filter"),
        ('title.lower() == "x"', 12, "there is no function lower"),
        ("is_open ? is_major : false", 9, "not known in a filter"),
        ("size(title) > 3", 13, "stands alone on its side"),
        ("1 == 1", 3, "stands alone on its side"),
        ("null == null", 6, "stands alone on its side"),
        ('now - due > duration("1h")', 11, "stands alone on its side"),
        ('due > timestamp("2026-01-01")', 17, "a moment is written as in"),
        ('due < timestamp("0001-01-01T00:00:00+05:00")', 16, "between the years 1 and 9999"),
        ('due < timestamp("9999-12-31T00:00:00Z") + duration("48h")', 41, "between the years"),
        ('due < now + duration("1ns")', 21, "whole number of microseconds"),
        ("has(due)", 5, "field != null"),
        ('title == "a\\u0000b"', 10, "is no text"),
        ('title.contains("\\u0000")', 16, "is no text"),
        ('hands.exists(one, one == "\\u0000")', 26, "is no text"),
        ("title.contains(title)", 16, "known before a row is seen"),
        ("title in ['a', title]", 16, "known before a row is seen"),
        ("title in title", 7, "in looks for a value among others"),
        ('hands == ["a"]', 7, "it has several texts"),
        ('fields.colour == "a"', 7, "there is no field fields.colour"),
        ("hands.exists(me, me == 'x')", 13, "me is something else"),
        ("hands.exists(one, one == title)", 26, "only one is asked for"),
        ("hands.exists(one, hands.exists(two, two == one))", 31, "One does not stand in the other"),
        ("hands.exists_one(one, one == me)", 17, "whether a text exists"),
        ("priority == 99999999999999999999", 13, "too large"),
        ("is_open" + " && is_open" * CONDITIONS_MAX, 1090, "at most 100 conditions"),
        ("&&".join(['title.contains("a")'] * (SEARCHES_MAX + 1)), 225, "at most 10 times"),
        ("x" * (TEXT_MAX + 1), 1, "at most 2,000 characters"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, column: int, rule: str) -> None:
    language = FilterLanguage(LISTINGS["work_queue"].table, STATES)

    with pytest.raises(WrongExpression) as refused:
        language.condition(text)

    assert (refused.value.line, refused.value.column) == (1, column), refused.value
    assert rule in refused.value.rule
