"""Changes on their way to a decision: who is asked is looked up, and patience is counted."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.approval import Vote
from domain.approval_process import Definition
from domain.approval_round_state import RoundEvent
from domain.asset import Asset
from domain.business_time import BusinessHours
from domain.change import Change
from domain.change_draft import ModelInUse
from domain.change_template import ChangeTemplate
from domain.desk.approvals import Asked, owners_for, process_of
from domain.desk.desk import Base, Repeat
from domain.desk.edits import check_edit
from domain.desk.subjects import affected_assets, facts_of
from domain.directory import Directory
from domain.ids import number_of, prefix_of
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require
from domain.subjects import Value


async def facts(change: Change, desk: Base) -> dict[str, Value]:
    """The fields of a change that conditions may ask for."""
    found = [await desk.ledger.find(Asset, id) for id in affected_assets(change)]
    return facts_of(desk.directory, change, {asset.id: asset.asset_class for asset in found})


class Changes(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._follow_edit)

    async def _follow_edit(self, record: Aggregate) -> None:
        """Refuse an edit during an approval for which another approval would be needed. What it
        entails for the freezes that hold approvals is recorded with it."""
        if not isinstance(record, Change) or all(
            isinstance(entry.event, RoundEvent) for entry in record.pending
        ):
            return
        before = await self.ledger.peek(record.id)
        if isinstance(before, Change) and before.standing.open:
            was, now = await facts(before, self), await facts(record, self)
            check_edit(self.directory, before.standing, was, now)
            if record.standing.open:
                await self.follow_scope(before, record, record.pending[-1].event.by)

    async def submit_change(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a change to the process for its type. Raises Refused if nobody can be asked."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            change.require_ready()
            if change.template is not None and change.type == "standard":
                await self.published_template(change.template)
                change.submit(by=by)
                await self.follow_round(change, by)
                return
            known = await facts(change, self)
            self._reassess(change, known, by)
            known["risk"] = change.risk or ""
            process, definition = process_of(
                self.directory, "change", known, f"{change.type} changes"
            )
            asked = Asked(
                self.directory,
                change,
                definition,
                kind="change",
                facts=known,
                owners=await owners_for(self.ledger, definition, change),
                barred=change.barred,
            )
            calendar_version, hours = self._latest_hours(definition)
            change.submit(
                process=process.id,
                process_version=process.published_version,
                calendar=definition.calendar,
                calendar_version=calendar_version,
                hours=hours,
                stages=asked.stages,
                terms=asked.terms,
                by=by,
            )
            await self.follow_round(change, by)

        return await self.ledger.run(by, decide, **repeat)

    def _reassess(self, change: Change, known: Mapping[str, Value], by: Provenance) -> None:
        """Apply the rules of the risk model to the change as it is submitted."""
        model, version = self.directory.risk_model(change.risk_model), change.risk_model_version
        if model is not None:
            in_use = ModelInUse(model.id, version, model.definition_of(version))
            change.reassess_risk(in_use, facts=known, by=by)

    async def follow_round(self, change: Change, by: Provenance) -> None:
        """What an act of a round entails elsewhere; the calendar of changes adds what it does."""

    async def follow_scope(self, before: Change, change: Change, by: Provenance) -> None:
        """What an edit entails that brings a change in approval into the scope of something, or
        takes it out of it; the calendar of changes says what."""

    async def published_template(self, id: UUID) -> ChangeTemplate:
        """The template of standard changes, if it is in use. Raises Refused."""
        if prefix_of(id) != ChangeTemplate.prefix:
            raise Refused(f"template: {number_of(id)} is no change template.")
        try:
            template = await self.ledger.find(ChangeTemplate, id)
        except NotFound as missing:
            raise Refused(f"template: {missing}") from None
        require(not template.is_retired, f"template: {template.number} was retired.")
        require(template.published is not None, f"template: {template.number} is not published.")
        return template

    def _latest_hours(self, definition: Definition) -> tuple[int, BusinessHours | None]:
        if definition.calendar is None:
            return 0, None
        calendar = self.directory.calendar(definition.calendar)
        if calendar is None:
            raise Refused("The approval process counts on a calendar that does not exist.")
        return calendar.hours_version, calendar.hours

    async def vote(
        self,
        id: UUID,
        vote: Vote,
        *,
        comment: str = "",
        conditions: Sequence[str] = (),
        stage: str = "",
        on_behalf_of: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Vote on a change, for oneself or for somebody who has delegated it; the vote that
        decides, decides at once."""
        return await self.act_in_round(
            id,
            Change.vote,
            vote=vote,
            comment=comment,
            conditions=conditions,
            stage=stage,
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
            change = await work.get(Change, id, expected=expected)
            signed = by
            if on_behalf_of is not None and str(on_behalf_of) != by.actor:
                self._require_delegation(change, on_behalf_of, by)
                signed = replace(by, on_behalf_of=str(on_behalf_of))
            act(change, **given, hours=self.hours_of(change), by=signed)
            await self.follow_round(change, by)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    def _require_delegation(self, change: Change, delegator: UUID, by: Provenance) -> None:
        """Refuse to let somebody vote for another who has not delegated that to them."""
        self.directory.catch_up()
        risk, process = change.risk or "", change.standing.process
        if not any(
            person.id == delegator and made.covers(risk=risk, process=process)
            for person, made in self.directory.stands_in(UUID(by.actor), by.at)
        ):
            raise Refused(
                f"on_behalf_of: {number_of(delegator)} has not delegated votes on this "
                f"{change.what} to you for now."
            )

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
        """Tell a change that the silent voters of a stage are reminded: see `Change.remind`."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id)
            await self.follow_round(change, by)
            change.remind(round, stage, number=number, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def time_out_stage(
        self, id: UUID, round: int, stage: str, *, by: Provenance, **repeat: Unpack[Repeat]
    ) -> Receipt:
        """Tell a change that the patience of a stage has run out: see `Change.time_out_stage`."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id)
            await self.follow_round(change, by)
            change.time_out_stage(round, stage, hours=self.hours_of(change), by=by)
            await self.follow_round(change, by)

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
        """Ask more people to vote in an open stage: see `Change.escalate_stage`."""

        async def decide(work: Work) -> None:
            people = [str(self.active_person("to", person).id) for person in to]
            change = await work.get(Change, id)
            change.escalate_stage(round, stage, to=people, hours=self.hours_of(change), by=by)
            await self.follow_round(change, by)

        return await self.ledger.run(by, decide, **repeat)

    def hours_of(self, change: Change) -> BusinessHours | None:
        """The hours on which the patience of a submitted change counts."""
        standing = change.standing
        return standing.hours or self.directory.hours(standing.calendar, standing.calendar_version)
