"""Saved views: kept, shared and subscribed to."""

import pytest

from domain.ids import record_id
from domain.mapper import LedgerMapper
from domain.personal import ERASED
from domain.policy import About, about
from domain.rules import Refused
from domain.saved_view import FILTER_MAX, Asking, SavedView
from tests.keys import MemoryKeys
from tests.people import ANN, BEA, OPERATOR, person

TEAM = record_id("TEA", 1)
MINE = Asking(filter="assignee == me", sort="due")


def saved() -> SavedView:
    return SavedView.save(
        record_id("VIE", 1),
        owner=person("ann"),
        organisation=OPERATOR,
        name="  Mine,  by due ",
        list="incidents",
        asking=MINE,
        by=ANN,
    )


def test_a_view_is_its_owners_until_it_is_shared() -> None:
    view = saved()

    assert (view.name, view.list, view.asking) == ("Mine, by due", "incidents", MINE)
    assert about(view) == About(id=view.id, requester=person("ann"))


def test_a_view_is_for_the_team_or_the_organisation_that_it_is_shared_with() -> None:
    view = saved()

    audiences = []
    view.share("team", team=TEAM, by=ANN)
    audiences.append(view.audience)
    view.share("organisation", by=ANN)
    audiences.append(view.audience)
    view.share("nobody", by=ANN)
    audiences.append(view.audience)

    assert audiences == [(TEAM,), (OPERATOR,), ()]


def test_what_is_so_already_records_nothing() -> None:
    view = saved()
    view.subscribe(person("bea"), by=BEA)
    version = view.version

    view.amend(name="Mine, by due", asking=MINE, by=ANN)
    view.share("nobody", by=ANN)
    view.subscribe(person("bea"), by=BEA)
    view.unsubscribe(person("ann"), by=ANN)

    assert view.version == version
    assert view.subscribers == (person("bea"),)


def test_a_removed_view_is_for_nobody_and_stays_as_it_was() -> None:
    view = saved()
    view.share("organisation", by=ANN)
    view.subscribe(person("bea"), by=BEA)

    view.remove(by=ANN)
    view.remove(by=ANN)

    assert view.audience == view.subscribers == ()
    with pytest.raises(Refused, match="A view that was removed cannot be changed"):
        view.amend(name="Again", asking=MINE, by=ANN)


def test_what_a_view_says_is_erased_with_its_owner() -> None:
    keys = MemoryKeys()
    mapper = LedgerMapper(keys)
    entries = saved().collect_events()
    keys.ensure(mapper.subjects(entries))
    stored = [mapper.to_stored_event(entry) for entry in entries]

    keys.destroy(str(person("ann")))
    found = SavedView(record_id("VIE", 1))
    for event in stored:
        found.replay(mapper.entry(event, 1))

    assert (found.is_kept, found.name, found.asking) == (False, ERASED, Asking())
    assert b"due" not in stored[0].state


@pytest.mark.parametrize(
    ("asking", "rule"),
    [
        (Asking(filter="x" * (FILTER_MAX + 1)), "A filter has at most 2,000 characters"),
        (Asking(q="a\0b"), "A search has no control characters"),
        (Asking(fields=("x",) * 61), "at most 60 fields"),
    ],
)
def test_what_a_view_asks_has_limits(asking: Asking, rule: str) -> None:
    view = saved()

    with pytest.raises(Refused, match=rule):
        view.amend(name="Mine", asking=asking, by=ANN)


def test_a_team_is_named_to_share_a_view_with_it_and_only_then() -> None:
    view = saved()

    with pytest.raises(Refused, match="with a team that is named"):
        view.share("team", by=ANN)
    with pytest.raises(Refused, match="A team is named to share"):
        view.share("organisation", team=TEAM, by=ANN)
