"""What is proven of an approval process before its use, and the counterexamples otherwise."""

from typing import Any

import pytest

from domain.quorum_rules import All, Count, Groups, Mandatory, Veto, Weighted
from domain.quorum_rules import Any as AnyOne
from domain.quorum_rules import Group as GroupOf
from tests.domain.checking import check, example, only, rules
from tests.domain.companies import Table, changes, stage

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
