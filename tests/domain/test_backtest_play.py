from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approval import All, Count, OpenStage, Vote
from domain.approval import Any as AnyOne
from domain.approval_round import Terms
from domain.backtest_play import Played, play
from domain.rules import Refused
from tests.domain.changes import OFFICE, stage, voters
from tests.people import MONDAY, person

ADA, BEA, CEM, DAN = (str(person(name)) for name in ("ada", "bea", "cem", "dan"))
HOUR = timedelta(hours=1)


def run(
    *stages: OpenStage,
    takes: Mapping[str, float] | None = None,
    votes: Mapping[str, Vote] | None = None,
    otherwise: Vote = "approve",
    **more: Any,
) -> Played:
    given: dict[str, Any] = {"terms": Terms(), "hours": None, "own": frozenset(), **more}
    return play(
        stages,
        given.pop("terms"),
        start=MONDAY,
        answer_of=lambda voter: timedelta(hours=(takes or {}).get(voter, 2)),
        votes=votes or {},
        otherwise=otherwise,
        **given,
    )


def test_the_quickest_decides_where_one_is_enough() -> None:
    played = run(stage("CAB", "bea", "cem", quorum=AnyOne()), takes={BEA: 5, CEM: 3})

    assert (played.outcome, played.after) == ("approved", 3 * HOUR)
    [asking] = played.asked
    assert (asking.stage, asking.people, asking.after) == ("CAB", (BEA, CEM), timedelta(0))


def test_stages_take_as_long_as_the_slowest_who_is_needed_one_after_the_other() -> None:
    played = run(
        stage("CAB", "bea", "cem", quorum=All()),
        stage("Board", "dan", "ada", quorum=AnyOne()),
        takes={BEA: 1, CEM: 3, DAN: 2, ADA: 7},
    )

    assert played.after == 5 * HOUR
    assert [(end.stage, end.open) for end in played.ended] == [
        ("CAB", 3 * HOUR),
        ("Board", 2 * HOUR),
    ]
    assert [asking.after for asking in played.asked] == [timedelta(0), 3 * HOUR]


def test_side_by_side_the_slower_stage_counts() -> None:
    played = run(
        stage("CAB", "bea", after=()), stage("Board", "dan", after=()), takes={BEA: 2, DAN: 6}
    )

    assert played.after == 6 * HOUR


def test_who_is_too_slow_lets_patience_run_out() -> None:
    rejected = run(stage("CAB", "bea", patience="4h"), takes={BEA: 5})
    in_time = run(stage("CAB", "bea", patience="5h"), takes={BEA: 5})

    assert (rejected.outcome, rejected.after) == ("rejected", 4 * HOUR)
    assert rejected.reason == "CAB: Its patience ran out, which rejects it."
    assert rejected.timeouts == (("CAB", "rejected"),)
    assert (in_time.outcome, in_time.after) == ("approved", 5 * HOUR)


def test_an_escalation_asks_more_people_and_those_before_think_on() -> None:
    one = stage(
        "CAB",
        "bea",
        quorum=AnyOne(),
        patience="4h",
        on_timeout="escalate",
        escalate_to=voters("dan"),
    )

    slow = run(one, takes={BEA: 5, DAN: 3})
    quick = run(one, takes={BEA: 7.5, DAN: 3})

    assert (slow.outcome, slow.after) == ("approved", 5 * HOUR)
    assert (quick.outcome, quick.after) == ("approved", 7 * HOUR)
    assert [asking.people for asking in slow.asked] == [(BEA,), (DAN,)]


def test_the_fallback_joins_when_patience_ends() -> None:
    one = stage("CAB", "bea", quorum=AnyOne(), patience="4h", on_timeout="fallback")

    played = run(one, takes={BEA: 99, DAN: 1}, terms=Terms(fallback=(DAN,)))

    assert (played.outcome, played.after) == ("approved", 5 * HOUR)
    assert played.fallback == ("CAB",)


def test_patience_and_answers_count_open_time() -> None:
    # Monday 09:00 in UTC is 10:00 in Berlin: seven open hours are left of the day.
    played = run(stage("CAB", "bea"), takes={BEA: 8}, hours=OFFICE)

    assert played.after == 24 * HOUR


def test_people_vote_as_they_did_and_the_others_otherwise() -> None:
    board = stage("CAB", "bea", "cem", quorum=All())

    assert run(board, votes={BEA: "reject"}).outcome == "rejected"
    assert run(board, votes={BEA: "approve"}).outcome == "approved"
    assert run(board, votes={BEA: "approve"}, otherwise="reject").outcome == "rejected"


def test_an_abstention_that_is_not_allowed_is_an_approval() -> None:
    strict = stage("CAB", "bea", quorum=All(abstain=False))

    assert run(strict, votes={BEA: "abstain"}).outcome == "approved"


def test_who_votes_in_one_stage_counts_in_no_other() -> None:
    played = run(
        stage("CAB", "bea", quorum=AnyOne()),
        stage("Board", "bea", "dan", quorum=AnyOne()),
        takes={BEA: 1, DAN: 4},
    )

    assert played.after == 5 * HOUR
    assert played.asked[1].people == (DAN,)


def test_a_submission_that_is_refused_is_refused_here() -> None:
    with pytest.raises(Refused, match="nobody is asked to approve their own"):
        run(stage("CAB", "bea"), own=frozenset({BEA}))


@given(
    st.lists(st.integers(0, 30), min_size=4, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["approve", "reject", "fallback", "escalate"]),
)
def test_every_play_ends_within_its_patience(
    times: list[int], approvals: int, on_timeout: str
) -> None:
    one = stage(
        "CAB",
        "ada",
        "bea",
        "cem",
        "dan",
        quorum=Count(approvals=approvals),
        on_timeout=on_timeout,
        escalate_to=voters("eve"),
    )
    slow = dict(zip((ADA, BEA, CEM, DAN), times, strict=True))

    played = run(one, takes={**slow, str(person("eve")): 40})

    needed = sorted(times)[approvals - 1]
    assert played.after <= 16 * HOUR
    if needed <= 8:
        assert (played.outcome, played.after) == ("approved", needed * HOUR)
