"""A document with mistakes, mended so that the rules of its other parts can be checked as well."""

from collections.abc import Collection, Mapping
from typing import Any

from domain.yaml_tree import Place, steps_of

_FIELDS: Mapping[str, Any] = {"name": "?", "subjects": ["change"]}
_STAGE: Mapping[str, Any] = {
    "approvers": ["role:approver"],
    "quorum": "any",
    "patience": "1d",
    "on_timeout": "reject",
}
"""What stands in for a field that is needed; any other is left out."""


def repaired(value: Mapping[str, Any], broken: Collection[Place]) -> dict[str, Any]:
    """The fields of a document without those that have a mistake in them."""
    mended = dict(value)
    for place in broken:
        if place[:1] == ("stages",) and len(place) > 1:
            continue
        for field in place[:1]:
            mended.pop(str(field), None)
    stages = mended.get("stages")
    if isinstance(stages, list):
        mended["stages"] = [
            _stage(index, stage, [place[2:] for place in broken if place[:2] == ("stages", index)])
            for index, stage in enumerate(stages)
        ]
    else:
        mended["stages"] = [_stage(0, None, [()])]
    return {**_FIELDS, **mended}


def is_moot(place: str, broken: Collection[Place]) -> bool:
    """Whether a finding in a mended document may be of the mending."""
    fields = {_field(one) for one in broken}
    here = _field(steps_of(place))
    if here in fields or here[:2] in fields or here[:1] in fields:
        return True
    name = here[-1]
    if name in ("when", "material"):
        return ("subjects",) in fields
    if name == "after":
        return any(field == ("stages",) or field[2:] in ((), ("name",)) for field in fields)
    beside = {field[2] for field in fields if field[:2] == here[:2] and len(field) == 3}
    return (name == "escalate_to" and "on_timeout" in beside) or (
        name == "quorum" and "approvers" in beside
    )


def _stage(index: int, stage: Any, broken: Collection[Place]) -> dict[str, Any]:
    whole = {"name": f"?{index}", **_STAGE}
    if not isinstance(stage, dict) or () in broken:
        return whole
    wrong = {place[0] for place in broken}
    kept = {field: value for field, value in stage.items() if field not in wrong}
    return {**{field: whole[field] for field in whole if field in wrong}, **kept}


def _field(place: Place) -> Place:
    """The field of the document, or of the stage, that a place is in."""
    return place[:3] if place[0] == "stages" else place[:1]
