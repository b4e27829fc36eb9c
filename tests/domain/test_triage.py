from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.aggregate import Entry
from domain.ids import record_id
from domain.incident import Incident
from domain.provenance import Cause
from domain.rules import Refused
from domain.triage import (
    Assign,
    Categorise,
    Member,
    Notify,
    Prioritise,
    Propose,
    chain,
    check_rule,
    pick,
)
from tests.domain.assignment_rules import BY_TURNS, TEAM, TO_TEAM
from tests.people import system

BEA, CEM, DAN = (record_id("PER", serial) for serial in (1, 2, 3))
NO_IMPACT = Prioritise(impact=0, urgency=1)  # type: ignore[arg-type]  # as a body could say it
LOADS = st.dictionaries(st.integers(1, 9).map(lambda n: record_id("PER", n)), st.integers(0, 5))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"on": ()}, "on: a rule has a trigger, or a schedule."),
        ({"on": ("logged", "logged")}, "on: each trigger is named once."),
        ({"on": ("erased",)}, "on: one of logged, "),
        ({"every": "4m"}, "every: 5 minutes at least, and 31 days at most."),
        ({"every": "32d"}, "every: 5 minutes at least, and 31 days at most."),
        ({"every": "2bd"}, "every: a number of minutes, hours or days"),
        ({"when": "ticket.prio == 1"}, "when: "),
        ({"order": -1}, "order: "),
        ({"actions": ()}, "actions: a rule has 1 to 10 actions."),
        ({"actions": (Assign(team=TEAM), Assign(person=BEA))}, "a rule assigns a ticket once."),
        ({"actions": (Assign(),)}, "a ticket is assigned to a team or to a person."),
        ({"actions": (Assign(person=BEA, member=Member()),)}, "a member is one of a team"),
        ({"actions": (Categorise(category=" "),)}, "category is needed."),
        ({"actions": (NO_IMPACT,)}, "impact and urgency are 1, 2 or 3."),
        ({"actions": (Notify(people=()),)}, "somebody is named."),
        ({"actions": (Notify(people=("everybody",)),)}, r"actions\[0\].people"),
        ({"actions": (Propose(reason=""),)}, "A proposal needs a reason."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        check_rule(replace(TO_TEAM, **changes))


def test_a_rule_can_say_all_that_rules_say() -> None:
    check_rule(BY_TURNS)


@given(people=st.sets(st.integers(1, 9), min_size=1), rounds=st.integers(1, 3))
def test_each_has_as_many_turns_as_every_other(people: set[int], rounds: int) -> None:
    candidates = [record_id("PER", serial) for serial in people]
    last: UUID | None = None
    had = []

    for _ in range(rounds * len(people)):
        last = pick("round-robin", candidates, last, {}).person
        had.append(last)

    assert {id: had.count(id) for id in candidates} == dict.fromkeys(candidates, rounds)


@given(loads=LOADS.filter(bool), last=st.none() | st.integers(1, 9))
def test_nobody_has_less_to_do_than_who_is_picked_by_load(
    loads: dict[UUID, int], last: int | None
) -> None:
    chosen = pick("least loaded", list(loads), last and record_id("PER", last), loads)  # type: ignore[arg-type]  # 0 is never drawn

    assert loads[chosen.person] == min(loads.values())
    assert {one.person: one.load for one in chosen.considered} == loads


def test_of_those_with_as_much_to_do_it_is_the_turn_of_the_next() -> None:
    loads = {BEA: 1, CEM: 1, DAN: 2}

    chosen = pick("least loaded", list(loads), BEA, loads)

    assert (chosen.person, chosen.why) == (CEM, "They have the fewest open tickets: 1.")


def test_nobody_is_picked_where_nobody_is() -> None:
    with pytest.raises(Refused, match="Nobody in the team can take it"):
        pick("round-robin", [], None, {})


def test_the_chain_of_rules_is_read_from_the_causes() -> None:
    id = record_id("INC", 1)

    def entry(position: int, cause: Cause | None) -> Entry:
        event = Incident.WorkStarted(by=system("rules", cause=cause))
        return Entry(id, position, "Incident.WorkStarted", event, position)

    history = [
        entry(1, None),
        entry(2, Cause(event=1, rule="RUL0000001", rule_version=1)),
        entry(3, Cause(event=2, rule="RUL0000002", rule_version=4)),
        entry(4, Cause(rule="SLP0000001/resolution/100%/1", rule_version=1)),
    ]

    assert chain(history, history[0]) == ()
    assert chain(history, history[2]) == ("RUL0000002", "RUL0000001")
    assert chain(history, history[3]) == ()
