"""A calendar in a YAML file, to be tried and not recorded: `name` and `hours`, as in the API."""

from pathlib import Path
from typing import Any

import msgspec

from domain import yaml_tree
from domain.business_time import BusinessHours
from domain.document_text import sentence
from domain.rules import Refused
from domain.yaml_tree import Mark, Mistake
from ops.problems import UserProblem
from ops.process_sources import content_of


class CalendarDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    hours: dict[str, Any]


class HoursDocument(BusinessHours, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def calendar_in(file: str) -> tuple[str, BusinessHours]:
    """The name and the hours. Raises UserProblem with what is wrong."""
    tree = yaml_tree.read(content_of(Path(file)))
    mistakes = list(tree.mistakes)
    if not mistakes and not isinstance(tree.value, dict):
        rule = "a calendar is written as fields: `name` and `hours`."
        mistakes.append(Mistake(Mark(1, 1), (), rule))
    if mistakes:
        raise _wrong(file, "\n".join(sentence(one) for one in mistakes))
    try:
        document = msgspec.convert(tree.value, CalendarDocument)
        hours = msgspec.convert(document.hours, HoursDocument)
        return document.name, msgspec.convert(msgspec.to_builtins(hours), BusinessHours)
    except (msgspec.ValidationError, Refused) as error:
        raise _wrong(file, str(error)) from None


def _wrong(file: str, what: str) -> UserProblem:
    return UserProblem(f"{file}: {what}")
