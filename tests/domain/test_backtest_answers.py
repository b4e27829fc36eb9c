from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Entry
from domain.approval import Any as AnyOne
from domain.backtest_answers import AnswerTimes, quantile
from domain.business_time import BusinessHours
from domain.change import Change
from domain.ids import named_id, record_id
from domain.incident import Incident
from domain.rules import Refused
from tests.domain.changes import stage
from tests.people import ANN, CUSTOMER, MONDAY, person, signed

END = MONDAY + timedelta(days=100)
NETWORK = named_id("TEA", "network")


def hours(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def answers(**more: Any) -> AnswerTimes:
    return AnswerTimes(MONDAY, END, **more)


def voted(*after: float, at: float = 0) -> Sequence[Entry]:
    """Changes of which Bea's stage opened at a time, and she answered so many hours later."""
    record = Change.propose(
        record_id("CHG", 1), title="Swap", requester=person("ann"), organisation=CUSTOMER, by=ANN
    )
    record.assess_risk(impact=2, likelihood=2, by=ANN)
    record.plan(implementation="Do it.", backout="Undo it.", by=ANN)
    for number, took in enumerate(after):
        begun = at + 100 * number
        record.submit(
            stages=(stage("CAB", "bea", quorum=AnyOne(), patience="90h"),),
            by=signed("ann", hours(begun)),
        )
        record.vote("reject", comment="No.", by=signed("bea", hours(begun + took)))
    return record.collect_events()


def assigned(
    to: str, after: float, *, by: str = "dan", team: UUID | None = None
) -> Sequence[Entry]:
    """An incident that was assigned, and on which something happened so many hours later."""
    record = Incident.log(
        record_id("INC", 1), title="Mail", requester=None, organisation=CUSTOMER, by=ANN
    )
    assignee = person(to) if to else None
    record.assign(team=team, assignee=assignee, by=signed(by, hours(1)))
    record.categorise(category="mail", by=signed(by, hours(1)))
    record.start(by=signed("eve", hours(1 + after)))
    return record.collect_events()


def test_a_person_takes_the_median_of_their_own_votes() -> None:
    measured = answers()
    measured.take(voted(1, 2, 30, 4, 3))

    found = measured.of(str(person("bea")))

    assert (found.time, found.source) == (timedelta(hours=3), "own votes")
    assert measured.counted == (5, 0)


def test_fewer_than_five_votes_tell_nothing_of_a_person_but_something_of_everybody() -> None:
    measured = answers()
    measured.take(voted(1, 2, 3))
    for _ in range(9):
        measured.take(assigned("", 50, team=NETWORK))

    found = measured.of(str(person("bea")))

    assert (found.time, found.source) == (timedelta(hours=2), "everybody")


def test_without_votes_the_acts_that_follow_assignments_are_answers() -> None:
    measured = answers()
    for took in (1, 2, 3, 4, 5):
        measured.take(assigned("cem", took))

    found = measured.of(str(person("cem")))

    assert (found.time, found.source) == (timedelta(hours=3), "own assignments")


def test_assignments_to_a_team_tell_of_its_members() -> None:
    measured = answers()
    measured.teams_of = lambda one: (str(NETWORK),) if one == str(person("bea")) else ()
    for took in (1, 2, 3, 4, 5):
        measured.take(assigned("", took, team=NETWORK))

    assert measured.of(str(person("bea"))).source == "their teams"
    assert measured.of(str(person("cem"))).source == "everybody"


def test_who_assigns_something_to_themselves_answers_nobody() -> None:
    measured = answers()
    measured.take(assigned("cem", 3, by="cem", team=NETWORK))

    assert measured.counted == (0, 0)
    assert measured.worked[str(NETWORK)][str(person("cem"))] == 1


def test_nothing_is_answered_once_a_record_is_over() -> None:
    record = Incident.log(
        record_id("INC", 1), title="Mail", requester=None, organisation=CUSTOMER, by=ANN
    )
    record.resolve(code="fixed", resolution="Done.", by=signed("bea", hours(1)))
    record.assign(team=None, assignee=person("cem"), by=signed("bea", hours(1)))
    record.close(by=signed("eve", hours(100)))
    measured = answers()

    measured.take(record.collect_events())

    assert measured.counted == (0, 0)


def test_only_answers_within_the_time_count() -> None:
    early, late = AnswerTimes(hours(-9), hours(0)), AnswerTimes(hours(101), END)
    for measured in (early, late):
        measured.take(voted(1, 2))

    assert early.counted == (0, 0)
    assert late.counted == (1, 0)


def test_answers_take_open_time_only() -> None:
    office = BusinessHours(zone="UTC", weekly={"mon": (("09:00", "17:00"),)})
    measured = answers(hours=office)
    measured.take(voted(20))

    assert measured.of(str(person("bea"))).time == timedelta(hours=8)


def test_a_given_time_holds_for_everybody() -> None:
    measured = answers(fixed=timedelta(hours=4))
    measured.take(voted(1, 2, 3, 4, 5))

    measured.check()

    assert measured.of(str(person("bea"))).time == timedelta(hours=4)


def test_a_history_without_answers_is_refused_unless_a_time_is_given() -> None:
    with pytest.raises(Refused, match="say how long people take by --answer-after"):
        answers().check()


@given(st.lists(st.integers(0, 1_000), min_size=1), st.integers(1, 100))
def test_so_many_percent_do_not_exceed_a_quantile_and_fewer_lie_below_it(
    values: list[int], percent: int
) -> None:
    found = quantile(sorted(values), percent)

    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)
