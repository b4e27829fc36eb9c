"""Whether enough people are left for each stage, however the others vote: bounds that are proofs.

One more approval never harms a quorum. So a stage can be reached exactly if it is reached when all
who are left approve, and it is enough to look at the largest number of people whom other stages
can use up. Where these bounds are not enough, `domain.soundness_search` plays the case.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from domain import approval_flow
from domain.approval import OpenStage
from domain.approval_round import VOTERS_MAX
from domain.quorum import Vote, outcome, verdict
from domain.quorum_rules import (
    All,
    Any,
    Count,
    First,
    Majority,
    Percent,
    Quorum,
    Responded,
    share,
)
from domain.soundness_cases import Case, Seat
from domain.soundness_flow import most_spent


def reaches(quorum: Quorum, people: Iterable[str], absent: str = "") -> bool:
    """Whether a quorum is reached if all of these people approve, except one who stays silent."""
    asked = tuple(people)
    if left_min(quorum) is not None:
        return _reached_by(quorum, len(asked), absent in asked)
    return _reached(quorum, asked, absent)


@lru_cache(maxsize=4_000)
def _reached_by(quorum: Quorum, number: int, is_one_absent: bool) -> bool:
    """The same of so many people, to a quorum that tells none from another."""
    asked = tuple(map(str, range(number)))
    return _reached(quorum, asked, asked[0] if is_one_absent else "")


def _reached(quorum: Quorum, asked: Sequence[str], absent: str) -> bool:
    votes: dict[str, Vote] = {person: "approve" for person in asked if person != absent}
    return outcome(quorum, asked, votes) == "approved"


def needed_at_first(quorum: Quorum, voters: Sequence[str]) -> int:
    """How many approvals a stage needs as long as nobody has voted."""
    if left_min(quorum) is not None:
        return _needed_of(quorum, len(voters))
    return verdict(quorum, voters, {}).still_needed


@lru_cache(maxsize=4_000)
def _needed_of(quorum: Quorum, voters: int) -> int:
    return verdict(quorum, tuple(map(str, range(voters))), {}).still_needed


@lru_cache(maxsize=4_000)
def votes_max(quorum: Quorum, voters: int) -> int:
    """How many can approve in a stage of so many voters at most, until it is decided."""
    match quorum:
        case Any() | First():
            most = 1
        case Count(approvals=approvals):
            most = approvals
        case Majority():
            most = voters // 2 + 1
        case Percent(percent=percent):
            part = share(percent) * voters
            most = -(-part.numerator // part.denominator)
        case _:
            most = voters
    return min(most, voters)


def left_min(quorum: Quorum) -> int | None:
    """How few voters can reach a quorum, whoever they are; None where it matters who they are."""
    match quorum:
        case Any() | First() | All() | Majority() | Percent() | Responded():
            return 1
        case Count(approvals=approvals):
            return max(1, approvals)
        case _:
            return None


class Voters:
    """The people who may come to vote in each stage of a case, of all there are."""

    def __init__(self, case: Case, everybody: frozenset[str]) -> None:
        self.case = case
        self.fallback = [_fallback(case, seat) for seat in case.seats]
        """Who would be asked in a stage that lacks people."""
        self.own = [frozenset(seat.open.voters) for seat in case.seats]
        self.sure = [own | more for own, more in zip(self.own, self.fallback, strict=True)]
        """Who can be asked in any case; the managers of those who approve come on top."""
        managers = frozenset(case.managers.values()) - set(case.exclude) - case.subject.own
        self.ever = [
            sure
            | frozenset(seat.open.escalate_to)
            | (managers - set(seat.open.exclude) if seat.open.asks_managers else frozenset())
            | (frozenset() if seat.is_known else everybody - case.subject.own)
            for sure, seat in zip(self.sure, case.seats, strict=True)
        ]
        self._after = _after([seat.open for seat in case.seats])

    def beside(self, index: int, applied: Collection[int]) -> list[int]:
        """The other stages whose voters a stage lacks then, while it still waits for them."""
        if self.case.repeat_voters:
            return []
        return [other for other in applied if other != index and other not in self._after[index]]

    def opens_with_enough(self, index: int) -> bool:
        """Whether a quorum can be reached while nobody has voted elsewhere."""
        seat = self.case.seats[index].open
        if seat.asks_managers and reaches(seat.quorum, self.ever[index]):
            return True
        return reaches(seat.quorum, self.own[index]) or reaches(seat.quorum, self.sure[index])

    def is_safe(self, index: int, applied: Collection[int]) -> bool:
        """Whether enough are left for a stage whatever happens in the others; False where these
        bounds do not tell."""
        seat, people = self.case.seats[index].open, self.sure[index]
        beside = self.beside(index, applied)
        overlap = {other: len(people & self.ever[other]) for other in beside}
        if self._managers_are_left(index, applied, beside):
            return True
        if not any(overlap.values()):
            return reaches(seat.quorum, people) or reaches(seat.quorum, self.own[index])
        needed = left_min(seat.quorum)
        if needed is None:
            used = frozenset().union(*(self.ever[other] for other in beside))
            return reaches(seat.quorum, people - used)
        spent = sum(min(self.votes_max(other), overlap[other]) for other in beside)
        return len(people) - spent >= needed or len(people) - len(self.spent(index, applied)) >= (
            needed
        )

    def spent(self, index: int, applied: Collection[int]) -> dict[str, str]:
        """As many of the people of a stage as can vote elsewhere before it, by stage."""
        beside = self.beside(index, applied)
        seats = self.case.seats
        return most_spent(
            self.sure[index],
            {seats[other].open.name: self.ever[other] for other in beside},
            {seats[other].open.name: self.votes_max(other) for other in beside},
        )

    def votes_max(self, index: int) -> int:
        return votes_max(self.case.seats[index].open.quorum, len(self.ever[index]))

    def _managers_are_left(
        self, index: int, applied: Collection[int], beside: Sequence[int]
    ) -> bool:
        """Whether whoever approves before a stage has a manager who can vote in it."""
        case, seat = self.case, self.case.seats[index].open
        if not seat.asks_managers or left_min(seat.quorum) != 1:
            return False
        awaited = case.before(applied)[seat.name]
        before = [one for one in case.seats if one.open.name in awaited]
        if all(one.open.on_timeout == "approve" for one in before):
            # Nobody may have approved what silence approves.
            return False
        approvers = {person for one in before for person in self.ever[one.index]}
        used = frozenset().union(*(self.ever[other] for other in beside))
        out = used | case.subject.own | {*case.exclude, *seat.exclude}
        return bool(approvers) and all(
            case.managers.get(person, "") not in ("", *out) for person in approvers
        )


def _fallback(case: Case, seat: Seat) -> frozenset[str]:
    """The people of the fallback in a stage; nobody, where that would be too many."""
    if len({*seat.open.voters, *seat.open.escalate_to, *case.fallback}) > VOTERS_MAX:
        return frozenset()
    return frozenset(case.fallback) - set(seat.open.exclude)


def _after(stages: Sequence[OpenStage]) -> list[set[int]]:
    """The stages, by their place in the list, that open only after each one is passed."""
    before = approval_flow.before(stages)
    places = {stage.name: index for index, stage in enumerate(stages)}
    after: list[set[int]] = [set() for _ in stages]
    for index in reversed(range(len(stages))):
        for name in before[stages[index].name]:
            after[places[name]] |= {index, *after[index]}
    return after
