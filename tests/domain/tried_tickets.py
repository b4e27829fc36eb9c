"""Incidents of which anything is tried, with every kind of clock, and calendars that open often."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.ids import record_id
from domain.incident import Incident
from domain.promises import Commitment
from domain.rules import Refused
from domain.ticket import Visibility
from tests.domain.calendars import ZONES
from tests.domain.clock_lives import CALENDAR, DESK, NAMES, NETWORK, OTHER, POLICY
from tests.domain.slow_clocks import Entry, Facts, Meaning, facts_of
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
