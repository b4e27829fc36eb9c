"""Declarations of views as text, from which they can be declared again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from domain.declaration import Declaration


def as_json(declaration: Declaration) -> str:
    return msgspec.json.format(msgspec.json.encode(declaration), indent=2).decode() + "\n"


def as_toml(declaration: Declaration) -> str:
    said: dict[str, Any] = msgspec.to_builtins(declaration)
    definition = said.pop("definition")
    lines = [*_lines(said), "", "[key]", *_lines(definition["key"])]
    for name in ("columns", "remembered", "rules"):
        for one in definition.get(name, ()):
            lines += ["", f"[[{name}]]", *_lines(one)]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            for part, text in value.items():
                yield f"{name}.{part} = {_value(text)}"
        else:
            yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    # JSON writes such values as TOML does, but for the one control character that it lets stand.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
