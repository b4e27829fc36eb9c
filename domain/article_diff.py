"""What differs between two versions of an article: line by line, and in all else that it says."""

from difflib import SequenceMatcher
from typing import Any, Literal

from msgspec import Struct, to_builtins

from domain.article_content import Content

Op = Literal["equal", "delete", "insert"]


class Line(Struct, frozen=True):
    """A line of the text; its numbers are those in the old and the new text, from 1, and 0 where
    it does not stand."""

    op: Op
    text: str
    old: int
    new: int


class Changed(Struct, frozen=True):
    """A field that has another value."""

    field: str
    old: Any
    new: Any


class Difference(Struct, frozen=True):
    changed: tuple[Changed, ...]
    """The fields besides the text, in their order."""
    lines: tuple[Line, ...]
    """All lines of both texts: what was deleted stands before what was inserted in its place."""


def difference(old: Content, new: Content) -> Difference:
    before, after = (to_builtins(content, str_keys=True) for content in (old, new))
    fields = [name for name in Content.__struct_fields__ if name != "text"]
    changed = tuple(
        Changed(name, _value(old, name, before), _value(new, name, after))
        for name in fields
        if getattr(old, name) != getattr(new, name)
    )
    return Difference(changed, _lines(old.text.splitlines(), new.text.splitlines()))


def _value(content: Content, name: str, plain: dict[str, Any]) -> Any:
    # A field with its default value is not written.
    return plain[name] if name in plain else to_builtins(getattr(content, name))


def _lines(old: list[str], new: list[str]) -> tuple[Line, ...]:
    found: list[Line] = []
    # Its heuristic for lines that stand everywhere keeps long texts from taking half a minute.
    matcher = SequenceMatcher(None, old, new, autojunk=True)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(range(i, i_end), range(j, j_end), strict=True)
            found += [Line("equal", old[a], a + 1, b + 1) for a, b in pairs]
        else:
            found += [Line("delete", old[a], a + 1, 0) for a in range(i, i_end)]
            found += [Line("insert", new[b], 0, b + 1) for b in range(j, j_end)]
    return tuple(found)
