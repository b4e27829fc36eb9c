"""`has(attributes.memory)` in a filter: whether a row has a value under a name.

CEL takes it for the value itself, as the whole is one name to it. So it gets a name of its own.
"""

import re
from collections.abc import Container

from domain.expression_hints import Vocabulary, no_field
from domain.wrong_expression import at_offset

PREFIX = "has_"

_FOUND = re.compile(
    r"""[bB]?[rR][bB]?(?:"{3}.*?"{3}|'{3}.*?'{3}|"[^"]*"|'[^']*')"""
    r"""|"{3}(?:[^\\]|\\.)*?"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|//[^\n]*"""
    r"""|\bhas\((?P<before> *)(?P<name>\w+(?:\.\w+)+)(?P<after> *)\)""",
    re.DOTALL,
)
"""Texts and comments, in which it means nothing, or what is asked."""


def written(text: str, parts: Container[str], vocabulary: Vocabulary) -> str:
    """A filter with names in the place of what it asks of parts of columns; each character where
    it was. Raises WrongExpression where there is no such part."""

    def name(found: re.Match[str]) -> str:
        asked = found["name"]
        if asked is None:
            return found[0]
        if asked not in parts:
            raise at_offset(text, found.start("name"), no_field(asked, vocabulary))
        return f"{found['before']}{PREFIX}{asked}{found['after']} "

    return _FOUND.sub(name, text)
