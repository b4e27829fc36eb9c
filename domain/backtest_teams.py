"""A directory of today in which teams without members have those who worked in their name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast
from uuid import UUID

from domain.directory import Directory
from domain.directory_selectors import Owners, Subject
from domain.ledger import Ledger
from domain.people_expression import Row
from domain.people_rows import rows_of
from domain.person import Person
from domain.team import Team

MEMBERS_MAX = 20
ASSIGNED_MIN = 5
FIXED = ("person:", "team:")


class PastDirectory(Directory):
    """Nothing of it is recorded. An imported history knows teams, but not who is in them."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._workers: dict[UUID, Team] = {}
        self._resolved: dict[str, tuple[UUID, ...]] = {}
        """The people of selectors that name the same for every subject."""
        self._rows: Sequence[Row] = ()

    @classmethod
    def load(cls, ledger: Ledger) -> "PastDirectory":
        return cast(PastDirectory, super().load(ledger))

    def assume_members(self, worked: Mapping[str, Counter[str]]) -> int:
        """Take those as members of a team without any who were assigned in its name at least 5
        times, the 20 busiest at most. Gives the number of teams that got some."""
        for team_id, times in worked.items():
            team = self.team(UUID(team_id))
            if team is None or team.members or team.is_disbanded:
                continue
            busiest = sorted(times.items(), key=lambda one: (-one[1], one[0]))[:MEMBERS_MAX]
            members = tuple(UUID(person) for person, count in busiest if count >= ASSIGNED_MIN)
            if members:
                self._workers[team.id] = team.fork()
                self._workers[team.id].members = members
        self._resolved.clear()
        self._rows = ()
        return len(self._workers)

    def team_by_name(self, name: str) -> Team | None:
        team = super().team_by_name(name)
        return None if team is None else self._workers.get(team.id, team)

    def resolve(
        self, selectors: Iterable[str], subject: Subject, owners: Owners | None = None
    ) -> tuple[UUID, ...]:
        """As ever. Nobody comes or goes meanwhile, so that most selectors are looked up once."""
        found: dict[UUID, None] = {}
        for selector in selectors:
            if not selector.startswith(FIXED):
                found.update(dict.fromkeys(super().resolve((selector,), subject, owners)))
                continue
            if selector not in self._resolved:
                self._resolved[selector] = super().resolve((selector,), subject, owners)
            found.update(dict.fromkeys(self._resolved[selector]))
        return tuple(found)

    def people_rows(self) -> Sequence[Row]:
        if not self._rows:
            self._rows = rows_of(self._all(Person), self._teams(), self.organisation)
        return self._rows

    def teams_of(self) -> Mapping[str, tuple[str, ...]]:
        """The teams of each person, by id."""
        found: dict[str, tuple[str, ...]] = {}
        for team in self._teams():
            for member in team.members:
                found[str(member)] = (*found.get(str(member), ()), str(team.id))
        return found

    def _teams(self) -> Iterator[Team]:
        return (self._workers.get(team.id, team) for team in self._all(Team))
