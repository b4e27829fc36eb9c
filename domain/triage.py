"""What assignment rules say: when they look at a ticket, on which condition, and what they do.

A rule looks when something happens to a ticket (`on`), or at all open tickets every so often
(`every`). Whom it picks among the members of a team follows from what is given here alone, so it
can be told again.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import recurring, text
from domain.aggregate import Entry
from domain.definition import check_order, check_selectors
from domain.priority import Level
from domain.recurring import Recurrence
from domain.rules import Refused, require
from domain.service_conditions import Named, check

Trigger = Literal[
    "logged",
    "categorised",
    "prioritised",
    "assigned",
    "commented",
    "pending",
    "resumed",
    "resolved",
    "reopened",
    "mark reached",
    "breached",
    "promoted",
]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
EVENTS: Mapping[Trigger, frozenset[str]] = {
    "logged": frozenset({"Logged", "Asked", "Proposed", "Ordered"}),
    "categorised": frozenset({"Categorised"}),
    "prioritised": frozenset({"Prioritised"}),
    "assigned": frozenset({"Assigned", "EscalatedFunctionally"}),
    "commented": frozenset({"Commented"}),
    "pending": frozenset({"Paused"}),
    "resumed": frozenset({"Resumed"}),
    "resolved": frozenset({"Resolved", "Answered", "Implemented"}),
    "reopened": frozenset({"Reopened", "AskedAgain"}),
    "mark reached": frozenset({"MarkReached"}),
    "breached": frozenset({"TargetBreached"}),
    "promoted": frozenset({"MajorPromoted"}),
}
"""The names of the events of each trigger, of all kinds of tickets."""

ACTIONS_MAX = 10
CHAIN_MAX = 10
"""So many rules act one upon what the other did, and no more."""
EVERY_MIN = timedelta(minutes=5)
EVERY_MAX = timedelta(days=31)
PREFIX = "RUL"

_EVERY = re.compile(r"([1-9][0-9]{0,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Turns = Literal["round-robin", "least loaded"]


class Member(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the active members of a team: of those with a skill, if one is named.

    knows: that they have what the ticket says there as a skill, such as its service.
    """

    by: Turns = "round-robin"
    skill: str = ""
    knows: Literal["", "service", "category"] = ""


class Assign(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="assign"):
    """Give the ticket to a team, to a person, or to one of the members of the team."""

    team: UUID | None = None
    person: UUID | None = None
    member: Member | None = None


class Categorise(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="categorise"
):
    category: str
    subcategory: str = ""
    service: str = ""


class Prioritise(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="prioritise"
):
    impact: Level
    urgency: Level


class Notify(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="notify"):
    """Tell people, named by selectors as in a policy."""

    people: tuple[str, ...]


class Watch(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="watch"):
    """Let people follow the ticket."""

    people: tuple[str, ...]


class Propose(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="do",
    tag="propose major incident",
):
    reason: str


Action = Assign | Categorise | Prioritise | Notify | Watch | Propose | Recurrence


class RuleDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule: it has a trigger or a schedule, or both."""

    on: tuple[Trigger, ...] = ()
    every: str = ""
    """How often it looks at all open tickets, such as `15m`, `1h` or `1d`; empty: never."""
    when: str = ""
    """A condition on the ticket, as in service level policies."""
    actions: tuple[Action, ...] = ()
    order: int = 100
    names: tuple[Named, ...] = ()
    """What the names in the condition mean."""


class Candidate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who could have got the ticket. `load`: how many open tickets they had."""

    person: UUID
    load: int | None = None


class Chosen(Struct, frozen=True, kw_only=True):
    """Who gets the ticket, of whom, and why."""

    person: UUID
    why: str
    considered: tuple[Candidate, ...]


# What is asked of a definition ---------------------------------------------------------------


def check_rule(rule: RuleDefinition) -> None:
    """Refuse a rule that can do nothing, or something that makes no sense."""
    require(len(rule.on) > 0 or rule.every != "", "on: a rule has a trigger, or a schedule.")
    require(len(set(rule.on)) == len(rule.on), "on: each trigger is named once.")
    for trigger in rule.on:
        require(trigger in TRIGGERS, f"on: one of {', '.join(TRIGGERS)}.")
    if rule.every:
        period(rule.every)
    check(rule.when, "when")
    check_order(rule.order)
    require(
        0 < len(rule.actions) <= ACTIONS_MAX, f"actions: a rule has 1 to {ACTIONS_MAX} actions."
    )
    assigning = [action for action in rule.actions if isinstance(action, Assign)]
    require(len(assigning) <= 1, "actions: a rule assigns a ticket once.")
    proposing = [action for action in rule.actions if isinstance(action, Recurrence)]
    require(len(proposing) <= 1, "actions: a rule proposes one problem.")
    for index, action in enumerate(rule.actions):
        _check_action(f"actions[{index}]", action)


def period(every: str) -> timedelta:
    """How long a schedule waits between two looks. Raises Refused."""
    found = _EVERY.fullmatch(every)
    if found is None:
        raise Refused("every: a number of minutes, hours or days, such as 15m, 1h or 1d.")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    require(EVERY_MIN <= length <= EVERY_MAX, "every: 5 minutes at least, and 31 days at most.")
    return length


def _check_action(place: str, action: Action) -> None:
    match action:
        case Assign(team=team, person=person, member=member):
            require(
                team is not None or person is not None,
                f"{place}: a ticket is assigned to a team or to a person.",
            )
            require(
                member is None or (team is not None and person is None),
                f"{place}.member: a member is one of a team, in place of a person.",
            )
            if member is not None and member.skill:
                text.name(member.skill, f"{place}.member.skill")
        case Categorise(category=category, subcategory=subcategory, service=service):
            text.name(category, f"{place}.category")
            text.body(subcategory, f"{place}.subcategory", text.NAME_MAX)
            text.body(service, f"{place}.service", text.NAME_MAX)
        case Prioritise(impact=impact, urgency=urgency):
            require(
                impact in (1, 2, 3) and urgency in (1, 2, 3),
                f"{place}: impact and urgency are 1, 2 or 3.",
            )
        case Notify(people=people) | Watch(people=people):
            require(len(people) > 0, f"{place}.people: somebody is named.")
            check_selectors(f"{place}.people", people)
        case Propose(reason=reason):
            text.reason(reason, f"{place}: A proposal needs a reason.")
        case Recurrence():
            recurring.check(place, action)


# Who is picked -------------------------------------------------------------------------------


def pick(
    by: Turns, candidates: Sequence[UUID], last: UUID | None, loads: Mapping[UUID, int]
) -> Chosen:
    """One of the candidates: whose turn it is after `last`, in the order of their numbers; by
    load first, if that is asked for. Raises Refused if there is none."""
    require(len(candidates) > 0, "Nobody in the team can take it.")
    ordered = sorted(set(candidates))
    following = [id for id in ordered if last is not None and id > last]
    turns = [*following, *(id for id in ordered if id not in following)]
    if by == "round-robin":
        considered = tuple(Candidate(person=id) for id in ordered)
        return Chosen(person=turns[0], why="It is their turn.", considered=considered)
    person = min(turns, key=lambda id: loads.get(id, 0))
    return Chosen(
        person=person,
        why=f"They have the fewest open tickets: {loads.get(person, 0)}.",
        considered=tuple(Candidate(person=id, load=loads.get(id, 0)) for id in ordered),
    )


# What it looks at ----------------------------------------------------------------------------


def trigger_of(entry: Entry) -> Trigger | None:
    """The trigger that an event is; None for one that no rule looks at."""
    name = type(entry.event).__name__
    return next((trigger for trigger, names in EVENTS.items() if name in names), None)


def chain(history: Sequence[Entry], entry: Entry) -> tuple[str, ...]:
    """The numbers of the rules that led to an event, the latest first; empty if none did."""
    at = {one.position: one for one in history}
    found: list[str] = []
    link: Entry | None = entry
    while link is not None and len(found) < CHAIN_MAX:
        cause = link.event.by.cause
        if cause is None or not cause.rule.startswith(PREFIX):
            break
        found.append(cause.rule)
        link = at.get(cause.event) if cause.event is not None else None
    return tuple(found)
