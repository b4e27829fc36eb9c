"""Approvals worked out by brute force: what can happen at all, in small companies.

It shares no code with the check of processes or with the records: it counts the ways in which the
votes can go on, and walks through every order of approvals and ends of patience, however long each
patience is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product

RISKS = ("low", "moderate", "high", "very high")
TYPES = ("normal", "emergency")

Facts = Mapping[str, str]
Test = tuple[str, str, str] | None
"""A field, == or !=, and a value; None holds always."""
Rule = tuple[str, Fraction]
"""The kind of a quorum with its number, 0 where it has none."""


@dataclass(frozen=True)
class Stage:
    name: str
    approvers: tuple[str, ...]
    rule: Rule
    on_timeout: str
    patience: str = "1d"
    escalate_to: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    when: Test = None
    exclude: tuple[str, ...] = ()
    mandatory: str = ""
    """Who has to approve, besides the rule."""


@dataclass(frozen=True)
class Process:
    stages: tuple[Stage, ...]
    when: Test = None
    fallback: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    repeat: bool = False


@dataclass(frozen=True)
class House:
    people: tuple[str, ...]
    teams: Mapping[str, tuple[str, ...]]
    managers: Mapping[str, str]

    def named(self, selectors: tuple[str, ...], requester: str) -> list[str]:
        found: list[str] = []
        for selector in selectors:
            form, _, name = selector.partition(":")
            if form == "person":
                found.append(name)
            elif form == "team":
                found += self.teams[name]
            elif selector == "manager-of:requester" and requester in self.managers:
                found.append(self.managers[requester])
        return list(dict.fromkeys(found))


def holds(test: Test, facts: Facts) -> bool:
    if test is None:
        return True
    field, sign, value = test
    return (facts[field] == value) == (sign == "==")


def subjects() -> list[Facts]:
    return [{"type": type_, "risk": risk} for type_, risk in product(TYPES, RISKS)]


@cache
def outcome(rule: Rule, voters: int, approvals: int) -> str:
    """What approvals, and nothing else, amount to, as all ways to go on have it."""
    ends = set()
    silent = voters - approvals
    for more in range(silent + 1):
        for against in range(silent - more + 1):
            ends.add(_is_approved(rule, approvals + more, against))
    if rule[0] == "first" and approvals:
        return "approved"
    if ends == {True}:
        return "approved"
    return "pending" if True in ends else "rejected"


def _is_approved(rule: Rule, approvals: int, against: int) -> bool:
    kind, number = rule
    cast = approvals + against
    match kind:
        case "any" | "first":
            return approvals >= 1
        case "all":
            return approvals >= 1 and against == 0
        case "count":
            return approvals >= number
        case "majority":
            return approvals * 2 > cast
        case "percent":
            return approvals >= 1 and Fraction(approvals, cast) * 100 >= number
    raise AssertionError(kind)


# A round -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """A stage of a round: who is asked, and whom the end of patience asks."""

    stage: Stage
    voters: tuple[str, ...]
    escalate_to: tuple[str, ...]
    after: tuple[str, ...]
    out: frozenset[str]


@dataclass(frozen=True)
class State:
    """How a round stands: `open` has the voters of each stage, `votes` its approvals."""

    open: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    voters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    votes: frozenset[tuple[str, str]] = frozenset()
    escalated: frozenset[str] = frozenset()
    helped: frozenset[str] = frozenset()
    ended: str = ""


class Refusal(Exception):
    pass


class Round:
    """A round of a process for a subject of a requester. Raises Refusal where none can begin."""

    def __init__(self, house: House, process: Process, facts: Facts, requester: str) -> None:
        self.house = house
        self.process = process
        self.requester = requester
        self.out = frozenset({requester, *house.named(process.exclude, requester)})
        self.fallback = self._free(process.fallback, self.out)
        self.seats: dict[str, Seat] = {}
        waits: dict[str, tuple[str, ...]] = {}
        for stage in process.stages:
            after = tuple(
                dict.fromkeys(
                    each
                    for name in stage.after
                    for each in ((name,) if name in self.seats else waits[name])
                )
            )
            waits[stage.name] = after
            if holds(stage.when, facts):
                self.seats[stage.name] = self._seat(stage, after)
        if not self.seats:
            raise Refusal("No stage applies.")

    def _free(self, selectors: tuple[str, ...], out: frozenset[str]) -> tuple[str, ...]:
        named = self.house.named(selectors, self.requester)
        return tuple(person for person in named if person not in out)

    def _seat(self, stage: Stage, after: tuple[str, ...]) -> Seat:
        out = self.out | set(self.house.named(stage.exclude, self.requester))
        spare = tuple(person for person in self.fallback if person not in out)
        asks_managers = "manager-of:approver" in stage.approvers
        voters = self._free(stage.approvers, out)
        managed = asks_managers and any(
            "manager-of:approver" in self.seats[name].stage.approvers
            or any(
                self.house.managers.get(person, "") not in ("", *out)
                for person in self.seats[name].voters
            )
            for name in after
        )
        if not voters and not managed:
            voters = spare
            if not voters:
                raise Refusal(f"{stage.name}: nobody")
        if stage.rule[0] == "count" and not asks_managers and stage.rule[1] > len(voters):
            raise Refusal(f"{stage.name}: too few")
        if stage.mandatory and (
            stage.mandatory in out or not (asks_managers or stage.mandatory in voters)
        ):
            raise Refusal(f"{stage.name}: {stage.mandatory} has no vote")
        escalate_to: tuple[str, ...] = ()
        if stage.on_timeout == "escalate":
            escalate_to = self._free(stage.escalate_to, out) or spare
            if not escalate_to:
                raise Refusal(f"{stage.name}: nobody to escalate to")
        return Seat(stage, voters, escalate_to, after, out)

    def start(self) -> State:
        voters = tuple((name, seat.voters) for name, seat in self.seats.items())
        return self._settled(State(voters=voters))

    def entitled(self, state: State, name: str) -> list[str]:
        gone = self.seats[name].out
        if not self.process.repeat:
            gone |= {person for stage, person in state.votes if stage != name}
        return [person for person in dict(state.voters)[name] if person not in gone]

    def moves(self, state: State) -> Iterator[tuple[str, str]]:
        """Stage and person of each approval that may come, and stages whose patience may end."""
        for name in sorted(state.open):
            yield name, ""
            for person in self.entitled(state, name):
                if (name, person) not in state.votes:
                    yield name, person

    def after(self, state: State, name: str, person: str) -> State:
        if person:
            return self._settled(replace(state, votes=state.votes | {(name, person)}))
        return self._timed_out(state, name)

    def _timed_out(self, state: State, name: str) -> State:
        seat = self.seats[name]
        asked: dict[str, tuple[str, ...]] = {
            "escalate": () if name in state.escalated else seat.escalate_to,
            "fallback": () if name in state.helped else self.fallback,
        }
        silent = [
            person
            for person in asked.get(seat.stage.on_timeout, ())
            if person in self.entitled(self._asking(state, name, (person,)), name)
            and (name, person) not in state.votes
        ]
        if silent:
            more = self._asking(state, name, tuple(silent))
            if seat.stage.on_timeout == "escalate":
                return self._settled(replace(more, escalated=more.escalated | {name}))
            return self._settled(replace(more, helped=more.helped | {name}))
        if seat.stage.on_timeout == "approve":
            return self._settled(self._passed(state, name))
        return replace(state, ended="rejected in time", open=frozenset())

    @staticmethod
    def _asking(state: State, name: str, people: tuple[str, ...]) -> State:
        voters = dict(state.voters)
        voters[name] = tuple(dict.fromkeys((*voters[name], *people)))
        return replace(state, voters=tuple(voters.items()))

    @staticmethod
    def _passed(state: State, name: str) -> State:
        return replace(state, open=state.open - {name}, passed=state.passed | {name})

    def _settled(self, state: State) -> State:
        while not state.ended:
            following = self._next(state)
            if following is None:
                break
            state = following
        return state

    def _next(self, state: State) -> State | None:
        for name in sorted(state.open):
            entitled = self.entitled(state, name)
            found = self._outcome(state, name, entitled)
            if found == "approved":
                return self._passed(state, name)
            if found == "rejected":
                more = [person for person in self.fallback if person not in entitled]
                asked = self._asking(state, name, tuple(more))
                joined = set(self.entitled(asked, name)) > set(entitled)
                if joined and name not in state.helped:
                    return replace(asked, helped=asked.helped | {name})
                return replace(state, ended=f"failed {name}", open=frozenset())
        for name, seat in self.seats.items():
            if name not in state.open | state.passed and set(seat.after) <= state.passed:
                managers: list[str] = []
                if "manager-of:approver" in seat.stage.approvers:
                    managers = [
                        self.house.managers[person]
                        for stage, person in sorted(state.votes)
                        if stage in seat.after and person in self.house.managers
                    ]
                opened = self._asking(state, name, tuple(managers))
                return replace(opened, open=opened.open | {name})
        if not state.open:
            return replace(state, ended="approved")
        return None

    def _outcome(self, state: State, name: str, entitled: list[str]) -> str:
        stage = self.seats[name].stage
        approvals = sum((name, person) in state.votes for person in entitled)
        found = outcome(stage.rule, len(entitled), approvals)
        if not stage.mandatory or found == "rejected":
            return found
        if stage.mandatory not in entitled:
            return "rejected"
        return found if (name, stage.mandatory) in state.votes else "pending"

    def failures(self) -> Iterator[State]:
        """Every state in which it failed or hangs, of all that can be reached."""
        waiting = [self.start()]
        seen = set(waiting)
        while waiting:
            state = waiting.pop()
            if state.ended:
                if state.ended.startswith("failed"):
                    yield state
                continue
            following = [self.after(state, *move) for move in self.moves(state)]
            if not following:
                yield state
            new = [one for one in dict.fromkeys(following) if one not in seen]
            seen.update(new)
            waiting += new
