import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import decision_link
from domain.change import Change
from domain.decision_link import LOCAL_MAX, Asking, Forged, Over, Superseded
from domain.ids import record_id
from tests.domain.changes import BOARD, CAB, submitted, vote
from tests.people import MONDAY, person, signed

KEY = b"a key of a desk, for its links"
ASKINGS = st.builds(
    Asking,
    record=st.builds(record_id, st.sampled_from(["CHG", "REQ", "APR"]), st.integers(1, 10**9)),
    round=st.integers(1, 999),
    stage=st.integers(0, 19),
    voter=st.builds(record_id, st.just("PER"), st.integers(1, 10**9)),
    until=st.datetimes(datetime(2026, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    seen=st.sampled_from(["", "0f" * 32]),
)


@given(asking=ASKINGS)
def test_a_link_says_what_it_was_made_for_and_fits_into_an_address(asking: Asking) -> None:
    link = decision_link.link(KEY, asking)

    assert decision_link.opened(KEY, link) == asking
    assert re.fullmatch(r"[A-Za-z0-9.]+", link)


@given(asking=ASKINGS, place=st.integers(0, 400), other=st.characters(codec="utf-8"))
def test_a_link_of_which_anything_was_changed_is_forged(
    asking: Asking, place: int, other: str
) -> None:
    link = decision_link.link(KEY, asking)
    place %= len(link)
    changed = link[:place] + other + link[place + 1 :]

    if changed != link:
        with pytest.raises(Forged):
            decision_link.opened(KEY, changed)
    with pytest.raises(Forged):
        decision_link.opened(KEY, link[:place])
    with pytest.raises(Forged):
        decision_link.opened(b"another key", link)


@given(asking=ASKINGS, said=st.text(max_size=300))
def test_what_is_no_link_is_refused(asking: Asking, said: str) -> None:
    with pytest.raises(Forged):
        decision_link.opened(KEY, said)
    assert decision_link.replied(f"{said}@desk.example") is None


def asked(change: Change, who: str = "dan", stage: str = "Board") -> Asking:
    return decision_link.asking(change, stage, str(person(who)))


@pytest.mark.parametrize("spelt", [str, str.upper, str.title])
def test_a_reply_address_leads_back_however_its_letters_are_spelt(spelt: Any) -> None:
    change = submitted(BOARD)
    address = decision_link.reply_address(KEY, asked(change), "approvals@desk.example")

    assert address.endswith("@desk.example")
    assert len(address.rpartition("@")[0]) <= LOCAL_MAX
    reply = decision_link.replied(spelt(address))
    assert reply is not None
    asking = reply.asking(KEY, change)
    assert (asking.record, asking.voter, asking.stage) == (change.id, person("dan"), 0)
    assert decision_link.require_asked(change, asking, MONDAY) == "Board"
    with pytest.raises(Superseded):
        reply.asking(b"another key", change)
    with pytest.raises(Superseded):
        replace(reply, voter=person("eve")).asking(KEY, change)
    with pytest.raises(Forged):
        replace(reply, round=2).asking(KEY, change)


def test_an_address_that_would_be_too_long_is_none() -> None:
    asking = asked(submitted(BOARD))

    assert decision_link.reply_address(KEY, asking, f"{'a' * 40}@desk.example") == ""


def test_what_is_asked_still_is_told_by_its_stage() -> None:
    change = submitted(CAB)

    assert decision_link.require_asked(change, asked(change, "bea", "CAB"), MONDAY) == "CAB"


def test_a_vote_that_was_cast_is_not_asked_for_again() -> None:
    change = submitted(CAB)
    asking = asked(change, "bea", "CAB")
    vote(change, "bea", "approve")

    with pytest.raises(Over, match="Your vote in CAB has been cast"):
        decision_link.require_asked(change, asking, MONDAY)


def test_after_the_end_of_patience_nothing_is_asked() -> None:
    change = submitted(BOARD)
    asking = asked(change)

    with pytest.raises(Over, match="This link has expired"):
        decision_link.require_asked(change, asking, asking.until)
    assert decision_link.require_asked(change, asking, asking.until - timedelta(seconds=1))


def test_another_round_is_another_question() -> None:
    change = submitted(BOARD)

    with pytest.raises(Superseded, match="submitted anew"):
        decision_link.require_asked(change, replace(asked(change), round=2), MONDAY)


def test_whoever_is_asked_no_more_is_told_so() -> None:
    change = submitted(CAB)
    asking = asked(change, "bea", "CAB")
    change.hand_on_vote(person("eve"), reason="Away.", by=signed("bea"))

    with pytest.raises(Superseded, match="not asked in CAB any more"):
        decision_link.require_asked(change, asking, MONDAY)
