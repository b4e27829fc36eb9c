"""The form of a rule: refuses what nobody could reach, or what says nothing, before it is used."""

from collections.abc import Collection

from domain.quorum_rules import (
    All,
    Any,
    Count,
    Groups,
    Majority,
    Mandatory,
    Percent,
    Quorum,
    Unless,
    Veto,
    Weighted,
    share,
)
from domain.rules import Refused, require

DEPTH_MAX = 5
GROUPS_MAX = 20
NAMED_MAX = 100
WEIGHT_MAX = 1_000_000
NAME_MAX = 100

Plain = Any | All | Majority | Percent | Count | Weighted


def check_form(
    rule: Quorum,
    voters: int | None,
    groups: Collection[str] | None = None,
    *,
    in_group: bool = False,
    depth: int = 1,
) -> None:
    """Refuse a rule that so many voters, if known, could not reach.

    groups: the names of those that a rule over groups may name.
    Raises Refused with the place in the rule, such as `groups[0].of: `.
    """
    require(depth <= DEPTH_MAX, f"Rules stand at most {DEPTH_MAX} deep in each other.")
    match rule:
        case Count(approvals=approvals):
            require(approvals >= 1, "A quorum needs at least one approval.")
            what = "people" if groups is None else "groups"
            require(
                voters is None or approvals <= voters,
                f"{approvals} approvals are needed of {_number(voters or 0, what)}.",
            )
        case Percent(percent=percent):
            share(percent)
        case Weighted():
            _check_weights(rule, groups)
        case Veto(holders=named, of=of):
            _check_named("holders", named, groups)
            _check_part("of", of, voters, groups, in_group=in_group, depth=depth)
        case Mandatory(voters=named, of=of):
            _check_named("voters", named, groups)
            _check_part("of", of, voters, groups, in_group=in_group, depth=depth)
        case Unless(reject=reject, of=of):
            require(
                isinstance(reject, Plain),
                "reject: it is one of any, all, majority, percent, count and weighted.",
            )
            # Rejections that nobody could cast are no mistake: they then reject nothing.
            _check_part("reject", reject, None, groups, in_group=in_group, depth=depth)
            _check_part("of", of, voters, groups, in_group=in_group, depth=depth)
        case Groups():
            require(not in_group and groups is None, "Groups stand in no other groups.")
            _check_groups(rule, depth)
        case _:
            pass


def _check_part(
    place: str,
    rule: Quorum,
    voters: int | None,
    groups: Collection[str] | None,
    *,
    in_group: bool,
    depth: int,
) -> None:
    try:
        check_form(rule, voters, groups, in_group=in_group, depth=depth + 1)
    except Refused as refused:
        raise Refused(f"{place}: {refused}") from None


def _check_groups(rule: Groups, depth: int) -> None:
    names = [group.name for group in rule.groups]
    require(1 <= len(names) <= GROUPS_MAX, f"groups: from 1 to {GROUPS_MAX} groups are named.")
    for index, group in enumerate(rule.groups):
        place = f"groups[{index}]"
        require(
            0 < len(group.name) <= NAME_MAX and group.name == group.name.strip(),
            f"{place}.name: a group has a name of up to {NAME_MAX} characters.",
        )
        require(group.name not in names[:index], f"{place}.name: two groups are {group.name!r}.")
        _check_named(f"{place}.voters", group.voters, None)
        known = _known_number(group.voters)
        _check_part(f"{place}.of", group.of, known, None, in_group=True, depth=depth)
    _check_part("of", rule.of, len(names), frozenset(names), in_group=False, depth=depth)


def _check_weights(rule: Weighted, groups: Collection[str] | None) -> None:
    _check_named("weights", tuple(rule.weights), groups, least=0)
    weights = (*rule.weights.values(), rule.others)
    require(
        all(0 <= weight <= WEIGHT_MAX for weight in weights),
        f"weights: a weight is a number from 0 to {WEIGHT_MAX}.",
    )
    require(any(weights), "weights: somebody has a weight.")
    require(
        (rule.weight is None) != (rule.percent is None), "Either weight or percent says the quorum."
    )
    if rule.percent is not None:
        share(rule.percent)
    if rule.weight is not None:
        require(rule.weight >= 1, "weight: a quorum needs at least a weight of 1.")
        if groups is not None:
            most = sum(rule.weights.get(name, rule.others) for name in groups)
            require(rule.weight <= most, f"weight: all groups together weigh {most}.")


def _check_named(
    place: str, named: Collection[str], groups: Collection[str] | None, *, least: int = 1
) -> None:
    require(len(named) >= least, f"{place}: nobody is named.")
    require(len(named) <= NAMED_MAX, f"{place}: at most {NAMED_MAX} are named.")
    for name in named:
        require(groups is None or name in groups, f"{place}: {name!r} is no group of this rule.")


def _known_number(selectors: Collection[str]) -> int | None:
    """How many people the selectors name; None when that is only known later."""
    named = set(selectors)
    return len(named) if all(one.startswith("person:") for one in named) else None


def _number(number: int, what: str) -> str:
    if number == 1:
        return f"1 {'person' if what == 'people' else 'group'}"
    return f"{number} {what}"
