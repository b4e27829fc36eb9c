"""Entries of the ledger as CloudEvents 1.0."""

from typing import Any

from domain.aggregate import Entry
from domain.event_fields import event_name, told_fields
from domain.ids import number_of
from domain.mapper import personal_fields

TYPE_PREFIX = "org.ledgerdesk."


def cloud_event(entry: Entry, *, ledger: str, with_personal: bool = False) -> dict[str, Any]:
    """One entry. `time` is when it took effect, `recordedtime` when it was recorded; the position
    is the id, unique in the ledger. `withheld` names personal fields that are left out."""
    event, by = entry.event, entry.event.by
    told = told_fields(type(event), with_personal=with_personal)
    withheld = [
        name
        for name, _ in personal_fields(type(event))
        if name not in told and getattr(event, name)
    ]
    found = {
        **_context(entry, ledger),
        "actor": by.actor,
        "onbehalfof": by.on_behalf_of,
        "channel": by.channel,
        "commandid": str(by.command),
        "correlationid": str(by.correlation) if by.correlation else "",
        "causeevent": str(by.cause.event) if by.cause and by.cause.event else "",
        "causerule": by.cause.rule if by.cause else "",
        "causeworkflow": by.cause.workflow if by.cause else "",
        "withheld": " ".join(withheld),
    }
    data = {name: getattr(event, name) for name in told}
    return {
        **{name: value for name, value in found.items() if value != ""},
        "data": {name: value for name, value in data.items() if value is not None},
    }


def outline(entry: Entry, *, ledger: str) -> dict[str, Any]:
    """One entry for those who may know that it happened, and neither who did it nor what was
    said."""
    return {**_context(entry, ledger), "withheld": "data", "data": {}}


def _context(entry: Entry, ledger: str) -> dict[str, Any]:
    by = entry.event.by
    _, _, version = entry.topic.partition(":")
    return {
        "specversion": "1.0",
        "id": str(entry.position),
        "source": f"urn:ledgerdesk:{ledger}",
        "type": TYPE_PREFIX + event_name(entry),
        "subject": number_of(entry.originator_id),
        "time": by.effective_at,
        "datacontenttype": "application/json",
        "recordedtime": by.at,
        "recordid": str(entry.originator_id),
        "recordversion": entry.originator_version,
        "typeversion": int(version or 1),
    }
