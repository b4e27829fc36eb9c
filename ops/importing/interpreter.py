"""From what a row says to what happened: the difference to the record so far, as events."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.asset import Asset
from domain.change import Change
from domain.ids import number_of
from domain.incident import Incident
from domain.priority import priority as priority_of
from domain.problem import Problem
from domain.provenance import Provenance
from ops.importing.mapping import Mapping, Source
from ops.importing.related import PLACEHOLDER_CLASS, Related
from ops.importing.rows import Row
from ops.importing.shapes import FOREIGN_NUMBER, SHAPES
from ops.importing.story import Story

ACTOR = "import"
"""Who signs what no person is named for."""
CHANNEL = "imported"

DEFAULTS = {"channel": CHANNEL, "asset_class": PLACEHOLDER_CLASS, "type": "normal"}

LASTING = {
    "incident": ("channel",),
    "problem": (),
    "change": ("reason",),
    "asset": ("name", "asset_class", "tag", "service", "organisation", "owner"),
}
"""The fields that a record has from its beginning. Another value later is kept as a detail."""


class Reading:
    """A row with its names turned into ids, and its texts into numbers and times."""

    __slots__ = ("actor", "details", "facts", "links", "opened_by", "row")

    def __init__(
        self,
        row: Row,
        actor: str,
        opened_by: str,
        facts: dict[str, Any],
        details: dict[str, str],
        links: list[tuple[str, UUID]],
    ) -> None:
        self.row = row
        self.actor = actor
        self.opened_by = opened_by
        self.facts = facts
        self.details = details
        self.links = links


class Reader:
    """Reads rows by a mapping. The records that they name are met in `related`."""

    def __init__(self, mapping: Mapping, related: Related) -> None:
        self._mapping = mapping
        self._related = related
        fields = SHAPES[mapping.record].fields
        self._fields = [
            (name, self._converter(name, fields[name].is_a, source))
            for name, source in mapping.fields.items()
        ]
        self._details = [(name, source.person) for name, source in mapping.details.items()]
        self._named_after_number = [name for name in ("title", "name") if name in mapping.fields]
        self._foreign = mapping.number.allocate
        opened = mapping.opened
        self._actor = _group(mapping.actor)
        self._opened_by = _group(opened.actor if opened else None)

    def read(self, row: Row) -> Reading:
        person = self._related.person
        facts: dict[str, Any] = {
            name: text if convert is None else convert(text)
            for (name, convert), text in zip(self._fields, row.fields, strict=True)
        }
        if facts.get("organisation") is None:
            facts["organisation"] = self._related.organisation()
        for name in self._named_after_number:
            facts[name] = facts[name] or row.key
        details = {
            name: number_of(person(group, text)) if group and text else text
            for (name, group), text in zip(self._details, row.details, strict=True)
        }
        if self._foreign:
            details[FOREIGN_NUMBER] = row.key
        actor = self._sign(self._actor, row.actor)
        return Reading(
            row,
            actor,
            self._sign(self._opened_by, row.opened_by) if row.opened_by else actor,
            facts,
            details,
            self._links(row),
        )

    def _links(self, row: Row) -> list[tuple[str, UUID]]:
        if not any(row.links):
            return []
        linked = self._related.linked
        return [
            (link.type, linked(link, name))
            for link, name in zip(self._mapping.links, row.links, strict=True)
            if name
        ]

    def _sign(self, group: str, name: str) -> str:
        if not name:
            return ACTOR
        return str(self._related.person(group, name)) if group else f"{ACTOR}:{name}"

    def _converter(self, name: str, is_a: str, source: Source) -> Callable[[str], Any] | None:
        related = self._related
        if is_a == "person":
            group = source.person or ""
            return lambda text: related.person(group, text) if text else None
        if is_a == "team":
            return lambda text: related.team(text) if text else None
        if is_a == "organisation":
            return lambda text: related.organisation(text) if text else None
        if is_a == "time":
            return lambda text: datetime.fromisoformat(text) if text else None
        if name in ("impact", "urgency", "priority"):
            return lambda text: int(text) if text else None
        if name in DEFAULTS:
            return lambda text: text or DEFAULTS[name]
        return None


def record_row(
    mapping: Mapping,
    story: Story,
    now: Reading,
    before: Reading | None,
    by: Provenance,
    opened: Provenance,
) -> None:
    """Record on a record what a row says anew. Raises BadRow.

    `before` is the row before, `by` signs for the row, and `opened` for the beginning.
    """
    record = story.record
    begins = record.version == 0
    if begins:
        record.record(_beginning(mapping.record, now, opened))
    if mapping.record == "asset":
        _amend_asset(story, now, by, begins)
    else:
        _amend_ticket(mapping, story, now, by, begins)
    _link(record, now.links, before.links if before else (), by)
    if now.row.status:
        lifecycle = SHAPES[mapping.record].lifecycle
        lifecycle.move(record, now.row.status, now.row.reason, now.facts, by)
    if not record.pending and mapping.unchanged == "keep":
        record.record(record.Amended(by=by, **_touched(record)))


def _touched(record: Any) -> dict[str, Any]:
    return {"details": {}} if isinstance(record, Asset) else {"requester": record.requester}


def _beginning(kind: str, now: Reading, by: Provenance) -> Any:
    facts = now.facts
    key = now.row.key
    if kind == "asset":
        return Asset.Registered(
            by=by,
            name=facts.get("name") or key,
            asset_class=facts.get("asset_class", PLACEHOLDER_CLASS),
            tag=facts.get("tag", ""),
            organisation=facts["organisation"],
            service=facts.get("service", ""),
            owner=facts.get("owner"),
        )
    given = {
        "by": by,
        "title": facts.get("title") or key,
        "description": facts.get("description", ""),
        "requester": facts.get("requester"),
        "organisation": facts["organisation"],
    }
    match kind:
        case "incident":
            return Incident.Logged(**given, channel=facts.get("channel", CHANNEL))
        case "problem":
            return Problem.Raised(**given)
    return Change.Proposed(
        **given, type=facts.get("type", "normal"), reason=facts.get("reason", "")
    )


def _amend_asset(story: Story, now: Reading, by: Provenance, begins: bool) -> None:
    asset = story.record
    details = _changed(asset.details, now.details)
    if not begins:
        details |= _outlasted(story, "asset", now)
    if details:
        asset.record(Asset.Amended(by=by, details=details))


def _amend_ticket(
    mapping: Mapping, story: Story, now: Reading, by: Provenance, begins: bool
) -> None:
    ticket, facts = story.record, now.facts
    details = _changed(ticket.details, now.details)
    title = description = None
    if not begins:
        details |= _outlasted(story, mapping.record, now)
        asks = facts.get("requester", ticket.requester), facts["organisation"]
        if asks != (ticket.requester, ticket.organisation):
            ticket.record(ticket.RequesterChanged(by=by, requester=asks[0], organisation=asks[1]))
        if facts.get("title", story.title) != story.title:
            title = facts["title"]
        if facts.get("description", story.description) != story.description:
            description = facts["description"]
    if details or title is not None or description is not None:
        ticket.record(
            ticket.Amended(
                by=by,
                requester=ticket.requester,
                title=title,
                description=description,
                details=details,
            )
        )
    _sort(ticket, facts, by)
    if mapping.record == "change" and facts.get("type", ticket.type) != ticket.type:
        ticket.record(Change.Classified(by=by, type=facts["type"]))


def _sort(ticket: Any, facts: dict[str, Any], by: Provenance) -> None:
    if "category" in facts or "service" in facts:
        sorts = (
            facts.get("category", ticket.category),
            facts.get("subcategory", ticket.subcategory),
            facts.get("service", ticket.service),
        )
        if sorts != (ticket.category, ticket.subcategory, ticket.service):
            ticket.record(
                ticket.Categorised(by=by, category=sorts[0], subcategory=sorts[1], service=sorts[2])
            )
    if (ranks := ranks_of(facts)) and ranks != (ticket.impact, ticket.urgency, ticket.priority):
        ticket.record(
            ticket.Prioritised(by=by, impact=ranks[0], urgency=ranks[1], priority=ranks[2])
        )
    if "team" in facts or "assignee" in facts:
        hands = facts.get("team", ticket.team), facts.get("assignee", ticket.assignee)
        if hands != (ticket.team, ticket.assignee):
            ticket.record(ticket.Assigned(by=by, team=hands[0], assignee=hands[1]))


def ranks_of(facts: dict[str, Any]) -> tuple[int, int, int] | None:
    """Impact, urgency and priority: as given, or by the matrix. A missing one tells nothing."""
    impact, urgency = facts.get("impact"), facts.get("urgency")
    if impact is None or urgency is None:
        return None
    return impact, urgency, facts.get("priority") or priority_of(impact, urgency)


def _changed(present: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    known = present.get
    return {name: value for name, value in given.items() if known(name, "") != value}


def _outlasted(story: Story, kind: str, now: Reading) -> dict[str, str]:
    """The fields that say something else than at the beginning, and than when last looked."""
    return {
        name: text
        for name in LASTING[kind]
        if name in now.facts and (text := as_text(now.facts[name])) != lasting(story, name)
    }


def lasting(story: Story, name: str) -> str:
    """What a field says now that an event of the beginning alone can carry."""
    found: str | None = story.record.details.get(name)
    return as_text(getattr(story.beginning, name)) if found is None else found


def as_text(value: Any) -> str:
    return number_of(value) if isinstance(value, UUID) else str(value or "")


def _link(
    record: Any,
    wanted: Sequence[tuple[str, UUID]],
    before: Sequence[tuple[str, UUID]],
    by: Provenance,
) -> None:
    if not wanted and not before:
        return
    kind: Any = record.__class__
    linked: Any
    unlinked: Any
    links, linked, unlinked = (
        ("relations", kind.Related, kind.Unrelated)
        if kind is Asset
        else ("links", kind.Linked, kind.Unlinked)
    )
    for type, other in before:
        if (type, other) not in wanted and (type, other) in getattr(record, links):
            record.record(unlinked(by=by, other=other, type=type))
    for type, other in wanted:
        if (type, other) not in getattr(record, links) and other != record.id:
            record.record(linked(by=by, other=other, type=type))


def _group(source: Source | None) -> str:
    return (source.person or "") if source else ""
