"""Rounds of approval of records of any kind: who is asked is looked up, and patience is counted."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.approvable_ticket import ApprovableTicket
from domain.approval import Vote
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp, RoundEvent
from domain.asset import Asset
from domain.business_time import BusinessHours
from domain.desk.approvals import Asked, owners_for
from domain.desk.desk import Base, Repeat
from domain.desk.edits import check_edit
from domain.desk.subjects import affected_assets, facts_of
from domain.directory import Directory
from domain.ids import number_of, prefix_of
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused
from domain.signature import Proven
from domain.subjects import Value
from domain.wording import texts_of

Facts = dict[str, Value]


def kind_of(id: UUID) -> type[ApprovalRounds]:
    """The kind of a record that people approve. Raises NotFound for one that nobody does."""
    kind = KIND_OF_PREFIX.get(prefix_of(id))
    if kind is None or not issubclass(kind, ApprovalRounds):
        raise NotFound(f"{number_of(id)} is nothing that is approved.")
    return kind


async def facts(record: ApprovalRounds, desk: Base) -> Facts:
    """The fields of a record that conditions may ask for."""
    found = [await desk.ledger.find(Asset, id) for id in affected_assets(record)]
    return facts_of(desk.directory, record, {asset.id: asset.asset_class for asset in found})


def _during_round(entries: Sequence[Entry]) -> Sequence[Entry]:
    """What a command did before it ended a round: what the end led to is no edit of what was in
    approval."""
    ends = (ApprovalRounds.Approved, ApprovalRounds.Rejected, GivenUp)
    for index, entry in enumerate(entries):
        if isinstance(entry.event, ends):
            return entries[:index]
    return entries


def _edited(
    before: ApprovalRounds, record: ApprovalRounds, edits: Sequence[Entry]
) -> ApprovalRounds:
    """A record as it was after the edits of a command that ended its round."""
    if len(edits) == len(record.pending) or edits[0].originator_version != before.version + 1:
        return record
    edited = before.fork()
    for entry in edits:
        edited.replay(entry)
    return edited


class Rounds(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._follow_edit)

    # What a kind adds ------------------------------------------------------------------------

    async def follow_round(self, record: ApprovalRounds, by: Provenance) -> None:
        """What an act of a round entails elsewhere; who knows a kind adds what it does."""

    async def follow_time(self, record: ApprovalRounds, by: Provenance) -> None:
        """What has come with the time since a record in approval was looked at last, before an act
        of its round; who knows a kind adds what it does."""

    async def follow_scope(
        self, before: ApprovalRounds, record: ApprovalRounds, by: Provenance
    ) -> None:
        """What an edit entails that brings a record in approval into the scope of something, or
        takes it out of it; who knows a kind adds what it does."""

    async def _follow_edit(self, record: Aggregate) -> None:
        """Refuse an edit during an approval for which another approval would be needed. What it
        entails elsewhere is recorded with it."""
        if not isinstance(record, ApprovalRounds):
            return
        edits = _during_round(record.pending)
        if all(isinstance(entry.event, RoundEvent) for entry in edits):
            return
        before = await self.ledger.peek(record.id)
        if isinstance(before, ApprovalRounds) and before.standing.open:
            was, now = await facts(before, self), await facts(_edited(before, record, edits), self)
            check_edit(self.directory, before, was, now)
            if record.standing.open:
                await self.follow_scope(before, record, record.pending[-1].event.by)

    async def amend_ticket(
        self,
        kind: type[ApprovableTicket],
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **said: Any,
    ) -> Receipt:
        """Correct what a ticket says that people approve. The same text again changes nothing, so
        that no vote falls for it."""

        def amend(ticket: ApprovableTicket) -> None:
            ticket.amend(**said, known=texts_of(self.ledger.history(id)), by=by)

        return await self.ledger.edit(
            kind,
            id,
            amend,
            by=by,
            expected=expected,
            fingerprint=fingerprint,
            is_repeatable=is_repeatable,
        )

    # Submit ----------------------------------------------------------------------------------

    async def governing(
        self, record: ApprovalRounds, known: Mapping[str, Value]
    ) -> ApprovalProcess | None:
        """The published process by which a record with these facts is approved, if any; who knows
        a kind says where that is another than the one whose turn it is."""
        return self.directory.process_for(record.subject, known)

    async def submission_of(
        self, record: ApprovalRounds, known: Facts, called: str
    ) -> dict[str, Any]:
        """What a record is submitted with, to the process that governs it: see `submit`.

        known: the facts of the record. called: how a refusal calls such records. Raises Refused if
        no process governs it, or nobody can be asked.
        """
        process = await self.governing(record, known)
        if process is None:
            raise Refused(f"No approval process is published for {called}.")
        definition = process.definition_of(process.published_version)
        asked = await self.asked_by(definition, record, known)
        return {
            "process": process.id,
            "process_version": process.published_version,
            "stages": asked.stages,
            "terms": asked.terms,
            **self.clock_of(definition),
        }

    async def asked_by(
        self, definition: Definition, record: ApprovalRounds, known: Mapping[str, Value]
    ) -> Asked:
        """Who is asked about a record by a definition. Raises Refused where nobody can be."""
        return Asked(
            self.directory,
            record,
            definition,
            kind=record.subject,
            facts=known,
            owners=await owners_for(self.ledger, self.directory, definition, record),
            barred=record.barred,
        )

    def clock_of(self, definition: Definition) -> dict[str, Any]:
        """The calendar of a definition as it is now, on which patience counts."""
        if definition.calendar is None:
            return {"calendar": None, "calendar_version": 0, "hours": None}
        calendar = self.directory.calendar(definition.calendar)
        if calendar is None:
            raise Refused("The approval process counts on a calendar that does not exist.")
        return {
            "calendar": calendar.id,
            "calendar_version": calendar.hours_version,
            "hours": calendar.hours,
        }

    # Vote ------------------------------------------------------------------------------------

    async def vote(
        self,
        id: UUID,
        vote: Vote,
        *,
        comment: str = "",
        conditions: Sequence[str] = (),
        stage: str = "",
        on_behalf_of: UUID | None = None,
        proven: Proven | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Vote on a record, for oneself or for somebody who has delegated it; the vote that
        decides, decides at once."""
        return await self.act_in_round(
            id,
            ApprovalRounds.vote,
            vote=vote,
            comment=comment,
            conditions=conditions,
            stage=stage,
            proven=proven,
            on_behalf_of=on_behalf_of,
            expected=expected,
            by=by,
            **repeat,
        )

    async def act_in_round(
        self,
        id: UUID,
        act: Callable[..., object],
        *,
        on_behalf_of: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **given: Any,
    ) -> Receipt:
        """Let an act of a round count on its business hours. Who is asked by it is active."""

        async def decide(work: Work) -> None:
            for field in ("to", "person"):
                if field in given:
                    self.active_person(field, given[field])
            record = await work.get(kind_of(id), id, expected=expected)
            await self.follow_time(record, by)
            signed = by
            if on_behalf_of is not None and str(on_behalf_of) != by.actor:
                self._require_delegation(record, on_behalf_of, by)
                signed = replace(by, on_behalf_of=str(on_behalf_of))
            act(record, **given, hours=self.hours_of(record), by=signed)
            await self.follow_round(record, by)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def request_information(
        self,
        id: UUID,
        question: str,
        *,
        stage: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Return a record to whoever asks for it: see `ApprovalRounds.request_information`."""

        async def decide(work: Work) -> None:
            record = await work.get(kind_of(id), id, expected=expected)
            await self.follow_time(record, by)
            record.request_information(question, stage=stage, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def _require_delegation(self, record: ApprovalRounds, delegator: UUID, by: Provenance) -> None:
        """Refuse to let somebody vote for another who has not delegated that to them."""
        self.directory.catch_up()
        risk, process = str(record.content().get("risk") or ""), record.standing.process
        if not any(
            person.id == delegator and made.covers(risk=risk, process=process)
            for person, made in self.directory.stands_in(UUID(by.actor), by.at)
        ):
            raise Refused(
                f"on_behalf_of: {number_of(delegator)} has not delegated votes on this "
                f"{record.what} to you for now."
            )

    # The clock -------------------------------------------------------------------------------

    async def remind_voters(
        self,
        id: UUID,
        round: int,
        stage: str,
        *,
        number: int = 0,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Note that the silent voters of a stage are reminded: see `ApprovalRounds.remind`."""

        async def decide(work: Work) -> None:
            record = await work.get(kind_of(id), id)
            await self.follow_time(record, by)
            record.remind(round, stage, number=number, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def time_out_stage(
        self, id: UUID, round: int, stage: str, *, by: Provenance, **repeat: Unpack[Repeat]
    ) -> Receipt:
        """Tell a record that the patience of a stage has run out: see
        `ApprovalRounds.time_out_stage`."""

        async def decide(work: Work) -> None:
            record = await work.get(kind_of(id), id)
            await self.follow_time(record, by)
            record.time_out_stage(round, stage, hours=self.hours_of(record), by=by)
            await self.follow_round(record, by)

        return await self.ledger.run(by, decide, **repeat)

    async def escalate_stage(
        self,
        id: UUID,
        round: int,
        stage: str,
        *,
        to: Sequence[UUID],
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Ask more people to vote in an open stage: see `ApprovalRounds.escalate_stage`."""

        async def decide(work: Work) -> None:
            people = [str(self.active_person("to", person).id) for person in to]
            record = await work.get(kind_of(id), id)
            await self.follow_time(record, by)
            record.escalate_stage(round, stage, to=people, hours=self.hours_of(record), by=by)
            await self.follow_round(record, by)

        return await self.ledger.run(by, decide, **repeat)

    def hours_of(self, record: ApprovalRounds) -> BusinessHours | None:
        """The hours on which the patience of a submitted record counts."""
        standing = record.standing
        return standing.hours or self.directory.hours(standing.calendar, standing.calendar_version)
