"""The delegations that a person makes: somebody else votes for them, for a time."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, get_args
from uuid import UUID

from msgspec.structs import replace

from domain import delegation, text
from domain.aggregate import Event
from domain.delegation import Delegation, Risk
from domain.person_skills import Skilled
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require


class Delegating(Skilled, abstract=True):
    delegations: tuple[Delegation, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.delegations = ()

    # Delegate ----------------------------------------------------------------------------

    def delegate(
        self,
        to: UUID,
        *,
        start: datetime,
        end: datetime,
        risks: Collection[Risk] = (),
        process: UUID | None = None,
        reason: str,
        by: Provenance,
    ) -> None:
        """Let somebody vote for this person from one instant to another.

        That it makes no chain with the delegations of others is checked elsewhere.
        """
        self._require_active()
        require(to != self.id, "Nobody delegates to themselves.")
        delegation.check(start, end, by.at)
        require(
            len(self.delegations) < delegation.DELEGATIONS_MAX,
            f"A person makes at most {delegation.DELEGATIONS_MAX} delegations.",
        )
        self.record(
            self.Delegated(
                by=by,
                number=len(self.delegations) + 1,
                to=to,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                risks=tuple(risk for risk in get_args(Risk) if risk in risks),
                process=process,
                reason=text.reason(reason, "A delegation needs a reason."),
            )
        )

    class Delegated(Event):
        number: int
        to: UUID
        start: datetime
        end: datetime
        reason: Annotated[str, Personal("self")]
        risks: tuple[Risk, ...] = ()
        process: UUID | None = None

        def apply(self, person: "Delegating", /) -> None:
            made = Delegation(
                number=self.number,
                to=self.to,
                start=self.start,
                end=self.end,
                risks=self.risks,
                process=self.process,
            )
            person.delegations = (*person.delegations, made)

    def end_delegation(self, number: int, *, by: Provenance) -> None:
        """End a delegation now. One that is over stays as it was."""
        known = next((one for one in self.delegations if one.number == number), None)
        if known is None:
            raise Refused("This person has made no such delegation.")
        if by.at < known.end:
            self.record(self.DelegationEnded(by=by, number=number))

    class DelegationEnded(Event):
        number: int

        def apply(self, person: "Delegating", /) -> None:
            person.delegations = tuple(
                replace(one, end=self.by.at) if one.number == self.number else one
                for one in person.delegations
            )
