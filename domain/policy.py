"""Who may do what: the one function that decides, by one table, for every command and query.

An act is a kind and a command under the names of the domain, such as `incident.resolve`. Besides
commands there are `list`, `read` (a record, and what was said in public), `read_internal` (what
was said among agents) and `read_history` (every event). A word in public is `comment`; one among
agents is `comment_internally`.
"""

from uuid import UUID

from msgspec import Struct

from domain.ids import number_of
from domain.person import Role
from domain.policy_rows import Row
from domain.policy_table import TABLE
from domain.relation import (
    ANY,
    IN_SIGHT,
    IN_SIGHT_OR_PART,
    OPERATOR,
    OPERATOR_OR_PART,
    OPERATOR_OR_READER,
    READER,
    About,
    Actor,
    about,
)
from domain.rules import Forbidden, NotFound

__all__ = [
    "About",
    "Actor",
    "Everything",
    "OwnOrganisation",
    "OwnTickets",
    "Readable",
    "Visibility",
    "about",
    "allow",
    "allow_ever",
    "as_table",
    "hearing",
    "visibility",
]


class Everything(Struct, frozen=True):
    """All rows."""


class OwnOrganisation(Struct, frozen=True):
    """The rows of one organisation."""

    id: UUID


class OwnTickets(Struct, frozen=True):
    """The rows in which a person has part: as requester or watcher, as owner or holder."""

    person: UUID


class Readable(Struct, frozen=True):
    """The rows that are for a person to read: for everybody, for their organisation or one of their
    teams, or written by them."""

    organisation: UUID
    person: UUID
    teams: frozenset[UUID] = frozenset()


Visibility = Everything | OwnOrganisation | OwnTickets | Readable

_NOTHING = About()

OF_OPERATOR = {IN_SIGHT, IN_SIGHT_OR_PART, OPERATOR, OPERATOR_OR_PART, OPERATOR_OR_READER}
"""The conditions with which whoever works for the operator sees all."""


def allow(actor: Actor, act: str, about: About | None) -> None:
    """Return if the actor may. Raises Forbidden with the rule, and NotFound, in the words of the
    ledger, where the actor may not even know that the record exists.

    `about` is that of the record, or of the one that is to be made; None for neither.
    """
    row = TABLE[act]
    about = about or _NOTHING
    if row.scope not in actor.scopes:
        raise Forbidden(f"This token has no scope {row.scope}.")
    if about.id is not None:
        kind = act.partition(".")[0]
        reading = TABLE[f"{kind}.read"]
        if not reading.lets(actor, about):
            raise NotFound(f"There is no {kind.replace('_', '')} {number_of(about.id)}.")
        if row is reading:
            return
    if not row.lets(actor, about):
        raise Forbidden(rule_of(row))


def allow_ever(actor: Actor, act: str) -> None:
    """Return if there can be a record with which the actor may. Raises Forbidden with the rule."""
    row = TABLE[act]
    if not actor.roles & row.grants.keys():
        raise Forbidden(rule_of(row))


def visibility(actor: Actor, kind: str = "incident") -> Visibility:
    """Which rows of a kind a list shows: never one that the actor may not read."""
    grants = TABLE[f"{kind}.read"].grants
    conditions = {grants[role] for role in actor.roles if role in grants}
    if ANY in conditions:
        return Everything()
    if actor.is_operator and conditions & OF_OPERATOR:
        return Everything()
    if conditions & {READER, OPERATOR_OR_READER}:
        return Readable(actor.organisation, actor.id, actor.teams)
    if conditions & {IN_SIGHT, IN_SIGHT_OR_PART}:
        return OwnOrganisation(actor.organisation)
    return OwnTickets(actor.id)


def hearing(actor: Actor, kind: str) -> Visibility | None:
    """Of which tickets of a kind somebody reads what was said among agents; None for none."""
    grants = TABLE[f"{kind}.read_internal"].grants
    if not any(grants.get(role) is IN_SIGHT for role in actor.roles):
        return None
    return Everything() if actor.is_operator else OwnOrganisation(actor.organisation)


def rule_of(row: Row) -> str:
    """The sentence for whoever may not."""
    who: list[str] = []
    for role in Role:
        if condition := row.grants.get(role):
            name = condition.who.format(role=_with_article(role), bare=role)
            if name not in who:
                who.append(name)
    if not who:
        return f"Only the desk itself can {row.phrase}."
    names = " or ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who)
    return f"Only {names} can {row.phrase}."


def as_table() -> str:
    """The table in Markdown, for the documentation."""
    lines = [f"| act | scope | {' | '.join(Role)} |", "|---" * (len(Role) + 2) + "|"]
    for act, row in TABLE.items():
        cells = [row.grants[role].note if role in row.grants else "" for role in Role]
        lines.append(f"| `{act}` | {row.scope} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _with_article(role: Role) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
