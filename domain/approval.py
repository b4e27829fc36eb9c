"""Stages of an approval: who decides, by which quorum, how long, and what if nobody does."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from domain import quorum as quorums
from domain.business_time import duration
from domain.quorum import (
    All,
    Any,
    Count,
    First,
    Outcome,
    Percent,
    Quorum,
    Verdict,
    Vote,
    combined,
    verdict,
)
from domain.rules import Refused, require

OnTimeout = Literal["escalate", "approve", "reject", "fallback"]
"""What the end of patience does; `fallback` asks the fallback of the definition instead."""

Signing = Literal["none", "required"]
"""Whether each voter proves anew who they are, for each vote."""

SELECTORS = (
    re.compile(r"person:[^\s:]+"),
    re.compile(r"team:\S(.*\S)?"),
    re.compile(r"role:\S(.*\S)?"),
    re.compile(r"manager-of:(requester|assignee|approver)"),
    re.compile(r"owner-of:(service|assets|impact)"),
    re.compile(r"field:\S(.*\S)?"),
    re.compile(r"cel:(?s:.*\S.*)"),
)
SILENCE = "It asks for signatures, so that nothing is approved by silence."
MANAGERS = "manager-of:approver"
"""Selects the managers of those who approved the stages before."""


class Stage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a definition. Approvers are selectors: `person:ada`, `team:Network`, `role:cab`,
    `manager-of:requester`, `owner-of:assets`, `field:budget owner`, `cel:…`. The patience is a
    duration of the desk's business hours."""

    name: str
    approvers: tuple[str, ...]
    quorum: Quorum
    patience: str
    on_timeout: OnTimeout = "escalate"
    escalate_to: tuple[str, ...] = ()
    after: tuple[str, ...] | None = None
    """The stages before it in the list that are to be passed first; the one before, if None.
    Stages after the same one run in parallel; a stage after several waits for all of them."""
    when: str = ""
    """A condition on the subject; where it does not hold, the stage is skipped, which passes it."""
    exclude: tuple[str, ...] = ()
    """Selectors of people who have no vote in this stage."""
    remind: tuple[str, ...] = ()
    """How long after it opened the silent voters are reminded; at half of the patience if empty."""
    signature: Signing = "none"


class OpenStage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage whose approvers have been looked up: all people in it are person ids."""

    name: str
    voters: tuple[str, ...]
    quorum: Quorum
    patience: str
    on_timeout: OnTimeout = "escalate"
    escalate_to: tuple[str, ...] = ()
    after: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    remind: tuple[str, ...] = ()
    asks_managers: bool = False
    """Whether the managers of those who approved the stages before it vote in it as well."""
    needs_signature: bool = False

    def verdict(self, votes: dict[str, Vote]) -> Verdict:
        """What the votes cast so far, in their order, amount to."""
        return verdict(self.quorum, self.voters, votes)


def check(stages: Sequence[Stage] | Sequence[OpenStage]) -> None:
    """Refuse stages that could never come to an end. Raises Refused naming the stage."""
    require(len(stages) > 0, "An approval needs at least one stage.")
    seen: set[str] = set()
    for stage in stages:
        require(bool(stage.name.strip()), "Each stage needs a name.")
        require(stage.name not in seen, f"{stage.name}: two stages have this name.")
        seen.add(stage.name)
        try:
            _check(stage)
        except Refused as refused:
            raise Refused(f"{stage.name}: {refused}") from None


def _check(stage: Stage | OpenStage) -> None:
    duration(stage.patience)
    if isinstance(stage, OpenStage):
        quorums.check(stage.quorum, None if stage.asks_managers else len(set(stage.voters)))
        require(not (stage.needs_signature and stage.on_timeout == "approve"), SILENCE)
    else:
        require(len(stage.approvers) > 0, "Nobody is named to approve.")
        for selector in (*stage.approvers, *stage.escalate_to):
            _check_selector(selector)
        quorums.check(stage.quorum, _known_number(stage.approvers))
    require(
        stage.on_timeout != "escalate" or len(stage.escalate_to) > 0,
        "It escalates when patience ends, but nobody is named to escalate to.",
    )


def _check_selector(selector: str) -> None:
    require(
        any(form.fullmatch(selector) for form in SELECTORS),
        f"{selector!r} selects nobody: write person:, team:, role: or field: and a name, "
        "manager-of:requester, owner-of:assets, or cel: and an expression.",
    )


def _known_number(selectors: Sequence[str]) -> int | None:
    """How many people the selectors name; None when that is only known later."""
    named = {selector for selector in selectors if selector.startswith("person:")}
    return len(named) if len(named) == len(set(selectors)) else None


__all__ = [
    "All",
    "Any",
    "Count",
    "First",
    "OnTimeout",
    "OpenStage",
    "Outcome",
    "Percent",
    "Quorum",
    "Signing",
    "Stage",
    "Verdict",
    "Vote",
    "check",
    "combined",
    "verdict",
]
