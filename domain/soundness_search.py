"""The order of votes that leaves a stage without enough people, searched for by playing the case.

All who vote approve: a rejection is a decision, but a stage that is rejected though everybody who
was asked approved has failed. People who are asked in the same stages, and whom no quorum names,
are one to the search. It is complete within its budget.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from domain.quorum_rules import selectors
from domain.rules import Refused
from domain.simulation import Trial
from domain.soundness_cases import BEGINNING, Case
from domain.soundness_report import Step
from domain.soundness_schedule import schedule
from domain.soundness_step import take
from domain.soundness_voters import Voters

SHORTENED_MAX = 20
"""So many steps at most are told without those that do not matter."""

Found = Literal["fails", "holds", "unknown"]


class Budget(Struct):
    """How many more votes may be played."""

    plays: int


class Outcome(Struct, frozen=True):
    found: Found
    steps: tuple[Step, ...] = ()
    stage: str = ""
    """The stage that lacks people after these steps."""


def search(voters: Voters, applied: Sequence[int], index: int, budget: Budget) -> Outcome:
    """Whether a stage of a case can be left without enough people."""
    return _Search(voters, applied, index, budget).run()


class _Search:
    def __init__(self, voters: Voters, applied: Sequence[int], index: int, budget: Budget) -> None:
        self.case = voters.case
        self.budget = budget
        self.wanted = voters.case.seats[index].open.name
        self.asks_managers = voters.case.seats[index].open.asks_managers
        self.spent = voters.spent(index, applied)
        self.people = voters.ever[index]
        self.group_of = _groups(self.case, voters)
        self.applied = applied

    def run(self) -> Outcome:
        trial = Trial(self.case.subject.own, {})
        stages, terms = self.case.rounds(self.applied)
        try:
            trial.begin_round(stages, terms, None, BEGINNING)
        except Refused:
            return Outcome("holds")
        if stage := _failed(trial, 0):
            return Outcome("fails", (), stage)
        return self._look(trial)

    def _look(self, trial: Trial) -> Outcome:
        """Follow the most promising move first, as deep as it goes."""
        found: Found = "holds"
        seen = {self._key(trial)}
        path: list[Step] = []
        branches = [(trial, self._moves(trial))]
        while branches:
            trial, moves = branches[-1]
            step = next(moves, None)
            if step is None:
                branches.pop()
                path = path[:-1]
                continue
            if self.budget.plays <= 0:
                return Outcome("unknown")
            self.budget.plays -= 1
            other = trial.fork()
            take(other, step)
            if stage := _failed(other, len(trial.told)):
                if schedule(self.case, self.applied, (*path, step)) is not None:
                    return Outcome("fails", self._shortest((*path, step)), stage)
                # Another way here might take its time otherwise, and is not looked for.
                found = "unknown"
            key = self._key(other)
            if not other.is_over and key not in seen:
                seen.add(key)
                path.append(step)
                branches.append((other, self._moves(other)))
        return Outcome(found)

    def _moves(self, trial: Trial) -> Iterator[Step]:
        votes: dict[tuple[str, object], Step] = {}
        ends = []
        for name in trial.standing.open:
            if name == self.wanted:
                continue
            for person in trial.standing.silent(name):
                planned = self.spent.get(person)
                key = (name, (self.group_of[person], planned))
                if key not in votes:
                    votes[key] = Step(stage=name, person=person)
            if self._may_run_out(name, trial):
                ends.append(Step(stage=name))
        yield from sorted(votes.values(), key=self._cost)
        yield from ends

    def _may_run_out(self, name: str, trial: Trial) -> bool:
        """Whether it matters that a patience ends: people are asked who may be missing elsewhere.

        An end that approves needs no look: more votes instead of it use up more people. Only the
        managers of those who approved may be wanting, if nobody has.
        """
        stage, opened = trial.standing.stage(name), trial.standing.open[name]
        asked = {"escalate": stage.escalate_to, "fallback": trial.standing.fallback}
        if stage.on_timeout == "approve":
            return self.asks_managers
        is_first = not (opened.is_escalated or opened.has_fallback)
        return is_first and not set(asked.get(stage.on_timeout, ())) <= set(stage.voters)

    def _cost(self, step: Step) -> int:
        planned = self.spent.get(step.person)
        if planned == step.stage:
            return 0
        return 2 if step.person in self.people else 1

    def _key(self, trial: Trial) -> object:
        state = trial.standing
        votes = Counter(
            (stage, self.group_of[person])
            for stage, ballots in state.ballots.items()
            for person in ballots
        )
        opened = ((name, one.is_escalated, one.has_fallback) for name, one in state.open.items())
        return frozenset(votes.items()), frozenset(opened), frozenset(state.passed)

    def _shortest(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps without those that do not matter, where they are few."""
        for step in steps if len(steps) <= SHORTENED_MAX else ():
            self.budget.plays -= len(steps)
            fewer = tuple(one for one in steps if one != step)
            if self._fails(fewer):
                steps = fewer
        return steps

    def _fails(self, steps: tuple[Step, ...]) -> bool:
        return (
            failure(self.case, self.applied, steps) != ""
            and schedule(self.case, self.applied, steps) is not None
        )


def failure(case: Case, applied: Sequence[int], steps: Sequence[Step]) -> str:
    """The stage that lacks people once these steps are taken; empty if none does."""
    trial = Trial(case.subject.own, {})
    stages, terms = case.rounds(applied)
    try:
        trial.begin_round(stages, terms, None, BEGINNING)
        for step in steps:
            if trial.is_over:
                return ""
            take(trial, step)
    except Refused:
        return ""
    return _failed(trial, 0)


def _failed(trial: Trial, known: int) -> str:
    """The stage that was rejected though nobody rejected it and its patience did not run out."""
    if trial.outcome != "rejected":
        return ""
    events = [event for event, _ in trial.told]
    ended = {
        event.stage
        for event in events[known:]
        if isinstance(event, Trial.StageTimedOut) and event.outcome == "rejected"
    }
    for event in events:
        if isinstance(event, Trial.StageDecided) and event.outcome == "rejected":
            votes = trial.standing.votes(event.stage).values()
            return "" if event.stage in ended or set(votes) - {"approve"} else event.stage
    return ""


def _groups(case: Case, voters: Voters) -> Mapping[str, object]:
    """People who are alike to all stages have the same group."""
    named = {person for seat in case.seats for person in selectors(seat.open.quorum)}
    everybody = frozenset().union(*voters.ever)
    asked = [
        (
            frozenset(seat.open.voters),
            frozenset(seat.open.escalate_to),
            frozenset(seat.open.exclude),
        )
        for seat in case.seats
    ]
    fallback = frozenset(case.fallback)
    managers = frozenset(case.managers.values()) if case.managers else frozenset()
    groups: dict[str, object] = {}
    for person in everybody:
        is_alone = person in named or person in managers
        groups[person] = (
            person if is_alone else case.managers.get(person, ""),
            tuple(person in one for sets in asked for one in sets),
            person in fallback,
        )
    return groups
