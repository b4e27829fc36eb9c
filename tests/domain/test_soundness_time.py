"""Processes in which one person counts once, time runs out, or a check would take too long."""

from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from domain import soundness
from domain.business_time import BusinessHours
from domain.quorum import Quorum
from domain.quorum_rules import All, Count, Majority, Percent
from domain.quorum_rules import Any as AnyOne
from domain.soundness_report import Step
from tests.domain.checking import check, example, only, rules
from tests.domain.companies import Table, changes, stage

OFFICE = BusinessHours(
    zone="UTC", weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
)


# One person counts once --------------------------------------------------------------------------

TWICE = (stage("First", "team:CAB", quorum=Count(approvals=2)), stage("Second", "team:CAB"))


def test_votes_that_leave_a_later_stage_without_people_are_the_counterexample() -> None:
    report = check(changes(*TWICE))

    assert rules(report) == [("stages[1].approvers", "one person counts once")]
    assert example(report).requester == "ann"
    assert example(report).steps == (
        Step(stage="First", person="bea"),
        Step(stage="First", person="cem"),
    )
    assert "after bea approved First, cem approved First" in str(only(report))


@pytest.mark.parametrize(
    "more", [{"fallback": ("person:dan", "person:ann")}, {"repeat_voters": True}]
)
def test_a_fallback_or_repeated_voters_leave_enough(more: dict[str, Any]) -> None:
    assert check(changes(*TWICE, **more)).is_sound


def test_a_stage_beside_another_can_lose_its_voters_to_it() -> None:
    beside = (
        stage("Left", "person:bea", "person:dan", after=()),
        stage("Right", "person:bea", "person:ann", after=()),
    )

    report = check(changes(*beside))

    found = [one.counterexample for one in report.errors if one.counterexample]
    assert [one.requester for one in found] == ["dan", "ann"]
    assert [one.steps for one in found] == [
        (Step(stage="Right", person="bea"),),
        (Step(stage="Left", person="bea"),),
    ]


def test_an_escalation_can_use_up_the_people_of_a_later_stage() -> None:
    report = check(
        changes(
            stage("First", "person:ann", "person:bea", on_timeout="escalate",
                  escalate_to=("person:cem", "person:dan")),
            stage("Second", "person:cem", "person:dan"),
        )
    )  # fmt: skip

    assert example(report).steps[0] == Step(stage="First")
    assert "the patience of First ran out" in str(only(report))


def test_managers_of_approvers_may_be_used_up() -> None:
    two = (stage("Peers", "team:CAB"), stage("Managers", "manager-of:approver"))

    fine = check(changes(*two, fallback=("team:CAB", "person:dan")))
    used = check(changes(*two))

    assert fine.is_sound
    assert example(used).requester == "dan"


# Time --------------------------------------------------------------------------------------------


def test_the_worst_case_goes_along_the_longest_way_of_stages_that_wait() -> None:
    report = check(
        changes(
            stage("Start", "team:CAB", patience="8h"),
            stage("Quick", "team:CAB", patience="1h", after=("Start",)),
            stage("Slow", "team:CAB", patience="2bd", after=("Start",), on_timeout="escalate",
                  escalate_to=("person:dan",)),
            stage("End", "team:CAB", patience="4h", after=("Quick", "Slow")),
            repeat_voters=True,
        ),
        hours=OFFICE,
    )  # fmt: skip

    assert report.longest
    assert report.longest.stages == ("Start", "Slow", "End")
    assert str(report.longest) == "8h + 2bd + 2bd + 4h"
    # Monday is used up; two days and two days later it is Friday at closing time.
    assert report.longest.ends == datetime(2026, 1, 12, 13, tzinfo=UTC)
    assert report.shortest
    assert (report.shortest.votes, report.shortest.steps) == (4, 3)


def test_the_worst_case_is_that_of_the_subject_with_the_most_stages() -> None:
    report = check(
        changes(
            stage("Always", "team:CAB", patience="1d"),
            stage("Often", "team:CAB", patience="3d", when='subject.risk != "low"'),
        )
    )

    assert report.longest
    assert report.longest.ends == datetime(2026, 1, 9, 9, tzinfo=UTC)
    assert report.longest.facts["risk"] != "low"
    assert report.shortest
    assert report.shortest.votes == 1


def test_the_best_case_is_that_of_the_best_requester_and_voters() -> None:
    board = {"CAB": ("ann", "bea", "cem", "dan"), "Net": ("bea", "eva"), "Ops": ("fay", "gus")}
    company = Table("ann", "bea", "cem", "dan", "eva", "fay", "gus", teams=board)

    def votes(*quorums: tuple[str, Quorum]) -> int | None:
        stages = (stage(name, f"team:{name}", quorum=quorum) for name, quorum in quorums)
        report = check(changes(*stages), company)
        return report.shortest.votes if report.shortest else None

    # Ann asks, and Bea votes in the first stage: of the board two are left.
    assert votes(("Net", AnyOne()), ("CAB", Percent(percent="66.7"))) == 1 + 2
    assert votes(("Ops", AnyOne()), ("CAB", All())) == 1 + 3
    assert votes(("CAB", Count(approvals=5))) is None


# Effort ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quorum", [AnyOne(), Count(approvals=10), Majority()])
def test_twenty_stages_and_two_hundred_people_are_checked_quickly(quorum: Any) -> None:
    names = [f"p{number:03}" for number in range(200)]
    teams = {f"T{each}": [names[each * 7 % 110 + at] for at in range(80)] for each in range(20)}
    risks = ("low", "moderate", "high", "very high")
    stages = (
        stage(
            f"S{each}",
            f"team:T{each}",
            quorum=quorum,
            when=f'subject.risk != "{risks[each % 4]}" || subject.category == "c{each % 3}"',
        )
        for each in range(20)
    )
    company, definition = Table(*names, teams=teams), changes(*stages)

    began = process_time()
    report = check(definition, company)

    assert report.longest
    # Three times what it takes on a machine that has nothing else to do.
    assert process_time() - began < 3


def test_a_process_of_the_greatest_size_is_checked_in_less_than_a_second() -> None:
    stages, voters = 20, 90
    teams = {
        f"Team {number}": [f"p{number * voters + each}" for each in range(voters)]
        for number in range(stages)
    }
    company = Table(*(person for team in teams.values() for person in team), teams=teams)
    definition = changes(
        *(stage(name, f"team:{name}", quorum=Majority(abstain=False)) for name in teams)
    )
    began = process_time()

    report = soundness.check(definition, company, start=datetime(2026, 3, 2, 9, tzinfo=UTC))

    assert process_time() - began < 1
    assert report.findings == ()
