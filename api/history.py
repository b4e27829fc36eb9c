"""Histories of records and the feed of events, from the ledger itself."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import structs

from api.http.errors import Problem
from domain.aggregate import Entry
from domain.ids import number_of
from domain.mapper import is_person
from projections.timeline import fields_of

NameOf = Callable[[UUID], str]
Moment = datetime | int
"""An instant, or a position of the ledger."""

_POSITION = re.compile(r"@([0-9]{1,18})\Z")


def moment(text: str) -> Moment:
    """What `as_of` stands for. Raises Problem for what is neither instant nor position."""
    if match := _POSITION.match(text):
        return int(match[1])
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and len(text) > 10:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Problem(
        "bad_query",
        "as_of: an instant such as 2026-11-21T09:30:00Z or a position such as @120 is needed.",
    )


def until(entries: list[Entry], moment: Moment | None) -> list[Entry]:
    """The entries that were recorded by a moment."""
    if moment is None:
        return entries
    if isinstance(moment, int):
        return [entry for entry in entries if entry.position <= moment]
    return [entry for entry in entries if entry.event.by.at <= moment]


def shown(entry: Entry, name_of: NameOf) -> dict[str, Any]:
    """One event: what happened, who did it for whom, when, and why."""
    by = entry.event.by
    kind, _, event = entry.topic.partition(":")[0].partition(".")
    return {
        "position": entry.position,
        "record": entry.originator_id,
        "number": number_of(entry.originator_id),
        "version": entry.originator_version,
        "kind": kind,
        "event": event,
        "actor": _who(by.actor, name_of),
        "on_behalf_of": _who(by.on_behalf_of, name_of) if by.on_behalf_of else None,
        "channel": by.channel,
        "recorded_at": by.at,
        "effective_at": by.effective_at,
        "command": by.command,
        "correlation": by.correlation,
        "cause": structs.asdict(by.cause) if by.cause else None,
        "changed": {name: getattr(entry.event, name) for name in fields_of(type(entry.event))},
    }


def _who(actor: str, name_of: NameOf) -> dict[str, Any]:
    if not is_person(actor):
        return {"id": None, "number": None, "name": actor}
    id = UUID(actor)
    return {"id": id, "number": number_of(id), "name": name_of(id)}
