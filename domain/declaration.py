"""Declarations of views as they are written: in TOML, JSON, SQL or Python.

All four say the same, which is what is recorded. Nothing of a file is ever run.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from domain.declared_definition import ViewDefinition
from domain.declared_rules import Plan
from domain.rules import Refused
from domain.wrong_expression import WrongExpression

Language = Literal["toml", "json", "sql", "py"]

SOURCE_MAX = 32_000
"""How long a declaration in SQL or Python is, in characters."""
NESTING = "it is nested too deeply."

Place = tuple[int, int]
"""A line and a column, 1 first."""

_PLACE = re.compile(r"(rules\[\d+\], )?([a-z_]+(?:\[\d+\])?(?:\.[a-z0-9_]+)*(?:\[\d+\])?): ")
_INNER = re.compile(r"line \d+, column \d+: ")


class Declaration(Struct, frozen=True, kw_only=True):
    name: str
    title: str
    definition: ViewDefinition


def declaration_of(text: str, language: Language) -> Declaration:
    """What a file declares. Raises ValueError or Refused with the place of what is wrong."""
    match language:
        case "json":
            return msgspec.json.decode(text, type=Declaration)
        case "toml":
            return _of_toml(text)
    found = of_source(text, language)
    if not found.name:
        raise WrongExpression(1, 1, "CREATE VIEW, a name and AS come first.")
    if not found.title:
        raise WrongExpression(1, 1, "a comment in SQL, or a text in the class, tells the title.")
    return found


def of_source(text: str, language: Language) -> Declaration:
    """What SQL or Python declares, in which a name and a title can be missing. Raises Refused with
    the place of what is wrong."""
    if len(text) > SOURCE_MAX:
        raise WrongExpression(1, 1, f"a declaration has at most {SOURCE_MAX:,} characters.")
    try:
        if language == "sql":
            # Its parser takes memory in each process that loads it, and few do.
            from domain.declared_sql import of_sql

            return of_sql(text)
        from domain.declared_python import of_python

        return of_python(text)
    except RecursionError:
        raise WrongExpression(1, 1, NESTING) from None


def _of_toml(text: str) -> Declaration:
    said: dict[str, Any] = tomllib.loads(text)
    whole: dict[str, Any] = {name: said.pop(name) for name in ("name", "title") if name in said}
    if unknown := sorted(said.keys() - set(ViewDefinition.__struct_fields__)):
        raise ValueError(f"there is no field {unknown[0]} in a declaration.")
    whole["definition"] = said
    return msgspec.convert(whole, Declaration)


def checked(declaration: Declaration, places: Mapping[str, Place]) -> Declaration:
    """The declaration, if it can be folded. Raises WrongExpression with the place in its source."""
    try:
        Plan(declaration.definition)
    except Refused as refused:
        raise placed(str(refused), places) from None
    return declaration


def placed(refusal: str, places: Mapping[str, Place]) -> WrongExpression:
    """A refusal of a definition, with the place in the source that it was made from."""
    match = _PLACE.match(refusal)
    if match is None:
        return WrongExpression(1, 1, refusal)
    path = match[2]
    while path not in places and "." in path:
        path = path.rpartition(".")[0]
    line, column = places.get(path, (1, 1))
    return WrongExpression(line, column, _INNER.sub("", refusal[match.end() :], count=1))
