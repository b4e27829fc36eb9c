"""What is proven of an approval process before its use, and the counterexamples otherwise."""

from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from domain import soundness
from domain.approval_process import Definition
from domain.business_time import BusinessHours
from domain.quorum import Quorum
from domain.quorum_rules import All, Count, Groups, Majority, Mandatory, Percent, Veto, Weighted
from domain.quorum_rules import Any as AnyOne
from domain.quorum_rules import Group as GroupOf
from domain.soundness_report import Counterexample, Finding, Report, Step
from tests.domain.companies import Table, changes, stage

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICE = BusinessHours(
    zone="UTC", weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
)
COMPANY = Table(
    "ann",
    "bea",
    "cem",
    "dan",
    teams={"CAB": ["ann", "bea", "cem"], "Network": ["bea", "cem"], "Empty": []},
    managers={"ann": "dan", "bea": "dan", "cem": "dan"},
)


def check(definition: Definition, company: Table = COMPANY, **more: Any) -> Report:
    return soundness.check(definition, company, start=MONDAY, **more)


def rules(report: Report, severity: str = "error") -> list[tuple[str, str]]:
    return [(one.place, one.rule) for one in report.findings if one.severity == severity]


def only(report: Report, severity: str = "error") -> Finding:
    (finding,) = (one for one in report.findings if one.severity == severity)
    return finding


def example(report: Report, severity: str = "error") -> Counterexample:
    found = only(report, severity).counterexample
    assert found is not None
    return found


# Conditions --------------------------------------------------------------------------------------


def test_a_process_with_enough_people_is_sound_and_nothing_is_said() -> None:
    report = check(changes(stage("CAB", "team:CAB")))

    assert report.is_sound
    assert report.findings == ()


def test_what_is_not_well_formed_is_told_with_its_places() -> None:
    report = check(changes(stage("CAB", patience="soon", after=("Nobody",))))

    assert {one.place for one in report.errors} >= {"stages[0].patience", "stages[0].after[0]"}
    assert {one.rule for one in report.errors} == {"well formed"}


def test_a_condition_that_never_holds_governs_nothing() -> None:
    when = 'subject.risk == "low" && subject.risk == "high"'

    report = check(changes(stage("CAB", "team:CAB"), when=when))

    assert rules(report) == [("when", "condition varies")]


def test_a_condition_that_always_holds_is_warned_of() -> None:
    when = 'subject.type in ["normal", "emergency"]'

    report = check(changes(stage("CAB", "team:CAB"), when=when))

    assert report.is_sound
    assert rules(report, "warning") == [("when", "condition varies")]


def test_a_stage_that_its_process_shuts_out_is_never_reached() -> None:
    report = check(
        changes(
            stage("CAB", "team:CAB"),
            stage("Urgent", "person:dan", "person:bea", when='subject.type == "emergency"'),
            when='subject.type == "normal"',
        )
    )

    assert rules(report) == [("stages[1].when", "stage is reached")]
    assert "Urgent is never reached" in str(only(report))


def test_a_subject_to_which_no_stage_applies_is_shown() -> None:
    report = check(
        changes(
            stage("Low", "team:CAB", when='subject.risk == "low"'),
            stage("High", "team:CAB", when='subject.risk == "high"'),
        )
    )

    assert example(report).facts == {"risk": "moderate"}
    assert only(report).rule == "some stage applies"


def test_a_condition_that_can_only_be_sampled_proves_nothing() -> None:
    report = check(changes(stage("CAB", "team:CAB"), when='subject.category.startsWith("Net")'))

    assert report.is_sound
    assert rules(report, "warning") == [("when", "not proven")]


def test_a_condition_without_an_answer_is_an_error() -> None:
    report = check(changes(stage("CAB", "team:CAB"), when="10 / subject.assets > 2"))

    assert only(report).rule == "well formed"
    assert example(report).facts == {"assets": 0}


def test_a_process_that_others_come_before_is_shadowed() -> None:
    normal, any_risk = 'subject.type == "normal"', ""
    mine = changes(stage("CAB", "team:CAB"), when=normal)

    shadowed = check(mine, before=[("Old", changes(stage("CAB", "team:CAB"), when=any_risk))])
    free = check(
        mine,
        before=[("Low", changes(stage("CAB", "team:CAB"), when='subject.risk == "low"'))],
    )

    assert rules(shadowed, "warning") == [("order", "not shadowed")]
    assert free.findings == ()


def test_a_condition_that_takes_too_long_is_told_with_its_place() -> None:
    nine = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"
    endless = "a + b + c + d + e > subject.impact"
    for name in "abcde":
        endless = f"{nine}.all({name}, {endless})"
    usual = changes(stage("CAB", "team:CAB"))

    whole = check(changes(stage("CAB", "team:CAB"), when=endless), before=[("Usual", usual)])
    part = check(
        changes(stage("CAB", "team:CAB"), stage("Net", "team:Network", when=endless)),
        before=[("Endless", changes(stage("CAB", "team:CAB"), when=endless))],
    )

    assert rules(whole) == [("when", "well formed")]
    assert rules(part) == [("stages[1].when", "well formed")]
    assert "it takes more than 10,000 steps" in only(part).says


def test_who_asks_is_told_apart_by_a_condition_on_the_requester() -> None:
    dan = stage("Dan", "person:dan", when='subject.requester != "dan"')

    report = check(changes(dan, stage("CAB", "team:CAB", when='subject.requester == "dan"')))

    assert report.is_sound


# People ------------------------------------------------------------------------------------------


def test_a_selector_of_nobody_is_named_with_its_place() -> None:
    report = check(changes(stage("CAB", "team:CAB", "team:Nobody")))

    assert rules(report) == [("stages[0].approvers[1]", "names somebody")]


@pytest.mark.parametrize(
    ("approvers", "requester"),
    [(("person:dan",), "dan"), (("manager-of:requester",), "dan"), (("team:Empty",), "ann")],
)
def test_whoever_leaves_nobody_to_approve_by_asking_is_the_counterexample(
    approvers: tuple[str, ...], requester: str
) -> None:
    definition = changes(stage("CAB", *approvers))

    report = check(definition)

    assert rules(report) == [("stages[0].approvers", "people are found")]
    assert example(report).requester == requester


def test_a_fallback_is_enough() -> None:
    report = check(changes(stage("CAB", "manager-of:requester"), fallback=("team:CAB",)))

    assert report.is_sound


def test_a_quorum_that_the_requester_makes_unreachable_is_refuted() -> None:
    report = check(changes(stage("CAB", "team:CAB", quorum=Count(approvals=3))))

    assert rules(report) == [("stages[0].quorum", "quorum is reachable")]
    assert example(report).requester == "ann"


def test_people_who_are_excluded_do_not_count() -> None:
    both = changes(
        stage("CAB", "team:CAB", exclude=("person:ann",)), exclude=("person:bea", "person:cem")
    )

    assert rules(check(both)) == [("stages[0].approvers", "people are found")]


def test_who_is_inactive_is_not_there() -> None:
    company = Table("ann", "bea", "cem", teams={"CAB": ["bea", "cem"]}, inactive=["cem"])

    report = check(changes(stage("CAB", "team:CAB")), company)

    assert example(report).requester == "bea"


@pytest.mark.parametrize(
    ("quorum", "requester"),
    [
        (Mandatory(voters=("person:bea",), of=AnyOne()), "bea"),
        (Veto(holders=("person:cem",), of=AnyOne()), "cem"),
        (Weighted(weights={"person:ann": 3}, weight=3), "ann"),
        (
            Groups(
                groups=(
                    GroupOf("A", ("person:ann",), AnyOne()),
                    GroupOf("B", ("person:bea", "person:cem"), AnyOne()),
                ),
                of=All(),
            ),
            "ann",
        ),
    ],
)
def test_quorums_that_name_people_need_them(quorum: Any, requester: str) -> None:
    report = check(changes(stage("CAB", "team:CAB", quorum=quorum)))

    assert not report.is_sound
    assert example(report).requester == requester


def test_an_absence_that_is_waited_out_is_a_warning() -> None:
    report = check(changes(stage("CAB", "team:Network", on_timeout="approve")))

    assert report.is_sound
    absent = next(one for one in report.findings if one.rule == "nobody is indispensable")
    assert absent.counterexample
    assert (absent.counterexample.requester, absent.counterexample.absent) == ("bea", "cem")
    assert "until its patience of 1d ends: it is approved then" in str(absent)


@pytest.mark.parametrize(
    ("selector", "where"),
    [
        ("owner-of:service", "nobody owns the affected service"),
        ("owner-of:assets", "nobody owns an affected asset"),
        ("owner-of:impact", "nobody owns anything that is affected"),
        ("field:budget owner", "the form names nobody in 'budget owner'"),
        ("manager-of:assignee", "nobody is assigned who has a manager"),
    ],
)
def test_a_subject_may_tell_of_nobody_and_is_refused_then(selector: str, where: str) -> None:
    report = check(changes(stage("Owner", selector)))
    with_fallback = check(changes(stage("Owner", selector), fallback=("team:CAB",)))

    assert report.is_sound
    [finding] = report.findings
    assert (finding.place, finding.rule) == ("stages[0].approvers", "people are found")
    assert finding.says == (
        f"Owner: where {where}, nobody is found to approve, and the fallback is not enough. "
        "The submission would be refused."
    )
    assert finding.counterexample
    assert with_fallback.findings == ()


def test_a_fallback_does_not_help_where_one_person_is_found_and_two_are_needed() -> None:
    alone = check(
        changes(
            stage("Owners", "owner-of:assets", quorum=Count(approvals=2)), fallback=("team:CAB",)
        )
    )
    with_others = check(
        changes(stage("Owners", "owner-of:assets", "team:CAB", quorum=Count(approvals=2)))
    )

    assert rules(alone, "warning")[0] == ("stages[0].approvers", "quorum is reachable")
    assert "Where only one person is found, the fallback is not asked." in alone.findings[0].says
    assert ("stages[0].approvers", "not proven") not in rules(with_others, "warning")


def test_whoever_is_asked_besides_a_refusal_that_no_subject_changes_is_an_error() -> None:
    nobody = check(
        changes(
            stage("Owner", "owner-of:assets", on_timeout="escalate", escalate_to=("person:ann",)),
            exclude=("person:ann",),
        )
    )

    assert not nobody.is_sound
    assert rules(nobody, "error") == [("stages[0].escalate_to", "people are found")]


def test_what_an_expression_makes_of_a_field_is_not_proven() -> None:
    report = check(changes(stage("Owner", "cel:people.filter(p, subject.service in p.teams)")))

    assert rules(report, "warning") == [("stages[0].approvers", "not proven")]


def test_whether_the_owner_has_voted_in_another_stage_is_not_proven() -> None:
    report = check(changes(stage("CAB", "team:CAB"), stage("Owner", "owner-of:service")))
    once_more = check(
        changes(stage("CAB", "team:CAB"), stage("Owner", "owner-of:service"), repeat_voters=True)
    )

    assert ("stages[1].approvers", "not proven") in rules(report, "warning")
    assert ("stages[1].approvers", "not proven") not in rules(once_more, "warning")


def test_an_end_of_patience_that_asks_the_silent_again_is_warned_of() -> None:
    report = check(
        changes(stage("CAB", "team:CAB", on_timeout="escalate", escalate_to=("team:Network",)))
    )

    assert ("stages[0].on_timeout", "no cycle") in rules(report, "warning")


def test_a_fallback_that_does_not_exist_is_no_outcome() -> None:
    report = check(changes(stage("CAB", "team:CAB", on_timeout="fallback")))

    assert report.errors
    assert {one.place for one in report.errors} == {"stages[0].on_timeout"}


def test_a_circle_of_delegations_is_warned_of_once() -> None:
    company = Table(
        "ann", "bea", "cem", teams={"CAB": ["ann", "bea"]}, delegates={"ann": "bea", "bea": "ann"}
    )

    report = check(changes(stage("CAB", "team:CAB")), company)

    assert [str(one) for one in report.findings if one.rule == "no cycle"] == [
        "stages: Delegations go in a circle: ann, bea, ann."
    ]


def test_without_people_nothing_is_proven() -> None:
    report = check(changes(stage("CAB", "team:CAB")), Table(teams={"CAB": []}))

    assert rules(report, "warning") == [("", "not proven")]


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
