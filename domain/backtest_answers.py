"""How long people take to answer, measured in a history.

A vote answers the opening of its stage. Where somebody has voted less than five times, an
assignment of an open record is a question to them as well, and the next later act on the record,
whoever did it, the answer. Times are those of the hours that patience counts on.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.approval_round import ApprovalRounds
from domain.business_time import BusinessHours
from domain.change import Change
from domain.ids import prefix_of
from domain.incident import Incident
from domain.rules import require

SAMPLES_MIN = 5
"""A median of fewer answers tells nothing of a person or a team."""

OVER = (Incident.Resolved, Incident.Closed, Incident.Cancelled, Change.Closed, Change.Cancelled)


class Answer(Struct, frozen=True):
    """How long somebody takes, and of whose answers that is the median."""

    time: timedelta
    source: str


class Waiting(NamedTuple):
    """An assignment that nothing has followed yet."""

    at: datetime
    person: str
    team: str


class AnswerTimes:
    """Memory: eight bytes for each answer and whose it is."""

    def __init__(
        self,
        since: datetime,
        until: datetime,
        hours: BusinessHours | None = None,
        fixed: timedelta | None = None,
    ) -> None:
        """fixed: how long everybody takes, whatever the history says."""
        self.worked: dict[str, Counter[str]] = {}
        """By team: who was assigned in its name, and how often."""
        self.teams_of: Callable[[str], Iterable[str]] = lambda _: ()
        """The teams of a person; only needed to ask for answers."""
        self._since, self._until, self._hours, self._fixed = since, until, hours, fixed
        self._votes: dict[str, array[int]] = {}
        self._acts: dict[str, array[int]] = {}
        self._team_acts: dict[str, array[int]] = {}
        self._known: dict[str, Answer] = {}
        self._all: Answer | None = None

    # Measure -------------------------------------------------------------------------------

    def take(self, entries: Sequence[Entry]) -> None:
        """Take in all that happened to a record, if it began before the end of the time."""
        waiting: Waiting | None = None
        is_over = False
        id = entries[0].originator_id
        voted = KIND_OF_PREFIX[prefix_of(id)](id) if _is_voted_on(entries) else None
        for entry in entries:
            event, at = entry.event, entry.event.by.effective_at
            if waiting is not None and at > waiting.at:
                self._answered(waiting, at)
                waiting = None
            if isinstance(event, ApprovalRounds.VoteCast) and isinstance(voted, ApprovalRounds):
                opened = voted.standing.open.get(event.stage)
                if opened is not None and self._since <= at < self._until:
                    voter = event.voter or event.by.actor
                    self._keep(self._votes, voter, opened.since, at)
            elif isinstance(event, OVER):
                waiting, is_over = None, True
            elif isinstance(event, Incident.Reopened):
                is_over = False
            elif isinstance(event, Incident.Assigned) and not is_over:
                waiting = self._assigned(event, at)
            if voted is not None:
                voted.replay(entry)

    def _assigned(self, event: Incident.Assigned, at: datetime) -> Waiting | None:
        person, team = _text(event.assignee), _text(event.team)
        if not self._since <= at < self._until:
            return None
        if person and team:
            self.worked.setdefault(team, Counter())[person] += 1
        return Waiting(at, person, team) if event.by.actor != person else None

    def _answered(self, waiting: Waiting, at: datetime) -> None:
        if waiting.person:
            self._keep(self._acts, waiting.person, waiting.at, at)
        elif waiting.team:
            self._keep(self._team_acts, waiting.team, waiting.at, at)

    def _keep(
        self, into: "dict[str, array[int]]", whose: str, since: datetime, at: datetime
    ) -> None:
        seconds = int(length(since, at, self._hours).total_seconds())
        into.setdefault(whose, array("q")).append(seconds)

    # Ask -------------------------------------------------------------------------------------

    def check(self) -> None:
        """Refuse a history that tells of no answer at all, where no time is given."""
        require(
            self._fixed is not None or any(self.counted),
            "The history tells of nobody's answers in this time, neither by votes nor by "
            "assignments: say how long people take by --answer-after, such as 4h.",
        )

    def of(self, person: str) -> Answer:
        """How long a person takes; there must be answers at all."""
        if person not in self._known:
            self._known[person] = self._found(person)
        return self._known[person]

    @property
    def counted(self) -> tuple[int, int]:
        """How many votes were measured, and how many assignments."""
        assignments = (*self._acts.values(), *self._team_acts.values())
        return sum(map(len, self._votes.values())), sum(map(len, assignments))

    def _found(self, person: str) -> Answer:
        if self._fixed is not None:
            return Answer(self._fixed, "given")
        for samples, source in ((self._votes, "own votes"), (self._acts, "own assignments")):
            own = samples.get(person, ())
            if len(own) >= SAMPLES_MIN:
                return Answer(_median(own), source)
        of_teams = [second for team in self.teams_of(person) for second in self._acts_of(team)]
        if len(of_teams) >= SAMPLES_MIN:
            return Answer(_median(of_teams), "their teams")
        return self._everybody

    def _acts_of(self, team: str) -> Sequence[int]:
        return self._team_acts.get(team, ())

    @property
    def _everybody(self) -> Answer:
        if self._all is None:
            votes = [second for each in self._votes.values() for second in each]
            kept = (*self._acts.values(), *self._team_acts.values())
            seconds = votes or [second for each in kept for second in each]
            self._all = Answer(_median(seconds), "everybody")
        return self._all


def length(since: datetime, until: datetime, hours: BusinessHours | None) -> timedelta:
    """The open time between two moments; all of it without hours."""
    return until - since if hours is None else hours.between(since, until)


def quantile(ordered: Sequence[int], percent: int) -> int:
    """The value that so many percent of them do not exceed. There must be one."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _median(seconds: Iterable[int]) -> timedelta:
    return timedelta(seconds=quantile(sorted(seconds), 50))


def _is_voted_on(entries: Sequence[Entry]) -> bool:
    return any(isinstance(entry.event, ApprovalRounds.VoteCast) for entry in entries)


def _text(id: UUID | None) -> str:
    return "" if id is None else str(id)
