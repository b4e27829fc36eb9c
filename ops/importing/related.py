"""The records that a history names besides its own: people, teams, organisations, and what it is
linked to. They are recorded when they are first named, under ids that follow from their names."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from domain.aggregate import Event
from domain.asset import Asset
from domain.change import Change
from domain.ids import named_id, record_id
from domain.incident import Incident
from domain.organisation import Organisation
from domain.person import Person, Role, name_digest
from domain.problem import Problem
from domain.provenance import Provenance
from domain.team import Team
from ops.importing.errors import BadRow
from ops.importing.mapping import SERIAL, Link, Mapping

NAMES_KNOWN_MAX = 100_000
PLACEHOLDER_CLASS = "imported"

KINDS: dict[str, Any] = {
    "incident": Incident,
    "problem": Problem,
    "change": Change,
    "asset": Asset,
}


Key = tuple[str, str]


class Reference(NamedTuple):
    """A record that a row names, and how it begins if there is none yet."""

    id: UUID
    name: str
    begin: Callable[[Provenance], Event]
    claim: str = ""
    """The name in the ledger that it takes."""
    is_numbered: bool = False
    """Whether it has a number that another record may have by chance, which lacks the claim."""


class Related:
    """Turns names into ids. `new` gathers the references that were not met before."""

    def __init__(self, mapping: Mapping) -> None:
        self.new: list[Reference] = []
        self._mapping = mapping
        self._known: dict[Key, UUID] = {}
        self._default_organisation = mapping.organisation or mapping.source

    def organisation(self, name: str = "") -> UUID:
        name = name or self._default_organisation
        return self._known.get(("organisation", name)) or self._meet(
            ("organisation", name), self._organisation(name)
        )

    def person(self, group: str, name: str) -> UUID:
        """Raises BadRow for a name that cannot stand for a person."""
        return self._known.get((group, name)) or self._meet(
            (group, name), self._person(group, name)
        )

    def team(self, name: str) -> UUID:
        return self._known.get(("team", name)) or self._meet(("team", name), self._team(name))

    def linked(self, link: Link, name: str) -> UUID:
        key = (f"link {link.record} {link.pattern}", name)
        return self._known.get(key) or self._meet(key, self._linked(link, name))

    def take_new(self) -> list[Reference]:
        new, self.new = self.new, []
        return new

    def refuse(self, refused: Reference) -> None:
        """Meet a reference again the next time that it is named, as it could not be recorded."""
        self._known = {key: id for key, id in self._known.items() if id != refused.id}

    def forget(self) -> None:
        """Meet all references again, as some of what was to be recorded was not."""
        self._known.clear()
        self.new.clear()

    def make_room(self) -> None:
        """Forget, once there is nothing that waits to be recorded and much that is known."""
        if len(self._known) >= NAMES_KNOWN_MAX:
            self._known.clear()

    def _meet(self, key: Key, reference: Reference) -> UUID:
        self._known[key] = reference.id
        self.new.append(reference)
        return reference.id

    def _organisation(self, name: str) -> Reference:
        return Reference(
            id=named_id("ORG", self._mapping.source, name),
            name=name,
            begin=lambda by: Organisation.Registered(by=by, name=name),
        )

    def _person(self, group: str, name: str) -> Reference:
        rules = self._mapping.people[group]
        organisation = self.organisation(rules.organisation or "")
        login = username(self._mapping.source, group, name)
        digest = name_digest(login)
        roles = tuple(role for role in Role if role in rules.roles)
        return Reference(
            # Of the digest: names that are one user name are one person.
            id=named_id("PER", self._mapping.source, digest),
            name=name,
            begin=lambda by: Person.Registered(
                by=by, username=login, name=name, organisation=organisation, roles=roles
            ),
            claim=f"username:{digest}",
        )

    def _team(self, name: str) -> Reference:
        organisation = self.organisation()
        return Reference(
            id=named_id("TEA", self._mapping.source, name),
            name=name,
            begin=lambda by: Team.Formed(by=by, name=name, organisation=organisation),
        )

    def _linked(self, link: Link, name: str) -> Reference:
        prefix = KINDS[link.record].prefix
        source = self._mapping.source
        organisation = self.organisation()
        return Reference(
            id=record_id(prefix, serial_in(name, link.pattern))
            if link.pattern
            else named_id(prefix, source, name),
            name=name,
            begin=lambda by: _placeholder(link.record, name, organisation, by),
            claim=external_name(source, link.record, name),
            is_numbered=bool(link.pattern),
        )


def username(source: str, group: str, name: str) -> str:
    """The user name of an imported person: one that nobody else can have."""
    return f"{source}/{group}/{name.replace(' ', '_')}"


def external_name(source: str, record: str, number: str) -> str:
    """The name in the ledger under which a foreign number is found."""
    return f"external:{source}:{record}:{number}"


def serial_in(number: str, pattern: str) -> int:
    before, _, after = pattern.partition(SERIAL)
    digits = number[len(before) : len(number) - len(after)]
    if not (digits.isascii() and digits.isdigit()):
        raise BadRow(f"{number[:80]!r} is no number of the form {pattern}")
    return int(digits)


def _placeholder(record: str, name: str, organisation: UUID, by: Provenance) -> Event:
    """A record of which nothing is known but its name. Its own history may be imported later."""
    match record:
        case "incident":
            return Incident.Logged(by=by, title=name, organisation=organisation, channel="imported")
        case "problem":
            return Problem.Raised(by=by, title=name, organisation=organisation)
        case "change":
            return Change.Proposed(by=by, title=name, organisation=organisation)
    return Asset.Registered(
        by=by, name=name, asset_class=PLACEHOLDER_CLASS, organisation=organisation
    )
