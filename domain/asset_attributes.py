"""Typed attributes: what a type of assets asks for, and all that is wrong with what is given.

Values are kept as JSON has them: texts, whole numbers and truths. A decimal, a date and the id of
another record are texts in one spelling, so that equal values are equal texts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.ids import parse_reference, prefix_of
from domain.rules import NotFound, Refused

ATTRIBUTES_MAX = 100
CHOICES_MAX = 200
TEXT_MAX = 4_000
DIGITS_MAX = 30
INTEGER_MAX = 2**53 - 1
SAID_MAX = 20

AttributeKind = Literal[
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "choice",
    "person",
    "organisation",
    "asset",
]
PREFIX_OF: Mapping[str, str] = {"person": "PER", "organisation": "ORG", "asset": "AST"}
"""Of the kinds that name another record."""

Value = str | int | bool
Values = Mapping[str, Value]


class Attribute(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    kind: AttributeKind
    is_required: bool = False
    is_unique: bool = False
    """Whether no two assets of the type, or of one that is made from it, have the same value."""
    is_controlled: bool = False
    """Whether a change alone gives it another value, once it has one."""
    choices: tuple[str, ...] = ()
    at_least: str = ""
    at_most: str = ""
    """The smallest and the largest number or date; of a text, its fewest and most characters."""


class Level(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one type adds, as of one of its versions."""

    type: UUID
    version: int
    attributes: tuple[Attribute, ...] = ()


class Schema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a type with all that it inherits: the root first, the type itself last."""

    name: str
    levels: tuple[Level, ...]

    @property
    def type(self) -> UUID:
        return self.levels[-1].type

    @property
    def version(self) -> int:
        return self.levels[-1].version

    @property
    def attributes(self) -> dict[str, Attribute]:
        return {one.name: one for level in self.levels for one in level.attributes}


class Mistake(NamedTuple):
    """A mistake: its place, such as `attributes.serial`, and the rule."""

    place: str
    rule: str


class WrongAttributes(Refused):
    """The message tells every mistake with its place."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        told = " ".join(f"{place}: {rule}" for place, rule in mistakes[:SAID_MAX])
        more = len(mistakes) - SAID_MAX
        super().__init__(f"{told} ({more} more mistakes.)" if more > 0 else told)
        self.mistakes = tuple(mistakes)


# Values ------------------------------------------------------------------------------------


def checked(schema: Schema, given: Mapping[str, object]) -> dict[str, Value]:
    """The values in the spelling in which they are kept, in the order of the schema.

    Raises WrongAttributes with every mistake.
    """
    known = schema.attributes
    values: dict[str, Value] = {}
    mistakes = [
        Mistake(f"attributes.{name[:80]}", f"{schema.name} has no such attribute.")
        for name in given
        if name not in known
    ]
    for name, attribute in known.items():
        if name not in given:
            if attribute.is_required:
                mistakes.append(Mistake(f"attributes.{name}", "it is needed."))
            continue
        try:
            values[name] = spelled(attribute, given[name])
        except Refused as refused:
            mistakes.append(Mistake(f"attributes.{name}", str(refused)))
    if mistakes:
        raise WrongAttributes(mistakes)
    return values


def spelled(attribute: Attribute, value: object) -> Value:
    """A value as it is kept. Raises Refused with the rule that it breaks."""
    kept = _kept(attribute, value)
    if attribute.at_least or attribute.at_most:
        _require_within(attribute, kept)
    return kept


def read(attribute: Attribute, written: str) -> Value:
    """The value that a text stands for, as in a file. Raises Refused."""
    plain = written.strip()
    match attribute.kind:
        case "integer":
            return spelled(attribute, _whole(plain))
        case "boolean":
            known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            if plain.casefold() not in known:
                raise Refused("it is true or false.")
            return known[plain.casefold()]
    return spelled(attribute, plain)


def _kept(attribute: Attribute, value: object) -> Value:
    match attribute.kind:
        case "boolean":
            if isinstance(value, bool):
                return value
            raise Refused("it is true or false.")
        case "integer":
            if isinstance(value, int) and not isinstance(value, bool):
                if abs(value) <= INTEGER_MAX:
                    return value
                raise Refused("the number is too large.")
            raise Refused("it is a whole number.")
        case "decimal" if isinstance(value, int) and not isinstance(value, bool):
            return _decimal_text(str(value))
    if not isinstance(value, str):
        raise Refused("it is a text.")
    return _kept_text(attribute, value)


def _kept_text(attribute: Attribute, value: str) -> str:
    match attribute.kind:
        case "text":
            kept = text.body(value, "A text", TEXT_MAX)
            if kept:
                return kept
            raise Refused("it is not empty.")
        case "decimal":
            return _decimal_text(value)
        case "date":
            return _day(value).isoformat()
        case "choice":
            if value in attribute.choices:
                return value
            raise Refused(f"it is one of {', '.join(attribute.choices)}.")
    return _reference(attribute.kind, value)


def _reference(kind: str, value: str) -> str:
    try:
        id = parse_reference(value)
    except NotFound:
        id = UUID(int=0)
    if prefix_of(id) != PREFIX_OF[kind]:
        raise Refused(f"it is the number or the id of a record of the kind {kind}.")
    return str(id)


def _decimal_text(value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Refused("it is a number, such as 12.50.") from None
    if not number.is_finite() or len(value) > 2 * DIGITS_MAX:
        raise Refused("it is a number, such as 12.50.")
    _, digits, exponent = number.as_tuple()
    if len(digits) > DIGITS_MAX or abs(int(exponent)) > DIGITS_MAX:
        raise Refused(f"a number has at most {DIGITS_MAX} digits.")
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if Decimal(plain) == 0 else plain


def _day(value: str) -> date:
    try:
        if len(value) == len("2026-11-21"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused("it is a date, such as 2026-11-21.")


def _whole(value: str) -> int:
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX:
        return int(value)
    raise Refused("it is a whole number.")


def _require_within(attribute: Attribute, value: Value) -> None:
    is_text = attribute.kind == "text"
    size = _size(attribute.kind, len(str(value)) if is_text else value)
    unit = " characters" if is_text else ""
    if attribute.at_least and size < _size(attribute.kind, attribute.at_least):
        raise Refused(f"it is at least {attribute.at_least}{unit}.")
    if attribute.at_most and size > _size(attribute.kind, attribute.at_most):
        raise Refused(f"it is at most {attribute.at_most}{unit}.")


def _size(kind: AttributeKind, value: Value) -> Decimal:
    """What is compared with a limit: a number, or the day that a date is."""
    if kind == "date":
        return Decimal(_day(str(value)).toordinal())
    return Decimal(value)


# What must be the only one ------------------------------------------------------------------


class Claim(NamedTuple):
    """A name in the ledger that one asset alone has, and what is said to another."""

    name: str
    rule: str


def claims(schema: Schema, values: Values) -> Iterator[Claim]:
    """The claims of an asset with these values."""
    for level in schema.levels:
        for attribute in level.attributes:
            if attribute.is_unique and attribute.name in values:
                value = values[attribute.name]
                said = "\0".join((str(level.type), attribute.name, str(value)))
                digest = blake2b(said.encode(), digest_size=16).hexdigest()
                yield Claim(
                    f"asset-attribute:{digest}",
                    f"attributes.{attribute.name}: another asset has {str(value)[:80]}.",
                )


def named(schema: Schema, values: Values) -> Iterator[tuple[str, UUID]]:
    """The records that values name, each with its place."""
    for name, attribute in schema.attributes.items():
        if attribute.kind in PREFIX_OF and name in values:
            yield f"attributes.{name}", UUID(str(values[name]))


# Definitions -------------------------------------------------------------------------------


def check(attributes: Sequence[Attribute], inherited: Iterable[str]) -> None:
    """Refuse attributes that make no sense. Raises WrongAttributes with every mistake."""
    mistakes = list(_mistakes(attributes, set(inherited)))
    if mistakes:
        raise WrongAttributes(mistakes)


def check_successor(before: Sequence[Sequence[Attribute]], attributes: Sequence[Attribute]) -> None:
    """Refuse attributes that mean something else than those of that name in versions before."""
    known = {one.name: one for version in before for one in version}
    mistakes = []
    for index, one in enumerate(attributes):
        old = known.get(one.name)
        if old is not None and old.kind != one.kind:
            rule = f"{one.name} is of the kind {old.kind} for good."
            mistakes.append(Mistake(f"attributes[{index}].kind", rule))
        if old is not None and old.is_unique != one.is_unique:
            rule = "whether an attribute is unique is said when it is added, for good."
            mistakes.append(Mistake(f"attributes[{index}].is_unique", rule))
    if mistakes:
        raise WrongAttributes(mistakes)


def _mistakes(attributes: Sequence[Attribute], inherited: set[str]) -> Iterator[Mistake]:
    if len(attributes) + len(inherited) > ATTRIBUTES_MAX:
        yield Mistake("attributes", f"with those inherited, at most {ATTRIBUTES_MAX}.")
    seen: set[str] = set()
    for index, one in enumerate(attributes):
        place = f"attributes[{index}]"
        yield from _name_mistakes(f"{place}.name", one.name, seen, inherited)
        seen.add(one.name)
        if one.kind not in get_args(AttributeKind):
            yield Mistake(f"{place}.kind", f"one of {', '.join(get_args(AttributeKind))}.")
            continue
        yield from _choice_mistakes(f"{place}.choices", one)
        yield from _limit_mistakes(place, one)
        if one.is_unique and one.kind in ("boolean", "choice"):
            yield Mistake(f"{place}.is_unique", f"a {one.kind} is not unique.")


def _name_mistakes(place: str, name: str, seen: set[str], inherited: set[str]) -> Iterator[Mistake]:
    try:
        if text.name(name, "a name") != name:
            yield Mistake(place, "no spaces stand around or doubled in a name.")
    except Refused as refused:
        yield Mistake(place, str(refused))
    if name in seen:
        yield Mistake(place, "no two have the same name.")
    if name in inherited:
        yield Mistake(place, f"{name[:80]} is inherited already.")


def _choice_mistakes(place: str, one: Attribute) -> Iterator[Mistake]:
    if one.kind != "choice":
        if one.choices:
            yield Mistake(place, "only a choice has choices.")
        return
    if not 1 <= len(one.choices) <= CHOICES_MAX:
        yield Mistake(place, f"a choice has 1 to {CHOICES_MAX} of them.")
    if len(set(one.choices)) != len(one.choices):
        yield Mistake(place, "no two are the same.")
    for choice in one.choices:
        try:
            if text.name(choice, "a choice") != choice:
                yield Mistake(place, "no spaces stand around or doubled in a choice.")
        except Refused as refused:
            yield Mistake(place, str(refused))


def _limit_mistakes(place: str, one: Attribute) -> Iterator[Mistake]:
    limits = {"at_least": one.at_least, "at_most": one.at_most}
    sizes = {}
    for name, limit in limits.items():
        if not limit:
            continue
        try:
            sizes[name] = _limit(one.kind, limit)
        except Refused as refused:
            yield Mistake(f"{place}.{name}", str(refused))
    if len(sizes) == len(limits) and sizes["at_least"] > sizes["at_most"]:
        yield Mistake(f"{place}.at_most", f"it is below {one.at_least}, and nothing is between.")


def _limit(kind: AttributeKind, limit: str) -> Decimal:
    match kind:
        case "date":
            return _size(kind, limit)
        case "integer" | "text":
            return Decimal(_whole(limit))
        case "decimal":
            return Decimal(_decimal_text(limit))
    raise Refused(f"a {kind} has no limits.")
