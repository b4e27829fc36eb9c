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

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

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
    replaced,
    resolved,
    selectors,
    share,
)
from domain.rules import require

Outcome = Literal["approved", "rejected", "pending"]


class Verdict(msgspec.Struct, frozen=True):
    """What the votes amount to.

    still_needed: approvals that are missing, if nobody else abstains; 0 once decided.
    next: the sentence that says what would decide it; empty once decided.
    """

    outcome: Outcome
    reason: str
    still_needed: int = 0
    next: str = ""


def check(quorum: Quorum, voters: int | None = None) -> None:
    """Refuse a quorum that could never be reached, by so many voters where they are known."""
    require(voters is None or voters > 0, "Nobody is there to vote.")
    if isinstance(quorum, Count):
        require(quorum.approvals >= 1, "A quorum needs at least one approval.")
        require(
            voters is None or quorum.approvals <= voters,
            f"{quorum.approvals} approvals are needed of {_people(voters or 0)}.",
        )
    if isinstance(quorum, Percent):
        share(quorum.percent)


def verdict(quorum: Quorum, voters: Sequence[str], votes: Mapping[str, Vote]) -> Verdict:
    """What the votes amount to, given in the order in which they were cast."""
    entitled = set(voters)
    counted = [vote for voter, vote in votes.items() if voter in entitled]
    approvals, rejections = counted.count("approve"), counted.count("reject")
    abstentions = counted.count("abstain")
    waiting = len(entitled) - len(counted)
    if isinstance(quorum, First):
        return _first(counted, waiting)
    needed = _needed(quorum, len(entitled), abstentions)
    missing = max(0, needed - approvals)
    tally = _tally(approvals, rejections, abstentions, len(entitled))
    if not missing:
        return Verdict("approved", f"{tally}: {_approvals(needed)} needed, and given.")
    if missing > waiting:
        return Verdict("rejected", f"{tally}: {_approvals(needed)} needed, and out of reach.")
    spare = waiting - missing
    return Verdict(
        "pending",
        f"{tally}: {_approvals(needed)} needed.",
        missing,
        f"Needs {missing} more of {waiting}; {_more(spare + 1)} "
        f"{'makes' if spare == 0 else 'make'} it unreachable.",
    )


def tallied(percent: Fraction, approving: Fraction, rejecting: Fraction) -> Outcome:
    """The outcome when only the shares of 1 that approve and reject are known. Of 0 percent any
    approval is enough, and without one any rejection rejects."""
    if approving >= percent and approving > 0:
        return "approved"
    if percent == 0:
        return "rejected" if rejecting > 0 else "pending"
    return "rejected" if 1 - rejecting < percent else "pending"


def combined(outcomes: Sequence[Outcome]) -> Outcome | Literal["none"]:
    """The outcome of stages that must all approve; none without any stage."""
    if not outcomes:
        return "none"
    if "rejected" in outcomes:
        return "rejected"
    return "pending" if "pending" in outcomes else "approved"


def _needed(quorum: Quorum, voters: int, abstentions: int) -> int:
    match quorum:
        case Any():
            return 1
        case All():
            return max(1, voters - abstentions)
        case Count(approvals=approvals):
            return max(1, approvals)
        case Percent(percent=percent):
            part = share(percent) * (voters - abstentions)
            return max(1, -(-part.numerator // part.denominator))
        case _:
            raise NotImplementedError


def _first(counted: Sequence[Vote], waiting: int) -> Verdict:
    for vote in counted:
        if vote == "approve":
            return Verdict("approved", "The first vote was an approval.")
        if vote == "reject":
            return Verdict("rejected", "The first vote was a rejection.")
    if not waiting:
        return Verdict("rejected", "Everybody abstained.")
    return Verdict(
        "pending", "Nobody has voted yet.", 1, f"The first vote of {_people(waiting)} decides."
    )


def _tally(approvals: int, rejections: int, abstentions: int, voters: int) -> str:
    abstained = f", {abstentions} abstained" if abstentions else ""
    return f"{approvals} approved and {rejections} rejected{abstained} of {voters}"


def _approvals(number: int) -> str:
    return "1 approval is" if number == 1 else f"{number} approvals are"


def _more(number: int) -> str:
    return "1 more rejection" if number == 1 else f"{number} more rejections"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


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
    "replaced",
    "resolved",
    "selectors",
    "share",
    "tallied",
    "verdict",
]
