"""Tickets that assignment rules act on: each says which rule did what, and why."""

from collections.abc import Sequence
from uuid import UUID

from domain.aggregate import Event
from domain.provenance import Provenance
from domain.ticket import Ticket
from domain.triage import Candidate, Chosen


class Ruled(Ticket, abstract=True):
    def apply_rule(
        self,
        *,
        rule: UUID,
        version: int,
        trigger: str,
        did: Sequence[str],
        refused: Sequence[str] = (),
        told: Sequence[UUID] = (),
        chosen: Chosen | None = None,
        by: Provenance,
    ) -> None:
        """Note what a version of a rule has done, and what it could not do, with the reasons. One
        that did nothing and was refused nothing is not noted."""
        self.require_not_over()
        if not did and not refused:
            return
        self.record(
            self.RuleApplied(
                by=by,
                rule=rule,
                rule_version=version,
                trigger=trigger,
                did=tuple(did),
                refused=tuple(refused),
                told=tuple(told),
                chosen=None if chosen is None else chosen.person,
                why="" if chosen is None else chosen.why,
                considered=() if chosen is None else chosen.considered,
            )
        )

    class RuleApplied(Event):
        rule: UUID
        rule_version: int
        trigger: str
        """What it looked for, such as `logged`, or its schedule, such as `every 1h`."""
        did: tuple[str, ...] = ()
        """The names of its actions, such as `assign`."""
        refused: tuple[str, ...] = ()
        """What was not done, and why."""
        told: tuple[UUID, ...] = ()
        chosen: UUID | None = None
        """Who was picked of the members of a team."""
        why: str = ""
        considered: tuple[Candidate, ...] = ()
        """Of whom, in the order of their numbers."""

        def apply(self, ticket: "Ruled", /) -> None:
            """It changes nothing: what was done has events of its own."""
