"""What a declaration of a view can say, and what is refused of it."""

from typing import Any

import pytest

from domain.declared_definition import ViewDefinition
from domain.declared_fields import CLOSED, all_events
from domain.declared_rules import Plan
from domain.declared_view import DeclaredView
from domain.ids import record_id
from domain.mapper import personal_fields
from domain.policy_table import TABLE
from domain.rules import Refused
from tests.domain.declarations import BY_TEAM, LOGGED, ruled, wrong
from tests.domain.kinds import EVERY_KIND
from tests.people import signed

COUNT = {"logged": "row.logged + 1"}
MISTAKES: dict[str, tuple[ViewDefinition, str]] = {
    "no columns": (wrong(columns=[]), "columns: a view has at least one."),
    "no key": (wrong(key={}), "key: a row is found by 1 to 3 columns."),
    "key of no column": (wrong(key={"dya": "by.day"}), "key.dya: there is no column 'dya'; did"),
    "two of a name": (
        wrong(columns=[{"name": "day", "type": "text"}] * 2),
        "columns[1].name: day is there already.",
    ),
    "a word of SQL": (
        wrong(columns=[{"name": "select", "type": "text"}]),
        "columns[0].name: select is a word of databases or of queries.",
    ),
    "SQL in a name": (
        wrong(columns=[{"name": "a; drop table x", "type": "text"}]),
        "columns[0].name: small letters",
    ),
    "an optional key": (
        wrong(columns=[{"name": "day", "type": "text", "is_optional": True}]),
        "key.day: a column of the key is never optional.",
    ),
    "a moment that must be": (
        wrong(columns=[{"name": "day", "type": "text"}, {"name": "due", "type": "instant"}]),
        "due: an instant or an id is optional, or in the key.",
    ),
    "no rules": (wrong(rules=[]), "rules: a view has 1 to 30 rules."),
    "too many rules": (
        wrong(rules=[{"on": ["Incident.Logged"], "set": COUNT}] * 31),
        "rules: a view has 1 to 30 rules.",
    ),
    "nothing to do": (ruled(), "rules[0]: a rule remembers, sets or removes something."),
    "set and removed": (
        ruled(set=COUNT, removes=True),
        "rules[0]: a row is set or removed, not both.",
    ),
    "no such event": (
        ruled(on=["Incident.Logedd"], removes=True),
        "rules[0].on[0]: there is no event Incident.Logedd; did you mean Incident.Logged?",
    ),
    "no event": (ruled(on=[], removes=True), "rules[0].on: 1 to 20 names of events."),
    "no name": (ruled(on=["%"], removes=True), "rules[0].on[0]: a name such as"),
    "people": (ruled(on=["Person.*"], removes=True), "rules[0].on[0]: no view tells of Person."),
    "sealed": (
        ruled(when='event.title == ""', set=COUNT),
        "rules[0].when: event.title is sealed, and erased with whose it is: no view asks for it.",
    ),
    "of one event alone": (
        ruled(on=["Incident.*"], when='event.team == ""', set=COUNT),
        "rules[0].when: line 1, column 6: there is no field event.team here",
    ),
    "no condition": (
        ruled(when="by.day", set=COUNT),
        "rules[0].when: line 1, column 1: a yes or no is needed, and this is a text.",
    ),
    "of another type": (
        ruled(set={"logged": "by.day"}),
        "rules[0].set.logged: line 1, column 1: a number is needed, and this is a text.",
    ),
    "types that do not meet": (ruled(set={"logged": "row.logged + by.day"}), "rules[0].set.logged"),
    "not closed": (ruled(set={"logged": "(1"}), "rules[0].set.logged: line 1, column 3: it ends"),
    "too long": (ruled(set={"logged": "1 +" * 2_000 + "1"}), "rules[0].set.logged: line 1"),
    "no such column": (ruled(set={"loged": "1"}), "rules[0].set.loged: there is no column 'loged'"),
    "the key set": (
        ruled(set={"day": "by.month"}),
        "rules[0].set.day: what rows are found by is not set.",
    ),
    "nothing remembered": (
        ruled(remember={"day": "by.day"}),
        "rules[0].remember.day: there is no column 'day'; none is declared.",
    ),
    "a key by its row": (
        wrong(key={"day": "row.day"}),
        "key.day: by what a row is found does not depend on it.",
    ),
    "the row of none": (
        wrong(
            remembered=[{"name": "much", "type": "integer"}],
            rules=[{"on": ["Incident.Logged"], "remember": {"much": "row.logged"}}],
        ),
        "rules[0]: what sets or removes nothing has no row to ask for.",
    ),
    "a clock": (ruled(when="now == by.at", set=COUNT), "rules[0].when: line 1, column 1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_declaration_is_refused_with_its_place(mistake: str) -> None:
    definition, sentence = MISTAKES[mistake]

    with pytest.raises(Refused) as refused:
        Plan(definition)

    assert str(refused.value).startswith(sentence)


def declared(**changed: Any) -> DeclaredView:
    given = {"name": "logged", "title": "Logged", "definition": LOGGED, **changed}
    return DeclaredView.declare(record_id("DVW", 1), **given, by=signed("olga"))


@pytest.mark.parametrize("name", ["", "Logged", "1st", "a-b", "a" * 41, 'a"b', "ä"])
def test_a_name_is_a_word_in_small_letters(name: str) -> None:
    with pytest.raises(Refused, match="small letters"):
        declared(name=name)


def test_the_same_again_records_nothing_and_what_is_retired_stays_so() -> None:
    view = declared()
    view.revise(title="Logged", definition=LOGGED, by=signed("olga"))
    view.revise(title="By team", definition=BY_TEAM, by=signed("olga"))
    view.retire(by=signed("olga"))
    view.retire(by=signed("olga"))

    assert view.version == 3
    assert view.versions == (LOGGED, BY_TEAM)
    with pytest.raises(Refused, match="cannot be revised"):
        view.revise(title="Logged", definition=LOGGED, by=signed("olga"))


def test_no_view_asks_for_what_is_sealed_of_any_event() -> None:
    for name, event in all_events().items():
        for field, _ in personal_fields(event):
            definition = ruled(on=[name], when=f"event.{field} == event.{field}", set=COUNT)
            with pytest.raises(Refused, match="is sealed"):
                Plan(definition)


def test_what_views_tell_of_is_for_all_who_read_them() -> None:
    readers = TABLE["declared_view.read_rows"].grants
    for name in {kind.__name__ for kind in EVERY_KIND} - CLOSED:
        word = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

        assert readers.keys() <= TABLE[f"{word}.read_history"].grants.keys(), name
