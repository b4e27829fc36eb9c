"""An approval process written back as the document that a process owner edits."""

import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any
from uuid import UUID

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from domain.approval import Stage
from domain.approval_process import Definition
from domain.ids import number_of
from domain.obligations import APPROVAL_WITHIN
from domain.process_quorum import form_of

CalendarName = Callable[[UUID], str]
"""What a document calls a calendar: its name, or its number where several have that name."""

_WIDTH = 4_096
"""A text is never broken into several lines: a condition would be hard to read."""
_FLOW_MAX = 80
"""A list that is longer, in characters, has a line for each of its members."""
_SIMPLE = re.compile(r"[A-Za-z]([\w.@/-]|:(?=\w))*( [\w.@/-]+)*", re.ASCII)
"""A text that means itself among the commas of a list, too."""


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
    if definition.retrospective != APPROVAL_WITHIN:
        fields["retrospective"] = definition.retrospective
    fields["stages"] = [_stage(stage) for stage in definition.stages]
    return fields


def to_yaml(definition: Definition, name: str, calendar_name: CalendarName = number_of) -> str:
    """The document in YAML. Reading it gives the same name and the same definition."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_written(as_document(definition, name, calendar_name)), out)
    return out.getvalue()


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
    fields["patience"] = stage.patience
    if stage.remind:
        fields["remind"] = list(stage.remind)
    fields["on_timeout"] = stage.on_timeout
    if stage.escalate_to:
        fields["escalate_to"] = list(stage.escalate_to)
    return fields


def _written(value: Any) -> Any:
    """Plain data in the style in which it is written."""
    if isinstance(value, Mapping):
        return CommentedMap((_text(key), _written(each)) for key, each in value.items())
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
