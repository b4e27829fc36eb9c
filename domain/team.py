"""Teams: people who take on work together, at a level of support."""

from typing import Literal, Self
from uuid import UUID

from domain import text
from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance
from domain.rules import require

MEMBERS_MAX = 1_000
SUPPORT_LEVELS = (1, 2, 3)

SupportLevel = Literal[1, 2, 3]


class Team(Aggregate):
    prefix = "TEA"

    name: str
    description: str
    organisation: UUID | None
    support_level: int
    members: tuple[UUID, ...]
    leads: tuple[UUID, ...]
    is_disbanded: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.description = ""
        self.organisation = None
        self.support_level = 1
        self.members = ()
        self.leads = ()
        self.is_disbanded = False

    def _require_formed(self) -> None:
        require(not self.is_disbanded, "A team that was disbanded cannot be changed.")

    # Form, rename, disband -----------------------------------------------------------------

    @classmethod
    def form(
        cls,
        id: UUID,
        *,
        name: str,
        organisation: UUID | None = None,
        support_level: SupportLevel = 1,
        description: str = "",
        by: Provenance,
    ) -> Self:
        require(support_level in SUPPORT_LEVELS, "The levels of support are 1, 2 and 3.")
        return cls.begin(
            id,
            cls.Formed(
                by=by,
                name=text.name(name, "The name of a team"),
                organisation=organisation,
                support_level=support_level,
                description=text.body(description, "A description", text.REASON_MAX),
            ),
        )

    class Formed(Event):
        name: str
        organisation: UUID | None = None
        support_level: SupportLevel = 1
        description: str = ""

        def apply(self, team: "Team", /) -> None:
            team.name = self.name
            team.organisation = self.organisation
            team.support_level = self.support_level
            team.description = self.description

    def rename(self, name: str, *, by: Provenance) -> None:
        self._require_formed()
        name = text.name(name, "The name of a team")
        if name != self.name:
            self.record(self.Renamed(by=by, name=name))

    class Renamed(Event):
        name: str

        def apply(self, team: "Team", /) -> None:
            team.name = self.name

    def disband(self, *, by: Provenance) -> None:
        if not self.is_disbanded:
            self.record(self.Disbanded(by=by))

    class Disbanded(Event):
        def apply(self, team: "Team", /) -> None:
            team.is_disbanded = True
            team.members = ()
            team.leads = ()

    # Members -----------------------------------------------------------------------------

    def add_member(self, person: UUID, *, is_lead: bool = False, by: Provenance) -> None:
        """Take a person into the team, or say whether a member leads it."""
        self._require_formed()
        if person in self.members and is_lead == (person in self.leads):
            return
        require(
            person in self.members or len(self.members) < MEMBERS_MAX,
            f"A team has at most {MEMBERS_MAX} members.",
        )
        self.record(self.MemberAdded(by=by, person=person, is_lead=is_lead))

    class MemberAdded(Event):
        person: UUID
        is_lead: bool = False

        def apply(self, team: "Team", /) -> None:
            team.members = (*_without(team.members, self.person), self.person)
            others = _without(team.leads, self.person)
            team.leads = (*others, self.person) if self.is_lead else others

    def remove_member(self, person: UUID, *, by: Provenance) -> None:
        if person in self.members:
            self.record(self.MemberRemoved(by=by, person=person))

    class MemberRemoved(Event):
        person: UUID

        def apply(self, team: "Team", /) -> None:
            team.members = _without(team.members, self.person)
            team.leads = _without(team.leads, self.person)


def _without(people: tuple[UUID, ...], person: UUID) -> tuple[UUID, ...]:
    return tuple(other for other in people if other != person)
