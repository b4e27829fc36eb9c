"""The words that texts are looked up by, the same on every store.

Case and accents do not count, letters that have a plain spelling are read as that, and characters
of scripts that put no spaces between words are words of their own.
"""

import re
import unicodedata
from collections.abc import Iterator

WORD_MAX = 40
"""Longer words are known by their first characters."""
SLIP_MIN = 3
"""Words that are shorter have no slips: too much would be like them."""

_PLAIN_RUN = re.compile("[a-z0-9]+")
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")
_SPELLED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# As it is written: with the accents that stand apart from their letters.
_WRITTEN = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")


def words_of(text: str) -> list[str]:
    """The words of a text in their order, as they are looked up."""
    found = _PLAIN_RUN.findall(text.lower()) if text.isascii() else _RUN.findall(_plain(text))
    return [word[:WORD_MAX] for word in found]


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    return bare.translate(_SPELLED)


def runs(text: str) -> Iterator[re.Match[str]]:
    """The stretches of a text that have words in them."""
    return _WRITTEN.finditer(text)


def shortened(word: str) -> set[str]:
    """A word without one of its letters, for each of them: two words that are a slip of the pen
    apart have one of these in common, or one is among those of the other."""
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def is_slip(one: str, other: str) -> bool:
    """Whether two words are the same but for one letter more, less or another, or for two
    neighbours that changed places."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = next((place for place, letter in enumerate(one) if letter != other[place]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    swapped = one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return swapped == other[start:]
