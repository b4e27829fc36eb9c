"""What people wrote in a change: known from its history, and what votes may be about."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import snapshots
from domain.change import Change
from domain.subjects import WRITTEN
from domain.wording import texts_of
from tests.domain.changes import CAB, again, exacting, proposed
from tests.domain.desks import Company, open_desk
from tests.people import ANN

PLANS = st.fixed_dictionaries(
    {
        "implementation": st.sampled_from(["Do.", "Do it."]),
        "backout": st.just("Undo."),
        "test": st.sampled_from(["", "Try."]),
    }
)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": "Something else"}),
        ("description", {"description": "More."}),
        ("reason", {"reason": "It is full."}),
    ],
)
def test_a_vote_about_a_text_falls_when_that_is_written_anew(
    field: str, said: dict[str, Any]
) -> None:
    change = exacting(CAB, material=(field,))
    again(change, "bea", "approve")

    change.amend(**said, by=ANN)

    assert change.standing.ballots == {}
    [fallen] = [
        one.event for one in change.pending if isinstance(one.event, Change.VotesInvalidated)
    ]
    assert (fallen.fields, fallen.old, fallen.new) == ((field,), {}, {})


def test_a_vote_stays_when_another_text_is_written_anew() -> None:
    change = exacting(CAB, material=("backout_plan", "title"))
    again(change, "bea", "approve")

    change.plan(
        implementation="Otherwise.",
        backout="Swap it back.",
        known={"backout_plan": "Swap it back.", "implementation_plan": "Swap it."},
        by=ANN,
    )
    change.amend(
        title=" Replace the core switch", known={"title": "Replace the core switch"}, by=ANN
    )

    assert change.standing.ballots.keys() == {"CAB"}


def test_the_same_texts_again_record_nothing() -> None:
    change = proposed()
    known = {
        "title": "Replace the core switch",
        "description": "",
        "reason": "",
        "implementation_plan": "Swap it.",
        "backout_plan": "Swap it back.",
        "test_plan": "",
    }

    change.plan(implementation="Swap it. ", backout="Swap it back.", known=known, by=ANN)
    change.amend(title="Replace the core switch", description="", reason="", known=known, by=ANN)

    assert change.pending == ()


@given(st.lists(PLANS, max_size=6))
def test_the_version_of_a_text_moves_exactly_when_the_text_does(
    plans: list[dict[str, str]],
) -> None:
    change = Change(proposed().id)
    change.replay(_proposal())
    history = [_proposal()]
    for plan in plans:
        before, versions = texts_of(history), dict(change.said)

        change.plan(**plan, known=before, by=ANN)
        history += change.collect_events()

        after = texts_of(history)
        moved = {name for name in change.said if change.said[name] != versions.get(name)}
        assert moved == {name for name in after if after[name] != before.get(name)}


def _proposal() -> Any:
    fresh = Change.propose(proposed().id, title="A", requester=None, organisation=None, by=ANN)
    return fresh.collect_events()[0]


def test_neither_the_state_nor_a_snapshot_of_a_change_tells_what_was_written() -> None:
    change = proposed()
    other = proposed()
    other.plan(implementation="Otherwise.", backout="Not at all.", by=ANN)
    change.plan(implementation="Swap it.", backout="Swap it back.", by=ANN)

    assert snapshots.take(change) == snapshots.take(other)


def test_a_vote_about_a_detail_falls_without_the_words_in_the_event() -> None:
    change = exacting(CAB, material=("details.bay",))
    again(change, "bea", "approve")

    change.amend(details={"rack": "7"}, by=ANN)
    stays = dict(change.standing.ballots)
    change.amend(details={"bay": "Cem's"}, by=ANN)

    assert stays.keys() == {"CAB"}
    [fallen] = [
        one.event for one in change.pending if isinstance(one.event, Change.VotesInvalidated)
    ]
    assert (fallen.fields, fallen.old, fallen.new) == (("details.bay",), {}, {})


def test_a_ticket_with_details_has_no_snapshot() -> None:
    change = proposed()
    change.version = snapshots.EVENTS_BETWEEN_SNAPSHOTS - 1
    without = change.fork()

    change.amend(details={"bay": "Cem's"}, by=ANN)
    without.amend(title="Another", by=ANN)

    assert snapshots.is_due(without, 1)
    assert not snapshots.is_due(change, 1)


def test_a_snapshot_that_says_what_was_written_is_not_read() -> None:
    change = proposed()
    change.amend(details={"bay": "Cem's"}, by=ANN)

    restored = snapshots.restore(Change, change.id, change.version, snapshots.take(change))

    assert (restored.version, vars(restored)["details"]) == (0, {})


def test_a_snapshot_with_digests_of_texts_is_not_read() -> None:
    change = proposed()
    change.said = dict.fromkeys(change.said, "e3b0c44298fc1c149afbf4c8996fb924")  # type: ignore[arg-type]  # as it was once

    restored = snapshots.restore(Change, change.id, change.version, snapshots.take(change))

    assert restored.version == 0


async def test_the_desk_knows_which_texts_are_the_same(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        id = await company.ready_change()
        before = await desk.ledger.find(Change, id)
        by = company.signed("ann")

        await desk.plan_change(id, implementation="Swap it.", backout="Swap it back.", by=by)
        await desk.amend_ticket(
            Change, id, title="Replace the core switch", by=company.signed("ann")
        )
        same = await desk.ledger.find(Change, id)
        await desk.plan_change(
            id, implementation="Swap it.", backout="No.", test="Ping.", by=company.signed("ann")
        )

        after = await desk.ledger.find(Change, id)
        assert (same.version, same.said) == (before.version, before.said)
        assert {name for name in after.said if after.said[name] == after.version} == {
            "backout_plan",
            "test_plan",
        }
        assert set(texts_of(desk.ledger.history(id))) == {one.name for one in WRITTEN["change"]}


def test_the_digests_of_recorded_votes_stay_what_they_are() -> None:
    change = exacting(CAB, material=("category",))
    # As in the stored example of a vote.
    assert change.material_digest().startswith("4550347cf7f2a276")
