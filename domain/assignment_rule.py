"""Assignment rules: who gets which tickets, and what else is done by itself, by version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.provenance import Provenance
from domain.subjects import Value
from domain.triage import RuleDefinition, check_rule
from domain.versioned import Versioned


class AssignmentRule(Versioned[RuleDefinition]):
    prefix = "RUL"
    what = "assignment rule"
    subject = "assignment rule"

    draft_definition: RuleDefinition | None
    versions: tuple[RuleDefinition, ...]
    published_at: tuple[datetime, ...]
    """When each version was published."""
    retired_at: datetime | None
    last: UUID | None
    """Who had the latest turn."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.published_at = ()
        self.retired_at = None
        self.last = None

    @staticmethod
    def check(definition: RuleDefinition) -> None:
        check_rule(definition)

    @staticmethod
    def described(definition: RuleDefinition) -> Mapping[str, Value]:
        return {
            "order": definition.order,
            "triggers": sorted(definition.on),
            "actions": sorted({str(action.__struct_config__.tag) for action in definition.actions}),
            "is_scheduled": definition.every != "",
        }

    def version_at(self, at: datetime) -> int:
        """The version that was in force at a moment; 0 if none was."""
        if self.retired_at is not None and at >= self.retired_at:
            return 0
        return sum(1 for published in self.published_at if published <= at)

    class Drafted(Versioned.Drafted):
        definition: RuleDefinition

    class Revised(Versioned.Revised):
        definition: RuleDefinition

    class VersionPublished(Versioned.VersionPublished):
        definition: RuleDefinition

        def apply(self, rule: Any, /) -> None:
            super().apply(rule)
            rule.published_at = (*rule.published_at, self.by.at)

    class Retired(Versioned.Retired):
        def apply(self, rule: Any, /) -> None:
            super().apply(rule)
            rule.retired_at = self.by.at

    # Take turns --------------------------------------------------------------------------

    def take_turn(self, person: UUID, *, ticket: UUID, by: Provenance) -> None:
        """Note who got a ticket, so that it is the turn of the next one."""
        self.record(self.TurnTaken(by=by, person=person, ticket=ticket))

    class TurnTaken(Event):
        person: UUID
        ticket: UUID

        def apply(self, rule: "AssignmentRule", /) -> None:
            rule.last = self.person
