"""A digest of all that a ledger says, to compare two of them."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from domain.ledger import PAGE, Ledger

_encode = msgspec.json.Encoder().encode
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def content_digest(ledger: Ledger) -> str:
    """SHA-256 over all events in order: their places, names and contents, with personal fields
    opened. Only when an event was recorded is left out, and the keys it was sealed under are."""
    digest = sha256()
    position = 0
    while entries := ledger.after(position, PAGE):
        for entry in entries:
            event = replace(entry.event, by=replace(entry.event.by, at=_NEVER))
            place = entry.position, entry.originator_id, entry.originator_version, entry.topic
            digest.update(_encode((*place, event)))
            digest.update(b"\n")
        position = entries[-1].position
    return digest.hexdigest()
