"""Definitions that are put into use, once everything that they name exists."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Unpack
from uuid import UUID

from domain import soundness_directory
from domain.approval_process import ApprovalProcess, Definition
from domain.calendar import Calendar
from domain.change_window import ChangeWindow
from domain.desk.desk import Repeat
from domain.desk.publishing import Check, Publishing
from domain.directory import Directory
from domain.ids import number_of
from domain.ledger import Ledger
from domain.process_mistakes import Finding
from domain.provenance import Provenance
from domain.record_names import Known
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.service_level_names import PolicyNames, name_mistakes, names_of
from domain.service_level_policy import Agreement, AppliesTo, ServiceLevelPolicy, mistakes
from domain.versioned import D, Versioned


class Definitions(Publishing):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        self._proving = asyncio.Lock()

    @property
    def checks(self) -> Mapping[type[Versioned[Any]], Check]:
        return {
            ApprovalProcess: self._check_sound_process,
            ServiceLevelPolicy: self._check_policy,
            ChangeWindow: self._check_window,
        }

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
        error: see `domain.soundness`.
        """
        return await self.publish_definition(id, expected=expected, by=by, **repeat)

    async def publish_policy(
        self,
        id: UUID,
        *,
        applies_to: AppliesTo | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Publish the draft of a service level policy, likewise. The names in it get the meaning
        that they have now, unless they have one. Without `applies_to`, what was approved is for the
        tickets that it was submitted for, and all else for new ones. Open tickets are given it
        afterwards, if it is for them: see `domain.desk.policy_moves`."""
        return await self.publish_definition(
            id, applies_to=applies_to, expected=expected, by=by, **repeat
        )

    async def publish_window(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Put the draft of a change window into force. Refused if it names what does not exist."""
        return await self.publish_definition(id, expected=expected, by=by, **repeat)

    async def _check_sound_process(self, process: ApprovalProcess, by: Provenance) -> None:
        """As a proof takes its time, it is made in a thread, one at a time, so that others are
        served."""
        draft = process.draft_definition
        if draft is None:
            return
        self._check_process(draft)
        async with self._proving:
            report = await asyncio.to_thread(
                soundness_directory.check,
                self.directory.frozen(),
                draft,
                start=by.effective_at,
                process=process.id,
            )
        wrong = " ".join(map(str, report.errors))
        require(report.is_sound, f"The process is not sound. {wrong}")

    async def _check_policy(self, policy: ServiceLevelPolicy, by: Provenance) -> None:
        """The names in a draft get the meaning that they have now, unless they have one."""
        if policy.draft_definition is not None:
            complete(policy, self._check_agreement(policy.draft_definition), by)

    async def _check_window(self, window: ChangeWindow, _: Provenance) -> None:
        definition = window.draft_definition
        if definition is None:
            return
        for organisation in definition.organisations:
            self.active_organisation("organisations", organisation)
        for asset in definition.assets:
            require(
                await self.ledger.peek(asset) is not None,
                f"assets: there is no asset {number_of(asset)}.",
            )

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
            self._known_teams(),
            self._known_organisations(),
        )

    def _known_teams(self) -> Iterator[Known]:
        for team in self.directory.teams():
            yield Known(team.id, team.name, not team.is_disbanded)

    def _known_organisations(self) -> Iterator[Known]:
        for organisation in self.directory.organisations():
            yield Known(organisation.id, organisation.name, organisation.is_active)

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
        wrong = " ".join(finding.sentence for finding in self.nobody_told(agreement))
        require(not wrong, wrong)
        return whole

    def nobody_told(self, agreement: Agreement) -> list[Finding]:
        """Whom steps of an escalation are to tell that there are not, each with its place."""
        return [
            Finding(f"escalation[{index}].notify[{number}]", f"{selector!r:.80} names nobody.")
            for index, step in enumerate(agreement.escalation)
            for number, selector in enumerate(step.notify)
            if not self.directory.knows(selector)
        ]

    def _check_calendar(self, field: str, id: UUID) -> None:
        calendar = self.directory.calendar(id)
        if calendar is None:
            raise Refused(f"{field}: there is no calendar {id}.")
        require(not calendar.is_retired, f"{field}: {calendar.number} was retired.")

    def _check_selectors(self, field: str, selectors: Iterable[str]) -> None:
        for selector in selectors:
            require(self.directory.knows(selector), f"{field}: {selector!r} names nobody.")


def complete(record: Versioned[D], whole: D, by: Provenance) -> None:
    """Give the names in a draft the meaning that they have in the whole definition."""
    if whole != record.draft_definition:
        require(record.granted_round == 0, "Names in it mean something else now.")
        record.revise(whole, by=by)
