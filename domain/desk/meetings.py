"""Meetings of change advisory boards: who leads and who is there exists, and votes count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.approval import Vote
from domain.approval_round_state import IN_MEETING
from domain.cab_meeting import AgendaFilter, CabMeeting
from domain.change import Change
from domain.desk.changes import Changes
from domain.desk.desk import Repeat
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt


class Meetings(Changes):
    async def schedule_meeting(
        self,
        *,
        title: str,
        team: UUID,
        chair: UUID,
        start: datetime,
        end: datetime,
        filter: AgendaFilter,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Schedule a meeting of a team, led by an active person."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            self.active_team("team", team)
            self.active_person("chair", chair)
            if not number:
                number.append(await self.ledger.next_id(CabMeeting))
            work.add(
                CabMeeting.schedule(
                    number[0],
                    title=title,
                    team=team,
                    chair=chair,
                    start=start,
                    end=end,
                    filter=filter,
                    by=by,
                )
            )

        return await self.ledger.run(by, decide, **repeat)

    async def open_meeting(
        self,
        id: UUID,
        present: Sequence[UUID],
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Begin a meeting with those who are there."""

        async def decide(work: Work) -> None:
            for person in present:
                self.active_person("present", person)
            meeting = await work.get(CabMeeting, id, expected=expected)
            meeting.open(present, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def vote_in_meeting(
        self,
        id: UUID,
        change: UUID,
        *,
        member: UUID,
        vote: Vote,
        comment: str = "",
        conditions: Sequence[str] = (),
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Write a vote of a meeting down, which is the vote of the member on the change."""

        async def decide(work: Work) -> None:
            self.active_person("member", member)
            meeting = await work.get(CabMeeting, id, expected=expected)
            meeting.record_vote(change, member=member, vote=vote, by=by)
            record = await work.get(Change, change)
            await self.follow_time(record, by)
            record.vote(
                vote,
                comment=comment,
                conditions=conditions,
                hours=self.hours_of(record),
                by=replace(by, on_behalf_of=str(member), channel=IN_MEETING),
            )
            await self.follow_round(record, by)

        return await self.ledger.run(by, decide, **repeat)
