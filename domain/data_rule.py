"""Data-quality rules: which rows of a list are wrong, said as a condition, and how much it matters.

The condition is in the language of filters; whoever takes it in checks it against the list.
"""

from typing import Literal

from msgspec import Struct

from domain import text
from domain.plain_definition import PlainDefinition
from domain.rules import require
from domain.saved_view import FILTER_MAX

Severity = Literal["low", "medium", "high"]


class DataCondition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    list: str
    """By its path, such as `assets`."""
    violated_by: str
    """The condition that no row should fulfil."""
    description: str = ""
    """Why it is wrong, and what to do."""
    severity: Severity = "medium"


class DataRule(PlainDefinition[DataCondition]):
    prefix = "DQR"
    what = "data rule"

    versions: tuple[DataCondition, ...]

    @staticmethod
    def check(definition: DataCondition) -> None:
        text.name(definition.list, "list: the name of a list")
        said = text.body(definition.violated_by, "violated_by: a condition", FILTER_MAX)
        require(said != "", "violated_by: a condition is needed.")
        text.body(definition.description, "description: it", text.REASON_MAX)

    class Defined(PlainDefinition.Defined):
        definition: DataCondition

    class Revised(PlainDefinition.Revised):
        definition: DataCondition
