"""Who did it, when, through which channel, and why: what signs every event."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Cause(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What made something happen that no person asked for: an event, a rule or a workflow."""

    event: int | None = None
    """The position of the causing event in the ledger."""
    rule: str = ""
    rule_version: int = 0
    workflow: str = ""


class Provenance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acted, when and through which channel. All times are aware and in UTC."""

    actor: str
    """The id of a person, or the name of a part of the desk such as `sla-clock`."""
    at: datetime
    """When it was recorded."""
    command: UUID
    """The command that recorded it: its idempotency key, and its receipt's."""
    channel: str = "api"
    on_behalf_of: str = ""
    effective: datetime | None = None
    """When it happened, where that is not when it was recorded."""
    correlation: UUID | None = None
    """The first command of the chain, where that is another than this one."""
    cause: Cause | None = None

    @property
    def effective_at(self) -> datetime:
        return self.effective or self.at
