from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.person import TOKENS_MAX, Person, Role, Scope, name_digest
from domain.rules import Refused
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CUSTOMER, MONDAY, OPERATOR, person, signed

DIGEST = "0123456789abcdef" * 4
LATER = MONDAY + timedelta(days=30)


@pytest.fixture
def ann() -> Person:
    """A requester of the customer, registered by Bea."""
    ann = Person.register(
        person("ann"), username="ann", name="Ann Example", organisation=CUSTOMER, by=BEA
    )
    new_facts(ann)
    return ann


def issue(ann: Person, number: int = 1, **other: Any) -> None:
    given: dict[str, Any] = {
        "digest": DIGEST,
        "hint": "ld_1234",
        "name": "Laptop",
        "scopes": [Scope.WRITE, Scope.READ],
        "expires": LATER,
        "by": ANN,
        **other,
    }
    ann.issue_token(UUID(int=number), **given)


def test_a_person_is_registered_with_all_that_is_known() -> None:
    registered = Person.register(
        person("ann"),
        username=" ann ",
        name="Ann  Example",
        email="ann@example.org",
        organisation=CUSTOMER,
        manager=person("bea"),
        roles=[Role.AGENT, Role.REQUESTER, Role.AGENT],
        language="de-CH",
        zone="Europe/Zurich",
        by=BEA,
    )

    assert new_facts(registered) == [
        fact(
            Person.Registered,
            username="ann",
            name="Ann Example",
            email="ann@example.org",
            organisation=CUSTOMER,
            manager=person("bea"),
            roles=(Role.REQUESTER, Role.AGENT),
            language="de-CH",
            zone="Europe/Zurich",
        )
    ]
    assert registered.roles == {Role.REQUESTER, Role.AGENT}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"username": "ann example"}, "A user name has no spaces"),
        ({"username": ""}, "A user name is needed"),
        ({"username": "a" * 101}, "at most 100 characters"),
        ({"name": " "}, "The name of a person is needed"),
        ({"email": "ann"}, "looks like ann@example.org"),
        ({"email": "a@b@c"}, "looks like ann@example.org"),
        ({"email": "a@" + "b" * 253}, "at most 254 characters"),
        ({"language": "English"}, "a code such as en"),
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"roles": ()}, "at least one role"),
        ({"manager": person("ann")}, "Nobody is their own manager"),
    ],
)
def test_what_cannot_be_of_a_person_is_refused(wrong: dict[str, Any], rule: str) -> None:
    given: dict[str, Any] = {
        "username": "ann",
        "name": "Ann",
        "organisation": CUSTOMER,
        "by": BEA,
        **wrong,
    }

    with pytest.raises(Refused, match=rule):
        Person.register(person("ann"), **given)


def test_an_amendment_records_what_is_new(ann: Person) -> None:
    ann.amend(name="Ann Example", email="ann@example.org", zone="UTC", by=BEA)
    ann.amend(name="Ann Example", email="ann@example.org", by=BEA)

    assert new_facts(ann) == [fact(Person.Amended, email="ann@example.org")]


def test_a_name_cannot_be_taken_away_but_an_address_can(ann: Person) -> None:
    ann.amend(email="ann@example.org", by=BEA)
    ann.amend(email="", by=BEA)

    with pytest.raises(Refused, match="The name of a person is needed"):
        ann.amend(name="", by=BEA)

    assert ann.name == "Ann Example"
    assert ann.email == ""


def test_a_person_moves_and_gets_another_manager_once(ann: Person) -> None:
    for _ in range(2):
        ann.move(OPERATOR, by=BEA)
        ann.set_manager(person("bea"), by=BEA)

    assert new_facts(ann) == [
        fact(Person.Moved, organisation=OPERATOR),
        fact(Person.ManagerSet, manager=person("bea")),
    ]


def test_nobody_manages_themselves(ann: Person) -> None:
    with pytest.raises(Refused, match="Nobody is their own manager"):
        ann.set_manager(ann.id, by=BEA)


def test_roles_are_granted_and_revoked_once(ann: Person) -> None:
    for _ in range(2):
        ann.grant_role(Role.AGENT, by=BEA)
    for _ in range(2):
        ann.revoke_role(Role.REQUESTER, by=BEA)

    assert new_facts(ann) == [
        fact(Person.RoleGranted, role=Role.AGENT),
        fact(Person.RoleRevoked, role=Role.REQUESTER),
    ]
    assert ann.roles == {Role.AGENT}


def test_the_last_role_stays(ann: Person) -> None:
    with pytest.raises(Refused, match="at least one role"):
        ann.revoke_role(Role.REQUESTER, by=BEA)


def test_deactivation_revokes_the_tokens_for_good(ann: Person) -> None:
    issue(ann)
    new_facts(ann)

    for _ in range(2):
        ann.deactivate(reason="Left.", by=BEA)
    for _ in range(2):
        ann.reactivate(by=BEA)

    assert new_facts(ann) == [
        fact(Person.Deactivated, reason="Left."),
        fact(Person.Reactivated),
    ]
    assert not any(token.is_valid(MONDAY) for token in ann.tokens)


def test_nobody_deactivates_themselves(ann: Person) -> None:
    with pytest.raises(Refused, match="Nobody deactivates themselves"):
        ann.deactivate(reason="Enough.", by=ANN)


def test_a_deactivated_person_gets_nothing_new(ann: Person) -> None:
    ann.deactivate(reason="Left.", by=BEA)
    new_facts(ann)

    acts: list[Callable[[], None]] = [
        lambda: ann.grant_role(Role.AGENT, by=BEA),
        lambda: ann.move(OPERATOR, by=BEA),
        lambda: ann.set_manager(person("bea"), by=BEA),
        lambda: ann.set_password("$argon2id$v=19$x", by=BEA),
        lambda: issue(ann),
    ]
    for act in acts:
        with pytest.raises(Refused, match="must be reactivated first"):
            act()

    assert new_facts(ann) == []


def test_a_password_is_kept_as_a_hash_only(ann: Person) -> None:
    ann.set_password("$argon2id$v=19$x", by=ANN)

    with pytest.raises(Refused, match="as a hash only"):
        ann.set_password("secret", by=ANN)

    assert new_facts(ann) == [fact(Person.PasswordSet, hash="$argon2id$v=19$x")]


def test_a_token_is_valid_until_it_expires_or_is_revoked(ann: Person) -> None:
    issue(ann)
    token = ann.token(UUID(int=1))
    assert token is not None
    assert token.scopes == (Scope.READ, Scope.WRITE)
    assert token.is_valid(LATER - timedelta(microseconds=1))
    assert not token.is_valid(LATER)

    for _ in range(2):
        ann.revoke_token(UUID(int=1), by=ANN)

    revoked = ann.token(UUID(int=1))
    assert revoked is not None
    assert not revoked.is_valid(MONDAY)
    assert [event for event, _ in new_facts(ann)] == [Person.TokenIssued, Person.TokenRevoked]


def test_revoking_one_token_leaves_the_others(ann: Person) -> None:
    issue(ann, 1)
    issue(ann, 2, expires=None)

    ann.revoke_token(UUID(int=1), by=ANN)

    assert [token.is_valid(LATER) for token in ann.tokens] == [False, True]


def test_the_same_token_twice_is_issued_once(ann: Person) -> None:
    issue(ann)
    issue(ann)

    with pytest.raises(Refused, match="Another token has this id"):
        issue(ann, digest="f" * 64)

    assert len(new_facts(ann)) == 1


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"digest": "secret"}, "64 hexadecimal digits"),
        ({"digest": "F" * 64}, "64 hexadecimal digits"),
        ({"scopes": ()}, "at least one scope"),
        ({"expires": MONDAY}, "in the future"),
        ({"expires": LATER.replace(tzinfo=None)}, "needs a zone"),
        ({"name": ""}, "The name of a token is needed"),
    ],
)
def test_a_token_that_lets_in_nobody_or_anybody_is_refused(
    ann: Person, wrong: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        issue(ann, **wrong)

    assert new_facts(ann) == []


def test_a_person_has_so_many_valid_tokens(ann: Person) -> None:
    for number in range(TOKENS_MAX):
        issue(ann, number)

    with pytest.raises(Refused, match="at most 50 valid tokens"):
        issue(ann, TOKENS_MAX)
    issue(ann, TOKENS_MAX, expires=None, by=signed("ann", at=LATER))


def test_an_unknown_token_is_not_revoked(ann: Person) -> None:
    with pytest.raises(Refused, match="no such token"):
        ann.revoke_token(UUID(int=1), by=ANN)


@pytest.mark.parametrize("same", ["ANN", " ann ", "\uff21nn", "ann"])
def test_names_that_read_the_same_have_one_digest(same: str) -> None:
    assert name_digest(same) == name_digest("ann")


@pytest.mark.parametrize("other", ["anne", "an n", "", "änn"])
def test_other_names_have_other_digests(other: str) -> None:
    assert name_digest(other) != name_digest("ann")
