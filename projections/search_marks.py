"""What is shown of a text that was found: the part with the words in it, and where they stand."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from projections.words import runs, words_of

EXCERPT = 240
BEFORE = 60
"""How many characters are shown before the first word that was found."""
LOOKED_THROUGH = 16_384


class Part(Struct, frozen=True):
    """A part of a text, as it is written."""

    text: str
    is_match: bool


Span = tuple[int, int]


def marked(text: str, words: Sequence[str]) -> list[Part]:
    """A text in parts, those apart that begin with one of the words."""
    return _parts(text, list(spans(text, words)))


def excerpt(text: str, words: Sequence[str]) -> list[Part]:
    """The part of a text around the first of the words in it; without one, its beginning."""
    first = next(spans(text, words), (0, 0))[0]
    start = _beginning(text, first)
    cut = text[start : start + EXCERPT]
    parts = _parts(cut, list(spans(cut, words)))
    if start:
        parts.insert(0, Part("…", is_match=False))
    if start + EXCERPT < len(text):
        parts.append(Part("…", is_match=False))
    return parts


def has(text: str, words: Sequence[str]) -> bool:
    return next(spans(text, words), None) is not None


def _beginning(text: str, first: int) -> int:
    """Where to begin so that a place is in sight, if possible with a whole word."""
    if first <= BEFORE:
        return 0
    space = text.find(" ", first - BEFORE, first)
    return first - BEFORE if space < 0 else space + 1


def _parts(text: str, found: Sequence[Span]) -> list[Part]:
    parts, end = [], 0
    for start, stop in found:
        if start > end:
            parts.append(Part(text[end:start], is_match=False))
        parts.append(Part(text[start:stop], is_match=True))
        end = stop
    if end < len(text):
        parts.append(Part(text[end:], is_match=False))
    return parts


def spans(text: str, words: Sequence[str]) -> Iterator[Span]:
    """Where words stand that begin with one of these."""
    text = text[:LOOKED_THROUGH]
    if not words:
        return
    if text.isascii():
        yield from (match.span() for match in _pattern(tuple(words)).finditer(text))
        return
    for run in runs(text):
        if any(word.startswith(tuple(words)) for word in _words_of_run(run[0])):
            yield run.span()


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    choice = "|".join(map(re.escape, words))
    return re.compile(f"(?<![a-zA-Z0-9])(?:{choice})[a-zA-Z0-9]*", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=4_096)
def _words_of_run(run: str) -> tuple[str, ...]:
    return tuple(words_of(run))
