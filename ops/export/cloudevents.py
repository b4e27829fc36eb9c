"""Entries of the ledger as CloudEvents 1.0, one JSON object a line."""

from collections.abc import Iterable
from typing import IO, Any

import msgspec

from domain.aggregate import Entry
from domain.ids import number_of
from domain.mapper import personal_fields
from ops.export.facts import event_name, told_fields

TYPE_PREFIX = "org.ledgerdesk."


def write(
    entries: Iterable[Entry], file: IO[str], *, ledger: str, with_personal: bool = False
) -> int:
    """Write entries of the ledger with this id; how many."""
    count = 0
    for entry in entries:
        count += 1
        found = cloud_event(entry, ledger=ledger, with_personal=with_personal)
        file.write(msgspec.json.encode(found).decode() + "\n")
    return count


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
    _, _, version = entry.topic.partition(":")
    found = {
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
