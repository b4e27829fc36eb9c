"""A desk with a small history, and drafts that are run over it."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import Definition
from domain.backtest import Backtest, Draft, Found, kind_for, wanting
from domain.backtest_answers import AnswerTimes
from domain.backtest_past import Past, change, history, incident
from domain.backtest_report import Report, Summary
from domain.backtest_teams import PastDirectory
from domain.incident import Incident
from domain.quorum import Majority
from domain.rules import Refused
from tests.domain.desks import OFFICE, Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY

CAB = Stage(
    name="CAB",
    approvers=("role:approver",),
    quorum=AnyOne(),
    patience="4h",
    on_timeout="escalate",
    escalate_to=("person:dan",),
)
MANAGER = Stage(
    name="Manager",
    approvers=("manager-of:requester",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)
HOUR = timedelta(hours=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        built = await Company(desk).build()
        await built.publish_process()
        yield built


async def decided(company: Company, **votes: str) -> Past:
    """A change that Ann submits on Monday morning, voted on hour after hour."""
    desk = company.desk
    id = await company.ready_change()
    await desk.submit_change(id, by=company.signed("ann"))
    for after, (name, vote) in enumerate(votes.items(), 1):
        by = company.signed(name, MONDAY + after * HOUR)
        given: Any = vote
        await desk.vote(id, given, comment="No." if vote == "reject" else "", by=by)
    past = change(history(desk.ledger, id))
    assert past is not None
    return past


def tried(company: Company, *stages: Stage, takes: float = 2, **more: Any) -> Backtest:
    given = {"subjects": ("change",), **more}
    before, hours = given.pop("before", ()), given.pop("hours", None)
    draft = Draft(
        name="Draft",
        definition=Definition(stages=stages or (CAB,), **given),
        kind="change",
        hours=hours,
        before=before,
    )
    answers = AnswerTimes(MONDAY, MONDAY, hours, timedelta(hours=takes))
    return Backtest(draft, PastDirectory.load(company.desk.ledger), answers)


def asked(company: Company, found: Found) -> list[set[str]]:
    names = {str(id): name for name, id in company.people.items()}
    assert found.played is not None
    return [{names[one] for one in asking.people} for asking in found.played.asked]


async def test_who_is_asked_by_a_draft_is_asked_of_the_directory(company: Company) -> None:
    past = await decided(company, bea="approve")

    found = tried(company, MANAGER, CAB).run(past)

    assert (found.governed, found.outcome) == ("draft", "approved")
    assert asked(company, found) == [{"max"}, {"bea", "cem"}]
    assert found.found_by == (("Manager", "manager-of:requester"), ("CAB", "role:approver"))


async def test_lead_time_is_added_or_saved(company: Company) -> None:
    past = await decided(company, bea="approve")

    slower = tried(company, MANAGER, CAB).run(past)
    faster = tried(company, takes=0.5).run(past)

    assert (slower.took_then, slower.took, slower.added) == (1 * HOUR, 4 * HOUR, 3 * HOUR)
    assert faster.added == -0.5 * HOUR


async def test_lead_time_counts_open_time(company: Company) -> None:
    past = await decided(company, bea="approve")

    found = tried(company, MANAGER, CAB, takes=7, hours=OFFICE).run(past)

    assert found.took == 14 * HOUR
    assert found.played is not None
    assert found.played.after == 30 * HOUR
    assert [end.open for end in found.played.ended] == [7 * HOUR, 7 * HOUR]


async def test_whoever_voted_then_votes_the_same(company: Company) -> None:
    past = await decided(company, bea="reject", cem="reject")

    same = tried(company, CAB).run(past)
    by_more = tried(company, replace(CAB, quorum=Majority())).run(past)

    assert (same.outcome, same.differs) == ("rejected", False)
    assert (by_more.outcome, by_more.is_certain) == ("rejected", True)


async def test_an_outcome_that_hangs_on_people_who_were_not_asked_is_uncertain(
    company: Company,
) -> None:
    past = await decided(company, bea="reject", cem="reject")

    found = tried(company, MANAGER).run(past)

    assert (found.outcome, found.differs, found.is_certain) == ("approved", True, False)


async def test_who_would_not_answer_in_time_turns_an_outcome(company: Company) -> None:
    past = await decided(company, bea="approve")

    found = tried(company, MANAGER, takes=9).run(past)

    assert (found.outcome, found.differs, found.is_certain) == ("rejected", True, True)
    assert found.reason == "Manager: Its patience ran out, which rejects it."


async def test_a_submission_that_finds_nobody_would_have_been_refused(company: Company) -> None:
    past = await decided(company, bea="approve")
    nobody = replace(MANAGER, approvers=("team:Security",))

    found = tried(company, nobody).run(past)

    assert (found.outcome, found.differs, found.took) == ("refused", True, None)
    assert found.reason.startswith("Manager: nobody is found to approve (team:Security)")


async def test_expressions_find_people_too(company: Company) -> None:
    past = await decided(company, bea="approve")
    by_role = 'cel:people.filter(p, "change manager" in p.roles)'
    managers = replace(MANAGER, approvers=(by_role,))

    found = tried(company, managers).run(past)

    assert asked(company, found) == [{"dan"}]
    assert found.found_by == (("Manager", by_role),)


async def test_conditions_are_asked_of_the_fields_of_then(company: Company) -> None:
    past = await decided(company, bea="approve")
    high = replace(MANAGER, when='subject.risk == "high"')

    governed = tried(company, high, CAB, when='subject.type == "normal"').run(past)
    other = tried(company, when='subject.type == "emergency"').run(past)
    unfit = tried(company, high).run(past)

    assert governed.skipped == ("Manager",)
    assert asked(company, governed) == [{"bea", "cem"}]
    assert (other.governed, other.outcome) == ("nothing", "")
    assert unfit.reason == "No stage of the approval process applies to it."


async def test_a_published_process_with_a_lower_order_comes_first(company: Company) -> None:
    past = await decided(company, bea="approve")
    before = (("APR0000001 (Normal)", Definition(subjects=("change",), stages=(CAB,))),)

    found = tried(company, before=before).run(past)

    assert (found.governed, found.by) == ("another process", "APR0000001 (Normal)")


async def test_a_condition_without_an_answer_refuses_the_submission(company: Company) -> None:
    past = await decided(company, bea="approve")

    found = tried(company, when="1 / subject.assets > 0").run(past)

    assert (found.governed, found.outcome) == ("draft", "refused")
    assert found.reason


async def test_fields_that_are_not_known_are_named(company: Company) -> None:
    past = await decided(company, bea="approve")
    when = (
        'subject.service != "x" && subject.type == "normal" && subject.assets == 0'
        ' && subject.details["cost centre"] == ""'
    )

    found = tried(company, when=when).run(past)

    assert found.unknown == ('details["cost centre"]', "service")


async def test_incidents_stand_in_and_all_of_their_lead_time_is_added(company: Company) -> None:
    desk = company.desk
    receipt = await desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann")
    )
    await resolve(company, receipt.subject)
    past = incident(history(desk.ledger, receipt.subject))
    assert past is not None

    found = tried(company, MANAGER).run(past)

    assert (found.outcome, found.differs) == ("approved", False)
    assert (found.took_then, found.added) == (timedelta(0), 2 * HOUR)


async def resolve(company: Company, id: UUID) -> None:
    await company.desk.ledger.edit(
        Incident,
        id,
        lambda one: one.resolve(
            code="fixed", resolution="Done.", by=company.signed("bea", MONDAY + HOUR)
        ),
        by=company.signed("bea", MONDAY + HOUR),
    )


async def test_a_team_without_members_can_have_those_who_worked_in_its_name(
    company: Company,
) -> None:
    formed = await company.desk.form_team(name="Network", by=system())
    directory = PastDirectory.load(company.desk.ledger)
    people = {name: str(id) for name, id in company.people.items()}

    number = directory.assume_members(
        {
            str(formed.subject): Counter({people["bea"]: 9, people["dan"]: 4}),
            str(company.service_desk): Counter({people["bea"]: 9}),
        }
    )

    network, desk = directory.team_by_name("Network"), directory.team_by_name("Service desk")
    assert number == 1
    assert network is not None
    assert network.members == (company.people["bea"],)
    assert desk is not None
    assert desk.members == (company.people["cem"],)
    assert directory.teams_of()[people["bea"]] == (str(formed.subject),)
    [row] = [row for row in directory.people_rows() if row.username == "bea"]
    assert row.teams == ("Network",)


def test_a_draft_is_for_what_the_history_knows() -> None:
    def definition(*subjects: Any) -> Definition:
        return Definition(subjects=subjects, stages=(CAB,))

    assert kind_for(definition("request", "change"), "all") == "change"
    assert kind_for(definition("request"), "incidents") == "request"
    with pytest.raises(Refused, match="governs request, and no changes: try --subjects incidents"):
        kind_for(definition("request"), "changes")
    with pytest.raises(Refused, match="incidents can stand for tickets only"):
        kind_for(definition("asset"), "incidents")


def test_conditions_on_what_incidents_do_not_have_are_named_by_their_places() -> None:
    stages = (replace(CAB, when='subject.risk == "high" && subject.impact == 1'),)
    definition = Definition(subjects=("change",), stages=stages, when="subject.priority < 3")

    draft = Draft(name="Draft", definition=definition, kind="change")

    assert wanting(draft) == {"stages[0].when": ("risk",)}


# Summed up ---------------------------------------------------------------------------------


def summed(company: Company, backtest: Backtest, *pasts: Past) -> Report:
    names = {str(id): name for name, id in company.people.items()}
    summary = Summary(backtest.draft, "changes")
    for past in pasts:
        summary.add(backtest.run(past))
    return summary.report(
        MONDAY,
        MONDAY + timedelta(days=7),
        undecided=3,
        username=lambda id: names[id],
        answer_of=AnswerTimes(MONDAY, MONDAY, None, 2 * HOUR).of,
        notes=("A note.",),
    )


async def test_a_report_counts_outcomes_lead_times_and_load(company: Company) -> None:
    pasts = [
        await decided(company, bea="approve"),
        await decided(company, bea="reject", cem="reject"),
        await decided(company, cem="approve"),
    ]

    report = summed(company, tried(company, MANAGER, CAB), *pasts)

    assert (report.subjects, report.undecided, report.governed) == (3, 3, {"draft": 3})
    assert report.outcomes == {"approved": 2, "rejected": 1}
    assert (report.compared, report.same, report.differing) == (3, 3, 0)
    times = report.lead_times
    assert (times.draft.count, times.draft.median) == (3, 4 * 3600)
    assert (times.then.median, times.added.median, times.added.p90) == (3600, 10_800, 10_800)
    assert (times.slower, times.faster, times.unknown) == (3, 0, 0)
    load = {one.username: (one.asked, one.busiest, one.asked_then) for one in report.approvers}
    assert load == {"bea": (3, 3, 3), "cem": (3, 3, 3), "max": (3, 3, 0)}
    assert {one.week for one in report.approvers} == {MONDAY.date()}
    assert {one.per_week for one in report.approvers} == {3.0}


async def test_a_report_counts_the_busiest_week(company: Company) -> None:
    past = await decided(company, bea="approve")

    def shifted(weeks: int) -> Past:
        return replace(past, start=past.start + timedelta(weeks=weeks), votes={}, decision="")

    report = summed(company, tried(company, MANAGER), past, shifted(2), shifted(2), shifted(3))

    [load] = [one for one in report.approvers if one.username == "max"]
    assert (load.asked, load.per_week, load.busiest) == (4, 1.0, 2)
    assert load.week == (MONDAY + timedelta(weeks=2)).date()


async def test_outcomes_that_differ_are_listed_with_the_reason(company: Company) -> None:
    past = await decided(company, bea="reject", cem="reject")

    report = summed(company, tried(company, MANAGER), past)

    [one] = report.examples
    assert (one.number, one.then, one.draft) == ("CHG0000001", "rejected", "approved")
    assert not one.is_certain
    assert (report.differing, report.uncertain) == (1, 1)


async def test_rules_that_never_fire_are_named(company: Company) -> None:
    past = await decided(company, bea="approve")
    never = replace(MANAGER, name="Never", when='subject.risk == "very high"')
    always = replace(
        CAB, when='subject.risk != "low"', approvers=("role:approver", "team:Security")
    )

    report = summed(company, tried(company, never, always, fallback=("person:dan",)), past)

    assert {one.place: one.says for one in report.silent} == {
        "stages[0].when": 'Never is always skipped: subject.risk == "very high" never holds.',
        "stages[1].when": 'CAB is never skipped: subject.risk != "low" always holds.',
        "stages[1].approvers[1]": "CAB: team:Security never names anybody who may vote.",
        "stages[1].escalate_to": "CAB is never escalated.",
        "fallback": "The fallback is never asked.",
    }


async def test_a_fallback_that_is_asked_from_the_beginning_is_asked(company: Company) -> None:
    past = await decided(company, bea="approve")
    nobody = replace(MANAGER, approvers=("team:Security",))

    report = summed(company, tried(company, nobody, fallback=("person:dan",)), past)

    assert report.stages[0].fallback_asked == 1
    assert [one.place for one in report.silent] == ["stages[0].approvers[0]"]


async def test_a_draft_that_governs_nothing_is_silent_as_a_whole(company: Company) -> None:
    past = await decided(company, bea="approve")

    report = summed(company, tried(company, when='subject.type == "emergency"'), past)

    [silent] = report.silent
    assert silent.says == 'subject.type == "emergency" governs none of the subjects.'
    assert report.lead_times.draft.median is None
