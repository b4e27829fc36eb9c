"""Plain fields written as YAML, in the one style in which the desk writes documents."""

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

_WIDTH = 4_096
"""A text is never broken into several lines: a condition would be hard to read."""
_FLOW_MAX = 80
"""A list that is longer, in characters, has a line for each of its members."""
_SIMPLE = re.compile(r"[A-Za-z]([\w.@/-]|:(?=\w))*( [\w.@/-]+)*", re.ASCII)
"""A text that means itself among the commas of a list, too."""


def yaml_of(fields: Mapping[str, Any]) -> str:
    """The document with these fields."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_written(fields), out)
    return out.getvalue()


def _written(value: Any) -> Any:
    """Plain data in the style in which it is written."""
    if isinstance(value, Mapping):
        return CommentedMap((_written(key), _written(each)) for key, each in value.items())
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, Sequence):
        return value
    if not all(isinstance(each, str) for each in value) or len(", ".join(value)) > _FLOW_MAX:
        return CommentedSeq(_written(each) for each in value)
    row = CommentedSeq(each if _SIMPLE.fullmatch(each) else _quoted(each) for each in value)
    row.fa.set_flow_style()
    return row


def _text(text: str) -> Any:
    if text.isprintable():
        return text
    lines = text.removesuffix("\n").split("\n")
    is_block = len(lines) > 1 and lines[0][:1].strip() and lines[-1]
    if is_block and all(line.isprintable() and line == line.rstrip() for line in lines):
        return LiteralScalarString(text)
    return _quoted(text)


def _quoted(text: str) -> Any:
    return DoubleQuotedScalarString(text)
