"""What can be ordered of a live service: its form, its price, how it is fulfilled, and for whom.

An offering is drafted, approved where a process governs it, published version by version, and
retired, as every definition is. An order keeps the version that it was made of.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain import form_schema, fulfilment_plan, text
from domain.fulfilment_plan import PlannedTask
from domain.rules import require
from domain.subjects import Value
from domain.versioned import Versioned

ORGANISATIONS_MAX = 200
AMOUNT = r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?"
CURRENCY = r"[A-Z]{3}"

Audience = Literal["public", "organisations", "agents"]
"""Who orders it: everybody, the people of the organisations that it names, or those who work at the
desk. The latter order all of it."""


class Price(Struct, frozen=True, kw_only=True):
    """An amount as a decimal number in text, such as `1299.90`, of a currency of ISO 4217."""

    amount: str
    currency: str


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an offering offers."""

    service: UUID
    description: str = ""
    category: str = ""
    """That of the requests that come of it."""
    form: dict[str, Any] = {}
    """What is asked of whoever orders it: see `domain.form_schema`. Empty: nothing."""
    price: Price | None = None
    process: UUID | None = None
    """The approval process of its orders; None: the one that governs such requests, if any."""
    plan: tuple[PlannedTask, ...] = ()
    audience: Audience = "public"
    organisations: tuple[UUID, ...] = ()
    """Whose people order it, for the audience of that name."""


class Offering(Versioned[Item]):
    prefix = "OFR"
    what = "offering"
    subject = "offering"

    draft_definition: Item | None
    versions: tuple[Item, ...]

    @staticmethod
    def check(definition: Item) -> None:
        check(definition)

    @staticmethod
    def described(definition: Item) -> Mapping[str, Value]:
        return {
            "category": definition.category,
            "has_price": definition.price is not None,
            "currency": definition.price.currency if definition.price else "",
            "tasks": len(definition.plan),
            "audience": definition.audience,
            "organisations": [str(one) for one in definition.organisations],
        }

    class Drafted(Versioned.Drafted):
        definition: Item

    class Revised(Versioned.Revised):
        definition: Item

    class VersionPublished(Versioned.VersionPublished):
        definition: Item


def check(item: Item) -> None:
    """Refuse an item that cannot be ordered. Raises Refused with the place."""
    text.body(item.description, "description")
    if item.category:
        require(
            text.name(item.category, "category") == item.category,
            "category: it has no spaces around it.",
        )
    form_schema.check(item.form)
    _check_price(item.price)
    fulfilment_plan.check(item.plan)
    _check_audience(item)


def _check_price(price: Price | None) -> None:
    if price is None:
        return
    require(
        re.fullmatch(AMOUNT, price.amount) is not None,
        "price.amount: a decimal number in text, with at most 4 places, such as 1299.90.",
    )
    require(
        re.fullmatch(CURRENCY, price.currency) is not None,
        "price.currency: a currency of ISO 4217, such as CHF.",
    )


def _check_audience(item: Item) -> None:
    require(
        item.audience in get_args(Audience), f"audience: one of {', '.join(get_args(Audience))}."
    )
    named = item.organisations
    require(
        bool(named) == (item.audience == "organisations"),
        "organisations: they are named for the audience `organisations`, and for no other.",
    )
    require(
        len(named) <= ORGANISATIONS_MAX,
        f"organisations: an offering is for at most {ORGANISATIONS_MAX} organisations.",
    )
    require(len(set(named)) == len(named), "organisations: each is named once.")
