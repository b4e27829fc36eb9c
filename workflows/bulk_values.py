"""What the workflow of a bulk job is given, and hands to its activity: plain values."""

from uuid import UUID

from msgspec import Struct

QUEUE = "ledgerdesk-bulk"
"""The task queue of bulk jobs: a long one holds up nobody else."""


class Bulk(Struct, frozen=True, kw_only=True):
    job: UUID


class Turned(Struct, frozen=True, kw_only=True):
    """`is_over` says that there is nothing more to do for now."""

    is_over: bool


def workflow_id(number: str) -> str:
    return f"bulk/{number}"
