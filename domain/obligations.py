"""What is owed for a change by a moment: the approval of what was done first, and a review.

An obligation is open until it is met. The clock notes when its moment has passed, and it stays an
audit finding until it is met.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

Name = Literal["retrospective approval", "review"]

APPROVAL_WITHIN = "2bd"
"""How soon an emergency change that was started without an approval is to have one, where the
approval process says nothing else."""
REVIEW_WITHIN = "5bd"
"""How soon a change that failed or was backed out is to be reviewed."""


class Obligation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: Name
    due: datetime
    is_overdue: bool = False
    """Whether it was noted that its moment has passed."""


def passed(obligations: Iterable[Obligation], now: datetime) -> tuple[Obligation, ...]:
    """Those whose moment has passed, and of which that was not noted yet."""
    return tuple(owed for owed in obligations if not owed.is_overdue and owed.due <= now)


def next_moment(obligations: Iterable[Obligation]) -> datetime | None:
    """When the clock has to look again; None if nothing is ahead."""
    return min((owed.due for owed in obligations if not owed.is_overdue), default=None)
