"""The facts of a record that is to be approved: the values of the fields of its kind."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from domain.aggregate import Aggregate
from domain.asset import Asset
from domain.change import Change
from domain.ids import prefix_of
from domain.organisation import Organisation
from domain.person import Person
from domain.release import Release
from domain.rules import Refused
from domain.service import Service
from domain.subjects import NEVER, Value
from domain.team import Team
from domain.ticket import Ticket
from domain.versioned import Versioned

Facts = dict[str, Value]


class Names(Protocol):
    """Who can be looked up: the directory, or what stands for it."""

    def person(self, id: UUID | None) -> Person | None: ...
    def team(self, id: UUID | None) -> Team | None: ...
    def organisation(self, id: UUID | None) -> Organisation | None: ...


def facts_of(
    names: Names | None, record: Aggregate, asset_types: Mapping[UUID, str] | None = None
) -> Facts:
    """The fields of a record as it stands: see `domain.subjects.FIELDS`.

    Without `names`, as in a history that was imported, nobody has one. `asset_types` gives the
    class of affected assets where it is known. A ticket of a kind without fields of its own has
    those of every ticket. Raises Refused for what is never approved.
    """
    match record:
        case Change():
            return _change(names, record, asset_types or {})
        case Ticket():
            return _ticket(names, record, asset_types or {})
        case Asset():
            return _asset(names, record)
        case Versioned():
            return _definition(names, record)
        case Release():
            return _release(names, record)
        case Service():
            return _service(names, record)
    raise Refused(f"{record.number} is nothing that is approved.")


def affected_assets(record: Aggregate) -> tuple[UUID, ...]:
    """The assets that a ticket affects, each once; other records affect none."""
    if not isinstance(record, Ticket):
        return ()
    linked = (
        other
        for type, other in record.links
        if type == "affects" and prefix_of(other) == Asset.prefix
    )
    return tuple(dict.fromkeys(linked))


def _username(names: Names | None, id: UUID | None) -> str:
    person = names.person(id) if names else None
    return "" if person is None else person.username


def _organisation(names: Names | None, id: UUID | None) -> str:
    organisation = names.organisation(id) if names else None
    return "" if organisation is None else organisation.name


def _ticket(names: Names | None, ticket: Ticket, asset_types: Mapping[UUID, str]) -> Facts:
    team = names.team(ticket.team) if names else None
    assets = affected_assets(ticket)
    return {
        "category": ticket.category,
        "subcategory": ticket.subcategory,
        "service": ticket.service,
        "team": "" if team is None else team.name,
        "requester": _username(names, ticket.requester),
        "organisation": _organisation(names, ticket.organisation),
        "impact": ticket.impact or 0,
        "urgency": ticket.urgency or 0,
        "priority": ticket.priority or 0,
        "assets": len(assets),
        "asset_types": _sorted(asset_types.get(asset, "") for asset in assets),
        "details": {**ticket.details, **ticket.fields_as_texts},
    }


def _change(names: Names | None, change: Change, asset_types: Mapping[UUID, str]) -> Facts:
    return {
        "type": change.type,
        "is_emergency": change.type == "emergency",
        "risk": change.risk or "",
        "is_scheduled": change.planned_start is not None,
        "planned_start": change.planned_start or NEVER,
        "planned_end": change.planned_end or NEVER,
        "submissions": change.round,
        **_ticket(names, change, asset_types),
    }


def _asset(names: Names | None, asset: Asset) -> Facts:
    proposal = asset.proposal
    return {
        "act": proposal.act if proposal else "",
        "recipient": _username(names, proposal.to) if proposal else "",
        "type": asset.asset_class,
        "status": asset.status.value,
        "service": asset.service,
        "organisation": _organisation(names, asset.organisation),
        "owner": _username(names, asset.owner),
        "holder": _username(names, asset.holder),
        "relations": len(asset.relations),
        "details": asset.details,
    }


def _release(names: Names | None, release: Release) -> Facts:
    phase = release.phase
    return {
        "name": release.name,
        "phase": release.gate,
        "number": phase.number if phase else 0,
        "phases": len(release.phases),
        "changes": len(phase.changes) if phase else 0,
        "service": release.service,
        "owner": _username(names, release.owner),
        "start": phase.start if phase else NEVER,
        "end": phase.end if phase else NEVER,
    }


def _service(names: Names | None, service: Service) -> Facts:
    team = names.team(service.team) if names else None
    return {
        "gate": service.gate,
        "name": service.name,
        "criticality": service.criticality,
        "owner": _username(names, service.owner),
        "team": "" if team is None else team.name,
        "customers": _sorted(_organisation(names, id) for id in service.customers),
    }


def _definition(names: Names | None, record: Versioned[Any]) -> Facts:
    """The fields of the draft, which is what is approved."""
    if record.draft_definition is None:
        raise Refused(f"{record.number} has no draft.")
    described = dict(record.described(record.draft_definition))
    if "organisations" in described:
        found = (_organisation(names, id) for id in record.draft_definition.organisations)
        described["organisations"] = _sorted(found)
    return {"name": record.name, "version": record.published_version + 1, **described}


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if text})
