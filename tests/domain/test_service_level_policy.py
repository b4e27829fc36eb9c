from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from domain import incident
from domain.ids import named_id, record_id
from domain.rules import Refused
from domain.service_clock import Target
from domain.service_conditions import Named
from domain.service_level_policy import (
    Agreement,
    AppliesTo,
    EscalationStep,
    Facts,
    Move,
    PausingReason,
    ServiceLevelPolicy,
    TargetPromise,
    fitting,
    in_force,
    promised,
)
from domain.situation import Situation
from tests.facts import new_facts
from tests.people import ANN, CUSTOMER, OPERATOR

RESPONSE = TargetPromise(name="first response", budget="30m")
RESOLUTION = TargetPromise(name="resolution", budget={1: "4h", 2: "8h"}, pausing=("customer",))
STEP = EscalationStep(target="resolution", mark="75%", notify=("role:agent",))
GOLD = Agreement(
    calendar=named_id("CAL", "office"), targets=(RESPONSE, RESOLUTION), escalation=(STEP,)
)


def test_what_is_promised_depends_on_the_priority() -> None:
    assert promised(GOLD, Facts(priority=2)) == (
        Target("first response", "30m", ()),
        Target("resolution", "8h", ("customer",)),
    )
    assert promised(GOLD, Facts(priority=4)) == (Target("first response", "30m", ()),)
    assert promised(GOLD, Facts()) == (Target("first response", "30m", ()),)


@pytest.mark.parametrize(
    ("limits", "fitting"),
    [
        ({"priorities": (1, 2)}, {"priority": 1}),
        ({"categories": ("network",)}, {"category": "network"}),
        ({"services": ("mail",)}, {"service": "mail"}),
        ({"organisations": (CUSTOMER,)}, {"organisation": CUSTOMER}),
    ],
)
def test_a_policy_is_about_the_incidents_that_fit_all_its_lists(
    limits: dict[str, Any], fitting: dict[str, Any]
) -> None:
    limited = replace(GOLD, **limits)
    other = Facts(priority=3, category="printer", service="erp", organisation=OPERATOR)

    assert promised(limited, other) == ()
    assert promised(limited, Facts()) == ()
    assert promised(limited, Facts(**fitting)) != ()


def test_a_policy_is_drafted_revised_published_and_retired() -> None:
    policy = ServiceLevelPolicy.draft(record_id("SLP", 1), name="Gold", definition=GOLD, by=ANN)
    policy.publish(by=ANN)
    policy.publish(by=ANN)
    better = replace(GOLD, targets=(RESPONSE,), escalation=())
    policy.revise(better, by=ANN)
    policy.revise(better, by=ANN)
    policy.publish(by=ANN)
    policy.retire(by=ANN)
    policy.retire(by=ANN)

    assert [event.__name__ for event, _ in new_facts(policy)] == [
        "Drafted",
        "VersionPublished",
        "Revised",
        "VersionPublished",
        "Retired",
    ]
    assert (policy.definition_of(1), policy.definition_of(2)) == (GOLD, better)
    assert policy.published is None
    with pytest.raises(Refused, match="A retired service level policy cannot be changed"):
        policy.publish(by=ANN)


NETWORK = named_id("TEA", "network")
OLA = Agreement(
    kind="OLA",
    calendar=named_id("CAL", "office"),
    subjects=("incident", "change"),
    when='ticket.team == "Network" && ticket.priority in [1, 2]',
    zone="requester",
    names=(Named("team", "Network", NETWORK),),
    targets=(
        TargetPromise(
            name="time at Network",
            budget="4h",
            start='ticket.team == "Network"',
            pause='ticket.party != "Network, level 2"',
            stop="ticket.resolved || ticket.is_over",
            reset="ticket.reopened > 0",
        ),
    ),
    escalation=(
        EscalationStep(
            target="time at Network",
            mark="-30m",
            managers=True,
            reassign="next level",
            raise_priority=2,
            propose_major_incident=True,
        ),
    ),
)


def test_an_ola_is_for_the_tickets_that_fit_its_condition() -> None:
    here = Situation(kind="change", priority=2, team=NETWORK)

    assert promised(OLA, here) == (Target("time at Network", "4h", ()),)
    assert promised(OLA, replace(here, priority=3)) == ()
    assert promised(OLA, replace(here, team=named_id("TEA", "other"))) == ()
    assert promised(replace(OLA, subjects=("incident",)), here) == ()


def test_all_that_an_agreement_says_is_stored() -> None:
    plain = msgspec.to_builtins(OLA, str_keys=True)

    assert msgspec.convert(plain, Agreement) == OLA
    assert msgspec.json.decode(msgspec.json.encode(OLA), type=Agreement) == OLA


def test_a_ticket_has_one_sla_and_all_other_policies_that_fit() -> None:
    def policy(number: int, definition: Agreement) -> tuple[ServiceLevelPolicy, Agreement]:
        name = f"P{number}"
        id = record_id("SLP", number)
        return ServiceLevelPolicy.draft(id, name=name, definition=definition, by=ANN), definition

    wide = replace(OLA, when="", names=())
    rows = [
        policy(1, wide),
        policy(2, replace(GOLD, subjects=("change",))),
        policy(3, GOLD),
        policy(4, GOLD),
        policy(5, replace(wide, kind="contract")),
    ]

    found = in_force(rows, Situation(kind="incident"))

    assert [policy.name for policy, _ in found] == ["P1", "P3", "P5"]


def test_a_policy_speaks_of_the_reasons_of_incidents() -> None:
    assert set(get_args(PausingReason)) == set(get_args(incident.PendingReason))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"order": 1_000_001}, "order: a number from 0"),
        ({"targets": ()}, "targets: at least one"),
        ({"targets": (RESPONSE, RESPONSE)}, "targets: each target is promised once"),
        ({"targets": (replace(RESPONSE, budget="1 hour"),)}, r"targets\[0\].budget: '1 hour'"),
        ({"targets": (replace(RESPONSE, budget={}),)}, r"targets\[0\].budget: a budget is needed"),
        ({"targets": (replace(RESPONSE, budget={7: "1h"}),)}, r"\[0\].budget: a priority is"),
        ({"targets": (replace(RESPONSE, budget={1: "0h"}),)}, r"targets\[0\].budget.1: '0h'"),
        ({"priorities": (0,)}, "priorities: a priority is"),
        ({"categories": ("",)}, "is needed"),
        ({"targets": (RESPONSE,)}, r"escalation\[0\].target: 'resolution' is not promised"),
        ({"escalation": (replace(STEP, mark="soon"),)}, r"escalation\[0\].mark: 'soon'"),
        ({"escalation": (replace(STEP, mark="+999d"),)}, r"escalation\[0\].mark: .* at most 366"),
        ({"escalation": (replace(STEP, wait="1"),)}, r"escalation\[0\].wait: '1'"),
        ({"escalation": (replace(STEP, notify=()),)}, r"escalation\[0\].notify: nobody"),
        (
            {"escalation": (replace(STEP, notify=("x",)),)},
            r"escalation\[0\].notify\[0\]: 'x' selects",
        ),
    ],
)
def test_an_agreement_that_is_wrong_is_refused_with_its_place(
    changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        ServiceLevelPolicy.draft(
            record_id("SLP", 1), name="Gold", definition=replace(GOLD, **changes), by=ANN
        )


def published(*applies_to: AppliesTo) -> ServiceLevelPolicy:
    """A policy with a version for each of these."""
    policy = ServiceLevelPolicy.draft(record_id("SLP", 1), name="Gold", definition=GOLD, by=ANN)
    for number, tickets in enumerate(applies_to):
        policy.revise(replace(GOLD, order=number), by=ANN)
        policy.publish(applies_to=tickets, by=ANN)
    return policy


@pytest.mark.parametrize(
    ("applies_to", "promised_under", "version"),
    [
        (["new"], 1, 1),
        (["new", "new"], 1, 1),
        (["new", "open"], 1, 2),
        (["new", "open", "new"], 1, 2),
        (["new", "open", "new"], 3, 3),
        (["new", "open", "new", "open", "new"], 2, 4),
    ],
)
def test_an_open_ticket_keeps_its_version_until_one_is_for_open_tickets(
    applies_to: list[AppliesTo], promised_under: int, version: int
) -> None:
    assert published(*applies_to).version_for(promised_under) == version


def test_a_ticket_keeps_the_version_of_its_promise_when_it_is_looked_at_again() -> None:
    strict = replace(GOLD, targets=(TargetPromise(name="resolution", budget="1h"),), escalation=())
    policy = ServiceLevelPolicy.draft(record_id("SLP", 1), name="Gold", definition=GOLD, by=ANN)
    policy.publish(by=ANN)
    policy.revise(strict, by=ANN)
    policy.publish(by=ANN)
    here = Situation(kind="incident", priority=2)

    def budgets(kept: dict[UUID, int]) -> list[tuple[int, str]]:
        found = fitting([(policy, strict)], here, kept)
        return [(one.version, one.targets[-1].budget) for one in found]

    assert budgets({}) == [(2, "1h")]
    assert budgets({policy.id: 1}) == [(1, "8h")]
    policy.publish(applies_to="open", by=ANN)
    assert budgets({policy.id: 1}) == [(2, "1h")]


def test_how_far_open_tickets_were_moved_is_kept_and_told_once() -> None:
    policy = published("new", "open")
    first, second = record_id("INC", 1), record_id("INC", 2)

    policy.note_moved(2, after=second, seen=2, moved=1, is_done=False, by=ANN)
    policy.note_moved(2, after=second, seen=2, moved=1, is_done=False, by=ANN)
    policy.note_moved(2, after=first, seen=1, moved=1, is_done=False, by=ANN)
    policy.note_moved(1, after=None, seen=9, moved=9, is_done=True, by=ANN)
    assert policy.move == Move(version=2, after=second, seen=2, moved=1)

    policy.note_moved(2, after=None, seen=1, moved=0, is_done=True, by=ANN)
    policy.note_moved(2, after=None, seen=1, moved=0, is_done=True, by=ANN)
    assert policy.move == Move(version=2, seen=3, moved=1, is_done=True)


def test_a_version_for_new_tickets_can_be_given_to_open_ones_afterwards() -> None:
    policy = published("new")

    policy.publish(applies_to="open", by=ANN)
    policy.publish(applies_to="open", by=ANN)
    policy.publish(applies_to="new", by=ANN)

    assert (policy.published_version, policy.applied_to) == (1, ("open",))
    assert policy.move == Move(version=1)
