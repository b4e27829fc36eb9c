"""An approval process written back as the document that a process owner edits."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.approval import Stage
from domain.approval_process import Definition
from domain.ids import number_of
from domain.obligations import APPROVAL_WITHIN
from domain.process_quorum import form_of
from domain.yaml_text import yaml_of

CalendarName = Callable[[UUID], str]
"""What a document calls a calendar: its name, or its number where several have that name."""


def as_document(
    definition: Definition, name: str, calendar_name: CalendarName = number_of
) -> dict[str, Any]:
    """The fields of the document, without those that say what holds anyway."""
    fields: dict[str, Any] = {"name": name, "subjects": list(definition.subjects)}
    if definition.when:
        fields["when"] = definition.when
    if definition.order != 100:
        fields["order"] = definition.order
    if definition.calendar is not None:
        fields["calendar"] = calendar_name(definition.calendar)
    for field in ("fallback", "exclude", "material"):
        if named := getattr(definition, field):
            fields[field] = list(named)
    if definition.repeat_voters:
        fields["repeat_voters"] = True
    if definition.signature != "none":
        fields["signature"] = definition.signature
    if definition.retrospective != APPROVAL_WITHIN:
        fields["retrospective"] = definition.retrospective
    fields["stages"] = [_stage(stage) for stage in definition.stages]
    return fields


def to_yaml(definition: Definition, name: str, calendar_name: CalendarName = number_of) -> str:
    """The document in YAML. Reading it gives the same name and the same definition."""
    return yaml_of(as_document(definition, name, calendar_name))


def _stage(stage: Stage) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": stage.name}
    if stage.after is not None:
        fields["after"] = list(stage.after)
    if stage.when:
        fields["when"] = stage.when
    fields["approvers"] = list(stage.approvers)
    if stage.exclude:
        fields["exclude"] = list(stage.exclude)
    fields["quorum"] = form_of(stage.quorum)
    if stage.signature != "none":
        fields["signature"] = stage.signature
    fields["patience"] = stage.patience
    if stage.remind:
        fields["remind"] = list(stage.remind)
    fields["on_timeout"] = stage.on_timeout
    if stage.escalate_to:
        fields["escalate_to"] = list(stage.escalate_to)
    return fields
