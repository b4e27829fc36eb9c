"""Which words a row is to have, as a tree that each store writes in its own language.

Words have no quotes, spaces or backslashes in them, so what they are made of cannot be mistaken
for the language.
"""

from collections.abc import Callable, Collection, Sequence

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


def has(sought: Sought, words: Collection[str]) -> bool:
    """Whether somewhere all these words are what is sought."""
    match sought:
        case Word(text, is_start):
            return text in words or (is_start and any(word.startswith(text) for word in words))
        case Every(parts):
            return all(has(part, words) for part in parts)
        case Some(parts):
            return any(has(part, words) for part in parts)


def replaced(sought: Sought, by: Callable[[Word], Sought]) -> Sought:
    """The same tree with something else for each of its words."""
    if isinstance(sought, Word):
        return by(sought)
    return type(sought)([replaced(part, by) for part in sought.parts])


def written(sought: Sought, word: Callable[[Word], str], both: str, either: str) -> str:
    """A tree as a store writes it, by how it writes a word and what it puts between parts."""
    if isinstance(sought, Word):
        return word(sought)
    between = both if isinstance(sought, Every) else either
    return f"({between.join(written(part, word, both, either) for part in sought.parts)})"
