"""The lines of purchase orders, and their prices.

A price is a whole number of minor units, such as cents. How many of them make the unit of its
currency is as ISO 4217 has it.
"""

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import text
from domain.asset_record import AMOUNT_MAX, CURRENCY, Cost
from domain.rules import require

LINES_MAX = 200
QUANTITY_MAX = 100_000
PRICE_MAX = int(AMOUNT_MAX)
WARRANTY_MONTHS_MAX = 240

_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Of the currencies that have no hundredths: how many decimals their minor unit is."""


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    item: str
    """What is bought, as the supplier calls it."""
    quantity: int
    price: int
    """Of one, in minor units of the currency of the order."""
    type: UUID | None = None
    """The type of the assets that it brings."""
    asset_class: str = ""
    """Their class, where they have no type. Without both, it brings no assets."""
    contract: UUID | None = None
    """By which it is bought."""
    cost_centre: str = ""
    warranty_months: int = 0
    """How long there is a warranty, from the day on which a unit is received."""

    @property
    def brings_assets(self) -> bool:
        return self.type is not None or self.asset_class != ""


def checked_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines as they are kept. Raises Refused with the rule that one breaks."""
    require(len(lines) <= LINES_MAX, f"lines: an order has at most {LINES_MAX}.")
    return tuple(_checked(f"lines[{place}]", line) for place, line in enumerate(lines))


def _checked(place: str, line: Line) -> Line:
    require(
        1 <= line.quantity <= QUANTITY_MAX,
        f"{place}.quantity: a number from 1 to {QUANTITY_MAX:,}.",
    )
    require(0 <= line.price <= PRICE_MAX, f"{place}.price: a number from 0 to {PRICE_MAX:,}.")
    require(
        0 <= line.warranty_months <= WARRANTY_MONTHS_MAX,
        f"{place}.warranty_months: a number from 0 to {WARRANTY_MONTHS_MAX}.",
    )
    return replace(
        line,
        item=text.name(line.item, f"{place}.item: it"),
        asset_class=_line_of(f"{place}.asset_class", line.asset_class),
        cost_centre=_line_of(f"{place}.cost_centre", line.cost_centre),
    )


def _line_of(place: str, said: str) -> str:
    return text.name(said, f"{place}: it") if said else ""


def check_currency(currency: str) -> str:
    require(
        CURRENCY.fullmatch(currency) is not None,
        "currency: it is three capital letters, such as EUR.",
    )
    return currency


def cost_of(price: int, currency: str) -> Cost:
    """A price in minor units as an amount."""
    return Cost(Decimal(price).scaleb(-_DIGITS.get(currency, 2)), currency)


def warranty_until(received: date, months: int) -> date | None:
    """The last day of a warranty of so many months from a day on; None without one."""
    if not months:
        return None
    year, month = divmod(received.year * 12 + received.month - 1 + months, 12)
    if year > date.max.year:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    if received.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, received.day) - timedelta(days=1)
