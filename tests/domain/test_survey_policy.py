from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import record_id
from domain.rules import Refused
from domain.survey_policy import SurveyDefinition, SurveyPolicy, is_sampled

POLICY = record_id("SUR", 1)


def sampled(definition: SurveyDefinition, version: int = 1) -> set[UUID]:
    tickets = [record_id("INC", serial) for serial in range(1, 2_001)]
    return {one for one in tickets if is_sampled(one, 1, POLICY, version, definition)}


def test_a_sample_is_the_same_each_time_and_another_for_each_version() -> None:
    definition = SurveyDefinition(percent=25)

    first, again, later = sampled(definition), sampled(definition), sampled(definition, 2)

    assert first == again
    assert first != later


@given(st.integers(1, 99))
def test_a_sample_has_about_the_share_that_it_is_to_have(percent: int) -> None:
    found = len(sampled(SurveyDefinition(percent=percent)))

    assert abs(found - 20 * percent) < 100
    assert sampled(SurveyDefinition(percent=percent)) <= sampled(
        SurveyDefinition(percent=percent + 1)
    )


def test_of_a_hundred_all_are_asked() -> None:
    assert len(sampled(SurveyDefinition())) == 2_000


@pytest.mark.parametrize(
    ("definition", "rule"),
    [
        (SurveyDefinition(percent=0), "percent: a whole number from 1 to 100"),
        (SurveyDefinition(remind_after_days=14), "before it expires"),
        (SurveyDefinition(condition="ticket.nothing == 1"), "nothing"),
        (SurveyDefinition(services=(" Mail",)), "no spaces"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(definition: SurveyDefinition, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        SurveyPolicy.check(definition)
