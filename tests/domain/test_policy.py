import inspect
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from domain.asset import Asset
from domain.ids import named_id, record_id
from domain.incident import Incident
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.policy import (
    About,
    Actor,
    Everything,
    OwnOrganisation,
    OwnTickets,
    about,
    allow,
    as_table,
    hearing,
    visibility,
)
from domain.policy_table import TABLE
from domain.problem import Problem
from domain.rules import Forbidden, NotFound
from domain.team import Team
from tests.domain.kinds import EVERY_KIND
from tests.domain.policy_of_others import OTHERS
from tests.domain.policy_of_services import SERVICES
from tests.domain.policy_of_tickets import TICKETS
from tests.people import ANN, BEA, CUSTOMER, OPERATOR, person

ME = person("ann")
ELSEWHERE = named_id("ORG", "elsewhere")
RECORD = record_id("INC", 1)
SCOPES = frozenset(Scope)
NOT_THERE_YET = {
    "log",
    "ask",
    "order",
    "order_for_another",
    "propose",
    "raise",
    "register",
    "form",
    "draft",
    "define",
    "save",
    "list",
}
"""What is asked before there is a record."""
PARTS_OF_COMMANDS = {
    *("extend", "inherit", "prolong_edit", "reassess_risk", "request_review"),
    "require_unlocked",
}

SITUATIONS = {
    "the operator's, of a record of a customer": About(id=RECORD, organisation=ELSEWHERE),
    "of a record of the own organisation": About(id=RECORD, organisation=CUSTOMER),
    "the requester": About(id=RECORD, organisation=CUSTOMER, requester=ME),
    "a watcher": About(id=RECORD, organisation=CUSTOMER, people=(ME,)),
    "a voter": About(id=RECORD, organisation=CUSTOMER, voters=(str(ME),)),
    "oneself": About(id=ME, organisation=CUSTOMER),
    "of a record of another organisation": About(id=RECORD, organisation=ELSEWHERE),
    "the requester there": About(id=RECORD, organisation=ELSEWHERE, requester=ME),
    "a watcher there": About(id=RECORD, organisation=ELSEWHERE, people=(ME,)),
    "of a record of no organisation": About(id=RECORD),
}
"""What the actor is. All but the first belong to a customer."""

HERE = {
    "of a record of the own organisation",
    "the requester",
    "a watcher",
    "a voter",
    "oneself",
}
MEANING = {
    "-": set(),
    "y": set(SITUATIONS),
    "s": {"the operator's, of a record of a customer"} | HERE,
    "h": {"the operator's, of a record of a customer"} | HERE - {"oneself"},
    "c": {"the operator's, of a record of a customer"},
    "m": HERE,
    "f": {"the requester"},
    "o": {"the requester", "the requester there"},
    "p": {"the requester", "the requester there", "a watcher", "a watcher there", "a voter"},
    "i": set(SITUATIONS)
    - {
        "of a record of another organisation",
        "of a record of no organisation",
    },
    "t": {"oneself"},
    "v": {"a voter"},
    "x": {
        "the operator's, of a record of a customer",
        "the requester",
        "the requester there",
        "a watcher",
        "a watcher there",
        "a voter",
    },
}
"""In which situations a letter of the table lets the actor do it."""

EXPECTED = TICKETS + SERVICES + OTHERS

ROWS = {
    act: dict(zip(Role, letters, strict=True))
    for act, *letters in (line.split() for line in EXPECTED.splitlines() if line)
}


def actor(
    *roles: Role, is_operator: bool = False, scopes: frozenset[str] = SCOPES, id: UUID = ME
) -> Actor:
    organisation = OPERATOR if is_operator else CUSTOMER
    return Actor(id, frozenset(roles), organisation, is_operator, scopes)


def fitting(act: str, situation: About) -> About:
    """Without an id where the act is about no record, or about one that does not exist yet."""
    kind, _, command = act.partition(".")
    if kind == "ledger" or command in NOT_THERE_YET:
        return structs.replace(situation, id=None)
    return situation


def may(someone: Actor, act: str, what: About | None) -> bool:
    try:
        allow(someone, act, what)
    except (Forbidden, NotFound):
        return False
    return True


def situations_of(act: str, role: Role) -> set[str]:
    """Those in which a role may do it."""
    return {
        name
        for name, situation in SITUATIONS.items()
        if may(
            actor(role, is_operator=name.startswith("the operator")), act, fitting(act, situation)
        )
    }


@pytest.mark.parametrize("act", ROWS)
def test_a_role_may_do_this_in_these_situations(act: str) -> None:
    allowed = {role: situations_of(act, role) for role in Role}

    assert allowed == {role: MEANING[letter] for role, letter in ROWS[act].items()}


def test_the_table_has_these_acts_and_no_other() -> None:
    assert list(TABLE) == list(ROWS)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_command_of_every_kind_is_an_act(kind: type) -> None:
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)[1:]
    commands = {
        f"{name}.{member.rstrip('_')}"
        for member, value in inspect.getmembers(kind, callable)
        if not member.startswith("_")
        and not isinstance(value, type)
        and "by" in inspect.signature(value).parameters
    }

    assert len(commands) > 1
    parts = {f"{name}.{part}" for part in PARTS_OF_COMMANDS}
    assert commands - parts <= set(TABLE)
    assert {f"{name}.read", f"{name}.list", f"{name}.read_history"} <= set(TABLE)


def test_nobody_without_a_role_may_do_anything() -> None:
    nobody = actor(is_operator=True)

    allowed = [
        (act, situation)
        for act in TABLE
        for situation in (*SITUATIONS.values(), None)
        if may(nobody, act, situation and fitting(act, situation))
    ]

    assert allowed == []


def test_an_auditor_changes_nothing_and_reads_all_that_can_be_read() -> None:
    auditor = actor(Role.AUDITOR, is_operator=True)

    allowed = [act for act in TABLE if may(auditor, act, About(organisation=CUSTOMER))]

    assert allowed == [act for act, row in TABLE.items() if row.scope is Scope.READ]


@pytest.mark.parametrize("is_operator", [True, False])
def test_an_auditor_changes_nothing_of_what_is_theirs_but_themselves(is_operator: bool) -> None:
    auditor = actor(Role.AUDITOR, is_operator=is_operator)
    involved = About(
        id=RECORD, organisation=CUSTOMER, requester=ME, people=(ME,), voters=(str(ME),)
    )

    allowed = [act for act in TABLE if may(auditor, act, fitting(act, involved))]

    assert [act for act in allowed if TABLE[act].scope is not Scope.READ] == []


def test_a_token_does_only_what_its_scope_says() -> None:
    for act, row in TABLE.items():
        everybody = actor(*Role, is_operator=True, scopes=SCOPES - {row.scope})

        with pytest.raises(Forbidden, match=f"This token has no scope {row.scope}."):
            allow(everybody, act, None)


def test_reading_asks_for_one_scope_commanding_for_another_and_administering_for_a_third() -> None:
    for act, row in TABLE.items():
        kind, _, command = act.partition(".")
        if command.startswith(("read", "list")) or act == "ledger.verify":
            assert row.scope is Scope.READ
        elif kind in ("person", "team", "organisation") and act != "person.open_feed":
            assert row.scope is Scope.ADMIN
        else:
            assert row.scope is Scope.WRITE


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        ("incident.resolve", "Only an agent can resolve an incident."),
        ("change.vote", "Only whoever is asked or an approver can vote on a change."),
        ("change.submit", "Only an agent or a change manager can submit a change for approval."),
        ("change.propose", "Only a requester for themselves, an agent or a change manager can"),
        ("incident.mark", "Only the desk itself can say that a clock has passed a mark."),
        ("change.withdraw", "Only its requester can withdraw a change."),
        ("person.grant_role", "Only another administrator can grant a role to a person."),
        ("calendar.revise", "Only a process owner of the operator can revise a calendar."),
    ],
)
def test_a_refusal_says_who_may(act: str, rule: str) -> None:
    with pytest.raises(Forbidden, match=rule):
        allow(actor(Role.AUDITOR, is_operator=True), act, About(id=RECORD, organisation=CUSTOMER))


def test_what_may_not_be_known_is_not_there_in_the_words_of_the_ledger() -> None:
    stranger = About(id=RECORD, organisation=ELSEWHERE)

    with pytest.raises(NotFound, match=r"^There is no incident INC0000001\.$"):
        allow(actor(*Role), "incident.resolve", stranger)
    with pytest.raises(NotFound, match=r"^There is no approvalprocess APR0000001\.$"):
        allow(actor(*Role), "approval_process.revise", About(id=record_id("APR", 1)))


def test_what_may_be_known_is_refused_with_the_rule() -> None:
    with pytest.raises(Forbidden, match="Only an agent can resolve an incident"):
        allow(actor(Role.REQUESTER), "incident.resolve", SITUATIONS["the requester"])


def test_roles_add_up() -> None:
    both = actor(Role.REQUESTER, Role.AGENT)

    assert may(both, "incident.resolve", SITUATIONS["of a record of the own organisation"])
    assert may(both, "incident.close", SITUATIONS["the requester there"])
    assert not may(both, "incident.resolve", SITUATIONS["of a record of another organisation"])


@given(
    roles=st.sets(st.sampled_from(Role), min_size=1),
    is_operator=st.booleans(),
    kind=st.sampled_from(["incident", "problem", "change", "asset"]),
    situation=st.sampled_from(sorted(SITUATIONS)),
)
def test_a_list_shows_what_may_be_read_and_nothing_else(
    roles: set[Role], is_operator: bool, kind: str, situation: str
) -> None:
    someone = actor(*roles, is_operator=is_operator)
    what = SITUATIONS[situation]
    has_part = what.requester == ME or ME in what.people or str(ME) in what.voters

    match visibility(someone, kind):
        case Everything():
            shown = True
        case OwnOrganisation(id):
            # In another organisation, a part in the record opens its page, and no list.
            shown = what.organisation == id or has_part
        case OwnTickets(id):
            shown = has_part and id == ME

    assert may(someone, f"{kind}.read", what) == shown


@given(
    roles=st.sets(st.sampled_from(Role), min_size=1),
    is_operator=st.booleans(),
    kind=st.sampled_from(["incident", "problem", "change", "question", "service_request"]),
    situation=st.sampled_from(sorted(SITUATIONS)),
)
def test_what_agents_say_is_heard_where_it_may_be_read(
    roles: set[Role], is_operator: bool, kind: str, situation: str
) -> None:
    someone = actor(*roles, is_operator=is_operator)
    what = SITUATIONS[situation]

    heard = hearing(someone, kind)

    assert may(someone, f"{kind}.read_internal", what) == (
        heard == Everything()
        or (isinstance(heard, OwnOrganisation) and what.organisation == heard.id)
    )


@pytest.mark.parametrize(
    ("someone", "rows"),
    [
        (actor(Role.REQUESTER, is_operator=True), OwnTickets(ME)),
        (actor(Role.REQUESTER, Role.ADMINISTRATOR, is_operator=True), OwnTickets(ME)),
        (actor(Role.AGENT), OwnOrganisation(CUSTOMER)),
        (actor(Role.AUDITOR), OwnOrganisation(CUSTOMER)),
        (actor(Role.AGENT, Role.REQUESTER, is_operator=True), Everything()),
    ],
)
def test_lists_show_everything_the_own_organisation_or_the_own_tickets(
    someone: Actor, rows: object
) -> None:
    assert visibility(someone) == rows


def test_lists_of_people_are_for_administrators_too() -> None:
    assert visibility(actor(Role.ADMINISTRATOR), "person") == OwnOrganisation(CUSTOMER)
    assert visibility(actor(Role.ADMINISTRATOR, is_operator=True), "person") == Everything()


def test_the_policy_knows_what_it_needs_of_each_kind() -> None:
    incident = Incident.log(RECORD, title="No mail", requester=ME, organisation=CUSTOMER, by=ANN)
    incident.watch(person("cem"), by=BEA)
    laptop = Asset.register(
        record_id("AST", 1), name="Laptop", asset_class="laptop", owner=person("cem"), by=BEA
    )
    laptop.issue(ME, by=BEA)
    problem = Problem.raise_(
        record_id("PRB", 1), title="Mail", requester=None, organisation=CUSTOMER, by=BEA
    )
    team = Team.form(record_id("TEA", 1), name="Mail", organisation=OPERATOR, by=BEA)
    ann = Person.register(ME, username="ann", name="Ann", organisation=CUSTOMER, by=BEA)
    bakery = Organisation.register(CUSTOMER, name="Bakery", by=BEA)

    assert about(incident) == About(
        id=RECORD, organisation=CUSTOMER, requester=ME, people=(person("cem"),)
    )
    assert about(laptop) == About(id=laptop.id, people=(person("cem"), ME))
    assert about(problem) == About(id=problem.id, organisation=CUSTOMER)
    assert about(team) == About(id=team.id, organisation=OPERATOR)
    assert about(ann) == About(id=ME, organisation=CUSTOMER)
    assert about(bakery) == About(id=CUSTOMER, organisation=CUSTOMER)


def test_the_table_is_printed_for_the_documentation() -> None:
    lines = as_table().splitlines()

    assert len(lines) == len(TABLE) + 2
    assert {line.count("|") for line in lines} == {len(Role) + 3}
    assert "| `change.schedule` | write |  |  |  | in sight |  |  |  |" in lines
