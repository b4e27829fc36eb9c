"""What two service level policies differ in, told as their owner sees it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]

_DEFAULTS: Mapping[str, Any] = {
    "kind": "SLA",
    "subjects": ["incident"],
    "when": "always",
    "order": 100,
    "zone": "calendar",
    "wait": "30m",
}
"""What holds where a field is left out."""


def differences(old: Fields, new: Fields) -> list[str]:
    """The lines that tell two documents apart; none if they mean the same. What was added begins
    with `+`, what was removed with `-`, and the parts of a target or step stand below it."""
    lines = list(_fields(old, new))
    lines += _members("target", _targets(old), _targets(new))
    lines += _members("step", _steps(old), _steps(new))
    return lines


def _fields(old: Fields, new: Fields, indent: str = "") -> Iterator[str]:
    for field in dict.fromkeys((*old, *new)):
        if field in ("targets", "escalation"):
            continue
        usual = _DEFAULTS.get(field)
        before, now = old.get(field, usual), new.get(field, usual)
        if before == now:
            continue
        if before is not None:
            yield f"{indent}- {field}: {_shown(before)}"
        if now is not None:
            yield f"{indent}+ {field}: {_shown(now)}"


def _members(noun: str, old: Mapping[str, Fields], new: Mapping[str, Fields]) -> Iterator[str]:
    for name in old:
        if name not in new:
            yield f"- {noun} {name}: {_outline(old[name])}"
    for name, fields in new.items():
        if name not in old:
            yield f"+ {noun} {name}: {_outline(fields)}"
        elif lines := list(_fields(old[name], fields, "  ")):
            yield f"{noun} {name}"
            yield from lines
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        yield f"the {noun}s stand in another order: {', '.join(kept)}"


def _targets(fields: Fields) -> dict[str, Fields]:
    return {
        one["name"]: {field: value for field, value in one.items() if field != "name"}
        for one in fields["targets"]
    }


def _steps(fields: Fields) -> dict[str, Fields]:
    """By target and mark, and by number where a mark has several steps."""
    found: dict[str, Fields] = {}
    seen: Counter[str] = Counter()
    for one in fields.get("escalation", ()):
        name = f"{one['target']} {one['mark']}"
        seen[name] += 1
        key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        found[key] = {
            field: value for field, value in one.items() if field not in ("target", "mark")
        }
    return found


def _outline(fields: Fields) -> str:
    return ", ".join(f"{field} {_shown(value)}" for field, value in fields.items())


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items())
    return str(value)
