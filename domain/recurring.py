"""When incidents that come again make a problem: what a rule says of it."""

import re
from datetime import timedelta
from typing import Literal, get_args

from msgspec import Struct

from domain import text
from domain.rules import Refused, require

Trait = Literal["category", "subcategory", "service", "asset", "organisation"]
TRAITS: tuple[Trait, ...] = get_args(Trait)
COUNT_MIN, COUNT_MAX = 2, 100
WITHIN_MAX = timedelta(days=366)

_TIME = re.compile(r"([1-9][0-9]{0,3})(h|d)")
_UNITS = {"h": "hours", "d": "days"}


class Recurrence(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag="propose problem"
):
    """Propose a problem once so many incidents that are alike were logged within a time.

    same: what they have in common, each of which they say. within: such as `12h` or `30d`.
    """

    same: tuple[Trait, ...]
    count: int
    within: str
    title: str = ""
    """Of the problem; empty: what the incidents have in common."""


def check(place: str, recurrence: Recurrence) -> None:
    """Refuse what makes no sense, naming the place."""
    same = recurrence.same
    require(len(same) > 0, f"{place}.same: what the incidents have in common is named.")
    require(len(set(same)) == len(same), f"{place}.same: each is named once.")
    require(set(same) <= set(TRAITS), f"{place}.same: one of {', '.join(TRAITS)}.")
    require(
        COUNT_MIN <= recurrence.count <= COUNT_MAX,
        f"{place}.count: {COUNT_MIN} to {COUNT_MAX} incidents.",
    )
    try:
        time_of(recurrence)
    except Refused as refused:
        raise Refused(f"{place}.{refused}") from None
    if recurrence.title:
        text.title(recurrence.title, f"{place}.title: A problem")


def time_of(recurrence: Recurrence) -> timedelta:
    """Within which time the incidents are logged. Raises Refused."""
    found = _TIME.fullmatch(recurrence.within)
    if found is None:
        raise Refused("within: a number of hours or days, such as 12h or 30d.")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    require(length <= WITHIN_MAX, f"within: {WITHIN_MAX.days} days at most.")
    return length
