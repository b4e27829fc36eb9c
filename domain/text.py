"""Limits on what people write, and the sentences that state them."""

import re

from domain.rules import require

TITLE_MAX = 250
TEXT_MAX = 65_536
NAME_MAX = 200
REASON_MAX = 4_000
LIST_MAX = 1_000

# A lone surrogate cannot be stored as UTF-8, and a NUL not in PostgreSQL.
_UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def title(text: str, what: str) -> str:
    """A single line of 1 to 250 characters, without space around it."""
    line = " ".join(text.split())
    require(line != "", f"{what} needs a title.")
    require(len(line) <= TITLE_MAX, f"A title has at most {TITLE_MAX} characters.")
    require(is_clean(line), "A title has no control characters.")
    return line


def name(text: str, what: str) -> str:
    """A single line of 1 to 200 characters, without space around it."""
    line = " ".join(text.split())
    require(line != "", f"{what} is needed.")
    require(len(line) <= NAME_MAX, f"{what} has at most {NAME_MAX} characters.")
    require(is_clean(line), f"{what} has no control characters.")
    return line


def body(text: str, what: str, limit: int = TEXT_MAX) -> str:
    """Text of several lines, possibly none, of at most so many characters."""
    require(len(text) <= limit, f"{what} has at most {limit} characters.")
    require(is_clean(text), f"{what} has no control characters but tabs and line ends.")
    return text.strip()


def reason(text: str, rule: str) -> str:
    """A reason that is given; `rule` is said if it is not."""
    given = body(text, "A reason", REASON_MAX)
    require(given != "", rule)
    return given


def is_clean(text: str) -> bool:
    """Whether it can be stored: without lone surrogates and control characters."""
    return _UNCLEAN.search(text) is None
