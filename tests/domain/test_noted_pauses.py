"""Pauses that are noted afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.promises import FIRST_RESPONSE, RESOLUTION, Commitment
from domain.rules import Refused
from tests.domain.clock_lives import NETWORK, ONE_HOUR, TEN_HOURS, Life, at, change

HOURS = tuple(f"mon {hour}:00" for hour in range(10, 17))


@pytest.fixture
def life() -> Life:
    return Life()


def test_it_moves_the_due_moment_of_an_open_clock(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.note_pause("mon 15:00", "customer", "mon 11:00", "mon 13:00")

    assert life.clock().due_at == at("tue 14:00")
    assert life.clock().consumed == timedelta(hours=3)


def test_it_moves_no_clock_that_does_not_stand_for_its_reason(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.note_pause("mon 15:00", "vendor", "mon 11:00", "mon 13:00")

    assert life.clock().due_at == at("tue 12:00")


def test_what_was_met_or_breached_when_it_is_noted_stays_as_it_is(life: Life) -> None:
    breached = Commitment(name=RESOLUTION, budget="2h", pausing=("customer",))
    life.promise("mon 10:00", breached, ONE_HOUR)
    life.act("mon 10:30", "respond")
    before = life.clocks
    life.note_pause("mon 15:00", "customer", "mon 10:00", "mon 13:00")

    assert life.clocks.clocks == before.clocks
    assert life.clock().state == "running"
    assert life.spans("mon 16:00")[0].until == at("mon 13:00")
    assert all(span.ran for span in life.spans("mon 16:00"))
    # Whose time it was is told as it was, so that the breach has its reason.
    assert [span.party for span in life.spans("mon 16:00")] == ["customer", "nobody"]
    assert life.clock(FIRST_RESPONSE).met_at == at("mon 10:30")


def test_time_in_which_it_stood_already_counts_once(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 12:00", "pend", reason="customer")
    life.act("mon 13:00", "resume")
    life.note_pause("mon 15:00", "customer", "mon 11:00", "mon 14:00")
    life.note_pause("mon 15:00", "customer", "mon 11:00", "mon 14:00")

    assert life.clock().due_at == at("tue 15:00")


def test_it_leaves_out_the_time_in_which_the_incident_was_resolved(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "resolve", code="fixed", resolution="Done.")
    life.act("mon 13:00", "reopen", reason="No.")
    life.note_pause("mon 15:00", "customer", "mon 10:00", "mon 14:00")

    assert life.clock().consumed == timedelta(hours=1)
    parties = [(turn.party, turn.until - turn.since) for turn in life.explained("mon 15:00").turns]
    assert [party for party, _ in parties] == ["customer", "nobody"]


def test_a_promise_that_comes_later_knows_of_it(life: Life) -> None:
    life.note_pause("mon 13:00", "customer", "mon 10:00", "mon 12:00")
    life.promise("mon 14:00", TEN_HOURS)

    assert life.clock().due_at == at("tue 14:00")


def test_it_is_the_turn_of_whom_it_waited_for_in_the_agreements_of_teams_too(life: Life) -> None:
    life.act("mon 10:00", "escalate_functionally", team=NETWORK, support_level=2, reason="Hard.")
    ola = Commitment(name=RESOLUTION, budget="4h", pause='ticket.party != "Network, level 2"')
    life.promise("mon 10:00", ola, label="Network")
    life.note_pause("mon 13:00", "customer", "mon 11:00", "mon 12:00")

    assert life.clock("Network: resolution").due_at == at("mon 15:00")
    spans = life.spans("mon 13:00", "Network: resolution")
    assert [(span.ran, span.since) for span in spans] == [
        (True, at("mon 10:00")),
        (False, at("mon 11:00")),
        (True, at("mon 12:00")),
    ]


def test_it_counts_on_the_hours_that_counted_then(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 20:00", Commitment(name=RESOLUTION, budget="20h", pausing=("customer",)))
    life.promise(
        "mon 20:00", Commitment(name=RESOLUTION, budget="21h", pausing=("customer",)), version=2
    )
    life.note_pause("tue 08:00", "customer", "mon 16:00", "tue 07:00")

    # One hour of Monday in office hours, and of what followed two in the evening and one early.
    assert life.clock().consumed == timedelta(hours=7)


def test_it_is_kept_of_a_change_too() -> None:
    life = change()
    life.promise("mon 10:00", TEN_HOURS)
    life.note_pause("mon 15:00", "customer", "mon 11:00", "mon 13:00")

    assert life.clock().due_at == at("tue 14:00")


@given(
    edges=st.lists(st.sampled_from(HOURS), min_size=2, max_size=2, unique=True).map(sorted),
    reason=st.sampled_from(["customer", "vendor"]),
)
def test_what_is_noted_in_time_is_as_if_it_had_been_said_at_once(
    edges: list[str], reason: str
) -> None:
    since, until = edges
    said, noted = Life(), Life()
    said.promise("mon 10:00", TEN_HOURS)
    said.act(since, "pend", reason=reason)
    said.act(until, "resume")
    noted.promise("mon 10:00", TEN_HOURS)
    noted.note_pause("mon 16:30", reason, since, until)

    assert noted.clock().due_at == said.clock().due_at
    end = "tue 09:00"
    one, other = said.explained(end), noted.explained(end)
    assert [(s.since, s.until, s.ran, s.why, s.party) for s in one.spans[RESOLUTION]] == [
        (s.since, s.until, s.ran, s.why, s.party) for s in other.spans[RESOLUTION]
    ]
    assert one.shares == other.shares


@pytest.mark.parametrize(
    ("since", "until", "reason", "rule"),
    [
        ("mon 12:00", "mon 11:00", "customer", "starts before it ends"),
        ("mon 12:00", "mon 16:00", "customer", "lies in the past"),
        ("mon 11:00", "mon 12:00", "weather", "A reason is one of"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(
    life: Life, since: str, until: str, reason: str, rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        life.note_pause("mon 15:00", reason, since, until)


def test_a_pause_lies_in_times_that_clocks_count(life: Life) -> None:
    with pytest.raises(Refused, match="Times lie between the years 1901 and 2199"):
        life.act(
            "mon 15:00",
            "note_pause",
            reason="customer",
            since=datetime(1, 1, 1, tzinfo=UTC),
            until=datetime(2025, 1, 1, tzinfo=UTC),
        )


def test_nothing_is_noted_of_an_incident_that_is_over(life: Life) -> None:
    life.act("mon 11:00", "cancel", reason="By mistake.")

    with pytest.raises(Refused, match="is over"):
        life.note_pause("mon 15:00", "customer", "mon 10:00", "mon 11:00")
