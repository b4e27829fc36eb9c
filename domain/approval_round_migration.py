"""A running approval on another version of its process: see `domain.approval_migration`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import structs

from domain.approval import OpenStage
from domain.approval_migration import Plan, carried, plan
from domain.approval_round_content import Content
from domain.approval_round_flow import Skipped, Terms
from domain.approval_round_moments import end_of_patience, reminders
from domain.approval_round_state import RoundEvent, RoundState, StageState, without_signatures
from domain.business_time import BusinessHours
from domain.provenance import Provenance
from domain.rules import require


class Migration(Content, abstract=True):
    def migrate_approval(
        self,
        to_version: int,
        *,
        stages: Sequence[OpenStage],
        terms: Terms,
        calendar: UUID | None = None,
        calendar_version: int = 0,
        hours: BusinessHours | None = None,
        mapping: Mapping[str, str] | None = None,
        by: Provenance,
    ) -> Plan:
        """Let the round go on in another version of its process, with people looked up anew.

        `hours` are those of the calendar's version; `mapping` names the counterparts of stages
        that are called otherwise. What follows from the votes that stay follows at once. Refused
        where the position of the round has no counterpart.
        """
        require(
            self.barred.isdisjoint({by.actor, by.on_behalf_of}),
            f"Nobody moves the approval of their own {self.what} to another version.",
        )
        terms = self._with_own_material(terms)
        self._check_stages(stages, terms, hours, by)
        made = plan(self.standing, to_version, stages, terms, mapping)
        opened = [stage for stage in made.stages if stage.name in made.going_on]
        due = {stage.name: end_of_patience(by, stage, hours) for stage in opened}
        self.record(
            self.ApprovalMigrated(
                by=by,
                round=self.round,
                from_version=made.from_version,
                to_version=to_version,
                digest=terms.digest,
                calendar=calendar,
                calendar_version=calendar_version,
                hours=hours,
                stages=made.stages,
                skipped=terms.skipped,
                exclude=terms.exclude,
                fallback=terms.fallback,
                material=terms.material,
                managers=dict(terms.managers),
                repeat_voters=terms.repeat_voters,
                mapping=made.mapping,
                dropped=made.dropped,
                due=due,
                remind={
                    stage.name: reminders(by, stage, hours, due[stage.name]) for stage in opened
                },
                again=made.again,
                seen=self.material_digest(terms.material),
            )
        )
        self._settle(hours, by)
        return made

    class ApprovalMigrated(RoundEvent):
        """The round goes on in another version of its process."""

        class_version = 2
        upcast_v1_v2 = staticmethod(without_signatures)

        round: int
        from_version: int
        to_version: int
        digest: str = ""
        calendar: UUID | None = None
        calendar_version: int = 0
        hours: BusinessHours | None = None
        stages: tuple[OpenStage, ...] = ()
        skipped: tuple[Skipped, ...] = ()
        exclude: tuple[str, ...] = ()
        fallback: tuple[str, ...] = ()
        material: tuple[str, ...] = ()
        managers: dict[str, str] = {}
        repeat_voters: bool = False
        mapping: dict[str, str] = {}
        """The counterparts of all stages that had begun."""
        dropped: dict[str, tuple[str, ...]] = {}
        """Whose votes fell, by the old name of the stage."""
        due: dict[str, datetime] = {}
        """When the patience of the stages that go on ends."""
        remind: dict[str, tuple[datetime, ...]] = {}
        again: tuple[str, ...] = ()
        """Stages that were open and wait again."""
        seen: str = ""
        """The digest of the material fields: the votes that stay are about them as they are."""

        def after(self, state: RoundState) -> RoundState:
            left = state.without_ballots(self.dropped)
            at = self.by.effective_at
            asked = {self.mapping.get(old): one.asked_by for old, one in state.open.items()}
            opened = {
                name: StageState(
                    since=at,
                    patience_ends=due,
                    reminders=self.remind.get(name, ()),
                    stands_since=at if state.held or asked.get(name) else None,
                    is_held=bool(state.held),
                    asked_by=asked.get(name, ""),
                )
                for name, due in self.due.items()
            }
            passed = (self.mapping[name] for name in state.passed if name in self.mapping)
            return structs.replace(
                left,
                process_version=self.to_version,
                calendar=self.calendar,
                calendar_version=self.calendar_version,
                hours=self.hours,
                stages=self.stages,
                exclude=self.exclude,
                fallback=self.fallback,
                material=self.material,
                managers=self.managers,
                repeat_voters=self.repeat_voters,
                open=opened,
                passed=tuple(dict.fromkeys(passed)),
                ballots={
                    name: {
                        voter: structs.replace(ballot, seen=self.seen)
                        for voter, ballot in votes.items()
                    }
                    for name, votes in carried(left.ballots, self.mapping).items()
                },
                conditions={
                    number: structs.replace(one, stage=self.mapping[one.stage])
                    for number, one in left.conditions.items()
                    if one.stage in self.mapping
                },
            )
