"""Changes from their proposal to their end, without their approval: who and what they name exists,
and what is owed counts on the calendar of the approval process."""

from collections.abc import Mapping
from typing import Unpack
from uuid import UUID

from domain.asset import Asset
from domain.change import Change, Outcome, Type
from domain.change_catalogue import template_of, titles_of
from domain.change_draft import ModelInUse
from domain.change_moves import AT_ONCE
from domain.change_template import ChangeTemplate
from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.desk import Repeat
from domain.desk.rounds import facts
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.obligations import APPROVAL_WITHIN
from domain.priority import Level
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.wording import texts_of


class Enablement(ChangeCalendar):
    async def propose_change(
        self,
        *,
        title: str,
        description: str = "",
        type: Type = "normal",
        template: UUID | None = None,
        form: Mapping[str, str] = {},
        requester: UUID | None,
        organisation: UUID | None = None,
        reason: str = "",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Propose a change, for the organisation of its requester; a standard change from a
        template, whose form is filled in."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            whose = self.organisation_of(requester, organisation)
            require(
                template is None or type == "standard",
                "type: a change from a template is a standard change.",
            )
            require(
                template is not None or not form, "form: only the form of a template is filled in."
            )
            if not number:
                number.append(await self.ledger.next_id(Change))
            change = Change.propose(
                number[0],
                title=title,
                description=description,
                type=type if template is None else "normal",
                requester=requester,
                organisation=whose,
                reason=reason,
                by=by,
            )
            if template is not None:
                await self._apply_template(change, template, form, by)
            work.add(change)

        return await self.ledger.run(by, decide, **repeat)

    async def plan_change(
        self,
        id: UUID,
        *,
        implementation: str,
        backout: str,
        test: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say how a change is done, undone and tested: see `Change.plan`."""

        def plan(change: Change) -> None:
            known = texts_of(self.ledger.history(id))
            change.plan(
                implementation=implementation, backout=backout, test=test, known=known, by=by
            )

        return await self.ledger.edit(Change, id, plan, by=by, expected=expected, **repeat)

    async def apply_template(
        self,
        id: UUID,
        template: UUID,
        *,
        form: Mapping[str, str] = {},
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Make a proposed change a standard change, by the published version of a template."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            await self._apply_template(change, template, form, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _apply_template(
        self, change: Change, template: UUID, form: Mapping[str, str], by: Provenance
    ) -> None:
        found = await self.published_template(template)
        version = found.published_version
        change.apply_template(
            template, version=version, definition=found.definition_of(version), form=form, by=by
        )

    async def make_template(
        self,
        id: UUID,
        *,
        name: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Draft a template of the change catalogue of a change that went well, under a name or the
        title of the change. The receipt is that of the template."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            change = await self.ledger.find(Change, id)
            change.require_exemplary()
            history = self.ledger.history(id)
            texts = texts_of(history)
            if not number:
                number.append(await self.ledger.next_id(ChangeTemplate))
            template = ChangeTemplate.draft(
                number[0],
                name=name or texts["title"],
                definition=template_of(change, texts, titles_of(history)),
                by=by,
            )
            work.add(template)
            made_of = await work.get(Change, id, expected=expected)
            made_of.make_template(template.id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def assess_risk(
        self,
        id: UUID,
        *,
        impact: Level | None = None,
        likelihood: Level | None = None,
        answers: Mapping[str, str] = {},
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Assess the risk of a change by the risk model that is published for it, if there is
        one."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            known = await facts(change, self)
            found = self.directory.risk_model_for(known)
            asked = found.published if found else None
            change.assess_risk(
                impact=impact,
                likelihood=likelihood,
                answers=answers,
                model=ModelInUse(found.id, found.published_version, asked)
                if found and asked
                else None,
                facts=known,
                by=by,
            )

        return await self.ledger.run(by, decide, **repeat)

    async def affect(
        self,
        id: UUID,
        asset: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say that a change affects an asset."""

        async def decide(work: Work) -> None:
            if prefix_of(asset) != Asset.prefix or await self.ledger.peek(asset) is None:
                raise Refused(f"asset: there is no asset {number_of(asset)}.")
            change = await work.get(Change, id, expected=expected)
            change.affect(asset, by=by)

        return await self.ledger.run(by, decide, **repeat)

    # Implementation ------------------------------------------------------------------------

    async def start_implementation(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Begin a change. What an emergency change owes counts as the approval process for it
        says."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            if change.type != "emergency" or change.status not in AT_ONCE:
                change.start_implementation(by=by)
                await self.check_start(change, by)
                return
            process = self.directory.process_for("change", await facts(change, self))
            definition = process.published if process else None
            calendar = self.directory.calendar(definition.calendar) if definition else None
            change.start_implementation(
                within=definition.retrospective if definition else APPROVAL_WITHIN,
                hours=calendar.hours if calendar else None,
                by=by,
            )
            await self.check_start(change, by)

        return await self.ledger.run(by, decide, **repeat)

    async def complete_implementation(
        self,
        id: UUID,
        outcome: Outcome,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say that a change is implemented, and how it went."""

        def complete(change: Change) -> None:
            change.complete_implementation(outcome, hours=self.hours_of(change), by=by)

        return await self.ledger.edit(Change, id, complete, by=by, expected=expected, **repeat)

    async def back_out(
        self,
        id: UUID,
        *,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Undo a change."""

        def back_out(change: Change) -> None:
            change.back_out(reason=reason, hours=self.hours_of(change), by=by)

        return await self.ledger.edit(Change, id, back_out, by=by, expected=expected, **repeat)

    async def note_overdue(self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]) -> Receipt:
        """Tell a change what time it is: see `Change.note_overdue`."""
        return await self.ledger.edit(
            Change, id, lambda change: change.note_overdue(by=by), by=by, **repeat
        )
