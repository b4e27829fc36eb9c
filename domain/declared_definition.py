"""How views of the desk's own making are declared: columns, key, and what events do to rows."""

import re
from typing import Literal

from msgspec import Struct

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

ColumnType = Literal["text", "integer", "boolean", "instant", "id"]


class ColumnDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: ColumnType
    is_optional: bool = False
    """Whether a row may have nothing there: no text, no id, or no moment."""


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What events do. Its texts are expressions in CEL, by the columns that they are for."""

    on: tuple[str, ...]
    """Names of events, such as `Incident.Reopened`, `Incident.*` or `*.Reopened`."""
    when: str = ""
    """The condition under which it holds; always if it is empty."""
    remember: dict[str, str] = {}
    """What is kept for the record that the event belongs to."""
    set: dict[str, str] = {}
    """What the columns of the row become."""
    removes: bool = False
    """Whether the row is removed."""


class ViewDefinition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    columns: tuple[ColumnDefinition, ...]
    key: dict[str, str]
    """The columns by which a row is found, and the expressions that tell its values."""
    rules: tuple[Rule, ...]
    remembered: tuple[ColumnDefinition, ...] = ()
    """What is kept for each record, for its later events to ask for."""
