"""What a definition says, in words for those who read a diagram of it."""

import re
from collections.abc import Mapping, Sequence

from domain.approval import Stage
from domain.approval_process import Definition
from domain.quorum_rules import (
    All,
    Any,
    Count,
    First,
    Groups,
    Majority,
    Mandatory,
    Percent,
    Quorum,
    Responded,
    Unless,
    Veto,
    Weighted,
)

_UNITS = {"s": "second", "m": "minute", "h": "hour", "bd": "business day", "d": "day"}
_DURATION = re.compile(r"([0-9]+)([a-z]+)")


def duration_words(duration: str) -> str:
    """`2bd` as "2 business days"; what is no duration, as it is."""
    match = _DURATION.fullmatch(duration)
    if match is None or match[2] not in _UNITS:
        return duration
    return f"{match[1]} {_UNITS[match[2]]}{'' if match[1] == '1' else 's'}"


def patience_words(duration: str) -> str:
    return f"after {duration_words(duration)}"


_SIMPLE: Mapping[type, str] = {
    Any: "any of them",
    All: "all of them",
    Majority: "a majority",
    First: "whoever votes first",
    Responded: "all answer, one approves",
}


def quorum_words(rule: Quorum) -> str:
    """Who of those who are asked must approve, in short."""
    match rule:
        case Count(approvals=approvals):
            return f"{approvals} of them"
        case Percent(percent=percent):
            return f"{percent} percent"
        case Weighted(weight=weight, percent=percent):
            return f"{percent} percent by weight" if weight is None else f"a weight of {weight}"
        case Veto() | Mandatory() | Unless() | Groups():
            return _compound_words(rule)
        case _:
            return _SIMPLE[type(rule)]


def _compound_words(rule: Veto | Mandatory | Unless | Groups) -> str:
    of = quorum_words(rule.of)
    match rule:
        case Veto(holders=holders):
            return f"{of}, unless {_listed(holders, 'or')} rejects"
        case Mandatory(voters=voters):
            return f"{of}, with {_listed(voters, 'and')}"
        case Unless(reject=reject):
            return f"{of}, unless {quorum_words(reject)} reject"
        case Groups(groups=groups):
            return f"{of}, of the groups {_listed([group.name for group in groups], 'and')}"


def timeout_words(stage: Stage, fallback: Sequence[str]) -> str:
    """What the end of patience does."""
    match stage.on_timeout:
        case "escalate":
            return f"it asks {_listed(stage.escalate_to, 'and')} as well"
        case "fallback" if fallback:
            return f"it asks {_listed(fallback, 'and')} as well"
        case "approve":
            return "it counts as approved"
        case _:
            return "it is rejected"


def stage_words(definition: Definition, stage: Stage, after: Sequence[str]) -> str:
    """A stage in sentences."""
    begin = f"after {_listed(after, 'and')}" if after else "from the start"
    condition = f", if {' '.join(stage.when.split())}" if stage.when else ""
    asked = _listed(stage.approvers, "and")
    signed = ", each vote signed" if definition.needs_signature(stage) else ""
    return (
        f"{stage.name}, {begin}{condition}: asks {asked}; "
        f"needs {quorum_words(stage.quorum)}{signed}. "
        f"{patience_words(stage.patience).capitalize()} "
        f"{timeout_words(stage, definition.fallback)}."
    )


NAMED_MAX = 5


def _listed(words: Sequence[str], conjunction: str) -> str:
    named = list(words[:NAMED_MAX])
    if len(words) > NAMED_MAX:
        named.append(f"{len(words) - NAMED_MAX} more")
        conjunction = "and"
    if len(named) < 2:
        return "".join(named) or "nobody"
    return f"{', '.join(named[:-1])} {conjunction} {named[-1]}"
