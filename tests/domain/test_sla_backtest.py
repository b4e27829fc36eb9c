from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.agreement import Agreement, TargetPromise
from domain.calendar import Calendar
from domain.change import Change
from domain.ids import record_id
from domain.organisation import Organisation
from domain.person import Person
from domain.rules import Refused
from domain.service_level_policy import ServiceLevelPolicy
from domain.sla_backtest import Backtest, Found, among, drafted
from domain.sla_backtest_agreement import Beside, BesideSummary
from domain.sla_backtest_report import Line, Report, Summary
from tests.domain.promised import (
    CALENDAR,
    CODE,
    NETWORK,
    POLICY,
    TEN_HOURS,
    Life,
    at,
    hours_of,
    office,
    policy,
    resolution,
)
from tests.people import CUSTOMER, system

Published = tuple[ServiceLevelPolicy, Agreement]

FAST = policy("Fast", resolution("2h"), serial=1)
SLOW = policy("Slow", resolution("10h"), serial=2)


class Records:
    """A desk without people, with one calendar."""

    def calendar(self, id: UUID | None) -> Calendar | None:
        return office() if id == CALENDAR else None

    def service_level_policy(self, _: UUID | None, /) -> ServiceLevelPolicy | None:
        return None

    def person(self, _: UUID | None, /) -> Person | None:
        return None

    def organisation(self, _: UUID | None, /) -> Organisation | None:
        return None


def draft(name: str, *targets: TargetPromise, **more: object) -> ServiceLevelPolicy:
    return policy(name, *targets, serial=9, **more)[0]


def life(resolved: str = "mon 14:00", serial: int = 1, *said: tuple[str, str]) -> Life:
    """An incident that was assigned, waited, and was resolved; and what another system said of its
    service level meanwhile."""
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("mon 10:00", "assign", {"team": NETWORK}),
        ("mon 11:00", "prioritise", {"impact": 1, "urgency": 1}),
        ("mon 12:00", "pend", {"reason": "customer"}),
        ("mon 13:00", "resume", {}),
        (resolved, "resolve", CODE),
        *((when, "amend", {"details": {"made SLA": word}}) for when, word in said),
    ]
    told = Life(serial=serial)
    for when, command, arguments in sorted(acts, key=lambda act: at(act[0])):
        if at(when) <= at(resolved):
            told.act(when, command, **arguments)
    return told


def run(
    tried: ServiceLevelPolicy,
    *lives: Life,
    published: Iterable[Published] = (),
    recorded_in: str = "",
) -> list[Found]:
    backtest = Backtest(tried, published, Records(), hours_of, at("fri 12:00"), recorded_in)
    return [backtest.run(one.entries) for one in lives]


def report(tried: ServiceLevelPolicy, found: Iterable[Found]) -> Report:
    summary = Summary(tried.id)
    for one in found:
        summary.add(one)
    return summary.report(
        tried.name,
        at("mon 00:00"),
        at("fri 00:00"),
        at("fri 12:00"),
        name_of=lambda id: {NETWORK: "Network", CUSTOMER: "Acme"}.get(id, str(id)),
        party_name=lambda party: party.replace("TEA0000001", "Network"),
    )


def test_a_draft_promises_what_it_says_and_counts_as_the_desk_counts() -> None:
    tried = draft("Draft", resolution("3h", pausing=("customer",)))

    [found] = run(tried, life("mon 14:00"))

    [pair] = found.pairs
    assert (found.governed, pair.draft.verdict, pair.draft.due_at) == (
        "draft",
        "met",
        at("mon 14:00"),
    )
    assert pair.in_force is None


def test_a_draft_is_asked_again_when_the_ticket_changes() -> None:
    """Priority 1 is promised two hours, from the opening on."""
    tried = draft("Draft", resolution({1: "2h", 5: "9h"}))

    [found] = run(tried, life())

    [pair] = found.pairs
    assert (pair.draft.due_at, pair.draft.verdict) == (at("mon 12:00"), "breached")


def test_what_was_promised_then_is_left_out() -> None:
    told = Life()
    told.promise("mon 10:00", TEN_HOURS)
    told.act("tue 12:00", "resolve", **CODE)

    [found] = run(draft("Draft", resolution("1h"), order=1), told, published=[SLOW])

    assert [one.budget for one in (*found.promises, *found.in_force)] == ["1h", "10h"]


def test_a_draft_replaces_the_policy_with_its_name() -> None:
    tried = draft("slow", resolution("1h"))

    [found] = run(tried, life(), published=[SLOW])

    assert [row[0].name for row in among(tried, [SLOW])] == ["slow"]
    assert (found.pairs[0].draft.verdict, found.in_force[0].verdict) == ("breached", "met")


def test_another_policy_that_is_asked_first_takes_the_ticket() -> None:
    first = policy("First", resolution("9h"), serial=3, order=1)

    [found] = run(draft("Draft", resolution("1h")), life(), published=[first])

    assert (found.governed, found.pairs) == ("another policy", ())


def test_what_no_policy_is_about_is_told() -> None:
    [found] = run(draft("Draft", resolution("1h"), services=("Mail",)), life())

    assert found.governed == "nothing"


def test_agreements_beside_the_sla_are_compared_with_those_of_their_own_name() -> None:
    known = policy("Network", resolution("9h"), serial=4, kind="OLA")
    tried = draft("Network", resolution("1h"), kind="OLA")

    [found] = run(tried, life(), published=[FAST, known])

    assert [pair.draft.clock for pair in found.pairs] == ["Network: resolution"]
    assert [pair.in_force and pair.in_force.budget for pair in found.pairs] == ["9h"]
    assert {one.kind for one in found.promises} == {"SLA", "OLA"}


def test_changes_are_promised_something_too() -> None:
    change = Change.propose(
        record_id("CHG", 1), title="New switch", requester=None, organisation=CUSTOMER, by=_BY
    )
    target = TargetPromise(name="time to approve", budget="1h", start="true", stop=_APPROVED)
    tried = draft("Approvals", target, subjects=("change",), kind="OLA")

    backtest = Backtest(tried, (), Records(), hours_of, at("fri 16:30"))
    found = backtest.run(list(change.pending))

    assert [(pair.draft.clock, pair.draft.verdict) for pair in found.pairs] == [
        ("Approvals: time to approve", "breached")
    ]


def test_an_agreement_that_is_about_the_ticket_no_more_is_dropped() -> None:
    tried = draft("Network", resolution("9h"), kind="OLA", when="ticket.priority != 1")

    [found] = run(tried, life())

    [pair] = found.pairs
    assert (pair.draft.verdict, pair.draft.ended_at) == ("cancelled", at("mon 11:00"))


def test_a_draft_with_conditions_of_its_own_is_counted_by_them() -> None:
    target = TargetPromise(
        name="time to own", budget="30m", start="true", stop='ticket.status == "resolved"'
    )

    [found] = run(draft("Draft", target), life("mon 14:00"))

    assert (found.pairs[0].draft.target, found.pairs[0].draft.verdict) == (
        "time to own",
        "breached",
    )


def test_a_draft_that_could_not_be_published_is_refused() -> None:
    wrong = Agreement(calendar=CALENDAR, targets=(resolution("soon"),))

    with pytest.raises(Refused, match=r"targets\[0\]\.budget"):
        drafted(POLICY, "Draft", wrong, None, system("backtest"))


def test_a_draft_becomes_the_next_version_of_what_it_replaces_and_nothing_is_recorded() -> None:
    known, agreement = FAST
    entries = len(known.pending)

    made = drafted(POLICY, "Fast", replace(agreement, order=5), known, _BY)

    assert (made.id, made.published_version, known.published_version) == (known.id, 2, 1)
    assert len(known.pending) == entries


def test_a_report_counts_by_everything_and_tells_what_differs() -> None:
    tried = draft("Slow", resolution("2h"))
    lives = [life("mon 11:30"), life("mon 14:00", serial=2)]

    told = report(tried, run(tried, *lives, published=[SLOW]))

    assert _counts(told.total) == ((1, 1), (2, 0))
    assert told.total.draft.attainment == 0.5
    assert {by: [line.group for line in lines] for by, lines in told.by.items()} == {
        "policy": [str(SLOW[0].id), str(tried.id)],
        "target": ["resolution"],
        "priority": ["1"],
        "team": ["Network"],
        "organisation": ["Acme"],
        "month": ["2026-03"],
    }
    assert (told.differences.same, told.differences.met_to_breached) == (1, 1)
    assert [one.number for one in told.differences.examples] == ["INC0000002"]
    assert [(one.party, one.number, one.ran) for one in told.breaches] == [
        ("Network, level 1", 1, 3 * 3_600)
    ]


def test_a_breach_is_told_by_the_party_that_used_up_most_of_its_time() -> None:
    tried = draft("Draft", resolution("1h"))
    told = Life()
    told.act("mon 10:30", "assign", team=NETWORK)
    told.act("mon 11:00", "pend", reason="vendor")
    told.act("mon 16:00", "resume")
    told.act("mon 17:00", "resolve", **CODE)

    [breaches] = report(tried, run(tried, told)).breaches

    assert (breaches.party, breaches.ran) == ("vendor", 5 * 3_600)


# Beside what was recorded elsewhere ------------------------------------------------------------


def beside(*lives: Life) -> Beside:
    tried = draft("Draft", resolution("3h"))
    summary = BesideSummary("made SLA")
    for found in run(tried, *lives, recorded_in="made SLA"):
        summary.add(found)
    return summary.beside()


def test_verdicts_are_told_beside_those_that_another_system_recorded() -> None:
    agrees = life("mon 12:30", 1, ("mon 12:10", "true"))
    both_lost = life("mon 15:00", 2, ("mon 12:10", "true"), ("mon 14:00", "false"))
    kept_there = life("mon 15:00", 3, ("mon 12:10", "true"))
    lost_there = life("mon 12:30", 4, ("mon 12:20", "false"))

    told = beside(agrees, both_lost, kept_there, lost_there)

    assert (told.total.compared, told.total.agree, told.rate) == (4, 2, 0.5)
    assert (told.total.kept_there_only, told.total.kept_here_only) == (1, 1)
    assert told.lost_in == {"in progress": 1, "pending": 1}
    assert [(one.number, one.recorded, one.here) for one in told.examples] == [
        ("INC0000003", True, False),
        ("INC0000004", False, True),
    ]
    assert told.distances["up to 1 day"] + told.distances["up to 1 hour"] == 2
    assert {by: sum(one.compared for one in groups) for by, groups in told.groups.items()} == (
        dict.fromkeys(told.groups, 4)
    )


def test_what_says_nothing_and_what_has_no_verdict_is_not_compared() -> None:
    silent = life("mon 12:30", serial=1)
    unclear = life("mon 12:30", 2, ("mon 12:00", "true"), ("mon 12:10", "perhaps"))
    cancelled = Life(serial=3)
    cancelled.act("mon 10:10", "amend", details={"made SLA": "true"})
    cancelled.act("mon 10:30", "cancel", reason="Nothing there.")

    told = beside(silent, unclear, cancelled)

    assert (told.total.compared, told.unknown, told.undecided) == (0, 2, 1)
    assert told.rate is None


def _counts(line: Line) -> tuple[tuple[int, int], tuple[int, int]]:
    """What was met and breached, with the draft and in force."""
    both = (line.draft, line.in_force)
    drafted_, in_force = ((one.met, one.breached) for one in both)
    return drafted_, in_force


_APPROVED = 'ticket.approval == "approved"'
_BY = system("backtest", at("fri 12:00") + timedelta(hours=1))
