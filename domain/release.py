"""Releases: changes that are rolled out together, phase by phase.

Each phase has a gate of its name: whether it goes ahead is approved, or decided by the owner where
no process governs it. A roll-out can be stopped, and undone from the latest phase backwards.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from msgspec.structs import replace

from domain import release_phases, text
from domain.aggregate import Event
from domain.ids import as_id
from domain.provenance import Provenance
from domain.release_moves import AHEAD, MOVES, Status
from domain.release_phases import PHASES_MAX, Outcome, Phase
from domain.release_rollout import RollOut
from domain.rules import require
from domain.subjects import SubjectKind, Value

__all__ = ["MOVES", "Outcome", "Phase", "Release", "Status"]


class Release(RollOut):
    prefix = "REL"
    what: ClassVar[str] = "release"
    subject: ClassVar[SubjectKind] = "release"

    name: str
    description: str
    service: str
    """The name of the service that it is of, empty without one."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.description = ""
        self.service = ""

    @property
    def phase(self) -> Phase | None:
        """The one that was taken up last."""
        return release_phases.called(self.phases, self.gate)

    @property
    def always_material(self) -> tuple[str, ...]:
        return (*super().always_material, "start", "end", "changes", "backout")

    @property
    def hidden(self) -> Collection[str]:
        return (*super().hidden, "backout")

    def content(self) -> Mapping[str, Value | None]:
        phase = self.phase
        return {
            **super().content(),
            "name": self.name,
            "description": self.description,
            "backout": self.backout,
            "service": self.service,
            "owner": str(self.owner or ""),
            "number": phase.number if phase else 0,
            "phases": len(self.phases),
            "start": phase.start if phase else None,
            "end": phase.end if phase else None,
            "changes": [str(change) for change in phase.changes] if phase else [],
        }

    # Plan ----------------------------------------------------------------------------------

    @classmethod
    def plan(
        cls,
        id: UUID,
        *,
        name: str,
        description: str = "",
        backout: str = "",
        service: str = "",
        owner: UUID | None = None,
        by: Provenance,
    ) -> Self:
        return cls.begin(
            id,
            cls.Planned(
                by=by,
                name=text.name(name, "The name of a release"),
                description=text.body(description, "A description"),
                backout=text.body(backout, "A plan"),
                service=text.body(service, "A service", text.NAME_MAX),
                owner=owner,
            ),
        )

    class Planned(Event):
        name: str
        description: str = ""
        backout: str = ""
        service: str = ""
        owner: UUID | None = None

        def apply(self, release: "Release", /) -> None:
            release.proposer = self.by.actor
            release.name = self.name
            release.description = self.description
            release.backout = self.backout
            release.service = self.service
            release.owner = self.owner
            release.requester = self.owner or as_id(self.by.actor)

    def amend(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        backout: str | None = None,
        service: str | None = None,
        owner: UUID | None = None,
        by: Provenance,
    ) -> None:
        """Correct what is said of it. None leaves a field as it is."""
        self._require_open()
        require(
            owner is None or not self.standing.open or str(owner) not in self.voted,
            "Nobody votes on their own release: who has voted on it does not become its owner.",
        )
        require(
            backout is None or backout.strip() != "" or not (self.passed or self.standing.open),
            "backout: a release that goes ahead can be undone.",
        )
        now = (self.name, self.description, self.backout, self.service)
        fields = ("name", "description", "backout", "service")
        given = {
            "name": None if name is None else text.name(name, "The name of a release"),
            "description": None if description is None else text.body(description, "A description"),
            "backout": None if backout is None else text.body(backout, "A plan"),
            "service": None if service is None else text.body(service, "A service", text.NAME_MAX),
        }
        changed = {
            field: said
            for field, was in zip(fields, now, strict=True)
            if (said := given[field]) is not None and said != was
        }
        new_owner = owner if owner != self.owner else None
        if changed or new_owner is not None:
            self.record(self.Amended(by=by, owner=new_owner, **changed))

    class Amended(Event):
        name: str | None = None
        description: str | None = None
        backout: str | None = None
        service: str | None = None
        owner: UUID | None = None

        def apply(self, release: "Release", /) -> None:
            release.name = release.name if self.name is None else self.name
            if self.description is not None:
                release.description = self.description
            release.backout = release.backout if self.backout is None else self.backout
            release.service = release.service if self.service is None else self.service
            release.owner = self.owner or release.owner
            release.requester = release.owner or as_id(release.proposer)

    # Phases --------------------------------------------------------------------------------

    def add_phase(
        self,
        name: str,
        *,
        start: datetime,
        end: datetime,
        changes: Sequence[UUID] = (),
        by: Provenance,
    ) -> None:
        """Add a phase after the others."""
        require(
            self.status in AHEAD, "A phase is added to a release that is neither stopped nor over."
        )
        number = len(self.phases) + 1
        require(number <= PHASES_MAX, f"A release has at most {PHASES_MAX} phases.")
        name = text.name(name, "The name of a phase")
        require(name not in self.gates, f"name: there is a phase {name}.")
        release_phases.check_time(self.phases, number, start, end)
        release_phases.check_changes(self.phases, number, changes)
        self.record(
            self.PhaseAdded(
                by=by, number=number, name=name, start=start, end=end, changes=tuple(changes)
            )
        )

    class PhaseAdded(Event):
        number: int
        name: str
        start: datetime
        end: datetime
        changes: tuple[UUID, ...] = ()

        def apply(self, release: "Release", /) -> None:
            phase = Phase(
                number=self.number,
                name=self.name,
                start=self.start,
                end=self.end,
                changes=self.changes,
            )
            release.phases = (*release.phases, phase)

    def plan_phase(
        self,
        number: int,
        *,
        start: datetime,
        end: datetime,
        changes: Sequence[UUID],
        by: Provenance,
    ) -> None:
        """Change when a phase is rolled out, or with which changes. Votes on it fall, and so does
        its go."""
        self._require_open()
        phase = self._phase(number)
        require(phase.state == "planned", f"{phase.name} has been rolled out.")
        release_phases.check_time(self.phases, number, start, end)
        release_phases.check_changes(self.phases, number, changes)
        new = replace(phase, start=start, end=end, changes=tuple(changes))
        if new == phase:
            return
        if self.standing.open and phase.name == self.gate:
            self._require_rewritable(by)
        self.record(
            self.PhasePlanned(by=by, number=number, start=start, end=end, changes=new.changes)
        )

    class PhasePlanned(Event):
        number: int
        start: datetime
        end: datetime
        changes: tuple[UUID, ...] = ()

        def apply(self, release: "Release", /) -> None:
            release.set_phase(self.number, start=self.start, end=self.end, changes=self.changes)
            release.unpass(release.phases[self.number - 1].name)
