"""What people write into the search box of a list, as conditions on its rows.

    is:open assignee:me priority:high,critical updated:>2026-01-01 -status:pending "paper jam" fax

All terms hold together; a minus before one turns it round. Dates are days in UTC. Words are looked
for in all that the search knows of a record, where it knows the records of the list, and else in
what names a row.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from domain import priority
from domain.expression_hints import did_you_mean
from domain.ids import number_of, parse_reference
from domain.rules import NotFound
from domain.wrong_expression import WrongExpression, at_offset
from projections.filter_language import is_filterable
from projections.filters import (
    Both,
    Compare,
    Condition,
    Constant,
    Contains,
    Either,
    Exists,
    IsNothing,
    Item,
    Me,
    Not,
    Of,
    Sign,
    Truth,
    Worded,
)
from projections.queries import BadQuery, stored
from projections.search_question import Match, Sight, all_of, beginning, heard, read
from projections.tables import Column, Table

TEXT_MAX = 500
TERMS_MAX = 20
WORDS_MAX = 5
"""How many words are looked for, which no index can do for them."""
VALUES_MAX = 20

NameOf = Callable[[str, str], UUID | None]
"""The record that a name stands for in a column, if who asks may know of it."""

_TERM = re.compile(r"""(?P<minus>-)?(?:(?P<name>[A-Za-z_]+):)?(?P<value>(?:"[^"]*"|[^\s"])*)""")
_COMMA = re.compile(r""",(?=(?:[^"]*"[^"]*")*[^"]*\Z)""")
"""One that stands in no quotes."""
_VALUE = re.compile(r"""(?P<sign>[<>]=?)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^"]*))""")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SIGNS: Mapping[str, Sign] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ORDERED = ("instant", "integer")
_WORDS_IN = ("title", "name", "username")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_LEVELS = {"high": 1, "medium": 2, "low": 3}
_NUMBERS: Mapping[str, Mapping[str, int]] = {
    "priority": {name: number for number, name in priority.NAMES.items()},
    "impact": _LEVELS,
    "urgency": _LEVELS,
}


class SearchBox:
    """What can be written into the box of one list."""

    def __init__(self, table: Table[Any], values: Mapping[str, tuple[str, ...]] = {}) -> None:
        """`values` are all that a field can have, where they are known."""
        self.columns = {column.name: column for column in table.columns if is_filterable(column)}
        self.values = values

    def condition(
        self, text: str, name_of: NameOf, sights: Mapping[str, Sight] | None = None
    ) -> Condition:
        """`sights`: as which kinds the search knows the rows, and what is seen of each. Raises
        WrongExpression, which names the place and the rule."""
        if len(text) > TEXT_MAX:
            raise WrongExpression(1, 1, f"a search has at most {TEXT_MAX} characters.")
        terms = [_Term(self, text, found, name_of) for found in _terms(text)]
        if not terms:
            raise WrongExpression(1, 1, "a word or a term such as is:open is needed here.")
        words = [term for term in terms if term.is_word]
        for what, found, limit in (("terms", terms, TERMS_MAX), ("words", words, WORDS_MAX)):
            if len(found) > limit:
                raise at_offset(text, found[limit].at, f"a search has at most {limit} {what}.")
        if sights is None:
            return Both(tuple(term.condition() for term in terms))
        # Looked for all at once, so that a rare word helps to find the others.
        plain = [match for term in terms if (match := term.match()) and not term.is_turned]
        together = [Worded(heard(all_of(plain), sights))] if plain else []
        others = [
            term.condition() if match is None else Not(Worded(heard(match, sights)))
            for term in terms
            if (match := term.match()) is None or term.is_turned
        ]
        return Both((*together, *others))

    def column(self, name: str) -> Column | None:
        """The field of that name; a moment goes without `_at`."""
        return self.columns.get(name) or self.columns.get(f"{name}_at")

    def words(self, text: str) -> Condition | None:
        """Whether a word, or words in quotes, stand in what names a row, or are its number."""
        folded = Constant(text.translate(_LOWER))
        found: list[Condition] = [
            Contains("contains", Of(self.columns[name]), folded, is_folded=True)
            for name in _WORDS_IN
            if name in self.columns
        ]
        if "number" in self.columns and (number := _number(text)):
            found.append(Compare("==", Of(self.columns["number"]), Constant(number)))
        return Either(tuple(found)) if found else None


def _terms(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        found = cast("re.Match[str]", _TERM.match(text, at))
        if found.end() == at:
            if text[at] == '"':
                raise at_offset(text, at, "this quote is not closed.")
            at += 1
            continue
        yield found
        at = found.end()


class _Term:
    def __init__(self, box: SearchBox, text: str, found: re.Match[str], name_of: NameOf) -> None:
        self._box = box
        self._text = text
        self._name_of = name_of
        self.is_turned = found["minus"] is not None
        self._name = found["name"]
        self._value = found["value"]
        self.at = found.start()
        self._value_at = found.start("value")

    @property
    def is_word(self) -> bool:
        return self._name is None

    def condition(self) -> Condition:
        found = self._plain()
        return Not(found) if self.is_turned else found

    def match(self) -> Match | None:
        """What a record has to have in the search; None for what is not looked for there, such as
        words in quotes, of which it does not know how they stand."""
        if not self.is_word or '"' in self._value:
            return None
        asked = read(self._value)
        return beginning(asked) if asked.words else None

    def _refusal(self, at: int, rule: str) -> WrongExpression:
        return at_offset(self._text, at, rule)

    def _plain(self) -> Condition:
        if self._name is None:
            return self._words()
        if self._name == "is":
            return self._is(self._value)
        if self._name in ("has", "no"):
            return self._has(self._value)
        column = self._box.column(self._name)
        if column is None:
            known = ["is", "has", "no", *(one.removesuffix("_at") for one in self._box.columns)]
            hint = did_you_mean(self._name, known)
            raise self._refusal(self.at + self.is_turned, f"{self._name}: is not known; {hint}")
        values = tuple(
            self._one(column, sign, text, at, is_quoted=is_quoted)
            for sign, text, at, is_quoted in self._values()
        )
        return values[0] if len(values) == 1 else Either(values)

    def _words(self) -> Condition:
        text = self._value.replace('"', "")
        condition = self._box.words(text) if text else None
        if condition is None:
            rule = "a word is needed here." if not text else "there is nothing to find words in."
            raise self._refusal(self.at, rule)
        if "\0" in text:
            raise self._refusal(self._value_at, "this is no text.")
        return condition

    def _is(self, name: str) -> Condition:
        columns, states = self._box.columns, self._box.values.get("status", ())
        column = columns.get(f"is_{name}")
        if column is not None and column.kind == "boolean":
            return Compare("==", Of(column), Constant(True))
        if (state := _meant(name, states)) is not None:
            return Compare("==", Of(columns["status"]), Constant(state))
        known = [one.removeprefix("is_") for one in columns if columns[one].kind == "boolean"]
        hint = did_you_mean(name, [*known, *states])
        raise self._refusal(self._value_at, f"{name!r} is not known; {hint}")

    def _has(self, name: str) -> Condition:
        column = self._box.column(name)
        if column is None:
            hint = did_you_mean(name, self._box.columns)
            raise self._refusal(self._value_at, f"there is no field {name!r} here; {hint}")
        found = self._nothing(column)
        return found if self._name == "no" else Not(found)

    def _nothing(self, column: Column) -> Condition:
        if column.is_nullable:
            return IsNothing(column)
        if column.kind == "text":
            return Compare("==", Of(column), Constant(""))
        if column.kind == "json":
            return Not(Exists(column, Truth(True)))
        raise self._refusal(self._value_at, f"{column.name} always has a value.")

    # Values ------------------------------------------------------------------------------------

    def _values(self) -> Iterator[tuple[Sign | None, str, int, bool]]:
        """The values between commas, each with its sign, its place, and whether it is quoted."""
        at = self._value_at
        parts = _COMMA.split(self._value)
        if len(parts) > VALUES_MAX:
            raise self._refusal(at, f"a field has at most {VALUES_MAX} values.")
        for part in parts:
            found = _VALUE.fullmatch(part)
            if found is None:
                raise self._refusal(at, "a value is written here: a word, or some in quotes.")
            if part == found["sign"] or not part:
                raise self._refusal(at, f"a value is needed here, or no:{self._name}.")
            sign = _SIGNS[found["sign"]] if found["sign"] else None
            is_quoted = found["quoted"] is not None
            yield sign, found["quoted"] if is_quoted else found["plain"], at, is_quoted
            at += len(part) + 1

    def _one(
        self, column: Column, sign: Sign | None, text: str, at: int, *, is_quoted: bool
    ) -> Condition:
        if column.kind in _ORDERED:
            first, dots, last = text.partition("..")
            if dots and not is_quoted:
                if sign is not None:
                    raise self._refusal(at, "a range has no sign before it.")
                return Both(
                    (self._ordered(column, ">=", first, at), self._ordered(column, "<=", last, at))
                )
            return self._ordered(column, sign, text, at)
        if sign is not None:
            raise self._refusal(at, f"{column.name} has no order: it is written without {sign}.")
        if column.kind == "id":
            return Compare("==", Of(column), self._record(column, text, at))
        if column.kind == "json":
            return Exists(column, Compare("==", Item(), self._constant(_TEXT, text, at)))
        return Compare("==", Of(column), self._constant(column, self._known(column, text, at), at))

    def _ordered(self, column: Column, sign: Sign | None, text: str, at: int) -> Condition:
        if column.kind == "instant" and _DAY.fullmatch(text):
            return self._on_day(column, sign, text, at)
        numbers = _NUMBERS.get(column.name, {})
        value = self._constant(column, numbers.get(text.lower(), text), at)
        return Compare(sign or "==", Of(column), value)

    def _on_day(self, column: Column, sign: Sign | None, text: str, at: int) -> Condition:
        """A day goes from its beginning up to before the next."""
        try:
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            begin, end = (self._constant(column, one, at) for one in (day, day + timedelta(days=1)))
        except (ValueError, OverflowError):
            raise self._refusal(at, f"{text} is no day.") from None
        field = Of(column)
        match sign:
            case "<":
                return Compare("<", field, begin)
            case "<=":
                return Compare("<", field, end)
            case ">":
                return Compare(">=", field, end)
            case ">=":
                return Compare(">=", field, begin)
        return Both((Compare(">=", field, begin), Compare("<", field, end)))

    def _record(self, column: Column, text: str, at: int) -> Constant | Me:
        if text == "me":
            return Me()
        try:
            return Constant(stored(column, text, ""))
        except BadQuery:
            id = self._name_of(column.name, text)
        if id is None:
            rule = f"{text!r} is no number, no id, and no name that is known here."
            raise self._refusal(at, rule)
        return Constant(str(id))

    def _known(self, column: Column, text: str, at: int) -> str:
        """The value that is meant, where all are known: `in-progress` is in progress."""
        values = self._box.values.get(column.name)
        if not values:
            return text
        meant = _meant(text, values)
        if meant is None:
            hint = did_you_mean(text, values)
            raise self._refusal(at, f"{self._name} is never {text!r}; {hint}")
        return meant

    def _constant(self, column: Column, value: Any, at: int) -> Constant:
        try:
            return Constant(stored(column, value, ""))
        except BadQuery as error:
            raise self._refusal(at, str(error)) from None


def _number(text: str) -> str | None:
    """The number of a record that a word stands for: `inc42` is INC0000042."""
    try:
        return number_of(parse_reference(text.upper()))
    except NotFound:
        return None


def _meant(text: str, values: Sequence[str]) -> str | None:
    return next((value for value in values if _bare(value) == _bare(text)), None)


def _bare(text: str) -> str:
    return text.lower().replace("-", " ").replace("_", " ")


_TEXT = Column("", "text", False, str)
