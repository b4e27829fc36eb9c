"""A service level policy written back as the document that a process owner edits."""

from typing import Any

from msgspec import structs

from domain.agreement import Agreement, EscalationStep, TargetPromise
from domain.ids import number_of
from domain.service_level_mistakes import CONDITIONS
from domain.service_level_names import PolicyNames
from domain.yaml_text import yaml_of


def as_document(agreement: Agreement, name: str, names: PolicyNames) -> dict[str, Any]:
    """The fields of the document, without those that say what holds anyway."""
    fields: dict[str, Any] = {"name": name}
    usual = _defaults(Agreement)
    for field in ("kind", "subjects", "when", "order"):
        value = getattr(agreement, field)
        if value != usual[field]:
            fields[field] = list(value) if isinstance(value, tuple) else value
    fields["calendar"] = names.calendars.name_of(agreement.calendar)
    if agreement.zone != "calendar":
        fields["zone"] = agreement.zone
    for field in ("priorities", "categories", "services"):
        if named := getattr(agreement, field):
            fields[field] = list(named)
    if agreement.organisations:
        fields["organisations"] = [names.organisation_name(id) for id in agreement.organisations]
    fields["targets"] = [_target(promise) for promise in agreement.targets]
    if agreement.escalation:
        fields["escalation"] = [_step(step) for step in agreement.escalation]
    if meant := _names(agreement, names):
        fields["names"] = meant
    return fields


def to_yaml(agreement: Agreement, name: str, names: PolicyNames) -> str:
    """The document in YAML. Reading it gives the same name and the same agreement."""
    fields = as_document(agreement, name, names)
    for target in fields["targets"]:
        if isinstance(target["budget"], dict):
            target["budget"] = {int(key): each for key, each in target["budget"].items()}
    return yaml_of(fields)


def _target(promise: TargetPromise) -> dict[str, Any]:
    budget = promise.budget
    fields: dict[str, Any] = {
        "name": promise.name,
        "budget": budget
        if isinstance(budget, str)
        else {str(priority): each for priority, each in sorted(budget.items())},
    }
    if promise.pausing:
        fields["pausing"] = list(promise.pausing)
    for field in CONDITIONS:
        if text := getattr(promise, field):
            fields[field] = text
    return fields


def _step(step: EscalationStep) -> dict[str, Any]:
    usual = _defaults(EscalationStep)
    fields: dict[str, Any] = {}
    for field in step.__struct_fields__:
        value = getattr(step, field)
        if field not in usual or value != usual[field]:
            fields[field] = list(value) if isinstance(value, tuple) else value
    return fields


def _names(agreement: Agreement, names: PolicyNames) -> dict[str, dict[str, str]]:
    """What those names mean that do not mean it today any more."""
    found: dict[str, dict[str, str]] = {}
    for named in agreement.names:
        if names.name_of(named) != named.name:
            found.setdefault(f"{named.kind}s", {})[named.name] = number_of(named.id)
    return found


def _defaults(kind: type[Any]) -> dict[str, Any]:
    return {field.name: field.default for field in structs.fields(kind) if not field.required}
