"""What two definitions of an approval process differ in, told as their owner sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain import approval_flow
from domain.approval import Stage
from domain.approval_process import Definition
from domain.obligations import APPROVAL_WITHIN
from domain.process_yaml import CalendarName, as_document

_DEFAULTS: Mapping[str, Any] = {
    "when": "always",
    "order": 100,
    "calendar": "day and night",
    "repeat_voters": "no",
    "signature": "none",
    "retrospective": APPROVAL_WITHIN,
}
"""What holds where a field is left out."""
_SETS = frozenset({"subjects", "fallback", "exclude", "material", "approvers", "escalate_to"})
"""Lists in which the order means nothing."""
_ALIKE = ("name", "after")

Fields = Mapping[str, Any]


class Side:
    """One of the two: a definition under its name."""

    def __init__(self, name: str, definition: Definition, calendar_name: CalendarName) -> None:
        self.definition = definition
        document = as_document(definition, name, calendar_name)
        stages = document.pop("stages")
        self.fields: Fields = document
        self.stages: Mapping[str, Fields] = {stage["name"]: stage for stage in stages}
        self.waits = approval_flow.before(definition.stages)

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.definition.stages if stage.name == name)


def differences(old: Side, new: Side) -> list[str]:
    """The lines that tell them apart; none if they are the same. What was added begins with `+`,
    what was removed with `-`, and the parts of a stage stand below it."""
    lines = list(_fields(old.fields, new.fields))
    renamed = _renamed(old, new)
    for name, stage in old.stages.items():
        if name not in new.stages and name not in renamed:
            lines.append(f"- stage {name}: {_outline(stage)}")
    back = {now: before for before, now in renamed.items()}
    for name, stage in new.stages.items():
        before = back.get(name, name)
        if before not in old.stages:
            lines.append(f"+ stage {name}: {_outline(stage)}, {_waits(new.waits[name])}")
            continue
        changed = list(_stage(old, new, before, name, renamed))
        if before != name:
            lines.append(f"stage {before}, now called {name}")
        elif changed:
            lines.append(f"stage {name}")
        lines += [f"  {line}" for line in changed]
    lines += _order(old, new, renamed)
    if not lines and old.definition != new.definition:
        lines.append("only written in another way: the meaning is the same")
    return lines


def _stage(
    old: Side, new: Side, before: str, name: str, renamed: Mapping[str, str]
) -> Iterator[str]:
    was = {field: value for field, value in old.stages[before].items() if field not in _ALIKE}
    now = {field: value for field, value in new.stages[name].items() if field not in _ALIKE}
    yield from _fields(was, now)
    waited = tuple(renamed.get(one, one) for one in old.waits[before])
    if set(waited) != set(new.waits[name]):
        yield f"{_waits(waited)} → {_waits(new.waits[name])}"


def _fields(old: Fields, new: Fields) -> Iterator[str]:
    for field in dict.fromkeys((*old, *new)):
        was, now = old.get(field), new.get(field)
        if was == now:
            continue
        if field not in _SETS:
            yield f"{field}: {_shown(field, was)} → {_shown(field, now)}"
            continue
        before, after = was or [], now or []
        added = [f"+ {one}" for one in after if one not in before]
        removed = [f"- {one}" for one in before if one not in after]
        yield f"{field}: {', '.join([*added, *removed]) or 'in another order'}"


def _renamed(old: Side, new: Side) -> dict[str, str]:
    """The stages that have another name and are the same otherwise."""
    gone = [name for name in old.stages if name not in new.stages]
    come = [name for name in new.stages if name not in old.stages]
    renamed: dict[str, str] = {}
    for before in gone:
        for name in come:
            if name not in renamed.values() and _is_alike(old.stages[before], new.stages[name]):
                renamed[before] = name
                break
    return renamed


def _is_alike(old: Fields, new: Fields) -> bool:
    return all(old.get(field) == new.get(field) for field in {*old, *new} - {*_ALIKE})


def _order(old: Side, new: Side, renamed: Mapping[str, str]) -> Iterator[str]:
    names = [renamed.get(name, name) for name in old.stages]
    was = [name for name in names if name in new.stages]
    now = [name for name in new.stages if name in was]
    if was != now:
        yield f"order of the stages: {', '.join(was)} → {', '.join(now)}"


def _outline(stage: Fields) -> str:
    parts = [
        f"{', '.join(stage['approvers'])}",
        f"quorum {_text(stage['quorum'])}",
        f"patience {stage['patience']}",
    ]
    if "when" in stage:
        parts.append(f"when {stage['when']}")
    return ", ".join(parts)


def _waits(names: Sequence[str]) -> str:
    return f"after {', '.join(names)}" if names else "from the start"


def _shown(field: str, value: Any) -> str:
    return _text(_DEFAULTS.get(field, "nothing") if value is None else value)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return "{" + ", ".join(f"{key}: {_text(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_text, value)) + "]"
        case _:
            return " ".join(str(value).split())
