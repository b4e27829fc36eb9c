"""The clocks of tickets beside a reckoning that counts every second by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import Commitment
from domain.rules import Refused
from domain.service_clock import settled, used
from domain.ticket import Visibility
from domain.ticket_clocks import TicketClocks, after
from tests.domain.calendars import ZONES, open_seconds
from tests.domain.clock_lives import CALENDAR, DESK, NAMES, NETWORK, OTHER, POLICY
from tests.domain.slow_clocks import Entry, Facts, Meaning, Reckoned, facts_of, reckoned
from tests.people import CUSTOMER, person, signed, system

TEAMS = {NETWORK: "Network", DESK: "Desk"}
REASONS = ("customer", "vendor")
BUDGETS = (60, 600, 1_800, 3_600, 7_200)
OPENING = datetime(2024, 3, 30, 22, 30, tzinfo=UTC)
"""An hour and a half before the clocks of Europe change."""

TARGETS: dict[str, tuple[Commitment, Meaning]] = {
    "first response": (
        Commitment(name="first response", budget="1h"),
        Meaning(lambda _: True, lambda now: now.responded),
    ),
    "next response": (
        Commitment(name="next response", budget="1h"),
        Meaning(
            lambda now: now.awaits_reply,
            lambda now: not now.awaits_reply,
            reset=lambda now: now.awaits_reply,
        ),
    ),
    "resolution": (
        Commitment(name="resolution", budget="1h"),
        Meaning(lambda _: True, lambda now: now.resolved),
    ),
    "time to own": (
        Commitment(
            name="time to own",
            budget="1h",
            start="ticket.priority == 1",
            stop="ticket.is_assigned",
            reset='ticket.team == "Network"',
        ),
        Meaning(
            lambda now: now.priority == 1,
            lambda now: now.has_assignee,
            reset=lambda now: now.team == "Network",
        ),
    ),
    "work of the network": (
        Commitment(
            name="work of the network",
            budget="1h",
            start="ticket.support_level == 2",
            pause='ticket.party != "Network, level 2"',
            stop="ticket.resolved",
        ),
        Meaning(
            lambda now: now.level == 2,
            lambda now: now.resolved,
            pause=lambda now: not is_of_network(now),
        ),
    ),
}


def is_of_network(now: Facts) -> bool:
    return not now.waiting_for and not now.resolved and (now.team, now.level) == ("Network", 2)


@st.composite
def hours(draw: st.DrawFn) -> BusinessHours:
    """Business hours that open and close often."""
    weekly = {}
    for day in ("sat", "sun"):
        edges = sorted(draw(st.sets(st.integers(0, 95), min_size=2, max_size=24)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        weekly[day] = tuple((_time(a * 15 + a % 7), _time(b * 15)) for a, b in pairs if a + 1 < b)
        weekly[day] = weekly[day] or (("00:00", "24:00"),)
    return BusinessHours(zone=draw(st.sampled_from(ZONES)), weekly=weekly)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class Tried:
    """An incident of which anything is tried, and what a bystander writes down of it."""

    def __init__(self) -> None:
        self.at = 0
        self.awaits_reply = False
        self.incident: Any = Incident.log(
            record_id("INC", 1),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=signed("ann", OPENING),
        )
        self.entries = [Entry(0, self._facts())]

    def later(self, seconds: int) -> None:
        self.at += seconds

    def act(self, command: str, who: str, arguments: dict[str, Any]) -> None:
        by = signed(who, OPENING + timedelta(seconds=self.at))
        before = self.incident.version
        try:
            getattr(self.incident, command)(**arguments, by=by)
        except Refused:
            return
        if self.incident.version == before:
            return
        if command == "comment":
            self.awaits_reply = who == "ann"
        elif command in ("respond", "resolve"):
            self.awaits_reply = False
        self.entries.append(Entry(self.at, self._facts()))

    def promise(
        self, label: str, promised: dict[str, tuple[int, tuple[str, ...]]], policy: Any
    ) -> None:
        commitments = [
            Commitment(
                name=name,
                budget=f"{budget}s",
                pausing=pausing,
                start=known.start,
                pause=known.pause,
                stop=known.stop,
                reset=known.reset,
            )
            for name, (budget, pausing) in promised.items()
            for known in (TARGETS[name][0],)
        ]
        before = self.incident.version
        try:
            self.incident.apply_service_level(
                policy=policy,
                policy_version=1,
                calendar=CALENDAR,
                calendar_version=1,
                commitments=commitments,
                kind="OLA" if label else "SLA",
                label=label,
                names=NAMES,
                by=system("desk", OPENING + timedelta(seconds=self.at)),
            )
        except Refused:
            return
        if self.incident.version > before:
            self.entries.append(Entry(self.at, None, promised, label))

    def _facts(self) -> Facts:
        return facts_of(self.incident, self.awaits_reply, TEAMS)


@st.composite
def tickets(draw: st.DrawFn) -> Tried:
    tried = Tried()
    for _ in range(draw(st.integers(3, 25))):
        tried.later(draw(st.sampled_from([0, 0, 1, 59, 60, 599, 600, 1_800, 3_000])))
        if draw(st.integers(0, 3)) == 0:
            tried.promise(
                draw(st.sampled_from(["", "Network"])),
                draw(
                    st.dictionaries(
                        st.sampled_from(sorted(TARGETS)),
                        st.tuples(
                            st.sampled_from(BUDGETS),
                            st.sampled_from([(), REASONS[:1], REASONS]),
                        ),
                        max_size=4,
                    )
                ),
                POLICY if draw(st.booleans()) else OTHER,
            )
        else:
            tried.act(*draw(ACTS))
    tried.later(draw(st.sampled_from([0, 1, 3_600])))
    return tried


ACTS: st.SearchStrategy[tuple[str, str, dict[str, Any]]] = st.sampled_from(
    [
        *(("pend", "bea", {"reason": reason}) for reason in (*REASONS, "problem")),
        ("resume", "bea", {}),
        ("resume", "bea", {}),
        ("respond", "bea", {}),
        ("comment", "bea", {"said": "We look.", "visibility": Visibility.PUBLIC}),
        ("comment", "ann", {"said": "And?", "visibility": Visibility.PUBLIC}),
        ("assign", "bea", {"team": NETWORK}),
        ("assign", "bea", {"team": DESK, "assignee": person("bea")}),
        ("escalate_functionally", "bea", {"team": NETWORK, "support_level": 2, "reason": "Hard."}),
        ("escalate_functionally", "bea", {"team": DESK, "support_level": 1, "reason": "Easy."}),
        ("prioritise", "bea", {"impact": 1, "urgency": 1}),
        ("prioritise", "bea", {"impact": 3, "urgency": 3}),
        ("resolve", "bea", {"code": "fixed", "resolution": "Done."}),
        ("reopen", "ann", {"reason": "No."}),
        ("close", "ann", {}),
        ("cancel", "bea", {"reason": "By mistake."}),
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tried=tickets(), hours=hours())
def test_the_clocks_agree_with_a_reckoning_second_by_second(
    tried: Tried, hours: BusinessHours
) -> None:
    agree(tried, hours)


@pytest.mark.proof
@settings(max_examples=3_000, suppress_health_check=list(HealthCheck))
@given(tried=tickets(), hours=hours())
def test_the_clocks_agree_with_a_reckoning_second_by_second_for_long(
    tried: Tried, hours: BusinessHours
) -> None:
    agree(tried, hours)


def agree(tried: Tried, hours: BusinessHours) -> None:
    events = [entry.event for entry in tried.incident.pending]
    end = OPENING + timedelta(seconds=tried.at)
    opened = open_seconds(hours, OPENING, tried.at)
    clocks: TicketClocks = after(events, lambda _calendar, _version: hours)

    for label in ("", "Network"):
        for name, (_, meaning) in TARGETS.items():
            known = clocks.clock(f"{label}: {name}" if label else name)
            expected = reckoned(name, meaning, tried.entries, label, opened)
            assert (known is None) == (expected is None)
            if known is None or expected is None:
                continue
            clock = settled(known, end, hours) if known.is_open else known
            assert _seen(clock, end, hours) == _reckoned(expected, tried.at), (label, name)


def _seen(clock: Any, end: datetime, hours: BusinessHours) -> dict[str, Any]:
    consumed = timedelta(0) if clock.started is None else used(clock, end, hours)
    return {
        "state": clock.state,
        "used": consumed.total_seconds(),
        "started": _second(clock.started_at),
        "met": _second(clock.met_at),
        "breached": _second(clock.breached_at),
        "cancelled": _second(clock.cancelled_at),
        "cycle": clock.cycle,
        "verdicts": [(_second(one.met_at), _second(one.breached_at)) for one in clock.earlier],
    }


def _reckoned(clock: Reckoned, end: int) -> dict[str, Any]:
    if clock.is_open and end > 0:
        clock.late()
    return {
        "state": clock.state,
        "used": clock.used,
        "started": clock.started,
        "met": clock.met,
        "breached": clock.breached,
        "cancelled": clock.cancelled,
        "cycle": clock.cycle,
        "verdicts": clock.verdicts,
    }


def _second(at: datetime | None) -> int | None:
    return None if at is None else (at - OPENING) // timedelta(seconds=1)
