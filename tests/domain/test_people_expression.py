from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.approval_process import Definition, mistakes
from domain.organisation import Organisation
from domain.people_expression import PEOPLE_MAX, PERSON_FIELDS, Row, people, people_expression
from domain.people_rows import rows_of
from domain.person import Person, Role
from domain.rules import Refused
from domain.subjects import Value
from domain.team import Team
from domain.wrong_expression import WrongExpression
from tests.domain.desks import CAB
from tests.domain.test_conditions import FACTS, expressions
from tests.people import CUSTOMER, MONDAY, person, signed

ANN = Row(username="ann", roles=("requester",), organisation="Customer", manager="max")
MAX = Row(username="max", roles=("requester", "approver"), organisation="Customer")
BEA = Row(username="bea", teams=("Network", "Storage"), roles=("agent", "approver"))
CEM = Row(username="cem", teams=("Network",), roles=("agent", "approver"), is_active=False)
ROWS = (ANN, MAX, BEA, CEM)


def found(expression: str, *rows: Row, facts: dict[str, Value] | None = None) -> tuple[str, ...]:
    return people(expression, "change", facts or FACTS, rows or ROWS)


@pytest.mark.parametrize(
    ("expression", "usernames"),
    [
        ("people", ("ann", "max", "bea", "cem")),
        ('people.filter(p, "approver" in p.roles && "Network" in p.teams)', ("bea", "cem")),
        ("people.filter(p, !p.is_active)", ("cem",)),
        ('people.filter(p, p.organisation == "Customer").map(p, p.username)', ("ann", "max")),
        ("people.filter(p, p.username == subject.requester).map(p, p.manager)", ("max",)),
        ("people.filter(p, subject.team in p.teams && p.is_active)", ("bea",)),
        ("people.map(p, p.manager)", ("max",)),
        ('people.filter(p, p.teams.exists(t, t.startsWith("Stor")))', ("bea",)),
        ('people.filter(p, p.username == "bea") + people', ("bea", "ann", "max", "cem")),
        ('[subject.details["approver"], "zoe", "zoe"]', ("zoe",)),
        ('subject.risk == "high" ? people.filter(p, p.username == "max") : []', ("max",)),
        ("people.filter(p, people.exists(q, q.manager == p.username))", ("max",)),
        ("people.filter(p, false)", ()),
    ],
)
def test_an_expression_gives_people_or_their_user_names_each_once(
    expression: str, usernames: tuple[str, ...]
) -> None:
    assert found(expression) == usernames


@pytest.mark.parametrize(
    ("expression", "column", "rule"),
    [
        ("peple", 1, "did you mean people?"),
        ('people.filter(p, p.team == "x")', 19, "a person has no field team; did you mean teams?"),
        ('people.filter(p, "aprover" in p.roles)', 18, 'p.roles is never "aprover"; did you mean'),
        ('people.filter(p, p.is_active == "yes")', 30, "true and false stand without quotes"),
        ("people.filter(p, p.username)", 14, "asks of each one is a yes or no"),
        ("people.exists(p, p.is_active)", 1, "people or a list of user names are given here"),
        ("people[0].username", 1, "and not a text"),
        ("people.filter(p, p.username == subject.requster)", 32, "did you mean subject.requester?"),
        ('people.map(p, p.username + "x")', 26, "not joined where there is a loop"),
        ('[directory.Person{username: "ann"}]', 2, "messages are not known"),
        ("", 1, "an expression is needed"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    expression: str, column: int, rule: str
) -> None:
    with pytest.raises(WrongExpression) as refused:
        people_expression(expression, "change")

    assert (refused.value.line, refused.value.column) == (1, column)
    assert rule in refused.value.rule


def test_an_approval_process_tells_the_place_of_a_mistake_in_an_expression() -> None:
    wrong = "cel:people.filter(p,\n p.rols == 1)"
    stage = replace(CAB, approvers=("cel:people",), exclude=(wrong,))
    definition = Definition(subjects=("change",), stages=(stage,), fallback=("cel:peple",))

    found = list(mistakes(definition))

    assert [(each.place, each.within) for each in found] == [
        ("fallback[0]", (1, 5)),
        ("stages[0].exclude[0]", (2, 3)),
    ]


def test_thousands_of_people_are_gone_over_in_pieces() -> None:
    crowd = [Row(username=f"p{n}", teams=("Odd",) if n % 2 else ()) for n in range(12_000)]
    begin = perf_counter()

    odd = found('people.filter(p, "Odd" in p.teams).map(p, p.username)', *crowd)

    assert odd == tuple(f"p{n}" for n in range(1, 12_000, 2))
    assert perf_counter() - begin < 5


def test_too_many_people_for_an_expression_that_needs_all_at_once_are_refused() -> None:
    crowd = [Row(username=f"p{n}") for n in range(PEOPLE_MAX + 1)]
    begin = perf_counter()

    with pytest.raises(Refused, match="There are 1001 people, and with more than 1000"):
        found("people.filter(p, true) + people.filter(p, false)", *crowd)
    with pytest.raises(Refused, match="it takes more than 10,000 steps"):
        found("people.filter(p, people.all(q, q.username != p.manager))", *crowd[:PEOPLE_MAX])

    assert perf_counter() - begin < 2


def test_nobody_in_the_directory_gives_nobody() -> None:
    assert people("people", "change", {}, ()) == ()
    assert people('["ann"]', "change", {}, ()) == ("ann",)


def test_only_the_fields_of_the_subject_that_are_read_are_needed() -> None:
    asked = people_expression("people.filter(p, subject.team in p.teams)", "change")

    assert asked.fields == {"team"}
    assert asked.usernames({"team": "Network"}, ROWS) == ("bea", "cem")
    with pytest.raises(Refused, match=r"subject\.team is asked for"):
        asked.usernames({}, ROWS)


def test_a_row_has_the_fields_that_expressions_know() -> None:
    assert Row.__struct_fields__ == tuple(field.name for field in PERSON_FIELDS)


def test_rows_say_teams_roles_and_manager_by_name() -> None:
    operator = Organisation.register(CUSTOMER, name="Customer", by=signed("ann"))
    boss = hired("max", Role.APPROVER)
    ann = hired("ann", Role.REQUESTER, Role.AGENT, manager=boss.id)
    team = Team.form(person("team"), name="Network", by=signed("ann"))
    team.add_member(ann.id, by=signed("ann"))

    rows = rows_of([ann, boss], [team], {operator.id: operator, None: None}.get)

    assert set(rows) == {
        Row(username="max", roles=("approver",), organisation="Customer"),
        Row(
            username="ann",
            teams=("Network",),
            roles=("requester", "agent"),
            organisation="Customer",
            manager="max",
        ),
    }
    assert people('people.filter(p, "approver" in p.roles)', "change", {}, rows) == ("max",)


def hired(name: str, *roles: Role, **more: Any) -> Person:
    return Person.register(
        person(name),
        username=name,
        name=name,
        organisation=CUSTOMER,
        roles=roles,
        by=signed("max", MONDAY),
        **more,
    )


people_like = expressions.map(lambda text: text.replace("subject.asset_types", "people"))


@settings(deadline=2_000)
@given(st.one_of(people_like, people_like.map("people.filter(x, {})".format)))
def test_any_text_gives_user_names_or_is_refused(text: str) -> None:
    try:
        usernames = found(text)
    except Refused:
        return
    assert all(isinstance(username, str) for username in usernames)
    assert usernames == found(text)


@given(st.lists(st.sampled_from(["a", "b"]), max_size=250), st.sampled_from(["a", "b", "c"]))
def test_pieces_give_what_the_whole_would(teams: list[str], team: str) -> None:
    rows = [Row(username=f"p{n}", teams=(name,)) for n, name in enumerate(teams)]

    in_pieces = found(f'people.filter(p, "{team}" in p.teams)', *rows, ANN)

    assert in_pieces == tuple(row.username for row in rows if team in row.teams)
