"""The promises behind the reports, as the view keeps them and counts them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.attainment import promises, promises_of
from domain.incident import Incident
from domain.policy import OwnOrganisation, OwnTickets
from domain.promises import BREACH, NEXT_RESPONSE, RESOLUTION, Commitment
from domain.ticket import Visibility
from domain.ticket_clocks import after
from projections import attainment, ticket_lists
from projections.attainment import PROMISES, PromiseRow
from projections.counts import Counts
from projections.queries import BadQuery, Span
from projections.views import Views
from tests.domain.promised import (
    CALENDAR,
    CODE,
    NETWORK,
    ONE_HOUR,
    SERVERS,
    TEN_HOURS,
    Life,
    at,
    hours_of,
    office,
)
from tests.domain.stories import attempts
from tests.people import CUSTOMER, OPERATOR, person, signed, system
from tests.projections.conftest import Kit, keep
from tests.projections.lives import entries_of, folded, lived, rows_of


def story(serial: int = 1, resolved: str = "tue 16:00") -> Life:
    """An incident that went from one team to another, and waited in between."""
    life = Life(serial=serial)
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.act("mon 10:30", "assign", team=NETWORK)
    life.act("mon 10:45", "respond")
    life.act("mon 16:00", "pend", reason="customer")
    life.act("tue 10:00", "resume")
    life.act("tue 11:00", "assign", team=SERVERS)
    life.act(resolved, "resolve", **CODE)
    return life


def shown(*lives: Life) -> list[PromiseRow]:
    records = [office(), *(life.incident for life in lives)]
    return rows_of(folded(ticket_lists.VIEW, entries_of(*records), page=3), PROMISES)


def test_the_view_says_of_each_promise_what_the_history_says() -> None:
    life = story()
    told = {one.clock: one for one in promises(after(life.events, hours_of), hours_of)}

    rows = {row.clock: row for row in shown(life)}

    assert rows.keys() == told.keys() == {"first response", "resolution"}
    for clock, row in rows.items():
        one = told[clock]
        assert (row.verdict, row.largest, row.consumed) == (
            one.verdict,
            one.largest,
            dict(one.consumed),
        )
        assert (row.team, row.month, row.number) == (str(one.team), "2026-03", "INC0000001")
    assert rows["resolution"].consumed.keys() == {
        "nobody",
        "customer",
        "TEA0000001, level 1",
        "TEA0000002, level 1",
    }


def test_the_view_keeps_what_a_verdict_was_given_under() -> None:
    life = Life()
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.act("mon 10:30", "respond")
    life.promise("mon 11:00", Commitment(name=RESOLUTION, budget="2h"), version=2)
    life.promise("mon 15:00", ONE_HOUR, TEN_HOURS, version=3)
    life.act("mon 16:00", "resolve", **CODE)
    told = promises_of(life.events, hours_of, at("mon 17:00"))

    rows = {row.clock: row for row in shown(life)}

    assert {one.clock: (one.verdict, one.policy_version, one.budget) for one in told} == {
        row.clock: (row.verdict, row.policy_version, row.budget) for row in rows.values()
    }
    assert (rows["first response"].policy_version, rows["resolution"].policy_version) == (1, 2)


def test_each_beginning_of_a_clock_stays_a_row_of_its_own() -> None:
    life = Life()
    life.promise("mon 10:00", Commitment(name=NEXT_RESPONSE, budget="1h"))
    for asked, answered in (("mon 11:00", "mon 11:30"), ("mon 12:00", "mon 14:00")):
        by = signed("ann", at(asked))
        life.incident.comment("When?", visibility=Visibility.PUBLIC, by=by)
        life.act(answered, "comment", said="Soon.", visibility=Visibility.PUBLIC)

    rows = shown(life)

    assert [(row.round, row.verdict) for row in rows] == [(1, "met"), (2, "breached")]
    assert rows[0].position < rows[1].position


def test_a_breach_that_the_desk_notes_is_one_at_its_due_moment() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    by = system("sla-clock", at("tue 12:00") + timedelta(seconds=1))
    life.incident.mark(RESOLUTION, BREACH, round=1, due=at("tue 12:00"), by=by)

    [row] = shown(life)

    assert (row.verdict, row.at, row.ended_at) == ("breached", "2026-03-03T12:00:00.000000Z", None)


@given(tried=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_life_the_view_says_what_the_whole_history_says(tried: st.DataObject) -> None:
    record = lived(Incident, tried.draw(attempts(Incident)))
    entries = entries_of(office(), *([] if record is None else [record]))
    for entry in entries:
        if isinstance(entry.event, Incident.ServiceLevelApplied):
            basis = {"calendar": CALENDAR, "calendar_version": 1, "zone": ""}
            entry.event = structs.replace(entry.event, **basis)
    events = [entry.event for entry in entries[1:]]
    clocks = after(events, hours_of)
    # Not settled any further than the view can be.
    settled = {(one.clock, one.round): one for one in promises(clocks, hours_of)}
    later = max((event.by.effective_at for event in events), default=at("mon 10:00"))
    told = {(one.clock, one.round): one for one in promises_of(events, hours_of, later)}

    rows = {
        (row.clock, row.round): row for row in rows_of(folded(ticket_lists.VIEW, entries), PROMISES)
    }

    assert rows.keys() == settled.keys() == told.keys()
    for key, row in rows.items():
        one = settled[key]
        assert (row.verdict, row.largest, row.consumed) == (
            one.verdict,
            one.largest,
            dict(one.consumed),
        )
        if row.verdict != "running":
            assert (row.policy, row.policy_version, row.budget) == (
                str(told[key].policy),
                told[key].policy_version,
                told[key].budget,
            )


async def counted(views: Views, by: Sequence[str], **more: Any) -> dict[Any, int]:
    found: Counts = await views.counts(attainment.NAME, by, limit=100, **more)
    return dict(found.groups)


async def test_promises_are_counted_by_anything_with_the_position_they_were_counted_at(
    kit: Kit, views: Views
) -> None:
    position = keep(kit.ledger, office(), story(1).incident, story(2, "mon 17:30").incident)
    kit.projector().catch_up()

    found = await views.counts(attainment.NAME, ("target", "verdict"), limit=100)

    assert found.position == position
    assert dict(found.groups) == {
        ("first response", "met"): 2,
        ("resolution", "breached"): 1,
        ("resolution", "met"): 1,
    }


async def test_only_what_counts_in_the_time_and_is_in_sight_is_counted(
    kit: Kit, views: Views
) -> None:
    keep(kit.ledger, office(), story().incident)
    kit.projector().catch_up()
    monday = {"at": Span(at("mon 00:00"), at("tue 00:00"))}

    assert await counted(views, ("target",), filters=monday) == {("first response",): 1}
    for visibility, number in (
        (OwnOrganisation(CUSTOMER), 2),
        (OwnOrganisation(OPERATOR), 0),
        (OwnTickets(person("ann")), 2),
        (OwnTickets(person("bea")), 0),
    ):
        found = await counted(views, ("ticket_kind",), visibility=visibility)
        assert found == ({("incident",): number} if number else {})


async def test_whoever_watches_a_ticket_sees_its_promises(kit: Kit, views: Views) -> None:
    life = story()
    life.act("wed 10:00", "watch", person=person("dan"))
    keep(kit.ledger, office(), life.incident)
    kit.projector().catch_up()

    assert await counted(views, ("kind",), visibility=OwnTickets(person("dan"))) == {("SLA",): 2}


async def test_nothing_is_counted_at_the_position_of_an_empty_view(kit: Kit, views: Views) -> None:
    position = keep(kit.ledger, office())
    kit.projector().catch_up()

    found = await views.counts(attainment.NAME, ("team",), limit=100)

    assert (found.position, found.groups) == (position, ())


async def test_a_question_that_makes_no_sense_is_refused(kit: Kit, views: Views) -> None:
    keep(kit.ledger, office(), story(1).incident, story(2).incident)
    kit.projector().catch_up()

    for by, limit, said in (
        (("colour",), 100, "no field 'colour'"),
        (("consumed",), 100, "cannot be grouped by"),
        (("number", "target"), 3, "more than 3 groups"),
    ):
        with pytest.raises(BadQuery, match=said):
            await views.counts(attainment.NAME, by, limit=limit)
