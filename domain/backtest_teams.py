"""A directory of today in which teams without members have those who worked in their name."""

from collections import Counter
from collections.abc import Mapping
from typing import cast
from uuid import UUID

from domain.directory import Directory
from domain.ledger import Ledger
from domain.team import Team

MEMBERS_MAX = 20
ASSIGNED_MIN = 5


class PastDirectory(Directory):
    """Nothing of it is recorded. An imported history knows teams, but not who is in them."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._workers: dict[UUID, Team] = {}

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
        return len(self._workers)

    def team_by_name(self, name: str) -> Team | None:
        team = super().team_by_name(name)
        return None if team is None else self._workers.get(team.id, team)

    def teams_of(self) -> Mapping[str, tuple[str, ...]]:
        """The teams of each person, by id."""
        found: dict[str, tuple[str, ...]] = {}
        for team in self._all(Team):
            for member in self._workers.get(team.id, team).members:
                found[str(member)] = (*found.get(str(member), ()), str(team.id))
        return found
