"""What the time of tickets went into: whatever happened, it adds up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.aggregate import Event
from domain.business_time import BusinessHours
from domain.change import Change
from domain.clock_spans import CLOSED, MET, Span
from domain.explanation import Explanation, explained, party_text, why_text
from domain.incident import Incident
from domain.promises import Commitment, Promises, clock_name
from domain.service_clock import settled
from domain.ticket_clocks import NOTHING, TicketClocks, after, told
from tests.domain.clock_lives import NETWORK, OFFICE, TEN_HOURS, Life, at, hours_of
from tests.domain.stories import attempts
from tests.domain.tried_tickets import BUDGETS, OPENING, TARGETS, Tried, hours, tickets
from tests.people import signed, system
from tests.projections.lives import lived

RANDOM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NO_TIME = timedelta(0)
END = datetime.fromisoformat("2026-06-01T00:00:00+00:00")


def events_of(ticket: Promises) -> list[Event]:
    return [entry.event for entry in ticket.pending]


def adds_up(found: Explanation, hours: BusinessHours, opening: datetime, end: datetime) -> None:
    """The parts of a ticket's time make the whole of it, however it is cut."""
    turns = found.turns
    assert sum((share.elapsed for share in found.shares), NO_TIME) == found.elapsed
    assert sum(turn.until - turn.since for turn in turns) == found.elapsed / timedelta(
        microseconds=1
    )
    assert all(a.until == b.since for a, b in pairwise(turns))
    assert found.elapsed <= end - opening
    if not found.clocks.situation.is_over:
        assert found.elapsed == end - opening
    if found.clocks.sla is not None:
        opened = sum((share.opened for share in found.shares), NO_TIME)
        assert opened == hours.between(opening, opening + found.elapsed)
    for agreed in found.clocks.agreements:
        for known in agreed.clocks:
            clock = settled(known, end, hours) if known.is_open else known
            spans = found.spans[clock.target]
            of_cycle = [span for span in spans if span.cycle == clock.cycle]
            assert all(a.until == b.since and a.since < a.until for a, b in pairwise(spans))
            assert all(span.why == "" for span in spans if span.ran)
            assert ran(of_cycle) == clock.consumed
            by_party = (share.ran.get(clock.target, NO_TIME) for share in found.shares)
            assert sum(by_party, NO_TIME) == ran(spans)


def ran(spans: Sequence[Span]) -> timedelta:
    return sum((span.until - span.since for span in spans if span.ran), NO_TIME)


@RANDOM
@given(tried=tickets(), hours=hours())
def test_consumption_by_party_and_the_spans_of_each_clock_add_up(
    tried: Tried, hours: BusinessHours
) -> None:
    end = OPENING + timedelta(seconds=tried.at)

    found = explained(events_of(tried.incident), lambda _calendar, _version: hours, end)

    adds_up(found, hours, OPENING, end)


@pytest.mark.parametrize("kind", [Incident, Change])
@RANDOM
@given(data=st.data())
def test_it_adds_up_whatever_a_ticket_goes_through(
    kind: type[Promises], data: st.DataObject
) -> None:
    ticket = lived(kind, data.draw(attempts(kind)))
    assume(ticket is not None)
    assert isinstance(ticket, Promises)
    events = [
        # Days of different lengths on different hours do not add up, and are none of these.
        msgspec.structs.replace(event, zone="")
        if isinstance(event, Promises.ServiceLevelApplied)
        else event
        for event in events_of(ticket)
    ]
    opening = events[0].by.effective_at

    found = explained(events, hours_of, END)

    adds_up(found, OFFICE, opening, END)


@RANDOM
@given(tried=tickets(), hours=hours())
def test_clocks_told_step_by_step_and_kept_between_equal_those_of_the_whole_history(
    tried: Tried, hours: BusinessHours
) -> None:
    def of(_calendar: UUID, _version: int) -> BusinessHours:
        return hours

    state = NOTHING
    for event in events_of(tried.incident):
        stored = msgspec.json.encode(told(state, event, of))
        state = msgspec.json.decode(stored, type=TicketClocks)

    assert state == after(events_of(tried.incident), of)
    end = OPENING + timedelta(seconds=tried.at)
    assert explained(events_of(tried.incident), of, end).clocks == state


@RANDOM
@given(tried=tickets(), hours=hours(), data=st.data())
def test_no_later_promise_moves_a_verdict(
    tried: Tried, hours: BusinessHours, data: st.DataObject
) -> None:
    def of(_calendar: UUID, version: int) -> BusinessHours:
        return hours if version == 1 else OFFICE

    end = OPENING + timedelta(seconds=tried.at)
    events = events_of(tried.incident)
    before = after(events, of)
    names = data.draw(st.lists(st.sampled_from(sorted(TARGETS)), unique=True))
    promise = Promises.ServiceLevelApplied(
        by=system("desk", end),
        policy=data.draw(st.sampled_from([UUID(int=1), UUID(int=2)])),
        policy_version=2,
        calendar=UUID(int=3),
        calendar_version=data.draw(st.sampled_from([1, 2])),
        commitments=tuple(
            Commitment(name=name, budget=f"{data.draw(st.sampled_from(BUDGETS))}s")
            for name in names
        ),
    )

    now = after([*events, promise], of)

    promised = {
        clock_name(agreed.label, commitment.name)
        for agreed in before.agreements
        for commitment in agreed.commitments
    }
    for clock in before.clocks:
        known = settled(clock, end, hours) if clock.is_open else clock
        changed = now.clock(clock.target)
        assert changed is not None
        changed = settled(changed, end, hours) if changed.is_open else changed
        if known.met is not None and changed.met is None:
            # It was promised no more, and what met it was undone before it was promised again.
            assert clock.target not in promised
            assert (known.met, known.breached) in [
                (one.met, one.breached) for one in changed.earlier
            ]
        elif known.met is not None:
            assert (changed.met, changed.due) == (known.met, known.due)
        if known.state != "cancelled":
            assert known.breached is None or changed.breached == known.breached
        assert changed.earlier[: len(known.earlier)] == known.earlier or known.state == "cancelled"


@RANDOM
@given(
    tried=tickets(),
    hours=hours(),
    sorting=st.permutations(
        [
            ("prioritise", {"impact": 2, "urgency": 2}),
            ("categorise", {"category": "network", "subcategory": "", "service": ""}),
            ("watch", {"person": UUID(int=7)}),
        ]
    ),
)
def test_the_order_in_which_a_ticket_is_sorted_at_one_moment_does_not_matter(
    tried: Tried,
    hours: BusinessHours,
    sorting: list[tuple[str, dict[str, object]]],
) -> None:
    assume(not tried.incident.is_over)
    found = []
    for order in (sorting, sorting[::-1]):
        incident: Incident = tried.incident.fork()
        by = signed("bea", OPENING + timedelta(seconds=tried.at))
        for command, arguments in order:
            getattr(incident, command)(**arguments, by=by)
        events = [*events_of(tried.incident), *events_of(incident)]
        found.append(after(events, lambda _calendar, _version: hours).clocks)

    assert found[0] == found[1]


def test_it_is_said_in_words() -> None:
    names = {NETWORK: "Network"}
    spans = [
        Span(at("mon 10:00"), at("mon 11:00"), False, "customer"),
        Span(at("mon 10:00"), at("mon 11:00"), False, "customer, ticket.is_major"),
        Span(at("mon 10:00"), at("mon 11:00"), False, "ticket.is_major"),
        Span(at("mon 10:00"), at("mon 11:00"), False, CLOSED),
        Span(at("mon 10:00"), at("mon 11:00"), False, MET),
        Span(at("mon 10:00"), at("mon 11:00"), True, ""),
    ]

    assert [why_text(span) for span in spans] == [
        "waiting for customer",
        "waiting for customer, while ticket.is_major",
        "while ticket.is_major",
        "outside business hours",
        "met",
        "",
    ]
    assert party_text((NETWORK, 2), names) == "Network, level 2"
    assert party_text((NETWORK, 2), {}) == "TEA0000001, level 2"
    assert party_text("vendor", names) == "vendor"


def test_the_shares_of_a_ticket_end_with_it() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 12:00", "assign", team=NETWORK)
    life.act("mon 13:00", "pend", reason="vendor")
    life.act("mon 16:00", "resolve", code="fixed", resolution="Done.")
    life.act("tue 10:00", "close", who="ann")

    shares = life.explained("wed 10:00").shares

    assert [(share.party, share.elapsed, share.opened) for share in shares] == [
        ("customer", timedelta(hours=18), timedelta(hours=2)),
        ("vendor", timedelta(hours=3), timedelta(hours=3)),
        ("nobody", timedelta(hours=2), timedelta(hours=2)),
        ((NETWORK, 1), timedelta(hours=1), timedelta(hours=1)),
    ]
    assert shares[1].ran == {"resolution": timedelta(hours=3)}
