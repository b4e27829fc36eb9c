"""Which words a row is to have, as a tree that each store writes in its own language.

Words have no quotes, spaces or backslashes in them, so what they are made of cannot be mistaken
for the language.
"""

from collections.abc import Sequence

from msgspec import Struct


class Word(Struct, frozen=True):
    text: str
    is_start: bool = False
    """Whether words that begin so are meant too."""


class Every(Struct, frozen=True):
    """All of these."""

    parts: Sequence["Sought"]


class Some(Struct, frozen=True):
    """At least one of these."""

    parts: Sequence["Sought"]


Sought = Word | Every | Some
