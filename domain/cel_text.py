"""Expressions in CEL as text, put together with the parentheses that they need and no others."""

import json
from collections.abc import Iterable
from functools import reduce
from typing import Literal

from msgspec import Struct

CHOICE, OR, AND, RELATION, SUM, PRODUCT, SIGN, MEMBER = range(8)
"""How tightly the parts of an expression hold together, from the loosest."""

Operator = Literal["||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"]

_LEVELS: dict[str, int] = {
    "||": OR,
    "&&": AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), RELATION),
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/", "%"), PRODUCT),
}


class Text(Struct, frozen=True):
    text: str
    level: int = MEMBER


def joined(operator: Operator, left: Text, right: Text) -> Text:
    level = _LEVELS[operator]
    return Text(f"{_within(left, level)} {operator} {_within(right, level + 1)}", level)


def all_of(conditions: Iterable[Text]) -> Text | None:
    """What holds if all conditions hold; None if there are none."""
    found = list(conditions)
    return reduce(lambda left, right: joined("&&", left, right), found) if found else None


def negated(condition: Text) -> Text:
    return Text(f"!{_within(condition, MEMBER)}", SIGN)


def minus(number: Text) -> Text:
    return Text(f"-{_within(number, MEMBER)}", SIGN)


def chosen(condition: Text, then: Text, otherwise: Text) -> Text:
    parts = _within(condition, OR), _within(then, OR), otherwise.text
    return Text("{} ? {} : {}".format(*parts), CHOICE)


def called(name: str, *arguments: Text) -> Text:
    return Text(f"{name}({', '.join(argument.text for argument in arguments)})")


def asked(of: Text, name: str, *arguments: Text) -> Text:
    """What a method of a value says."""
    return Text(f"{_within(of, MEMBER)}.{called(name, *arguments).text}")


def listed(items: Iterable[Text]) -> Text:
    return Text(f"[{', '.join(item.text for item in items)}]")


def quoted(text: str) -> Text:
    return Text(json.dumps(text, ensure_ascii=False))


def whole(number: int) -> Text:
    return Text(str(number), MEMBER if number >= 0 else SIGN)


def truth(value: bool) -> Text:
    return Text("true" if value else "false")


def _within(part: Text, level: int) -> str:
    return part.text if part.level >= level else f"({part.text})"
