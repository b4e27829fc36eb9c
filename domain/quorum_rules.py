"""The rules of quorums as data, and the people that they name.

In a definition people are selectors (`person:ada`, `team:CAB`), in an open stage they are ids.
A rule over groups names the groups in their place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

import msgspec
from msgspec import structs

from domain.rules import require

_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8}")

Vote = Literal["approve", "reject", "abstain"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What all kinds share. `abstain`: whether those whom the rule counts may abstain."""

    abstain: bool = True


class Any(Rule, frozen=True, tag="any"):
    """One approval is enough; it is rejected when nobody is left who could approve."""


class All(Rule, frozen=True, tag="all"):
    """Everybody who does not abstain approves; one rejection rejects."""


class Majority(Rule, frozen=True, tag="majority"):
    """More than half of those who do not abstain approve."""


class Count(Rule, frozen=True, tag="count"):
    """So many approve, however many abstain."""

    approvals: int


class Percent(Rule, frozen=True, tag="percent"):
    """So many percent of those who do not abstain approve; exact: `50`, `"66.7"`, `"200/3"`."""

    percent: int | str


class First(Rule, frozen=True, tag="first"):
    """Whoever votes first decides. Votes count in the order in which they were cast."""


class Responded(Rule, frozen=True, tag="responded"):
    """Everybody has answered, and at least one approved. Nothing is decided before."""


class Weighted(Rule, frozen=True, tag="weighted"):
    """Approvals weigh so much together, or so many percent of what does not abstain.

    weights: by person; whoever is named twice has the higher weight.
    others: the weight of each voter who is not named.
    weight, percent: what is needed; one of the two is given.
    """

    weights: dict[str, int]
    others: int = 1
    weight: int | None = None
    percent: int | str | None = None


class Veto(Rule, frozen=True, tag="veto"):
    """A rejection by one of the holders rejects; otherwise the rule `of` decides.

    Nothing is approved while a holder may still reject: each of them answers first.
    """

    holders: tuple[str, ...]
    of: "Quorum"


class Mandatory(Rule, frozen=True, tag="mandatory"):
    """Each of these voters approves, and the rule `of` is reached too, in which they count."""

    voters: tuple[str, ...]
    of: "Quorum"


class Unless(Rule, frozen=True, tag="unless"):
    """A rule read with rejections for approvals: once reached, it rejects; else `of` decides.

    Nothing is approved while the rejections may still reach it.
    """

    reject: "Quorum"
    of: "Quorum"


class Group(msgspec.Struct, frozen=True):
    """Voters with a rule of their own. Who counts in no group of a rule counts in all of them."""

    name: str
    voters: tuple[str, ...]
    of: "Quorum"


class Groups(Rule, frozen=True, tag="groups"):
    """The groups are the voters of the rule `of`: each approves or rejects by its own rule."""

    groups: tuple[Group, ...]
    of: "Quorum"


Quorum = (
    Any
    | All
    | Majority
    | Count
    | Percent
    | First
    | Responded
    | Weighted
    | Veto
    | Mandatory
    | Unless
    | Groups
)
"""How many, or who, must approve. Another rule is another class here, with another `kind`."""


def share(percent: int | str) -> Fraction:
    """A percentage as an exact fraction of 1. Raises Refused unless it is over 0 and up to 100."""
    text = str(percent)
    require(bool(_PERCENT.fullmatch(text)), f"{percent!r} is not a percentage such as 50 or 200/3.")
    exact = Fraction(text) / 100
    require(0 < exact <= 1, "A percentage is more than 0 and at most 100.")
    return exact


def selectors(rule: Quorum) -> tuple[str, ...]:
    """The people that a rule names, by selector or by id; each once, and no names of groups."""
    return tuple(dict.fromkeys(_named(rule)))


def resolved(rule: Quorum, people_of: Callable[[str], Sequence[str]]) -> Quorum:
    """The rule with the people in place of their selectors.

    Raises Refused naming the selector that must approve, may veto or forms a group, and gives
    nobody.
    """

    def somebody(part: str, named: Sequence[str]) -> tuple[str, ...]:
        found: list[str] = []
        for selector in named:
            people = people_of(selector)
            require(len(people) > 0, f"{part}: {selector} gives nobody who may vote.")
            found.extend(people)
        return tuple(dict.fromkeys(found))

    match rule:
        case Weighted(weights=weights):
            highest: dict[str, int] = {}
            for selector, weight in weights.items():
                for person in people_of(selector):
                    highest[person] = max(weight, highest.get(person, weight))
            return structs.replace(rule, weights=highest)
        case Veto(holders=holders, of=of):
            holders = somebody("veto", holders)
            return structs.replace(rule, holders=holders, of=resolved(of, people_of))
        case Mandatory(voters=voters, of=of):
            voters = somebody("mandatory", voters)
            return structs.replace(rule, voters=voters, of=resolved(of, people_of))
        case Unless(reject=reject, of=of):
            reject = resolved(reject, people_of)
            return structs.replace(rule, reject=reject, of=resolved(of, people_of))
        case Groups(groups=groups):
            found = tuple(
                Group(
                    group.name,
                    somebody(f"groups: {group.name}", group.voters),
                    resolved(group.of, people_of),
                )
                for group in groups
            )
            return structs.replace(rule, groups=found)
        case _:
            return rule


def replaced(rule: Quorum, old: str, new: str) -> Quorum:
    """A resolved rule in which one person stands for another, with all that the other was."""
    return resolved(rule, lambda person: (new,) if person == old else (person,))


def may_abstain(rule: Quorum, voter: str) -> bool:
    """Whether a person may abstain under a resolved rule: no part that counts them forbids it."""
    return all(part.abstain for part in _counting(rule, voter))


def depends_on_order(rule: Quorum) -> bool:
    """Whether it matters who voted first."""
    return isinstance(rule, First) or any(depends_on_order(part) for part in _inner(rule))


def members(groups: Iterable[Group], voters: Sequence[str]) -> dict[str, list[str]]:
    """Who counts in each group, of these voters; whoever is in no group counts in all."""
    placed = {person for group in groups for person in group.voters}
    found = {}
    for group in groups:
        own = set(group.voters)
        found[group.name] = [one for one in voters if one in own or one not in placed]
    return found


def _inner(rule: Quorum) -> Iterator[Quorum]:
    match rule:
        case Veto(of=of) | Mandatory(of=of):
            yield of
        case Unless(reject=reject, of=of):
            yield reject
            yield of
        case Groups(groups=groups, of=of):
            yield of
            for group in groups:
                yield group.of


def _named(rule: Quorum) -> Iterator[str]:
    match rule:
        case Weighted(weights=weights):
            yield from weights
        case Veto(holders=named) | Mandatory(voters=named):
            yield from named
        case Groups(groups=groups):
            for group in groups:
                yield from group.voters
                yield from _named(group.of)
            # The outer rule names groups.
            return
    for part in _inner(rule):
        yield from _named(part)


def _counting(rule: Quorum, voter: str) -> Iterator[Quorum]:
    yield rule
    if isinstance(rule, Groups):
        counted = members(rule.groups, (voter,))
        for group in rule.groups:
            if counted[group.name]:
                yield from _counting(group.of, voter)
        return
    for part in _inner(rule):
        yield from _counting(part, voter)
