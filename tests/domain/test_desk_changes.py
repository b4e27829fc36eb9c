import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import All, Count, Stage
from domain.asset import Asset
from domain.calendar import Calendar
from domain.change import Change, Status
from domain.rules import KeyReused, Outdated, Refused
from tests.domain.changes import due
from tests.domain.desks import CAB, OFFICE, Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY

KEYS = MemoryKeys()
LATE = MONDAY + timedelta(days=7)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, KEYS) as desk:
        yield await Company(desk).build()


async def change(company: Company, id: UUID) -> Change:
    return await company.desk.ledger.find(Change, id)


async def submit(company: Company, id: UUID) -> None:
    await company.desk.submit_change(id, by=company.signed("ann"))


def voters(record: Change) -> set[str]:
    return {voter for name in record.standing.open for voter in record.standing.entitled(name)}


def ids(company: Company, *names: str) -> set[str]:
    return {str(company.people[name]) for name in names}


async def test_a_change_belongs_to_the_organisation_of_its_requester(company: Company) -> None:
    receipt = await company.desk.propose_change(
        title="Swap", requester=company.people["ann"], by=company.signed("bea")
    )

    assert (await change(company, receipt.subject)).organisation == company.customer
    with pytest.raises(Refused, match="organisation: a ticket belongs to the organisation of its"):
        await company.desk.propose_change(
            title="Swap",
            requester=company.people["ann"],
            organisation=company.operator,
            by=company.signed("bea"),
        )


async def test_a_submission_looks_up_who_is_asked_and_until_when(company: Company) -> None:
    process = await company.publish_process(calendar=company.office)
    id = await company.ready_change()

    await submit(company, id)

    record = await change(company, id)
    assert voters(record) == ids(company, "bea", "cem")
    assert due(record) == MONDAY + timedelta(hours=4)
    submitted = next(
        entry.event
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Change.Submitted)
    )
    assert (submitted.process, submitted.process_version) == (process, 1)
    assert (submitted.calendar, submitted.calendar_version) == (company.office, 1)


async def test_whose_change_it_is_is_left_out_of_those_who_are_asked(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change(proposer="bea")
    await company.desk.assign(
        Change, id, team=None, assignee=company.people["dan"], by=company.signed("bea")
    )

    await submit(company, id)

    assert voters(await change(company, id)) == ids(company, "cem")


async def test_where_nobody_is_left_the_fallback_is_asked(company: Company) -> None:
    stage = replace(CAB, approvers=("person:ann", "person:bea"))
    await company.publish_process(stage, fallback=("role:change manager",))
    await company.leave("bea")
    id = await company.ready_change()

    await submit(company, id)

    assert voters(await change(company, id)) == ids(company, "dan")


@pytest.mark.parametrize(
    ("stage", "rule"),
    [
        (
            replace(CAB, approvers=("person:ann", "person:bea")),
            r"CAB: nobody is found to approve \(person:ann, person:bea\) who is active",
        ),
        (
            replace(CAB, on_timeout="escalate", escalate_to=("manager-of:assignee",)),
            r"CAB: nobody is found to escalate to \(manager-of:assignee\)",
        ),
        (replace(CAB, quorum=Count(2)), "CAB: 2 approvals are needed of 1 person"),
    ],
)
async def test_a_change_that_nobody_could_approve_is_not_submitted(
    company: Company, stage: Stage, rule: str
) -> None:
    await company.publish_unchecked(stage)
    await company.leave("bea")
    id = await company.ready_change()

    with pytest.raises(Refused, match=rule):
        await submit(company, id)

    assert (await change(company, id)).status is Status.PROPOSED


async def test_without_a_published_process_no_change_is_approved(company: Company) -> None:
    id = await company.ready_change()

    with pytest.raises(Refused, match="No approval process is published for normal changes"):
        await submit(company, id)


async def test_a_change_that_is_not_ready_is_told_that_first(company: Company) -> None:
    receipt = await company.desk.propose_change(
        title="Swap", requester=company.people["ann"], by=company.signed("ann")
    )

    with pytest.raises(Refused, match="The risk of a normal change is assessed first"):
        await submit(company, receipt.subject)


async def test_a_submission_that_is_repeated_gets_the_first_answer(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change()
    by = company.signed("ann")

    first = await company.desk.submit_change(id, by=by, fingerprint=b"a", is_repeatable=True)
    again = await company.desk.submit_change(id, by=by, fingerprint=b"a", is_repeatable=True)

    assert again.is_repeat
    assert (again.subject, again.version, again.position) == (
        first.subject,
        first.version,
        first.position,
    )
    assert (await change(company, id)).round == 1
    with pytest.raises(KeyReused):
        await company.desk.submit_change(id, by=by, fingerprint=b"b", is_repeatable=True)


async def test_of_two_submissions_at_the_same_time_one_counts(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change()

    outcomes = await asyncio.gather(
        *(company.desk.submit_change(id, by=company.signed("ann")) for _ in range(2)),
        return_exceptions=True,
    )

    assert [type(outcome).__name__ for outcome in outcomes].count("Refused") == 1
    assert (await change(company, id)).round == 1


async def test_of_two_deciding_votes_in_two_processes_one_counts(
    company: Company, tmp_path: Path
) -> None:
    await company.publish_process()
    id = await company.ready_change()
    await submit(company, id)

    async with open_desk(tmp_path, KEYS) as other:
        await other.ledger.find(Change, id)
        outcomes = await asyncio.gather(
            company.desk.vote(id, "approve", by=company.signed("bea")),
            other.vote(id, "approve", by=company.signed("cem")),
            return_exceptions=True,
        )

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [str(error) for error in refused] == ["This change is not open for votes."]
    events = [type(entry.event) for entry in company.desk.ledger.history(id)]
    assert events.count(Change.Approved) == events.count(Change.VoteCast) == 1


async def test_a_vote_on_what_was_not_seen_is_refused(company: Company) -> None:
    await company.publish_process(replace(CAB, quorum=All()))
    id = await company.ready_change()
    await submit(company, id)
    seen = (await change(company, id)).version
    await company.desk.vote(id, "approve", by=company.signed("bea"))

    with pytest.raises(Outdated):
        await company.desk.vote(id, "approve", expected=seen, by=company.signed("cem"))


async def test_the_requester_has_no_vote_even_as_an_approver(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change()
    await submit(company, id)

    with pytest.raises(Refused, match="Nobody votes on their own change"):
        await company.desk.vote(id, "approve", by=company.signed("ann"))


async def test_patience_counts_on_the_hours_that_held_at_the_submission(company: Company) -> None:
    await company.publish_unchecked(CAB, replace(CAB, name="Board"), calendar=company.office)
    id = await company.ready_change()
    await submit(company, id)
    await company.desk.ledger.edit(
        Calendar,
        company.office,
        lambda calendar: calendar.revise(hours=replace(OFFICE, zone="Asia/Tokyo"), by=system()),
        by=system(),
    )

    await company.desk.vote(id, "approve", by=company.signed("bea", MONDAY + timedelta(hours=7)))

    # One hour is left on Monday, and three are needed on Tuesday.
    assert due(await change(company, id)) == MONDAY + timedelta(days=1, hours=3)


async def test_a_time_out_escalates_to_people_and_the_second_one_rejects(company: Company) -> None:
    stage = replace(CAB, on_timeout="escalate", escalate_to=("manager-of:requester",))
    await company.publish_unchecked(stage)
    id = await company.ready_change()
    await submit(company, id)

    async def time_out(at: datetime) -> None:
        await company.desk.time_out_stage(id, 1, "CAB", by=system("approvals", at))

    await time_out(MONDAY + timedelta(hours=4))
    assert voters(await change(company, id)) == ids(company, "bea", "cem", "max")
    await time_out(MONDAY + timedelta(hours=4))
    assert (await change(company, id)).status is Status.IN_APPROVAL

    await time_out(MONDAY + timedelta(hours=8))

    assert (await change(company, id)).status is Status.REJECTED
    await time_out(LATE)
    topics = [entry.topic for entry in company.desk.ledger.history(id)]
    assert topics.count("Change.Rejected") == 1


async def test_more_people_are_asked_by_hand(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change()
    await submit(company, id)
    dan = company.people["dan"]

    await company.desk.escalate_stage(id, 1, "CAB", to=[dan], by=company.signed("bea"))
    await company.desk.vote(id, "approve", by=company.signed("dan"))

    assert (await change(company, id)).status is Status.APPROVED


async def test_a_process_that_names_nobody_is_not_published(company: Company) -> None:
    for changes, rule in (
        ({"approvers": ("team:Nobody",)}, r"stages\[0\].approvers: 'team:Nobody' names nobody"),
        ({"escalate_to": ("person:nobody",)}, r"stages\[0\].escalate_to: 'person:nobody'"),
        ({"approvers": ("role:cab",)}, "'role:cab' names nobody"),
    ):
        with pytest.raises(Refused, match=rule):
            await company.publish_process(replace(CAB, **changes))
    with pytest.raises(Refused, match="fallback: 'team:Nobody' names nobody"):
        await company.publish_process(fallback=("team:Nobody",))
    with pytest.raises(Refused, match="calendar: there is no calendar"):
        await company.publish_process(calendar=UUID(int=5))


async def test_an_expression_finds_who_is_asked(company: Company) -> None:
    expression = 'cel:people.filter(p, "agent" in p.roles && p.username != subject.requester)'
    await company.publish_process(replace(CAB, approvers=(expression,)))
    id = await company.ready_change()

    await submit(company, id)

    assert voters(await change(company, id)) == ids(company, "bea", "cem")


async def test_a_field_of_the_form_names_who_is_asked(company: Company) -> None:
    await company.publish_unchecked(replace(CAB, approvers=("field:budget owner",)))
    id = await company.ready_change()
    by = company.signed("ann")
    await company.desk.ledger.edit(
        Change, id, lambda record: record.amend(details={"budget owner": "max"}, by=by), by=by
    )

    await submit(company, id)

    assert voters(await change(company, id)) == ids(company, "max")


async def test_the_owners_of_all_that_is_affected_are_asked(company: Company) -> None:
    below = await company.add(
        Asset, "register", name="Disk", asset_class="disk", owner=company.people["cem"]
    )
    above = await company.add(
        Asset, "register", name="Server", asset_class="server", owner=company.people["bea"]
    )
    await company.desk.ledger.edit(
        Asset, above, lambda asset: asset.relate(below, type="uses", by=system()), by=system()
    )
    await company.publish_unchecked(replace(CAB, approvers=("owner-of:impact",)))
    id = await company.ready_change()
    by = company.signed("ann")
    await company.desk.ledger.edit(Change, id, lambda record: record.affect(above, by=by), by=by)

    await submit(company, id)

    assert voters(await change(company, id)) == ids(company, "bea", "cem")
