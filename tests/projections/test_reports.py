"""Reports counted from tickets: on each kind of store, now and as of any moment."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.aggregate import Aggregate, Entry
from domain.change import Change
from domain.hands import hands
from domain.ids import record_id
from domain.incident import Incident
from domain.policy import OwnOrganisation
from domain.question import Question as Asking
from domain.ticket import Ticket, Visibility
from projections import past, ticket_figures, ticket_lists, work_queue
from projections.past import AsOf
from projections.queries import EVERYTHING, BadQuery, Span
from projections.reports import (
    AGES,
    REPORTS,
    Measured,
    Question,
    Share,
    Total,
    members,
    span_of,
    within,
)
from projections.tables import instant, moment
from projections.views import Views
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import attempts
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed, system
from tests.projections.conftest import Kit, keep
from tests.projections.lives import definitions, entries_of, folded, lived, row_of, whole

NETWORK, SERVERS = record_id("TEA", 1), record_id("TEA", 2)
RITA = person("rita")
SURVEY = record_id("SUR", 1)
PROBLEM = record_id("PRB", 1)
SOLVED = {"code": "solved", "resolution": "Restarted."}
HOUR = 3_600_000_000
LIMIT = 100
TICKETS = [kind for kind in EVERY_KIND if issubclass(kind, Ticket)]


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def logged(serial: int, hours: float, organisation: UUID = OPERATOR) -> Incident:
    return Incident.log(
        record_id("INC", serial),
        title="No orders",
        requester=RITA,
        organisation=organisation,
        by=signed("rita", at(hours)),
    )


def changed(serial: int, type: Any, outcome: Any, hours: float) -> Change:
    change = Change.propose(
        record_id("CHG", serial),
        title="New disks",
        type=type,
        requester=RITA,
        organisation=OPERATOR,
        by=signed("rita", at(0)),
    )
    change.record(Change.Implemented(by=signed("ann", at(hours)), outcome=outcome))
    return change


def given_workaround(incident: Incident, hours: float, number: int = 1) -> None:
    incident.give_workaround(
        PROBLEM,
        number=number,
        said="Restart it.",
        author=str(person("bob")),
        visibility=Visibility.INTERNAL,
        by=system("known-errors", at(hours)),
    )


def survey_for(incident: Incident, hours: float) -> None:
    clock = system("survey-clock", at(hours))
    incident.plan_survey(SURVEY, version=2, asks_at=at(hours), by=clock)
    incident.ask_rating(until=at(500), by=clock)


def week_of_work() -> list[Aggregate]:
    """One resolved by the first who had it and rated, one by a workaround after a hand-over, one
    that nobody has taken up, and three changes."""
    first, second, third = logged(1, 0), logged(2, 1), logged(3, 2, CUSTOMER)
    first.assign(team=NETWORK, assignee=person("ann"), by=signed("ann", at(1)))
    given_workaround(first, 2)
    first.resolve(**SOLVED, by=signed("ann", at(4)))
    survey_for(first, 4)
    first.rate(score=4, comment="", by=signed("rita", at(5)))
    second.assign(team=NETWORK, assignee=None, by=signed("ann", at(2)))
    given_workaround(second, 3)
    second.assign(team=SERVERS, assignee=person("bob"), by=signed("ann", at(4)))
    second.assign(team=NETWORK, assignee=None, by=signed("ann", at(4.5)))
    second.assign(team=SERVERS, assignee=person("bob"), by=signed("ann", at(5)))
    given_workaround(second, 5, number=2)
    second.resolve(
        code="Workaround",
        resolution="Restarted.",
        by=signed("bob", at(6) + timedelta(microseconds=1)),
    )
    survey_for(second, 7)
    changes = (
        changed(1, "normal", "successful", 10),
        changed(2, "emergency", "unsuccessful", 2),
        changed(3, "emergency", "successful with issues", 5),
    )
    return [first, second, third, *changes]


async def asked(views: Views, name: str, *by: str, **more: Any) -> Measured:
    given: dict[str, Any] = {
        "visibility": EVERYTHING,
        "now": at(100),
        "span": Span(at(-1), at(1_000)),
    }
    return await views.measured(Question(report=REPORTS[name], by=by, **given | more), LIMIT)


async def total(views: Views, name: str, **more: Any) -> Total:
    return (await asked(views, name, **more)).groups[()]


async def test_each_report_counts_what_it_says(kit: Kit, views: Views) -> None:
    keep(kit.ledger, *week_of_work())
    kit.projector().catch_up()

    assert await total(views, "time-to-acknowledge") == Total(2, 1 * HOUR + 3 * HOUR)
    assert await total(views, "survey-response") == Total(2, 1)
    by_policy = await asked(views, "survey-response", "survey_policy", "survey_version")
    assert by_policy.groups == {(str(SURVEY), 2): Total(2, 1)}
    assert await total(views, "time-to-resolve") == Total(2, 4 * HOUR + 5 * HOUR + 1)
    assert await total(views, "first-contact-resolution") == Total(2, 1)
    assert await total(views, "backlog") == Total(4, 0)
    assert await total(views, "reopen-rate") == Total(2, 0)
    assert await total(views, "reassignment-rate") == Total(2, 1)
    assert await total(views, "ping-pong-rate") == Total(2, 1)
    assert await total(views, "satisfaction") == Total(1, 4)
    assert await total(views, "satisfied") == Total(1, 1)
    assert await total(views, "workaround-resolution") == Total(2, 1)
    assert await total(views, "change-success") == Total(3, 2)
    assert await total(views, "change-lead-time") == Total(2, 15 * HOUR)
    assert await total(views, "emergency-share") == Total(3, 2)


async def test_figures_are_told_by_team_customer_week_month_and_age(kit: Kit, views: Views) -> None:
    keep(kit.ledger, *week_of_work())
    kit.projector().catch_up()

    by_team = await asked(views, "time-to-resolve", "team", "week")
    by_customer = await asked(views, "backlog", "organisation", "month")
    by_known_error = await asked(views, "workaround-resolution", "known_error")
    by_age = await asked(views, "backlog", "age", "kind", now=at(25.5))

    week = MONDAY.date().isoformat()
    assert by_team.groups == {
        (str(NETWORK), week): Total(1, 4 * HOUR),
        (str(SERVERS), week): Total(1, 5 * HOUR + 1),
    }
    month = f"{MONDAY:%Y-%m}"
    assert by_customer.groups == {
        (str(CUSTOMER), month): Total(1, 0),
        (str(OPERATOR), month): Total(3, 0),
    }
    assert by_known_error.groups == {(str(PROBLEM),): Total(2, 1)}
    assert by_age.groups == {
        ("under 1 day", "incident"): Total(1, 0),
        ("1 to 3 days", "change"): Total(3, 0),
    }


async def test_a_figure_of_a_past_moment_comes_out_again_whatever_came_later(
    kit: Kit, views: Views
) -> None:
    records = week_of_work()
    position = keep(kit.ledger, *records)
    projector = kit.projector()
    projector.catch_up()
    before = {name: (await asked(views, name, "team", "week")).groups for name in REPORTS}
    for record in records[:2]:
        assert isinstance(record, Incident)
        record.reopen(reason="Again.", by=signed("rita", at(50)))
        record.assign(team=SERVERS, assignee=person("cat"), by=signed("ann", at(51)))
    keep(kit.ledger, *records[:2], logged(4, 60))
    projector.catch_up()

    now = {name: (await asked(views, name, "team", "week")).groups for name in REPORTS}

    assert [name for name in REPORTS if now[name] != before[name]] == [
        *("time-to-acknowledge", "time-to-resolve", "first-contact-resolution", "backlog"),
        *("reopen-rate", "reassignment-rate", "ping-pong-rate", "satisfaction", "satisfied"),
        *("survey-response", "workaround-resolution"),
    ]
    for as_of in (
        AsOf(moment=at(49)),
        AsOf(position=position),
        AsOf(moment=at(70), position=position),
    ):
        again = {
            name: (await asked(views, name, "team", "week", as_of=as_of)).groups for name in REPORTS
        }
        assert again == before


async def test_a_customer_counts_what_is_theirs(kit: Kit, views: Views) -> None:
    keep(kit.ledger, *week_of_work())
    kit.projector().catch_up()

    theirs = await asked(views, "backlog", "kind", visibility=OwnOrganisation(CUSTOMER))

    assert theirs.groups == {("incident",): Total(1, 0)}


async def test_sums_are_exact_beyond_the_whole_numbers_of_a_store(kit: Kit, views: Views) -> None:
    """Each took 200,000 years, whose microseconds a store holds of one and not of two."""
    kit.projector()
    took = 6_311_520_000_000_000_001
    row = ticket_figures.FigureRow(
        id=str(record_id("INC", 1)),
        number="INC0000001",
        kind="incident",
        requester=None,
        organisation=None,
        opened_at=instant(at(0)),
        done_at=instant(at(1)),
        done_after=took,
    )
    other = replace(row, id=str(record_id("INC", 2)))
    table = ticket_figures.FIGURES
    with kit.store().transaction() as transaction:
        transaction.write(table, whole(table, (row, other)), [])

    assert await total(views, "time-to-resolve") == Total(2, 2 * took)


async def test_too_many_groups_are_refused(kit: Kit, views: Views) -> None:
    keep(kit.ledger, *week_of_work())
    kit.projector().catch_up()
    question = Question(report=REPORTS["backlog"], by=("kind",), visibility=EVERYTHING, now=at(0))

    with pytest.raises(BadQuery, match="more than 1 groups"):
        await views.measured(question, 1)


async def test_the_members_of_a_figure_are_as_many_as_it_counts(kit: Kit, views: Views) -> None:
    keep(kit.ledger, *week_of_work())
    kit.projector().catch_up()
    span = Span(at(-1), at(1_000))

    for name, report in REPORTS.items():
        found = await total(views, name)
        listed = await views.count_rows(ticket_figures.NAME, filters=members(report, span))
        assert listed == found.counted
        if isinstance(report.measure, Share):
            chosen = members(report, span, is_part=True)
            assert await views.count_rows(ticket_figures.NAME, filters=chosen) == found.sum


@pytest.mark.parametrize("age", AGES)
@given(seconds=st.integers(0, 100 * 86_400))
def test_an_age_is_one_bracket_and_its_time_the_same(age: str, seconds: int) -> None:
    now = at(0)
    opened = now - timedelta(seconds=seconds)
    span = span_of("age", age, now)

    is_within = (span.since is None or opened >= span.since) and (
        span.until is None or opened < span.until
    )

    days = Fraction(seconds, 86_400)
    bounds = [Fraction(-1), *(Fraction(limit) for limit in AGES.values() if limit)]
    place = list(AGES).index(age)
    assert is_within == (
        days > bounds[place] and (place + 1 == len(bounds) or days <= bounds[place + 1])
    )


def test_times_have_in_common_what_both_have() -> None:
    assert within(Span(at(0), at(9)), Span(None, at(5))) == Span(at(0), at(5))
    assert within(Span(), Span()) == Span()
    assert span_of("month", "2026-02", at(0)) == Span(
        moment("2026-02-01T00:00:00Z"), moment("2026-03-01T00:00:00Z")
    )
    assert span_of("week", "2026-03-02", at(0)).until == moment("2026-03-09T00:00:00Z")


def team_returns(record: Any, entries: list[Entry]) -> int:
    """How often a ticket came back to a team that had it before, by the hands that it went
    through."""
    teams = [one.holder.team for one in hands(type(record)(record.id), entries).holdings]
    given = [
        (before, team)
        for number, (last, team) in enumerate(zip([None, *teams], teams, strict=False))
        if team not in (None, last) and (before := teams[:number]) is not None
    ]
    return sum(team in before for before, team in given)


@pytest.mark.parametrize("kind", TICKETS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_the_figures_of_a_ticket_agree_with_the_work_queue(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    record = lived(kind, data.draw(attempts(kind)))
    if record is None:
        return
    entries = entries_of(*definitions(), record)
    id = str(record.id)

    row = row_of(folded(ticket_figures.VIEW, entries), ticket_figures.FIGURES, id)

    queue = row_of(folded(ticket_lists.VIEW, entries), work_queue.QUEUE, id)
    for name in (
        *("number", "kind", "type", "requester", "organisation", "opened_at", "is_open"),
        *("priority", "category", "service", "team", "reopened", "reassigned"),
    ):
        assert getattr(row, name) == getattr(queue, name), name
    if kind is not Change:
        assert row.done_at == queue.resolved_at
    own = [entry for entry in entries if entry.originator_id == record.id]
    assert row.returned == team_returns(record, own)
    if kind is Asking:
        assert row.is_first_contact == queue.is_first_contact
    if isinstance(record, Change):
        assert row.outcome == (record.outcome or "")
        assert (row.done_at is None) == (record.outcome is None)
    for until, after in ((row.taken_up_at, row.taken_up_after), (row.done_at, row.done_after)):
        assert (until is None) == (after is None)
        if until is not None:
            opened = past.micros(moment(row.opened_at))
            assert past.micros(moment(until)) - opened == after
