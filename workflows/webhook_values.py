"""What the workflow of a webhook is given, and hands to its activity: plain values."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

QUEUE = "ledgerdesk-webhooks"
"""The task queue of deliveries: receivers that are slow hold up nobody else."""


class Delivering(Struct, frozen=True, kw_only=True):
    webhook: UUID


class Deliver(Struct, frozen=True, kw_only=True):
    """`is_hurried` has what failed tried again before its time."""

    webhook: UUID
    is_hurried: bool = False


class Delivered(Struct, frozen=True, kw_only=True):
    """`until` is when something is tried again; None to go on at once."""

    until: datetime | None = None
    is_over: bool = False


def workflow_id(number: str) -> str:
    return f"webhook/{number}"
