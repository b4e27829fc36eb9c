"""The roll-out of a release: a go for each phase, stopped, gone on with, and undone backwards."""

from datetime import timedelta
from typing import Any

import pytest

from domain.approval import OpenStage
from domain.ids import record_id
from domain.quorum import Any as AnyOne
from domain.release import Release, Status
from domain.rules import Refused
from tests.people import ANN, CEM, DAN, MONDAY, person

ONE, TWO = record_id("CHG", 1), record_id("CHG", 2)
CEMS = str(person("cem"))
BOARD = OpenStage(
    name="Board",
    voters=(CEMS, str(person("bea"))),
    quorum=AnyOne(),
    patience="1d",
    on_timeout="reject",
)
DAY = timedelta(days=1)


def planned(*names: str, **more: Any) -> Release:
    """A release that Dan planned and Ann owns, with a phase each day."""
    given = {"name": "Payroll 4.2", "backout": "Put 4.1 back.", "owner": person("ann"), **more}
    release = Release.plan(record_id("REL", 1), **given, by=DAN)
    for day, name in enumerate(names):
        start = MONDAY + day * DAY
        release.add_phase(name, start=start, end=start + DAY, by=ANN)
    return release


def let_go(release: Release, name: str) -> None:
    release.write_gate(name, "All tests are green.", by=ANN)
    release.take_up(name, by=ANN)
    release.pass_gate("They are.", by=ANN)


def started(release: Release, number: int) -> Release:
    let_go(release, release.phases[number - 1].name)
    release.start_phase(number, by=ANN)
    return release


def in_second_phase() -> Release:
    release = started(planned("Pilot", "All"), 1)
    release.complete_phase(1, outcome="successful", by=ANN)
    return started(release, 2)


def states(release: Release) -> list[str]:
    return [phase.state for phase in release.phases]


def test_a_release_is_complete_with_its_last_phase() -> None:
    release = in_second_phase()
    before = release.status

    release.complete_phase(2, outcome="successful with issues", notes="It was slow.", by=ANN)

    assert (before, release.status) == (Status.ROLLING_OUT, Status.COMPLETED)
    assert [phase.outcome for phase in release.phases] == ["successful", "successful with issues"]
    with pytest.raises(Refused, match="is over"):
        release.amend(name="Payroll 4.3", by=ANN)


def test_no_phase_starts_without_a_go_or_before_its_turn() -> None:
    release = planned("Pilot", "All")

    with pytest.raises(Refused, match="Pilot has no go yet"):
        release.start_phase(1, by=ANN)
    with pytest.raises(Refused, match="All is not next"):
        release.start_phase(2, by=ANN)
    release.write_gate("All", "The pilot is quiet.", by=ANN)
    with pytest.raises(Refused, match="All is not next"):
        release.take_up("All", by=ANN)


def test_nothing_goes_ahead_that_cannot_be_undone() -> None:
    release = planned("Pilot", backout="")
    release.write_gate("Pilot", "All tests are green.", by=ANN)

    with pytest.raises(Refused, match="backout: how it is undone"):
        release.take_up("Pilot", by=ANN)
    release.amend(backout="Put 4.1 back.", by=ANN)
    let_go(release, "Pilot")

    with pytest.raises(Refused, match="goes ahead can be undone"):
        release.amend(backout=" ", by=ANN)


def test_a_round_lets_a_phase_go_ahead_and_a_rejection_does_not() -> None:
    release = planned("Pilot")
    release.write_gate("Pilot", "All tests are green.", by=ANN)
    release.take_up("Pilot", by=ANN)
    alone = OpenStage(
        name="Cem", voters=(CEMS,), quorum=AnyOne(), patience="1d", on_timeout="reject"
    )

    release.submit(stages=(alone,), by=ANN)
    release.vote("reject", comment="One is red.", by=CEM)
    with pytest.raises(Refused, match="has no go yet"):
        release.start_phase(1, by=ANN)
    release.submit(stages=(alone,), by=ANN)
    release.vote("approve", by=CEM)
    release.start_phase(1, by=ANN)

    assert release.passed == {"Pilot": 2}
    assert states(release) == ["rolling out"]


def test_votes_and_a_go_fall_when_the_phase_is_planned_anew() -> None:
    release = planned("Pilot")
    release.write_gate("Pilot", "All tests are green.", by=ANN)
    release.take_up("Pilot", by=ANN)
    later = OpenStage(
        name="Later",
        voters=(str(person("bea")),),
        quorum=AnyOne(),
        patience="1d",
        on_timeout="reject",
    )
    release.submit(stages=(BOARD, later), by=ANN)
    release.vote("approve", by=CEM)
    known = {"start": MONDAY, "end": MONDAY + DAY}

    release.plan_phase(1, **known, changes=[], by=ANN)
    kept = release.voted
    release.plan_phase(1, **known, changes=[ONE], by=ANN)
    fallen = release.voted
    release.withdraw(reason="Not today.", by=ANN)
    with pytest.raises(Refused, match="No gate of this release is in approval"):
        release.withdraw(reason="Again.", by=ANN)
    release.pass_gate("Green.", by=ANN)
    release.plan_phase(1, **known, changes=[TWO], by=ANN)

    assert (kept, fallen) == (frozenset({CEMS}), frozenset())
    assert release.passed == {}


def test_an_unsuccessful_phase_stops_the_release_until_somebody_goes_on() -> None:
    release = started(planned("Pilot", "All"), 1)

    with pytest.raises(Refused, match="notes: they say"):
        release.complete_phase(1, outcome="unsuccessful", by=ANN)
    release.complete_phase(1, outcome="unsuccessful", notes="Sums are wrong.", by=ANN)
    with pytest.raises(Refused, match="neither stopped nor over"):
        let_go(release, "All")
    release.resume(reason="They are right after all.", by=ANN)
    started(release, 2)

    assert release.status is Status.ROLLING_OUT


def test_what_is_stopped_in_the_middle_of_a_phase_goes_on_with_it() -> None:
    release = started(planned("Pilot"), 1)
    release.stop(reason="The load is high.", by=ANN)

    with pytest.raises(Refused, match="of a release that is rolling out"):
        release.complete_phase(1, outcome="successful", by=ANN)
    release.resume(reason="It was another program.", by=ANN)
    release.complete_phase(1, outcome="successful", by=ANN)

    assert release.status is Status.COMPLETED


def test_the_latest_phase_is_undone_first_and_with_the_first_one_all() -> None:
    release = in_second_phase()

    release.back_out(reason="Sums are wrong.", by=ANN)
    halfway = (release.status, states(release))
    release.back_out(reason="Here, too.", by=ANN)

    assert halfway == (Status.STOPPED, ["done", "backed out"])
    assert (release.status, states(release)) == (Status.BACKED_OUT, ["backed out", "backed out"])


def test_a_phase_that_was_undone_needs_another_go() -> None:
    release = in_second_phase()
    release.back_out(reason="Sums are wrong.", by=ANN)
    release.resume(reason="They are right now.", by=ANN)

    with pytest.raises(Refused, match="All has no go yet"):
        release.start_phase(2, by=ANN)
    started(release, 2)

    assert states(release) == ["done", "rolling out"]


def test_backing_out_ends_the_approval_of_the_next_phase() -> None:
    release = started(planned("Pilot", "All"), 1)
    release.complete_phase(1, outcome="successful", by=ANN)
    release.write_gate("All", "The pilot is quiet.", by=ANN)
    release.take_up("All", by=ANN)
    release.submit(stages=(BOARD,), by=ANN)

    release.back_out(reason="Sums are wrong.", by=ANN)

    assert not release.standing.open
    assert (release.approval, release.status) == ("", Status.BACKED_OUT)


def test_a_release_is_cancelled_as_long_as_nothing_was_rolled_out() -> None:
    with pytest.raises(Refused, match="of which nothing was rolled out"):
        started(planned("Pilot"), 1).cancel(reason="Too late.", by=ANN)

    release = planned("Pilot")
    release.cancel(reason="4.3 comes soon.", by=ANN)

    assert release.status is Status.CANCELLED


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"name": "Pilot"}, "name: there is a phase Pilot"),
        ({"start": MONDAY, "end": MONDAY}, "end: a phase ends after it starts"),
        ({"start": MONDAY}, "start: Pilot comes before it"),
        ({"changes": [TWO, TWO]}, "changes: each is named once"),
        ({"changes": [ONE]}, "changes: one of them is in Pilot"),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(more: dict[str, Any], rule: str) -> None:
    release = planned()
    release.add_phase("Pilot", start=MONDAY, end=MONDAY + DAY, changes=[ONE], by=ANN)
    given = {"name": "All", "start": MONDAY + DAY, "end": MONDAY + 2 * DAY, **more}

    with pytest.raises(Refused, match=rule):
        release.add_phase(given.pop("name"), **given, by=ANN)
