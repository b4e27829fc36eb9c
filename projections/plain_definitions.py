"""What the desk has defined for its own use: text modules, macros, data rules and their like,
each as its latest version says."""

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins
from msgspec.structs import fields

from domain.aggregate import Entry
from domain.data_rule import DataRule
from domain.ids import prefix_of
from domain.macro import Macro
from domain.order_guide import OrderGuide
from domain.plain_definition import PlainDefinition
from domain.survey_policy import SurveyPolicy
from domain.text_module import TextModule
from domain.update_template import UpdateTemplate
from projections.rows import Rows
from projections.tables import Id, Instant, Json, Row, Table, id_text, instant, number_text
from projections.view import View

NAME = "plain_definitions"
VERSION = 3


class DefinitionRow(Row):
    id: Id
    number: str
    name: str
    at: Instant
    """When it was defined last, or retired."""
    version: int
    position: int
    definition_version: int = 1
    is_retired: bool = False


class TextRow(DefinitionRow):
    text: str = ""
    category: str = ""
    language: str = ""
    teams: tuple[str, ...] = ()


class UpdateRow(DefinitionRow):
    text: str = ""
    audience: str = ""
    language: str = ""


class SurveyRow(DefinitionRow):
    tickets: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    condition: str = ""
    percent: int = 100
    delay_hours: int = 0
    once_in_days: int = 0
    remind_after_days: int = 0
    expires_after_days: int = 14


class MacroRow(DefinitionRow):
    description: str = ""
    tickets: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    steps: tuple[Json, ...] = ()


class DataRuleRow(DefinitionRow):
    list: str = ""
    violated_by: str = ""
    description: str = ""
    severity: str = ""


class GuideRow(DefinitionRow):
    description: str = ""
    form: Json = {}
    items: tuple[Json, ...] = ()


def _table(name: str, row: type[DefinitionRow]) -> Table[Any]:
    return Table(name, VERSION, row, key=("id",), indexes=[("name",)], past=(), is_small=True)


TEXTS = _table("text_modules", TextRow)
UPDATES = _table("update_templates", UpdateRow)
SURVEYS = _table("survey_policies", SurveyRow)
MACROS = _table("macros", MacroRow)
DATA_RULES = _table("data_rules", DataRuleRow)
GUIDES = _table("order_guides", GuideRow)
TABLES: Mapping[str, Table[Any]] = {
    TextModule.prefix: TEXTS,
    UpdateTemplate.prefix: UPDATES,
    SurveyPolicy.prefix: SURVEYS,
    Macro.prefix: MACROS,
    DataRule.prefix: DATA_RULES,
    OrderGuide.prefix: GUIDES,
}


def concerns(entry: Entry) -> bool:
    return prefix_of(entry.originator_id) in TABLES


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    table = TABLES[prefix_of(entry.originator_id)]
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    match event:
        case PlainDefinition.Defined(name=name):
            number = number_text(entry.originator_id)
            row = rows.put(table, table.row(id, number, name, at, 1, entry.position))
            _show(event.definition, row)
        case PlainDefinition.Revised(name=name):
            row = rows.get(table, id)
            row.name = name
            row.definition_version += 1
            _show(event.definition, row)
        case _:
            row = rows.get(table, id)
            row.is_retired = True
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


def _show(definition: Any, row: DefinitionRow) -> None:
    for field in fields(definition):
        said = to_builtins(getattr(definition, field.name))
        setattr(row, field.name, tuple(said) if isinstance(said, list | tuple) else said)


def _key(entry: Entry) -> list[tuple[Table[Any], tuple[str]]]:
    return [(TABLES[prefix_of(entry.originator_id)], (id_text(entry.originator_id),))]


VIEW = View(
    NAME,
    VERSION,
    (TEXTS, UPDATES, SURVEYS, MACROS, DATA_RULES, GUIDES),
    fold,
    concerns=concerns,
    keys=_key,
)
