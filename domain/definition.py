"""What published definitions share: a digest, and checks of the parts that people write in them."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

import msgspec

from domain import approval
from domain.approval import Stage
from domain.business_time import duration
from domain.conditions import condition
from domain.quorum import Any
from domain.rules import Refused, require
from domain.subjects import SubjectKind

DAYS_MAX = 366
SELECTORS_MAX = 100
ORDER_MAX = 1_000_000


def digest(definition: msgspec.Struct) -> str:
    """The SHA-256 of a definition in 64 hexadecimal digits: equal definitions have equal ones."""
    plain = msgspec.to_builtins(definition, str_keys=True)
    return sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def check_order(order: int) -> None:
    require(0 <= order <= ORDER_MAX, f"order: a number from 0 to {ORDER_MAX}, the lowest first.")


def check_wait(place: str, wait: str) -> None:
    """Refuse a duration of no known form, or of more than 366 days."""
    try:
        length = duration(wait)
    except Refused as refused:
        raise Refused(f"{place}: {refused}") from None
    span = length.open_time or timedelta(days=length.amount)
    require(
        span <= timedelta(days=DAYS_MAX), f"{place}: a duration is at most {DAYS_MAX} days long."
    )


def check_condition(place: str, text: str, kind: SubjectKind) -> None:
    """Refuse a condition that makes no sense for subjects of a kind."""
    try:
        condition(text, kind)
    except Refused as refused:
        raise Refused(f"{place}: {refused}") from None


def check_selectors(place: str, selectors: Sequence[str]) -> None:
    """Refuse a selector of people of no known form."""
    require(
        len(selectors) <= SELECTORS_MAX, f"{place}: at most {SELECTORS_MAX} selectors are named."
    )
    if selectors:
        named = Stage(
            name=place,
            approvers=tuple(selectors),
            quorum=Any(),
            patience="1d",
            on_timeout="reject",
        )
        approval.check([named])
