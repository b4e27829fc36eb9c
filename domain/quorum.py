"""Quorums: from the votes cast to approved, rejected or pending, and what would decide it.

A verdict falls as soon as no further vote can change it, and never changes afterwards. Whoever
abstains has answered but counts neither way: a share is a share of those who do not abstain.
At least one approval is always needed. Votes of strangers do not count.

Rules, as JSON and in YAML (`R` is a rule, `P` selectors such as `person:ada` or `team:CAB`, which
become ids of people in an open stage; each rule takes `"abstain": false` as well):

| `kind`      | further fields                        | approved when                             |
|-------------|---------------------------------------|-------------------------------------------|
| `any`       |                                       | one approves                              |
| `all`       |                                       | all who do not abstain approve            |
| `majority`  |                                       | more than half of those approve           |
| `percent`   | `percent`: 50, "66.7", "200/3"        | so many percent of those approve, exactly |
| `count`     | `approvals`: 2                        | so many approve                           |
| `first`     |                                       | the first vote is an approval             |
| `responded` |                                       | everybody has answered, and one approved  |
| `weighted`  | `weights`: {"person:ada": 3},         | the approvals weigh `weight`, or          |
|             | `others`: 1, `weight`: 4 or `percent` | `percent` of what does not abstain        |
| `veto`      | `holders`: [P], `of`: R               | no holder rejects, and `of` is reached    |
| `mandatory` | `voters`: [P], `of`: R                | all of them approve, and `of` is reached  |
| `unless`    | `reject`: R, `of`: R                  | rejections do not reach `reject`, and     |
|             |                                       | approvals reach `of`                      |
| `groups`    | `groups`: [{`name`, `voters`: [P],    | groups, each with its outcome for a vote, |
|             | `of`: R}], `of`: R                    | reach `of`, which names groups for people |

`reject` of `unless` is plain: any, all, majority, percent, count or weighted. Groups stand in no
other groups. People who join a stage later count in all of its groups, and weigh `others`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec

from domain.quorum_form import check_form
from domain.quorum_parts import (
    Answered,
    Everyone,
    FirstVote,
    Name,
    NoVeto,
    Outcome,
    Part,
    Scales,
    Tally,
    Unrejected,
    UnrejectedScales,
    Votes,
    combined,
)
from domain.quorum_rules import (
    All,
    Any,
    Count,
    First,
    Group,
    Groups,
    Majority,
    Mandatory,
    Percent,
    Quorum,
    Responded,
    Unless,
    Veto,
    Vote,
    Weighted,
    depends_on_order,
    may_abstain,
    members,
    replaced,
    resolved,
    selectors,
    share,
)
from domain.rules import require


class Verdict(msgspec.Struct, frozen=True):
    """What the votes amount to.

    reason: sentences that name groups, but no people.
    still_needed: so many more approvals are enough if the right people give them; 0 once decided.
    next: the sentence that says what would decide it; empty once decided.
    """

    outcome: Outcome
    reason: str
    still_needed: int = 0
    next: str = ""


def verdict(quorum: Quorum, voters: Sequence[str], votes: Votes, name: Name = str) -> Verdict:
    """What the votes amount to, given in the order in which they were cast.

    name: what a person is called in `next`; without it, their id.
    """
    once = tuple(dict.fromkeys(voters))
    parts = _parts(quorum, once, votes)
    found = _outcome(parts)
    if found != "pending":
        return Verdict(found, _reason(parts, found))
    needed = len(_enough(quorum, once, votes, parts))
    said = "; ".join(_said(parts, name))
    return Verdict(found, _reason(parts, found), needed, f"{said[0].upper()}{said[1:]}.")


def outcome(quorum: Quorum, voters: Sequence[str], votes: Votes) -> Outcome:
    """The outcome of the verdict alone, which is quicker to find."""
    return _outcome(_parts(quorum, tuple(dict.fromkeys(voters)), votes))


def check(quorum: Quorum, voters: Sequence[str] | int | None = None) -> None:
    """Refuse a quorum that could never be reached by these voters, or by so many.

    Of a definition, where people are selectors, only the number of voters is known, if that.
    Raises Refused with the place in the rule.
    """
    number = len(set(voters)) if isinstance(voters, Sequence) else voters
    require(number is None or number > 0, "Nobody is there to vote.")
    check_form(quorum, number)
    if isinstance(voters, Sequence):
        parts = _parts(quorum, tuple(dict.fromkeys(voters)), dict.fromkeys(voters, "approve"))
        found = _outcome(parts)
        require(found == "approved", f"Even if everybody approves: {_reason(parts, found)}")


def tallied(percent: Fraction, approving: Fraction, rejecting: Fraction) -> Outcome:
    """The outcome when only the shares of 1 that approve and reject are known. Of 0 percent any
    approval is enough, and without one any rejection rejects."""
    if approving >= percent and approving > 0:
        return "approved"
    if percent == 0:
        return "rejected" if rejecting > 0 else "pending"
    return "rejected" if 1 - rejecting < percent else "pending"


class InGroups(Part):
    """The groups approve and reject by their own rules, and reach the rule over them."""

    def __init__(self, rule: Groups, voters: Sequence[str], votes: Votes) -> None:
        self.rule, self.voters, self.votes = rule, voters, votes
        self.counted = members(rule.groups, voters)
        self.inner = {
            group.name: _parts(group.of, self.counted[group.name], votes) for group in rule.groups
        }
        self.outer = _parts(rule.of, tuple(self.inner), self._ballot(), groups=True)
        self.outcome = _outcome(self.outer)
        self.spare = min((part.spare for part in _pending(self.outer)), default=0)

    def _ballot(self) -> dict[str, Vote]:
        """What each decided group has decided, in the order of the decisions where it matters."""
        outcomes = {name: _outcome(parts) for name, parts in self.inner.items()}
        decided = [group for group in self.rule.groups if outcomes[group.name] != "pending"]
        if depends_on_order(self.rule.of):
            decided.sort(key=self._decided_after)
        return {
            group.name: "approve" if outcomes[group.name] == "approved" else "reject"
            for group in decided
        }

    def _decided_after(self, group: Group) -> int:
        """After how many votes a decided group was decided."""
        cast = list(self.votes.items())

        def is_decided(number: int) -> bool:
            parts = _parts(group.of, self.counted[group.name], dict(cast[:number]))
            return _outcome(parts) != "pending"

        return bisect_left(range(len(cast)), True, key=is_decided)

    def reason(self) -> str:
        said = [_reason(self.outer, self.outcome)]
        for name, parts in self.inner.items():
            if self.outcome == "rejected" == _outcome(parts):
                said.append(f"{name}: {_reason(parts, 'rejected')}")
        return " ".join(said)

    def needs(self, name: Name) -> list[str]:
        return [said for part in _pending(self.outer) for said in part.needs(str)]

    def ends(self, name: Name) -> list[str]:
        said = [said for part in _pending(self.outer) for said in part.ends(str)]
        for group, parts in self.inner.items():
            if _outcome(parts) == "pending":
                said.append(f"{group}: {', '.join(_said(parts, name))}")
        return said

    def enough(self, cost: Mapping[str, int]) -> list[str]:
        rules = {group.name: group.of for group in self.rule.groups}
        chosen: dict[str, Vote] = {}
        now = self
        while pending := _pending(now.outer):
            waiting = {
                name: parts for name, parts in now.inner.items() if _outcome(parts) == "pending"
            }
            costs = {
                name: len(_enough(rules[name], now.counted[name], now.votes, parts))
                for name, parts in waiting.items()
            }
            picked = min(pending, key=lambda part: part.spare).enough(costs)
            # Whoever counts in more of these groups comes first: their approval serves them all.
            serves = Counter(person for name in picked for person in self.counted[name])
            for name in picked:
                people = sorted(self.counted[name], key=lambda person: -serves[person])
                more = _enough(rules[name], people, {**self.votes, **chosen})
                chosen.update(dict.fromkeys(more, "approve"))
                serves.subtract(people)
            now = InGroups(self.rule, self.voters, {**self.votes, **chosen})
        return list(chosen)


def _parts(
    rule: Quorum, voters: Sequence[str], votes: Votes, *, groups: bool = False
) -> list[Part]:
    """What must hold under a rule, of voters who are named once each."""
    each = dict.fromkeys(voters, 1)
    match rule:
        case First():
            return [FirstVote(voters, votes, groups=groups)]
        case Responded():
            return [Tally(each, votes, lambda _: 1, groups=groups), Answered(voters, votes)]
        case Weighted():
            return [Scales(_weights(rule, voters), votes, _needed(rule))]
        case Veto(holders=holders, of=of):
            entitled = {holder: 1 for holder in holders if holder in each}
            vetoes = NoVeto(entitled, votes, lambda _: 1)
            return [vetoes, *_parts(of, voters, votes, groups=groups)]
        case Mandatory(voters=mandatory, of=of):
            entitled = {voter: 1 for voter in mandatory if voter in each}
            number = len(set(mandatory))
            approvals = Everyone(entitled, votes, lambda _: number)
            return [approvals, *_parts(of, voters, votes, groups=groups)]
        case Unless(reject=Weighted() as reject, of=of):
            weighed = UnrejectedScales(_weights(reject, voters), votes, _needed(reject))
            return [weighed, *_parts(of, voters, votes, groups=groups)]
        case Unless(reject=reject, of=of):
            rejections = Unrejected(each, votes, _needed(reject), groups=groups)
            return [rejections, *_parts(of, voters, votes, groups=groups)]
        case Groups():
            return [InGroups(rule, voters, votes)]
        case _:
            return [Tally(each, votes, _needed(rule), groups=groups)]


def _needed(rule: Quorum) -> Callable[[int], int]:
    """How much is needed of what does not abstain."""
    match rule:
        case Count(approvals=number) | Weighted(weight=int(number)):
            return lambda _: number
        case All():
            return lambda total: total
        case Majority():
            return lambda total: total // 2 + 1
        case Percent(percent=percent) | Weighted(percent=int(percent) | str(percent)):
            part = share(percent)
            return lambda total: -(-total * part.numerator // part.denominator)
        case _:
            return lambda _: 1


def _weights(rule: Weighted, voters: Sequence[str]) -> dict[str, int]:
    return {voter: rule.weights.get(voter, rule.others) for voter in voters}


def _outcome(parts: Sequence[Part]) -> Outcome:
    found = combined([part.outcome for part in parts])
    return "pending" if found == "none" else found


def _pending(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.outcome == "pending"]


def _reason(parts: Sequence[Part], found: Outcome) -> str:
    """Why it is rejected, if it is, otherwise how all of it stands."""
    told = [part for part in parts if part.outcome == "rejected" or found != "rejected"]
    return " ".join(part.reason() for part in told)


def _said(parts: Sequence[Part], name: Name) -> list[str]:
    """What would decide it: first what it needs, then what would end it."""
    pending = _pending(parts)
    needs = [said for part in pending for said in part.needs(name)]
    return list(dict.fromkeys([*needs, *(said for part in pending for said in part.ends(name))]))


def _enough(
    rule: Quorum, voters: Sequence[str], votes: Votes, parts: Sequence[Part] = ()
) -> list[str]:
    """People who wait and whose approvals are enough for a rule that is pending, in its parts."""
    chosen: dict[str, Vote] = {}
    while pending := _pending(parts or _parts(rule, voters, {**votes, **chosen})):
        # What must be given by certain people goes first, as it may serve the rest too.
        part = min(pending, key=lambda part: part.spare)
        chosen.update(dict.fromkeys(part.enough({}), "approve"))
        parts = ()
    return list(chosen)


__all__ = [
    "All",
    "Any",
    "Count",
    "First",
    "Group",
    "Groups",
    "Majority",
    "Mandatory",
    "Outcome",
    "Percent",
    "Quorum",
    "Responded",
    "Unless",
    "Verdict",
    "Veto",
    "Vote",
    "Weighted",
    "check",
    "combined",
    "depends_on_order",
    "may_abstain",
    "outcome",
    "replaced",
    "resolved",
    "selectors",
    "share",
    "tallied",
    "verdict",
]
