"""The change catalogue: templates of changes that are approved beforehand, by version.

A plan may name the fields of the template's form in braces, such as `Restart {server}.`; what is
filled in when a change is made from it takes their place.
"""

import re
from collections.abc import Mapping
from typing import get_args
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.change_moves import Risk
from domain.rules import require
from domain.subjects import Value
from domain.tasks import PHASES, TASKS_MAX, Phase, check_order
from domain.versioned import Versioned

FIELDS_MAX = 50
CHOICES_MAX = 200
VALUE_MAX = 4_000

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLACE = re.compile(r"\{([^{}]*)\}")


class FormField(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of whoever wants the change. With `choices`, one of them is the answer."""

    name: str
    """A word in small letters, by which the plans name it."""
    label: str
    is_required: bool = True
    choices: tuple[str, ...] = ()


class PlannedTask(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task of every change that is made from the template. `after` names earlier ones in the
    list by their place, from 1."""

    title: str
    phase: Phase = "implementation"
    after: tuple[int, ...] = ()
    team: UUID | None = None


class Template(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a standard change does, what it risks, and how it is done, tested and undone."""

    description: str
    category: str
    risk: Risk
    implementation: str
    backout: str
    test: str = ""
    subcategory: str = ""
    service: str = ""
    tasks: tuple[PlannedTask, ...] = ()
    fields: tuple[FormField, ...] = ()


class ChangeTemplate(Versioned[Template]):
    prefix = "TPL"
    what = "change template"
    subject = "change template"

    draft_definition: Template | None
    versions: tuple[Template, ...]

    @staticmethod
    def check(definition: Template) -> None:
        check(definition)

    @staticmethod
    def described(definition: Template) -> Mapping[str, Value]:
        return {
            "category": definition.category,
            "subcategory": definition.subcategory,
            "service": definition.service,
            "risk": definition.risk,
            "tasks": len(definition.tasks),
        }

    class Drafted(Versioned.Drafted):
        definition: Template

    class Revised(Versioned.Revised):
        definition: Template

    class VersionPublished(Versioned.VersionPublished):
        definition: Template


def check(template: Template) -> None:
    """Refuse a template that says too little, or whose plans name fields that it has not."""
    text.reason(template.description, "description: a template says what the change does.")
    _check_name("category", template.category)
    for place in ("subcategory", "service"):
        text.body(getattr(template, place), place, text.NAME_MAX)
    require(template.risk in get_args(Risk), f"risk: one of {', '.join(get_args(Risk))}.")
    _check_fields(template)
    for place in ("implementation", "backout"):
        require(getattr(template, place).strip() != "", f"{place}: a plan is needed.")
    for place in ("implementation", "backout", "test"):
        _check_plan(place, getattr(template, place), template)
    _check_tasks(template)


def _check_name(place: str, name: str) -> None:
    require(text.name(name, place) == name, f"{place}: it has no spaces around it.")


def _check_fields(template: Template) -> None:
    fields = template.fields
    require(len(fields) <= FIELDS_MAX, f"fields: a form has at most {FIELDS_MAX} fields.")
    names = [field.name for field in fields]
    require(len(set(names)) == len(names), "fields: two fields have the same name.")
    for index, field in enumerate(fields):
        place = f"fields[{index}]"
        require(
            _FIELD_NAME.fullmatch(field.name) is not None,
            f"{place}.name: a word of small letters, digits and underscores.",
        )
        _check_name(f"{place}.label", field.label)
        require(
            len(field.choices) <= CHOICES_MAX,
            f"{place}.choices: there are at most {CHOICES_MAX} choices.",
        )
        for choice in field.choices:
            _check_name(f"{place}.choices", choice)


def _check_plan(place: str, plan: str, template: Template) -> None:
    text.body(plan, place)
    known = {field.name for field in template.fields}
    for name in _PLACE.findall(plan):
        require(name in known, f"{place}: {{{name}}} is no field of the form.")


def _check_tasks(template: Template) -> None:
    tasks = template.tasks
    require(len(tasks) <= TASKS_MAX, f"tasks: a change has at most {TASKS_MAX} tasks.")
    for index, task in enumerate(tasks):
        place = f"tasks[{index}]"
        text.title(task.title, f"{place}: a task")
        require(task.phase in PHASES, f"{place}.phase: one of {', '.join(PHASES)}.")
        for number in task.after:
            require(1 <= number <= index, f"{place}.after: {number} is no task before it.")
            check_order(place, task.phase, tasks[number - 1].phase)


def answered(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form as they are filled in. Refuses one that is unknown, is missing where
    it is needed, or is none of its choices."""
    known = {field.name: field for field in template.fields}
    for name in given:
        require(name in known, f"fields.{name[:80]}: the template has no such field.")
    answers: dict[str, str] = {}
    for name, field in known.items():
        value = text.body(given.get(name, ""), f"fields.{name}", VALUE_MAX)
        require(value != "" or not field.is_required, f"fields.{name}: {field.label} is needed.")
        require(
            value == "" or not field.choices or value in field.choices,
            f"fields.{name}: one of {', '.join(field.choices[:20])}.",
        )
        answers[name] = value
    return answers


def filled(plan: str, answers: Mapping[str, str]) -> str:
    """A plan with what was filled in where it names the fields."""
    return _PLACE.sub(lambda place: answers.get(place[1], place[0]), plan)
