"""JSON that people send: what can be kept, where it is wrong, and when two values are equal."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from domain.rules import Refused
from domain.text import is_clean

VALUES_MAX = 5_000
DEPTH_MAX = 24
TEXT_MAX = 16_384
INTEGER_MAX = 2**53
MISTAKES_MAX = 50
SAID_MAX = 3


class Mistake(Struct, frozen=True):
    """What is wrong at a place, which a JSON pointer (RFC 6901) names."""

    pointer: str
    rule: str

    @property
    def sentence(self) -> str:
        return f"{self.pointer}: {self.rule}" if self.pointer else self.rule


class WrongJson(Refused):
    """JSON with mistakes. The message tells the first of them; `place` is the pointer to where it
    stands in what was sent."""

    def __init__(self, field: str, place: str, mistakes: Sequence[Mistake]) -> None:
        told = " ".join(f"{field}{one.pointer}: {one.rule}" for one in mistakes[:SAID_MAX])
        more = len(mistakes) - SAID_MAX
        super().__init__(f"{told} ({more} more mistakes.)" if more > 0 else told)
        self.place = place
        self.mistakes = tuple(mistakes)


def at(pointer: str, *steps: str | int) -> str:
    """The pointer to what lies below another place."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join((pointer, *(f"/{step}" for step in escaped)))


def limits(value: Any) -> list[Mistake]:
    """What cannot be kept: too much, too deep, too large, or with control characters."""
    found: list[Mistake] = []
    for count, mistake in enumerate(_beyond(value, "", 0), 1):
        if mistake is not None:
            found.append(mistake)
        if count > VALUES_MAX:
            found.append(Mistake("", f"It has at most {VALUES_MAX} values."))
        if found:
            break
    return found


def _beyond(value: Any, pointer: str, depth: int) -> Iterator[Mistake | None]:
    """One answer for each value, so that they can be counted."""
    yield _wrong(value, pointer, depth)
    if depth > DEPTH_MAX:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if not is_clean(name) or len(name) > TEXT_MAX:
                yield Mistake(pointer, "A name has no control characters, and is not that long.")
            yield from _beyond(inner, at(pointer, name), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _beyond(inner, at(pointer, index), depth + 1)


def _wrong(value: Any, pointer: str, depth: int) -> Mistake | None:
    if depth > DEPTH_MAX:
        return Mistake(pointer, f"It is at most {DEPTH_MAX} levels deep.")
    match value:
        case str() if len(value) > TEXT_MAX:
            return Mistake(pointer, f"A text has at most {TEXT_MAX} characters.")
        case str() if not is_clean(value):
            return Mistake(pointer, "A text has no control characters but tabs and line ends.")
        case bool() | None:
            return None
        case int() if abs(value) > INTEGER_MAX:
            return Mistake(pointer, f"A whole number is at most {INTEGER_MAX}.")
        case float() if not math.isfinite(value):
            return Mistake(pointer, "A number is finite.")
    return None


def key(value: Any) -> Any:
    """Something hashable that is equal for equal values alone: 1 is 1.0, and not true."""
    match value:
        case bool() | None:
            return (type(value), value)
        case dict():
            return (dict, frozenset((name, key(inner)) for name, inner in value.items()))
        case list():
            return (list, tuple(key(inner) for inner in value))
        case str():
            return (str, value)
    return (int, value)
