"""What the workflow of mails that come again is given, and hands to its activity: plain values."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Mailing(Struct, frozen=True, kw_only=True):
    """Of a record about which somebody is told by mail again and again."""

    record: UUID


class Mailed(Struct, frozen=True, kw_only=True):
    """`until` is when something is to be seen to next; None if only news can tell."""

    until: datetime | None = None
    is_over: bool = False


def workflow_id(number: str) -> str:
    return f"mailing/{number}"
