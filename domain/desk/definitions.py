"""Definitions that are put into use, once everything that they name exists."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Unpack
from uuid import UUID

from domain import soundness_directory
from domain.approval_process import ApprovalProcess, Definition
from domain.calendar import Calendar
from domain.desk.desk import Base, Repeat
from domain.directory import Directory
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from domain.record_names import Known
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.service_level_names import PolicyNames, name_mistakes, names_of
from domain.service_level_policy import Agreement, AppliesTo, ServiceLevelPolicy, mistakes


class Definitions(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        self._proving = asyncio.Lock()

    async def publish_process(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Publish the draft of an approval process.

        Refused if it names what does not exist, or is not sound, with a counterexample for each
        error: see `domain.soundness`. As that takes its time, it is found out before the command,
        and the draft must not change meanwhile.
        """
        self.directory.catch_up()
        proven, wrong = await self._proof(id, by.effective_at)

        async def decide(work: Work) -> None:
            process = await work.get(ApprovalProcess, id, expected=expected)
            draft = process.draft_definition
            if draft is not None and draft != process.published:
                self._check_process(draft)
                require(
                    draft == proven, "The draft was changed while it was checked: publish it again."
                )
                require(wrong == "", f"The process is not sound. {wrong}")
            process.publish(by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def _proof(self, id: UUID, at: datetime) -> tuple[Definition | None, str]:
        """The draft of a process, if it is another than what is published, and all that keeps it
        from being sound. It is checked in a thread, one at a time, so that others are served."""
        process = await self.ledger.find(ApprovalProcess, id)
        draft = process.draft_definition
        if draft is None or draft == process.published:
            return None, ""
        async with self._proving:
            known = self.directory.frozen()
            try:
                report = await asyncio.to_thread(
                    soundness_directory.check, known, draft, start=at, process=id
                )
            except Refused as refused:
                return draft, str(refused)
        return draft, " ".join(map(str, report.errors))

    async def publish_policy(
        self,
        id: UUID,
        *,
        applies_to: AppliesTo = "new",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Publish the draft of a service level policy, likewise. The names in it get the meaning
        that they have now, unless they have one. Open tickets are given it afterwards, if it is for
        them: see `domain.desk.policy_moves`."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            policy = await work.get(ServiceLevelPolicy, id, expected=expected)
            if policy.draft_definition is not None:
                whole = self._check_agreement(policy.draft_definition)
                if whole != policy.draft_definition:
                    policy.revise(whole, by=by)
            policy.publish(applies_to=applies_to, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def _check_process(self, definition: Definition) -> None:
        if definition.calendar is not None:
            self._check_calendar("calendar", definition.calendar)
        for index, stage in enumerate(definition.stages):
            self._check_selectors(f"stages[{index}].approvers", stage.approvers)
            self._check_selectors(f"stages[{index}].escalate_to", stage.escalate_to)
        self._check_selectors("fallback", definition.fallback)

    def policy_names(self, calendars: Iterable[Calendar] | None = None) -> PolicyNames:
        """What the calendars, teams and organisations of the desk are called now; or these
        calendars in place of those of the desk."""
        directory = self.directory
        known = directory.calendars() if calendars is None else calendars
        return names_of(
            (Known(one.id, one.name, not one.is_retired) for one in known),
            (Known(one.id, one.name, not one.is_disbanded) for one in directory.teams()),
            (Known(one.id, one.name, one.is_active) for one in directory.organisations()),
        )

    def _check_agreement(self, agreement: Agreement) -> Agreement:
        """The agreement with the meaning of all names in it."""
        names = self.policy_names()
        whole = names.resolved(agreement)
        for finding in (*names.findings, *name_mistakes(whole), *mistakes(whole)):
            raise Refused(finding.sentence)
        for named in whole.names:
            if named.kind == "team":
                self.active_team(f"names.{named.name}", named.id)
            else:
                self.active_organisation(f"names.{named.name}", named.id)
        self._check_calendar("calendar", agreement.calendar)
        for organisation in agreement.organisations:
            self.active_organisation("organisations", organisation)
        for index, step in enumerate(agreement.escalation):
            self._check_selectors(f"escalation[{index}].notify", step.notify)
        return whole

    def _check_calendar(self, field: str, id: UUID) -> None:
        calendar = self.directory.calendar(id)
        if calendar is None:
            raise Refused(f"{field}: there is no calendar {id}.")
        require(not calendar.is_retired, f"{field}: {calendar.number} was retired.")

    def _check_selectors(self, field: str, selectors: Iterable[str]) -> None:
        for selector in selectors:
            require(self.directory.knows(selector), f"{field}: {selector!r} names nobody.")
