from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import All
from domain.cab_meeting import AgendaFilter, CabMeeting, Status
from domain.change import Change
from domain.change import Status as ChangeStatus
from domain.change_window import ChangeWindow, Definition
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.desks import CAB, Company, open_desk, system
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CEM, MONDAY, person

HOUR = timedelta(hours=1)
SWITCH, DISK = record_id("CHG", 1), record_id("CHG", 2)


def scheduled() -> CabMeeting:
    """A meeting with Bea in the chair, and one change on its agenda."""
    meeting = CabMeeting.schedule(
        record_id("CAB", 1),
        title="Weekly board",
        team=record_id("TEA", 1),
        chair=person("bea"),
        start=MONDAY + HOUR,
        end=MONDAY + 2 * HOUR,
        by=ANN,
    )
    meeting.fix_agenda([SWITCH], by=ANN)
    new_facts(meeting)
    return meeting


def opened() -> CabMeeting:
    meeting = scheduled()
    meeting.open([person("bea"), person("cem")], by=BEA)
    new_facts(meeting)
    return meeting


def test_the_chair_opens_a_meeting_writes_votes_down_and_closes_it() -> None:
    meeting = scheduled()

    with pytest.raises(Refused, match="Only its chair leads a meeting"):
        meeting.open([person("cem")], by=CEM)
    meeting.open([person("bea"), person("cem"), person("cem")], by=BEA)
    meeting.record_vote(SWITCH, member=person("cem"), vote="approve", by=BEA)
    meeting.minute(SWITCH, said="The window is long enough.", by=CEM)
    with pytest.raises(Refused, match="Only its chair leads a meeting"):
        meeting.close(by=CEM)
    meeting.close(by=BEA)

    assert new_facts(meeting) == [
        fact(CabMeeting.Opened, present=(person("bea"), person("cem"))),
        fact(CabMeeting.VoteRecorded, change=SWITCH, member=person("cem"), vote="approve"),
        fact(CabMeeting.Minuted, change=SWITCH, said="The window is long enough."),
        fact(CabMeeting.Closed),
    ]
    with pytest.raises(Refused, match="not in session"):
        meeting.minute(SWITCH, said="Too late.", by=BEA)


def test_only_what_is_on_the_agenda_is_voted_on_by_those_who_are_there() -> None:
    meeting = opened()

    with pytest.raises(Refused, match="not on the agenda"):
        meeting.record_vote(DISK, member=person("cem"), vote="approve", by=BEA)
    with pytest.raises(Refused, match="Only who is there votes"):
        meeting.record_vote(SWITCH, member=person("dan"), vote="approve", by=BEA)
    with pytest.raises(Refused, match="Only its chair leads"):
        meeting.record_vote(SWITCH, member=person("cem"), vote="approve", by=CEM)


def test_what_has_begun_is_neither_moved_nor_cancelled_nor_given_another_agenda() -> None:
    meeting = opened()

    with pytest.raises(Refused, match="has begun, or is over"):
        meeting.reschedule(start=MONDAY + HOUR, end=MONDAY + 3 * HOUR, by=ANN)
    with pytest.raises(Refused, match="has begun, or is over"):
        meeting.fix_agenda([DISK], by=ANN)
    with pytest.raises(Refused, match="has begun, or is over"):
        meeting.cancel(reason="Nobody came.", by=ANN)


def test_a_meeting_is_not_scheduled_in_the_past_nor_backwards() -> None:
    meeting = scheduled()

    with pytest.raises(Refused, match="starts before it ends"):
        meeting.reschedule(start=MONDAY + HOUR, end=MONDAY + HOUR, by=ANN)
    with pytest.raises(Refused, match="not scheduled in the past"):
        meeting.reschedule(start=MONDAY - 2 * HOUR, end=MONDAY - HOUR, by=ANN)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def in_session(company: Company, change: UUID, *present: str) -> UUID:
    """A meeting with Dan in the chair, about one change."""
    receipt = await company.desk.schedule_meeting(
        title="Weekly board",
        team=company.service_desk,
        chair=company.people["dan"],
        start=MONDAY + HOUR,
        end=MONDAY + 2 * HOUR,
        filter=AgendaFilter(),
        by=company.signed("dan"),
    )
    await company.desk.ledger.edit(
        CabMeeting,
        receipt.subject,
        lambda meeting: meeting.fix_agenda([change], by=system()),
        by=system(),
    )
    await company.desk.open_meeting(
        receipt.subject, [company.people[name] for name in present], by=company.signed("dan")
    )
    return receipt.subject


async def test_votes_in_a_meeting_are_votes_of_the_members_on_the_change(company: Company) -> None:
    await company.publish_process(replace(CAB, quorum=All()))
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann"))
    meeting = await in_session(company, id, "bea", "cem", "dan", "ann")

    for name, match in (("ann", "Nobody votes on their own"), ("dan", "You have no vote in CAB")):
        with pytest.raises(Refused, match=match):
            await company.desk.vote_in_meeting(
                meeting,
                id,
                member=company.people[name],
                vote="approve",
                by=company.signed("dan"),
            )
    for name in ("bea", "cem"):
        await company.desk.vote_in_meeting(
            meeting, id, member=company.people[name], vote="approve", by=company.signed("dan")
        )

    record = await company.desk.ledger.find(Change, id)
    assert record.status is ChangeStatus.APPROVED
    cast = [
        entry.event
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Change.VoteCast)
    ]
    assert [(event.by.actor, event.by.on_behalf_of, event.by.channel) for event in cast] == [
        (str(company.people["dan"]), str(company.people[name]), "cab meeting")
        for name in ("bea", "cem")
    ]
    held = await company.desk.ledger.find(CabMeeting, meeting)
    assert held.status is Status.IN_SESSION
    topics = [entry.topic for entry in company.desk.ledger.history(meeting)]
    assert topics.count("CabMeeting.VoteRecorded") == 2


async def test_nobody_writes_votes_down_on_their_own_change(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change(proposer="dan")
    await company.desk.submit_change(id, by=company.signed("ann"))
    meeting = await in_session(company, id, "bea")

    with pytest.raises(Refused, match="Nobody votes on their own change"):
        await company.desk.vote_in_meeting(
            meeting, id, member=company.people["bea"], vote="approve", by=company.signed("dan")
        )


async def test_what_speaks_against_a_change_is_noted_when_a_meeting_approves_it(
    company: Company,
) -> None:
    await company.publish_process(replace(CAB, quorum=All()))
    freeze = Definition(
        kind="freeze", reason="Year end.", start=MONDAY + 3 * HOUR, end=MONDAY + 9 * HOUR
    )
    window = await company.add(ChangeWindow, "draft", name="Year end", definition=freeze)
    await company.desk.publish_window(window, by=company.signed("dan"))
    id = await company.ready_change()
    by = company.signed("ann")
    times = {"start": MONDAY + 4 * HOUR, "end": MONDAY + 5 * HOUR}
    await company.desk.ledger.edit(
        Change, id, lambda change: change.request_time(**times, by=by), by=by
    )
    await company.desk.submit_change(id, by=company.signed("ann"))
    meeting = await in_session(company, id, "bea", "cem")

    for name in ("bea", "cem"):
        await company.desk.vote_in_meeting(
            meeting, id, member=company.people[name], vote="approve", by=company.signed("dan")
        )

    noted = [
        entry.event
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Change.ConflictsNoted)
    ]
    assert [event.occasion for event in noted] == ["approval"]
