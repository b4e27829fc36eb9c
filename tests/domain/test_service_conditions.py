from time import perf_counter
from typing import get_args
from uuid import UUID

import pytest
from msgspec import Struct

from domain import change_moves, incident
from domain.ids import named_id, number_of
from domain.rules import Refused
from domain.service_conditions import (
    CHANGE_STATES,
    FIELDS,
    INCIDENT_STATES,
    OUTSIDE,
    Mention,
    Named,
    check,
    condition,
)

NETWORK, SERVERS = named_id("TEA", "network"), named_id("TEA", "servers")
ACME = named_id("ORG", "acme")
NAMES = (Named("team", "Network", NETWORK), Named("organisation", "Acme", ACME))


class Now(Struct, frozen=True, kw_only=True):
    """A situation as far as these tests ask for it."""

    kind: str = "incident"
    status: str = "new"
    waiting_for: str = ""
    priority: int | None = None
    category: str = ""
    team: UUID | None = None
    organisation: UUID | None = None
    responded: bool = False
    awaits_reply: bool = False
    party: str | tuple[UUID, int] = "nobody"


@pytest.mark.parametrize(
    ("text", "holding", "not_holding"),
    [
        ("", Now(), None),
        ("true", Now(), None),
        ("ticket.priority <= 2", Now(priority=2), Now(priority=3)),
        ("ticket.priority == 0", Now(), Now(priority=1)),
        ('ticket.waiting_for == "customer"', Now(waiting_for="customer"), Now()),
        ('!ticket.responded && ticket.status != "closed"', Now(), Now(responded=True)),
        ('ticket.team == "Network"', Now(team=NETWORK), Now(team=SERVERS)),
        ('ticket.team != ""', Now(team=SERVERS), Now()),
        (f'ticket.team == "{number_of(SERVERS)}"', Now(team=SERVERS), Now(team=NETWORK)),
        ('ticket.organisation in ["Acme", "Other"]', Now(organisation=ACME), Now()),
        ('ticket.party == "Network, level 2"', Now(party=(NETWORK, 2)), Now(party=(NETWORK, 1))),
        ('ticket.party in ["vendor", "nobody"]', Now(party="vendor"), Now(party=(SERVERS, 1))),
        ('ticket.category.startsWith("net")', Now(category="network"), Now(category="mail")),
    ],
)
def test_a_condition_is_about_the_situation_of_a_ticket(
    text: str, holding: Now, not_holding: Now | None
) -> None:
    asked = condition(text, NAMES)

    assert asked.holds(holding)
    assert asked.holds(holding)
    assert not_holding is None or not asked.holds(not_holding)


def test_a_name_means_the_record_that_it_was_taken_in_for() -> None:
    asked = condition('ticket.team == "Network"', (Named("team", "Network", SERVERS),))

    assert asked.holds(Now(team=SERVERS))
    assert not asked.holds(Now(team=NETWORK))


def test_a_condition_tells_whom_it_names() -> None:
    text = 'ticket.team in ["Network", ""] || ticket.party == "Mail, eu, level 2"'
    asked = condition(f'{text} || ticket.organisation != "Acme" || ticket.party == "vendor"')

    assert list(asked.mentions) == [
        Mention("organisation", "Acme"),
        Mention("team", "Mail, eu"),
        Mention("team", "Network"),
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ticket.risk == 1", "column 1: there is no field ticket.risk of a ticket; did you mean"),
        ("priority == 1", "priority is not known; did you mean ticket.priority"),
        ('subject.priority == "1"', "subject is not known: .* a field after ticket"),
        ("ticket", "a field of the ticket is named"),
        ("ticket.priority", "a condition gives a yes or no"),
        ('ticket.priority == "high"', "== cannot be used between"),
        ("ticket.priority == 7", "ticket.priority is never 7"),
        ('ticket.status == "open"', 'ticket.status is never "open"'),
        ('ticket.waiting_for == "Customer"', 'did you mean "customer"'),
        ('ticket.kind == "problem"', 'ticket.kind is never "problem"'),
        ("now > 1", "it has no clock"),
        ('ticket.team.startsWith("Net")', "column 1: ticket.team is compared as a whole"),
        ('true && ticket.team < "M"', "column 9: ticket.team is compared as a whole"),
        ("ticket.team == ticket.organisation", "is compared as a whole"),
        ('ticket.party == "Network"', 'ticket.party is never "Network"'),
        ('ticket.party == "Network, level 4"', "ticket.party is never"),
        ('["a"].all(x, ticket.category == x', "it ends too early"),
        ('ticket.category.matches("(a+)+$" + ticket.service)', "a pattern is written there"),
        ("(" * 40 + "true" + ")" * 40, "nested too deeply"),
        ("true" + " && true" * 1_000, "at most 4000 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place_and_a_hint(text: str, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        check(text, "when")


def test_an_answer_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(Refused, match="it divides by zero"):
        condition("1 / ticket.priority == 1").holds(Now())


def test_the_values_of_fields_are_those_of_the_records() -> None:
    values = {field.name: set(field.values) for field in FIELDS}

    assert {state.value for state in incident.Status} == set(INCIDENT_STATES)
    assert {state.value for state in change_moves.Status} == set(CHANGE_STATES)
    assert values["type"] == {"", *get_args(change_moves.Type)}
    assert values["waiting_for"] == {"", *get_args(incident.PendingReason)}
    assert values["channel"] == {"", *get_args(incident.Channel)}
    assert set(get_args(incident.PendingReason)) < set(OUTSIDE)


def test_an_answer_that_is_known_costs_next_to_nothing() -> None:
    asked = condition("ticket.priority <= 2 && !ticket.responded && ticket.waiting_for == ''")
    situations = [Now(priority=priority) for priority in (1, 2, 3)]
    rounds = 20_000

    def took() -> float:
        began = perf_counter()
        for _ in range(rounds):
            for each in situations:
                asked.holds(each)
        return (perf_counter() - began) / rounds / len(situations)

    # The best of some, as others use the machine as well.
    assert min(took() for _ in range(5)) < 2e-6
