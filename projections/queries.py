"""Lists over a view: filtered, ordered and paged by its declared columns, as parameterised SQL.

Pages are found by the values of the last row and not by counting, so they stay fast at any depth
and neither repeat nor leave out a row that stays where it is. Nothing sorts as last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from math import isfinite
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.ids import parse_reference
from domain.policy import Everything, OwnOrganisation, OwnTickets, Readable, Visibility
from domain.rules import NotFound
from projections.past import AsOf, Side, micros, sides, source
from projections.tables import Column, Kind, Table, instant
from projections.tickets import WatcherRow

LIMIT_MAX = 250
VALUES_MAX = 200
SORTS_MAX = 5
EVERYTHING = Everything()


class BadQuery(ValueError):
    """A question that the view cannot understand; `place` names the part that is wrong."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place


class Span(Struct, frozen=True):
    """A filter on a range: from a value on, and up to before another."""

    since: Any = None
    until: Any = None


class Either(Struct, frozen=True):
    """A filter that holds where one of several does, each by field as the others."""

    filters: tuple[Mapping[str, Any], ...]


class Listing(Struct, frozen=True):
    """A table that can be listed, and by which columns it is seen who may see a row.

    Where a column is not named, only those who see everything see the list.
    """

    table: Table[Any]
    view: str
    organisation: str = ""
    people: tuple[str, ...] = ()
    """The columns with the people who have a part in the row."""
    watchers: Table[WatcherRow] | None = None
    ticket: str = "id"
    """The column with the ticket that is watched."""
    audience: Table[Any] | None = None
    """Which organisations read which row, where the list is of what is published for some."""
    searched: tuple[str, ...] = ()
    """As which kinds the search has its rows, by their ids."""


class Page(Struct, frozen=True):
    rows: list[dict[str, Any]]
    next: tuple[Any, ...] | None
    """Where the next page begins; None on the last."""


class Order(Struct, frozen=True):
    column: Column
    is_descending: bool


class Query:
    """The parts of one statement."""

    def __init__(self, listing: Listing, prefix: str, as_of: AsOf | None = None) -> None:
        """`as_of`: the rows as they were then."""
        self.listing = listing
        self.as_of = as_of
        self.table = listing.table
        self.prefix = prefix
        self.conditions: list[str] = []
        self._exact: set[str] = set()
        """The columns that have one value in all rows found."""
        self._given: list[Any] = []
        self._bounds: list[str] = []
        """Where the page begins."""
        self._begun: list[Any] = []
        self._since = -1
        self.varies = False
        """Whether the fastest way to the rows depends on the parameters."""

    def add(self, condition: str, *parameters: Any) -> None:
        self.conditions.append(condition)
        self._given += parameters

    @property
    def parameters(self) -> list[Any]:
        return self.given()

    def given(self, *selected: Any) -> list[Any]:
        """The parameters of `selecting`, if there are others in what is selected."""
        return [*selected, *self._given, *self._begun] * len(self._sides)

    @property
    def _sides(self) -> tuple[Side, ...]:
        return sides(self.table, self.prefix, self.as_of, self._since)

    def column(self, name: str, place: str) -> Column:
        column = self.table.column.get(name)
        if column is None:
            raise BadQuery(place, f"There is no field {name[:80]!r} here.")
        return column

    # Who may see ---------------------------------------------------------------------------

    def restrict(self, visibility: Visibility) -> None:
        if isinstance(visibility, OwnOrganisation):
            if not self.listing.organisation:
                return self.add("1 = 0")
            return self.add(f"{self.listing.organisation} = ?", str(visibility.id))
        if isinstance(visibility, Readable):
            return self._restrict_to_readers(visibility)
        if isinstance(visibility, OwnTickets):
            person = str(visibility.person)
            own = [f"{column} = ?" for column in self.listing.people]
            parameters = [person] * len(own)
            if self.listing.watchers is not None:
                watched = self._among(self.listing.watchers, "ticket", "person")
                own.append(f"{self.listing.ticket} IN ({watched})")
                parameters.append(person)
            return self.add(f"({' OR '.join(own)})" if own else "1 = 0", *parameters)
        return None

    def _restrict_to_readers(self, readable: Readable) -> None:
        if self.listing.audience is None:
            return self.add("1 = 0")
        audience = self.listing.audience
        whose = [str(readable.organisation), *sorted(map(str, readable.teams))]
        read = self._among(audience, audience.key[0], "organisation", len(whose))
        public = "is_public OR " if "is_public" in self.table.column else ""
        own = "".join(f" OR {column} = ?" for column in self.listing.people)
        self.add(
            f"({public}id IN ({read}){own})",
            *whose,
            *[str(readable.person)] * len(self.listing.people),
        )
        return None

    def _among(self, table: Table[Any], what: str, by: str, values: int = 1) -> str:
        """A column of the rows of another table, at the same moment, by some values of another."""
        rows = source(table, self.prefix, self.as_of, dict.fromkeys((what, by)))
        return f"SELECT {what} FROM {rows.tables} WHERE {by} IN ({', '.join('?' * values)})"

    # Which ones ----------------------------------------------------------------------------

    def filter(self, filters: Mapping[str, Any]) -> None:
        for name, value in filters.items():
            if isinstance(value, Either):
                self._filter_either(value)
                continue
            place = f"filter.{name[:80]}"
            column = self.column(name, place)
            if column.kind == "json":
                raise BadQuery(place, f"{name} cannot be filtered by.")
            if value is None:
                self.add(f"{name} IS NULL")
            elif isinstance(value, Span):
                if value.since is not None:
                    self.add(f"{name} >= ?", stored(column, value.since, place))
                if value.until is not None:
                    self.add(f"{name} < ?", stored(column, value.until, place))
            elif isinstance(value, list | tuple | set | frozenset):
                if not 0 < len(value) <= VALUES_MAX:
                    raise BadQuery(place, f"A filter takes 1 to {VALUES_MAX} values.")
                values = [stored(column, one, place) for one in value]
                self.add(f"{name} IN ({', '.join('?' * len(values))})", *values)
            else:
                self.add(f"{name} = ?", stored(column, value, place))
                self._exact.add(name)

    def _filter_either(self, either: Either) -> None:
        alternatives = []
        parameters: list[Any] = []
        for filters in either.filters:
            one = Query(self.listing, self.prefix)
            one.filter(filters)
            alternatives.append(f"({' AND '.join(one.conditions)})")
            parameters += one.parameters
        self.add(f"({' OR '.join(alternatives)})", *parameters)

    # In which order, and from where -----------------------------------------------------------

    def order(self, sort: Iterable[str]) -> list[Order]:
        """The order asked for, made total by the key."""
        orders: list[Order] = []
        for wish in sort:
            column = self.column(wish.removeprefix("-"), "sort")
            if column.kind == "json":
                raise BadQuery("sort", f"{column.name} cannot be sorted by.")
            if all(column is not order.column for order in orders):
                orders.append(Order(column, wish.startswith("-")))
        if len(orders) > SORTS_MAX:
            raise BadQuery("sort", f"At most {SORTS_MAX} fields can be sorted by.")
        is_descending = orders[-1].is_descending if orders else False
        named = {order.column.name for order in orders}
        return orders + [
            Order(self.table.column[name], is_descending)
            for name in self.table.key
            if name not in named
        ]

    def seek(self, orders: Sequence[Order], after: Sequence[Any]) -> None:
        """Begin after the row with these values."""
        if len(after) != len(orders):
            raise BadQuery("cursor", "This cursor belongs to another list.")
        values = [
            None if value is None else stored(order.column, value, "cursor")
            for order, value in zip(orders, after, strict=True)
        ]
        self.seek_stored(orders, values)

    def seek_stored(self, orders: Sequence[Order], values: Sequence[Any]) -> None:
        """Begin after the row that has these values stored."""
        first = orders[0]
        if values[0] is not None and not first.column.is_nullable:
            # The database seeks by this one; it could not by the alternatives that follow.
            self._begin(f"{first.column.name} {'<=' if first.is_descending else '>='} ?", values[0])
        alternatives: list[str] = []
        parameters: list[Any] = []
        for place, order in enumerate(orders):
            beyond = _beyond(order, values[place])
            if beyond is None:
                continue
            same = [_same(orders[i].column.name, values[i]) for i in range(place)]
            alternatives.append(" AND ".join([*same, beyond]))
            parameters += [value for value in values[: place + 1] if value is not None]
        self._begin(f"({' OR '.join(f'({one})' for one in alternatives)})", *parameters)

    def _begin(self, condition: str, *parameters: Any) -> None:
        self._bounds.append(condition)
        self._begun += parameters

    def statement(self, columns: Iterable[str], orders: Sequence[Order], limit: int) -> str:
        ordered = ", ".join(
            order.column.name
            + (" DESC" if order.is_descending else "")
            + (" NULLS LAST" if order.column.is_nullable else "")
            for order in orders
        )
        page = f" ORDER BY {ordered} LIMIT {limit}"
        wanted = ", ".join(columns)
        if self.as_of is None:
            return self.selecting(wanted) + page
        # Whole rows are read of one page alone: they are wide, and all that there were are sorted.
        found = []
        for side in self._sides:
            key = ", ".join(side.key)
            first = self._first(side, key, orders) + page
            found.append(f"SELECT {wanted} FROM {side.table} WHERE ({key}) IN ({first})")
        return " UNION ALL ".join(found) + page

    def _first(self, side: Side, key: str, orders: Sequence[Order]) -> str:
        """What finds the rows of a side by their keys, for the first of them to be taken."""
        if not self.prefix or not (self.conditions or self._is_past(side)):
            return self._selecting(side, key)
        # PostgreSQL would follow an index in this order past all that is not sought, as it takes
        # what is for spread evenly. It does not look through an OFFSET.
        names = dict.fromkeys((*side.key, *(order.column.name for order in orders)))
        return f"SELECT {key} FROM ({self._selecting(side, ', '.join(names))} OFFSET 0) AS found"

    def since(self, at: datetime) -> "Query":
        """The same of the rows that had changed last after a moment, of a list as it was at one:
        their versions began no sooner."""
        narrowed = copy(self)
        narrowed._bounds = [*self._bounds, f"{self.table.dated} > ?"]
        narrowed._begun = [*self._begun, instant(at)]
        narrowed._since = micros(at)
        return narrowed

    def selecting(self, what: str) -> str:
        return " UNION ALL ".join(self._selecting(side, what) for side in self._sides)

    def _selecting(self, side: Side, what: str) -> str:
        conditions = [*self.conditions, *self._bounds]
        if self._is_past(side):
            # The index of versions begins with these: it serves only if something is said of them.
            said = (name for name in self.table.past or () if name not in self._exact)
            conditions += (f"{name} IN (TRUE, FALSE)" for name in said)
        return side.selecting(what, *conditions)

    def _is_past(self, side: Side) -> bool:
        return side.table == self.prefix + self.table.past_stored


def _beyond(order: Order, value: Any) -> str | None:
    """What comes after a value; None if nothing can."""
    if value is None:
        return None
    name = order.column.name
    beyond = f"{name} {'<' if order.is_descending else '>'} ?"
    return f"({beyond} OR {name} IS NULL)" if order.column.is_nullable else beyond


def _same(name: str, value: Any) -> str:
    return f"{name} IS NULL" if value is None else f"{name} = ?"


# Values ------------------------------------------------------------------------------------


def stored(column: Column, value: Any, place: str) -> Any:
    """A value as the column holds it. Raises BadQuery naming the place."""
    try:
        return _STORED[column.kind](value)
    except (ValueError, TypeError, KeyError, NotFound, OverflowError):
        raise BadQuery(place, f"{str(value)[:80]!r} is no {_NAMES[column.kind]}.") from None


SHOWN: dict[Kind, Callable[[Any], Any]] = {"json": msgspec.json.decode, "boolean": bool}
"""How values are answered of the kinds of columns that store them otherwise."""


def shown(column: Column, value: Any) -> Any:
    """A stored value as it is answered."""
    as_shown = SHOWN.get(column.kind)
    return value if value is None or as_shown is None else as_shown(value)


def _id(value: Any) -> str:
    return str(value if isinstance(value, UUID) else parse_reference(str(value)))


def _text(value: Any) -> str:
    text = str(value)
    if "\0" in text:
        raise ValueError(text)
    text.encode()
    return text


def _integer(value: Any) -> int:
    number = int(value)
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueError(value)
    return number


def _boolean(value: Any) -> bool:
    return {"true": True, "false": False, "1": True, "0": False}[str(value).lower()]


def _instant(value: Any) -> str:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(value)
    return instant(at)


def _decimal(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise ValueError(value)
    return number


def _day(value: Any) -> str:
    day = str(value)
    if len(day) != len("2026-03-02"):
        raise ValueError(day)
    return date.fromisoformat(day).isoformat()


_STORED: dict[Kind, Callable[[Any], Any]] = {
    "id": _id,
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "instant": _instant,
    "decimal": _decimal,
    "day": _day,
}
_NAMES: dict[Kind, str] = {
    "id": "number or id",
    "text": "text",
    "integer": "whole number",
    "boolean": "truth: write true or false",
    "instant": "instant: write 2026-03-02T09:00:00Z",
    "decimal": "number",
    "day": "day: write 2026-03-02",
}
