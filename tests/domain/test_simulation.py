from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.approval import OpenStage
from domain.approval_process import Definition
from domain.approval_round import Skipped, Terms
from domain.business_time import BusinessHours
from domain.quorum_rules import All
from domain.quorum_rules import Any as AnyOne
from domain.rules import Refused
from domain.simulation import Input, Played, Trial, play
from domain.simulation_subject import facts_said
from tests.domain.companies import changes, stage

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = BusinessHours(
    zone="UTC", weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
)


def opened(name: str = "CAB", *voters: str, **more: Any) -> OpenStage:
    given = {"quorum": AnyOne(), "patience": "4h", "on_timeout": "reject", **more}
    return OpenStage(name=name, voters=voters or ("bea", "cem"), **given)


def played(
    *stages: OpenStage, inputs: tuple[Input, ...] = (), terms: Terms | None = None, **more: Any
) -> Played:
    return play(
        Trial(frozenset({"ann"}), {}),
        stages,
        terms or Terms(),
        hours=OFFICE,
        start=MONDAY,
        inputs=inputs,
        **more,
    )


def act(hours: float, who: str, act: Any, **more: Any) -> Input:
    return Input(at=MONDAY + hours * HOUR, who=who, act=act, **more)


def told(case: Played) -> list[tuple[float, str, str]]:
    return [((one.at - MONDAY) / HOUR, one.stage, one.what) for one in case.happenings]


def test_a_vote_ends_a_round_and_the_reminder_does_not_come() -> None:
    case = played(opened(), inputs=(act(1, "bea", "approve"),))

    assert (case.outcome, case.ended) == ("approved", MONDAY + HOUR)
    assert told(case) == [
        (0, "", "submitted"),
        (0, "CAB", "opened"),
        (1, "CAB", "voted approve"),
        (1, "CAB", "stage approved"),
        (1, "", "approved"),
    ]
    assert case.happenings[1].people == ("bea", "cem")
    assert case.happenings[1].due == MONDAY + 4 * HOUR


def test_silence_is_reminded_of_escalated_and_rejected_in_the_end() -> None:
    case = played(opened(on_timeout="escalate", escalate_to=("dan",)))

    assert told(case) == [
        (0, "", "submitted"),
        (0, "CAB", "opened"),
        (2, "CAB", "reminded"),
        (4, "CAB", "timed out: escalated"),
        (4, "CAB", "escalated"),
        (6, "CAB", "reminded"),
        (8, "CAB", "timed out: rejected"),
        (8, "CAB", "stage rejected"),
        (8, "", "rejected"),
    ]
    assert case.happenings[4].people == ("dan",)
    assert case.happenings[5].people == ("bea", "cem", "dan")


def test_patience_counts_on_the_calendar() -> None:
    case = played(opened(patience="2bd", on_timeout="approve"))

    assert case.outcome == "approved"
    assert case.ended == datetime(2026, 1, 7, 9, tzinfo=UTC)


def test_who_voted_in_one_stage_is_not_asked_in_the_next() -> None:
    case = played(
        opened(),
        opened("Board", after=("CAB",), quorum=All()),
        inputs=(act(1, "bea", "approve"), act(2, "bea", "approve"), act(3, "cem", "approve")),
    )

    assert case.outcome == "approved"
    board = next(one for one in case.happenings if (one.stage, one.what) == ("Board", "opened"))
    assert board.people == ("cem",)
    refused = next(one for one in case.happenings if one.what == "approve refused")
    assert (refused.at, refused.people) == (MONDAY + 2 * HOUR, ("bea",))
    assert "the same person counts once" in refused.detail


def test_the_fallback_is_asked_where_nobody_is_left() -> None:
    case = played(
        opened("CAB", "bea"),
        opened("Board", "bea", after=("CAB",)),
        terms=Terms(fallback=("dan",)),
        inputs=(act(1, "bea", "approve"), act(2, "dan", "approve")),
    )

    assert case.outcome == "approved"
    assert (1, "Board", "fallback asked") in told(case)


def test_what_is_asked_back_lets_the_clock_stand() -> None:
    case = played(opened(), inputs=(act(1, "bea", "ask"), act(5, "ann", "answer")))

    assert (5, "CAB", "answered") in told(case)
    # One of four hours had passed, and three are left: the last three of that Monday.
    assert case.ended == MONDAY + 8 * HOUR


def test_a_vote_may_be_taken_back_while_the_stage_is_open() -> None:
    case = played(
        opened(quorum=All()),
        inputs=(act(1, "bea", "approve"), act(2, "bea", "retract"), act(3, "cem", "approve")),
    )

    assert case.outcome == "rejected"
    assert (2, "CAB", "retracted") in told(case)


def test_a_case_may_be_left_before_its_end() -> None:
    case = played(opened(), until=MONDAY + 3 * HOUR)

    assert (case.outcome, case.ended) == ("pending", None)
    assert told(case)[-1] == (2, "CAB", "reminded")


def test_what_comes_after_the_decision_is_refused() -> None:
    case = played(opened(), inputs=(act(1, "bea", "reject"), act(2, "cem", "reject"),
                                    act(3, "bea", "approve")))  # fmt: skip

    assert (case.outcome, case.ended) == ("rejected", MONDAY + 2 * HOUR)
    assert told(case)[-1] == (3, "", "approve refused")


def test_stages_that_are_skipped_are_told_with_the_reason() -> None:
    case = played(opened(), terms=Terms(skipped=(Skipped("Board", "It is too small."),)))

    assert case.happenings[0].detail == "Board is skipped: It is too small."


def test_a_submission_is_refused_as_it_would_be() -> None:
    with pytest.raises(Refused, match="nobody is asked to approve their own"):
        played(opened("CAB", "ann"))


# Subjects ----------------------------------------------------------------------------------------

BY_RISK = changes(stage("CAB", "team:CAB", when='subject.risk == "high"'))


def test_fields_that_are_not_said_are_as_if_nobody_had_set_them() -> None:
    facts = facts_said(BY_RISK, "change", [("risk", "low"), ("details.cost centre", "12")])

    assert (facts["risk"], facts["type"], facts["is_emergency"]) == ("low", "normal", False)
    assert (facts["details"], facts["assets"]) == ({"cost centre": "12"}, 0)


@pytest.mark.parametrize(
    ("definition", "said", "rule"),
    [
        (BY_RISK, [], "The process asks for risk: say one of low, moderate, high, very high"),
        (BY_RISK, [("risk", "huge")], "risk: 'huge' is none of low"),
        (BY_RISK, [("riks", "low")], "'riks' is no field of the subject 'change'"),
        (BY_RISK, [("assets", "many")], "assets: 'many' is no whole number"),
        (BY_RISK, [("is_scheduled", "maybe")], "is_scheduled: say yes or no"),
        (BY_RISK, [("planned_start", "soon")], "planned_start: 'soon' is no moment"),
        (BY_RISK, [("details", "x")], r"details: say one of them, as details\.NAME=VALUE"),
    ],
)
def test_a_subject_that_makes_no_sense_is_refused(
    definition: Definition, said: list[tuple[str, str]], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        facts_said(definition, "change", said)
