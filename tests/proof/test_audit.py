"""The checks of the chaos find what they look for."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from domain.aggregate import Aggregate, Entry
from domain.change import Change
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import Commitment
from domain.provenance import Cause, Provenance
from domain.service_level_policy import Agreement, ServiceLevelPolicy
from tests.domain.changes import stage
from tests.people import MONDAY, person, signed, system
from tests.proof.audit import Findings, check_history, check_lateness, check_once, check_processes
from tests.proof.company import ESCALATION, TARGETS
from tests.proof.lateness import Death, Moment, unexplained

CALENDAR = record_id("CAL", 1)
PROMISES = (
    Commitment(name="first response", budget="2s"),
    Commitment(name="resolution", budget="4s", pausing=("customer",)),
)
FIRST_RESPONSE = ("first response", "100%")
QUARTER, BREACH = ("resolution", "75%"), ("resolution", "100%")
LEVELS = {FIRST_RESPONSE: 0, QUARTER: 1, BREACH: 2}


def at(seconds: float) -> Any:
    return MONDAY + timedelta(seconds=seconds)


def by(name: str, seconds: float) -> Provenance:
    return signed(name, at(seconds))


def policy() -> ServiceLevelPolicy:
    agreement = Agreement(calendar=CALENDAR, targets=TARGETS, escalation=ESCALATION)
    made = ServiceLevelPolicy.draft(
        record_id("SLP", 1), name="Watched", definition=agreement, by=by("ann", 0)
    )
    made.publish(by=by("ann", 0.001))
    return made


def logged() -> Incident:
    """An incident that is to be answered in 2 s and resolved in 4 s."""
    incident = Incident.log(
        record_id("INC", 1),
        title="No mail",
        requester=person("ann"),
        organisation=None,
        by=by("ann", 0),
    )
    incident.apply_service_level(
        policy=record_id("SLP", 1),
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=PROMISES,
        by=by("ann", 0.001),
    )
    return incident


def ring(incident: Incident, mark: tuple[str, str], seconds: float) -> None:
    """Mark a clock, and tell all who are to be told."""
    incident.mark(*mark, round=1, due=at(seconds), by=system(f"clock {mark}", at(seconds)))
    for level in range(LEVELS[mark]):
        workflow = f"escalation/INC0000001/1/{mark[0]}/{mark[1]}"
        sign = system(f"{mark} {level}", at(seconds + level), cause=Cause(workflow=workflow))
        incident.escalate_hierarchically(
            to=[person("lea")], level=incident.escalation_level + 1, reason="Late.", by=sign
        )


def rung() -> Incident:
    """An incident with which everything went as it should."""
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    ring(incident, QUARTER, 3)
    ring(incident, BREACH, 4)
    return incident


def entries(*records: Aggregate) -> list[Entry]:
    return [entry for record in (policy(), *records) for entry in record.collect_events()]


def checked(found: Sequence[Entry], seconds: float = 60) -> Findings:
    findings = Findings()
    check_once(found, findings)
    check_processes(found, findings, at(seconds))
    return findings


def without(found: Sequence[Entry], is_left_out: Callable[[Any], bool]) -> list[Entry]:
    return [entry for entry in found if not is_left_out(entry.event)]


def test_nothing_is_found_where_all_went_well() -> None:
    found = checked(entries(rung()))

    assert (found.violations, found.waiting) == ([], [])
    assert (found.counts["marks"], found.counts["escalations"]) == (3, 3)


@pytest.mark.parametrize("mark", [FIRST_RESPONSE, QUARTER, BREACH])
def test_a_mark_that_never_came_is_found(mark: tuple[str, str]) -> None:
    incident = logged()
    for other in (FIRST_RESPONSE, QUARTER, BREACH):
        if other != mark:
            ring(incident, other, 4)

    [waiting] = checked(entries(incident)).waiting

    assert str(mark[0]) in waiting
    assert "never rang" in waiting


def test_no_mark_is_missed_before_its_moment() -> None:
    assert checked(entries(logged()), seconds=1.9).waiting == []
    assert len(checked(entries(logged()), seconds=2.2).waiting) == 1


def test_a_pause_moves_the_moment_of_a_mark() -> None:
    incident = logged()
    incident.pend("customer", by=by("bea", 1))
    ring(incident, FIRST_RESPONSE, 2)
    incident.resume(by=by("bea", 11))

    told = entries(incident)

    assert checked(told, seconds=12.9).waiting == []
    assert len(checked(told, seconds=13.2).waiting) == 1
    assert len(checked(told, seconds=14.2).waiting) == 2


def test_a_mark_that_came_early_is_found() -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 1)

    [what] = checked(entries(incident), seconds=2.5).of("clocks")

    assert what.endswith("rang 1.000 s early")


def test_a_mark_that_came_twice_is_found() -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    incident.marks = ()
    ring(incident, FIRST_RESPONSE, 2.5)

    assert len(checked(entries(incident), seconds=2.6).of("clocks")) == 1


def test_a_breach_is_owed_although_the_incident_was_resolved_late() -> None:
    incident = logged()
    incident.resolve(code="fixed", resolution="Done.", by=by("bea", 10))

    waiting = checked(entries(incident)).waiting

    assert [what.split("'")[1] for what in waiting] == ["first response", "resolution"]


def test_a_level_that_was_not_told_is_found() -> None:
    all_told = entries(rung())
    last = all_told[-1].event

    [waiting] = checked(without(all_told, lambda event: event is last)).waiting

    assert waiting == "escalation/INC0000001/1/resolution/100% has told 1 of 2 levels"


def promise_anew(incident: Incident, budget: str, seconds: float) -> None:
    first, resolution = PROMISES
    incident.apply_service_level(
        policy=record_id("SLP", 1),
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=(first, structs.replace(resolution, budget=budget)),
        by=by("ann", seconds),
    )


@pytest.mark.parametrize(("budget", "missing"), [("3s", 1), ("60s", 0)])
def test_a_level_is_owed_under_another_promise_unless_its_mark_lies_ahead_again(
    budget: str, missing: int
) -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    ring(incident, QUARTER, 3)
    promise_anew(incident, budget, 3.5)

    told = entries(incident)
    found = checked(
        without(told, lambda event: isinstance(event, Incident.EscalatedHierarchically)), 3.6
    )

    assert [what for what in found.waiting if "levels" in what] == [
        "escalation/INC0000001/1/resolution/75% has told 0 of 1 levels"
    ] * missing


def test_a_mark_comes_again_in_a_third_round_if_it_lay_ahead_in_the_second() -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    ring(incident, QUARTER, 3)
    promise_anew(incident, "60s", 3.2)
    promise_anew(incident, "4s", 3.5)
    incident.mark(*QUARTER, round=3, due=at(3.5), by=system("clock again", at(3.51)))

    found = checked(entries(incident), 3.6)

    assert found.violations == []
    assert not [what for what in found.waiting if "never rang" in what]


@pytest.mark.parametrize(("answered", "faults"), [(1.973, 0), (1.5, 1)])
def test_a_mark_that_an_answer_overtook_was_due(answered: float, faults: int) -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    incident.respond(by=by("bea", answered))

    found = checked(entries(incident), 2.1)

    assert len(found.of("clocks")) == faults


def test_an_acknowledgement_ends_no_escalation_of_which_nobody_was_told() -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    ring(incident, QUARTER, 3)
    incident.mark(*BREACH, round=1, due=at(4), by=system("clock", at(4)))
    incident.acknowledge_escalation(by=by("bea", 4.5))

    [waiting] = checked(entries(incident)).waiting

    assert waiting == "escalation/INC0000001/1/resolution/100% has told 0 of 2 levels"


def test_a_level_that_was_told_twice_is_found() -> None:
    told = entries(rung())

    found = checked([*told, told[-1]])

    assert len(found.of("twice")) == len(found.of("escalations")) == 1


def submitted() -> Change:
    change = Change.propose(
        record_id("CHG", 1),
        title="Replace the switch",
        requester=person("ann"),
        organisation=None,
        by=by("ann", 0),
    )
    change.assess_risk(impact=2, likelihood=2, by=by("ann", 1))
    change.plan(implementation="Swap it.", backout="Swap it back.", by=by("ann", 2))
    change.submit(stages=[stage("CAB", "bea", "cem", patience="4s")], by=by("ann", 3))
    return change


def timed_out(seconds: float = 8) -> Change:
    change = submitted()
    clock = system("clock", at(seconds), effective=at(7))
    change.time_out_stage(1, "CAB", hours=None, by=clock)
    return change


def test_a_round_that_was_decided_once_is_well() -> None:
    found = checked(entries(timed_out()))

    assert (found.violations, found.waiting) == ([], [])
    assert (found.counts["decided rounds"], found.counts["time-outs"]) == (1, 1)


def test_a_round_without_a_decision_is_found() -> None:
    [waiting] = checked(entries(submitted())).waiting

    assert waiting.startswith("CHG0000001 is not decided")


def test_a_second_decision_is_found() -> None:
    told = entries(timed_out())

    assert len(checked([*told, told[-1]]).of("approvals")) == 1


def test_a_time_out_before_its_moment_is_found() -> None:
    assert len(checked(entries(timed_out(seconds=6.9))).of("approvals")) == 1


def test_a_gap_in_a_history_is_found() -> None:
    history = entries(rung())[2:]
    found = Findings()

    check_history(record_id("INC", 1), [*history[:2], *history[3:]], found)

    assert len(found.of("versions")) == 1


def test_what_comes_late_without_a_death_is_found() -> None:
    incident = logged()
    ring(incident, FIRST_RESPONSE, 2)
    ring(incident, QUARTER, 3)
    ring(incident, BREACH, 6)
    found, excused = Findings(), Findings()

    check_lateness(entries(incident), [], found)
    check_lateness(entries(incident), [Death("temporal", at(5))], excused)

    assert [what.split(" late")[0] for what in found.of("late")] == [
        "INC0000001: mark (1, 'resolution', '100%') came 0:00:02"
    ]
    assert excused.violations == []


def test_a_temporal_that_was_away_for_long_is_left_alone_for_as_long_again() -> None:
    late = Moment("level", due=at(14), at=at(15.7))
    short, long = Death("temporal", at(0), at(1)), Death("temporal", at(0), at(7))

    assert list(unexplained([late], [short])) == [late]
    assert list(unexplained([late], [long])) == []
    assert list(unexplained([late._replace(due=at(100), at=at(102))], [long])) != []


def test_what_falls_due_while_a_backlog_is_worked_off_is_explained_by_the_same_death() -> None:
    delayed = Moment("mark", due=at(12), at=at(16))
    meanwhile = Moment("level", due=at(15), at=at(17))
    later = Moment("level", due=at(16.5), at=at(18))
    death = Death("work", at(0))

    assert list(unexplained([delayed, meanwhile, later], [death])) == [later]
    assert list(unexplained([meanwhile], [death])) == [meanwhile]
