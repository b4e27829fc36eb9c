"""Reading the YAML of a service level policy, and saying by line and column what is wrong with
it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from domain import document_text
from domain.agreement import Agreement
from domain.document_text import Form
from domain.process_mistakes import Finding
from domain.service_level_document import (
    AgreementDocument,
    NamesDocument,
    PolicyDocument,
    StepDocument,
    TargetDocument,
)
from domain.service_level_mistakes import CONDITIONS, mistakes
from domain.service_level_names import PolicyNames, name_mistakes
from domain.yaml_tree import Place, steps_of

Located = document_text.Located[PolicyDocument, Agreement]

_TARGET: Mapping[str, Any] = {"name": "resolution", "budget": "1h"}
_STEP: Mapping[str, Any] = {"target": "resolution", "mark": "100%", "managers": True}
_PARTS: Mapping[str, Mapping[str, Any]] = {"targets": _TARGET, "escalation": _STEP}
"""What stands in for the members of lists that have a mistake in them."""
_NEEDED: Mapping[str, Any] = {"name": "?", "calendar": "?", "targets": [_TARGET]}
"""What stands in for a field that is needed; any other is left out."""


def parse(content: bytes | str, names: PolicyNames) -> Located:
    """Read a document. Raises BadDocument with all its mistakes."""
    form = Form(
        model=PolicyDocument,
        about="a policy is written as fields, such as `name: Gold`.",
        fields_at=_fields_at,
        defined=lambda document: meaning_of(document, names),
        repaired=_repaired,
        is_moot=_is_moot,
    )
    return document_text.parse(content, form)


def meaning_of(document: AgreementDocument, names: PolicyNames) -> tuple[Agreement, list[Finding]]:
    """What a document promises, and all that is wrong with it."""
    agreement = document.agreement(names)
    found = [
        Finding(f"targets[{index}].budget.{key}", "a priority is a number from 1 to 5.")
        for index, target in enumerate(document.targets)
        for key in target.wrong_priorities
    ]
    wrong = {
        f"targets[{index}].budget"
        for index, target in enumerate(document.targets)
        if target.wrong_priorities
    }
    found += [one for one in mistakes(agreement) if one.place not in wrong]
    return agreement, [*found, *names.findings, *name_mistakes(agreement)]


def _fields_at(place: Place, _: ErrorDetails) -> Sequence[str]:
    if place[0] == "targets" and len(place) > 2:
        return list(TargetDocument.model_fields)
    if place[0] == "escalation" and len(place) > 2:
        return list(StepDocument.model_fields)
    if place[0] == "names" and len(place) > 1:
        return list(NamesDocument.model_fields)
    return list(PolicyDocument.model_fields)


# Mending ----------------------------------------------------------------------------------


def _repaired(value: Mapping[str, Any], broken: Collection[Place]) -> dict[str, Any]:
    mended = dict(value)
    for place in broken:
        if place and (place[0] not in _PARTS or len(place) == 1):
            mended.pop(str(place[0]), None)
    for field, whole in _PARTS.items():
        members = mended.get(field)
        if isinstance(members, list):
            mended[field] = [
                _member(whole, one, [place[2:] for place in broken if place[:2] == (field, index)])
                for index, one in enumerate(members)
            ]
    return {**_NEEDED, **mended}


def _member(whole: Mapping[str, Any], member: Any, broken: Collection[Place]) -> dict[str, Any]:
    if not isinstance(member, dict) or () in broken:
        return dict(whole)
    wrong = {place[0] for place in broken}
    kept = {field: value for field, value in member.items() if field not in wrong}
    return {**{field: whole[field] for field in whole if field in wrong}, **kept}


def _is_moot(place: str, broken: Collection[Place]) -> bool:
    """Findings about a part that was mended, or that depend on one."""
    fields = {_field(one) for one in broken}
    here = _field(steps_of(place))
    if any(here[: len(one)] == one for one in fields):
        return True
    touched = {(one[0], *one[2:]) for one in fields}
    own = {one[2] for one in fields if one[:2] == here[:2] and len(one) == 3}
    match here:
        case ("when",):
            return ("subjects",) in fields
        case ("targets",):
            return any(one[0] == "targets" for one in fields)
        case ("targets", _, "budget"):
            return ("priorities",) in fields
        case ("targets", _, field) if field in (*CONDITIONS, "pausing"):
            return ("subjects",) in fields or bool(own & {*CONDITIONS, "pausing", "name"})
        case ("escalation", _, "target"):
            return bool({("targets",), ("targets", "name")} & touched)
        case ("escalation", _, "mark"):
            others = {("targets", "name"), ("targets", "budget"), ("targets",)}
            return bool((others | {("escalation", "mark"), ("escalation", "target")}) & touched)
        case ("escalation", _, "notify"):
            acts = {"managers", "reassign", "raise_priority", "propose_major_incident"}
            return bool(own & acts)
        case ("escalation", _, "propose_major_incident"):
            return ("subjects",) in fields
    return False


def _field(place: Place) -> Place:
    """The field of the document, or of a member of a list, that a place is in."""
    return place[:3] if place[:1] and place[0] in _PARTS else place[:1]
