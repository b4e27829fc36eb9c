"""The parts of a quorum: each says what its votes amount to, and all of them must hold.

The worst that can still happen is that all who wait reject, the best that all approve. A vote
turned towards approval never harms, so a part is approved exactly if it holds at the worst, and
rejected exactly if it fails at the best. As the worst and the best are the same for all parts, and
for groups that share people, parts may be taken one by one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from domain.quorum_rules import Vote

Outcome = Literal["approved", "rejected", "pending"]
Votes = Mapping[str, Vote]
Name = Callable[[str], str]

NAMES_SHOWN = 3


def combined(outcomes: Sequence[Outcome]) -> Outcome | Literal["none"]:
    """The outcome of parts or stages that must all approve; none without any."""
    if not outcomes:
        return "none"
    if "rejected" in outcomes:
        return "rejected"
    return "pending" if "pending" in outcomes else "approved"


class Part(ABC):
    """One thing that must hold. Its voters are people, or groups by name.

    spare: how much of what it waits for it can do without.
    """

    outcome: Outcome
    spare: int

    @abstractmethod
    def reason(self) -> str:
        """What the votes amount to, in sentences that name no people."""

    @abstractmethod
    def needs(self, name: Name) -> list[str]:
        """What it waits for, while pending."""

    @abstractmethod
    def ends(self, name: Name) -> list[str]:
        """What would reject it, while pending."""

    @abstractmethod
    def enough(self, cost: Mapping[str, int]) -> list[str]:
        """Voters who wait and whose approvals are enough, while pending; of low cost (1 if not
        given) rather than of high."""


class Tally(Part):
    """The approvals weigh as much as is needed of what does not abstain.

    `against`: it is the rejections that are tallied, and weighing as much they reject.
    """

    against = False

    def __init__(
        self,
        weights: Mapping[str, int],
        votes: Votes,
        needed: Callable[[int], int],
        *,
        groups: bool = False,
    ) -> None:
        self.weights = weights
        self.groups = groups
        self.votes = votes
        self.approving = self.rejecting = self.abstaining = 0
        # The votes are gone through and not the voters, who are many and mostly silent.
        for voter, vote in votes.items():
            weight = weights.get(voter, 0)
            if vote == "approve":
                self.approving += weight
            elif vote == "reject":
                self.rejecting += weight
            else:
                self.abstaining += weight
        self.total = sum(weights.values())
        self.waiting = self.total - self.approving - self.rejecting - self.abstaining
        self.needed = max(1, needed(self.total - self.abstaining))
        tallied = self.rejecting if self.against else self.approving
        self.missing = self.needed - tallied
        # Approvals are lacking until the rejections that may still come weigh too little.
        self.lacking = self.waiting - self.missing + 1 if self.against else self.missing
        self.spare = self.waiting - self.lacking
        self.outcome = "pending"
        if self.missing <= 0:
            self.outcome = "rejected" if self.against else "approved"
        elif self.missing > self.waiting:
            self.outcome = "approved" if self.against else "rejected"

    @cached_property
    def silent(self) -> list[str]:
        """Who may still vote, and whose vote weighs something."""
        return [one for one, weight in self.weights.items() if weight > 0 and one not in self.votes]

    def reason(self) -> str:
        abstained = f", {self.abstaining} abstained" if self.abstaining else ""
        unit = "" if not self.groups else " group" if self.total == 1 else " groups"
        return (
            f"{self.approving} approved and {self.rejecting} rejected{abstained} of {self.total}"
            f"{unit}: {_number(self.needed, 'approval')} {_are(self.needed)} needed{self._end()}."
        )

    def needs(self, name: Name) -> list[str]:
        unit = "" if not self.groups else " group" if self.waiting == 1 else " groups"
        return [f"needs {self.missing} more of {self.waiting}{unit}"]

    def ends(self, name: Name) -> list[str]:
        return [f"{self._rejections(self.spare + 1)} it unreachable"]

    def enough(self, cost: Mapping[str, int]) -> list[str]:
        found, weight = list[str](), 0
        for voter in sorted(self.silent, key=lambda one: cost.get(one, 1) / self.weights[one]):
            if weight < self.lacking:
                found.append(voter)
                weight += self.weights[voter]
        return found

    def _end(self) -> str:
        return {"approved": ", and given", "rejected": ", and out of reach"}.get(self.outcome, "")

    def _rejections(self, number: int, verb: str = "make") -> str:
        what = "more rejected group" if self.groups else "more rejection"
        return f"{_number(number, what)} {verb}{'s' if number == 1 else ''}"


class Scales(Tally):
    """A tally in which voters weigh differently."""

    def reason(self) -> str:
        abstained = f", abstentions {self.abstaining}" if self.abstaining else ""
        return (
            f"Approvals weigh {self.approving} and rejections {self.rejecting}{abstained} of "
            f"{self.total}: {self.needed} {_are(self.needed)} needed{self._end()}."
        )

    def needs(self, name: Name) -> list[str]:
        return [f"needs approvals that weigh {self.missing} more, of {self.waiting} waiting"]

    def ends(self, name: Name) -> list[str]:
        if decisive := [name(voter) for voter in self.silent if self.weights[voter] > self.spare]:
            return [f"cannot be reached if {_listed(decisive, 'or')} rejects"]
        return [f"rejections that weigh {self.spare + 1} more make it unreachable"]


class Everyone(Tally):
    """All of these approve."""

    def reason(self) -> str:
        if self.outcome == "rejected":
            return "Not everybody approved, or can, whose approval is mandatory."
        return f"{self.approving} of {self.needed} approved whose approval is mandatory."

    def needs(self, name: Name) -> list[str]:
        return [f"needs {_listed([name(voter) for voter in self.silent], 'and')}"]

    def ends(self, name: Name) -> list[str]:
        those = _listed([name(voter) for voter in self.silent], "or")
        return [f"cannot be reached if {those} rejects"]


class NoVeto(Tally):
    """None of these rejects."""

    against = True

    def reason(self) -> str:
        if self.outcome == "pending":
            return f"{len(self.silent)} of {self.total} with a veto have yet to answer."
        return "Nobody vetoed it." if self.outcome == "approved" else "It was vetoed."

    def needs(self, name: Name) -> list[str]:
        answers = "answer" if len(self.silent) == 1 else "answers"
        return [f"needs the {answers} of {_listed([name(one) for one in self.silent], 'and')}"]

    def ends(self, name: Name) -> list[str]:
        return ["one veto ends it"]


class Unrejected(Tally):
    """The rejections stay below what is needed to reject."""

    against = True

    def reason(self) -> str:
        end = {"approved": ", which is out of reach", "rejected": ", and given"}
        return (
            f"{self.rejecting} rejected of {self.total}: {_number(self.needed, 'rejection')} "
            f"{'rejects' if self.needed == 1 else 'reject'} it{end.get(self.outcome, '')}."
        )

    def needs(self, name: Name) -> list[str]:
        return [f"needs {self.lacking} more of {self.waiting} to be safe from rejection"]

    def ends(self, name: Name) -> list[str]:
        return [f"{self._rejections(self.missing, 'end')} it"]


class UnrejectedScales(Unrejected):
    """The same, where voters weigh differently."""

    def reason(self) -> str:
        end = {"approved": ", which is out of reach", "rejected": ", and given"}
        return (
            f"Rejections weigh {self.rejecting} of {self.total}: {self.needed} "
            f"{'rejects' if self.needed == 1 else 'reject'} it{end.get(self.outcome, '')}."
        )

    def needs(self, name: Name) -> list[str]:
        return [
            f"needs approvals that weigh {self.lacking} more, of {self.waiting} waiting, "
            "to be safe from rejection"
        ]

    def ends(self, name: Name) -> list[str]:
        return [f"rejections that weigh {self.missing} more end it"]


class Answered(Part):
    """Everybody has answered."""

    spare = 0

    def __init__(self, voters: Sequence[str], votes: Votes) -> None:
        self.voters = voters
        self.silent = [voter for voter in voters if voter not in votes]
        self.outcome = "pending" if self.silent else "approved"

    def reason(self) -> str:
        return f"{len(self.voters) - len(self.silent)} of {len(self.voters)} answered."

    def needs(self, name: Name) -> list[str]:
        return [f"needs {_number(len(self.silent), 'more answer')}"]

    def ends(self, name: Name) -> list[str]:
        return []

    def enough(self, cost: Mapping[str, int]) -> list[str]:
        return self.silent


class FirstVote(Part):
    """Whoever votes first approves."""

    def __init__(self, voters: Sequence[str], votes: Votes, *, groups: bool = False) -> None:
        entitled = set(voters)
        self.groups = groups
        self.silent = [voter for voter in voters if voter not in votes]
        self.spare = len(self.silent) - 1
        self.first = next(
            (vote for voter, vote in votes.items() if voter in entitled and vote != "abstain"), None
        )
        self.outcome = "pending" if self.silent else "rejected"
        if self.first is not None:
            self.outcome = "approved" if self.first == "approve" else "rejected"

    def reason(self) -> str:
        if self.first is None:
            return "Nobody has voted yet." if self.silent else "Everybody abstained."
        return f"The first vote was {'an approval' if self.first == 'approve' else 'a rejection'}."

    def needs(self, name: Name) -> list[str]:
        number = len(self.silent)
        if self.groups:
            return [f"the first vote of {_number(number, 'group')} decides"]
        return [f"the first vote of {'1 person' if number == 1 else f'{number} people'} decides"]

    def ends(self, name: Name) -> list[str]:
        return []

    def enough(self, cost: Mapping[str, int]) -> list[str]:
        return [min(self.silent, key=lambda voter: cost.get(voter, 1))]


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _listed(names: Sequence[str], word: str) -> str:
    more = len(names) - NAMES_SHOWN
    shown = [*names[:NAMES_SHOWN]]
    if more > 0:
        shown.append("1 other" if more == 1 else f"{more} others")
    *before, last = shown
    return f"{', '.join(before)} {word} {last}" if before else last
