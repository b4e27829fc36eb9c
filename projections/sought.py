"""Which words a row is to have, as a tree that each store writes in its own language.

Words have no quotes, spaces or backslashes in them, so what they are made of cannot be mistaken
for the language.
"""

from collections.abc import Callable, Sequence

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


def written(sought: Sought, word: Callable[[Word], str], both: str, either: str) -> str:
    """A tree as a store writes it, by how it writes a word and what it puts between parts."""
    if isinstance(sought, Word):
        return word(sought)
    between = both if isinstance(sought, Every) else either
    return f"({between.join(written(part, word, both, either) for part in sought.parts)})"
