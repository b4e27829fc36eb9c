"""Histories of records and the feed of events, from the ledger itself."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import structs

from api.http.calls import Call
from api.http.errors import Problem
from domain.aggregate import Entry
from domain.as_of import AsOf
from domain.as_of import until as until
from domain.event_fields import fields_of
from domain.ids import number_of
from domain.mapper import is_person
from domain.past_desk import moment_of

NameOf = Callable[[UUID], str]

_POSITION = re.compile(r"@([0-9]{1,18})\Z")
PARAMETERS = ("as_of", "known_at")


def moment(text: str, name: str = "as_of") -> datetime | int:
    """The instant, or the position of the ledger, that a text stands for. Raises Problem for what
    is neither."""
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
        f"{name}: an instant such as 2026-11-21T09:30:00Z or a position such as @120 is needed.",
    )


async def asked_of(call: Call, query: Mapping[str, str]) -> AsOf | None:
    """As of when something is asked: `as_of` is when it was so, `known_at` when it was told.

    A position says what the ledger told by then. Raises Problem for what is neither.
    """
    at, position = None, None
    for name in PARAMETERS:
        if name not in query:
            continue
        found = moment(query[name], name)
        if isinstance(found, datetime) and name == "as_of":
            at = found
            continue
        if isinstance(found, datetime):
            found = await asyncio.to_thread(call.context.ledger.position_at, found)
        position = found if position is None else min(position, found)
    return None if at is None and position is None else AsOf(moment=at, position=position)


async def now_of(call: Call, as_of: AsOf | None) -> datetime:
    """The moment at which something is asked: of a position, when it was recorded."""
    now = call.context.clock()
    if as_of is None:
        return now
    return await asyncio.to_thread(moment_of, call.context.ledger, as_of, now)


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
