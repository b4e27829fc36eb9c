"""Data-quality rules over HTTP: conditions on lists, checked as if they were asked at once."""

from typing import Annotated

from pydantic import Field

from api import list_filters
from api.fields import Note
from api.http.calls import Call
from api.http.errors import Problem, clean
from api.plain_definitions import Definition, practice_of
from api.saved_views import LISTED, ListName
from domain.data_rule import DataCondition, DataRule, Severity
from domain.saved_view import FILTER_MAX
from domain.wrong_expression import WrongExpression


class TheCondition(Definition):
    """Which rows of a list are wrong: those that the condition finds."""

    list: ListName
    violated_by: Annotated[
        str,
        Field(
            min_length=1,
            max_length=FILTER_MAX,
            pattern=r"^[^\x00]*$",
            description="In the language of filters, see docs/querying.md.",
        ),
    ]
    description: Note = ""
    severity: Severity = "medium"

    async def checked(self, call: Call) -> None:
        the = LISTED[self.list]
        try:
            list_filters.condition(
                call.context.desk,
                call.caller.actor,
                the.listing,
                the.values,
                "filter",
                self.violated_by,
            )
        except WrongExpression as error:
            pointer, detail = "/definition/violated_by", clean(error.rule)
            place = {"line": error.line, "column": error.column}
            raise Problem(
                "invalid",
                f"{pointer}: {detail}",
                errors=[{"pointer": pointer, "detail": detail, **place}],
            ) from None


PRACTICE = practice_of(
    DataRule,
    TheCondition,
    DataCondition,
    title="Data quality",
    example={
        "name": "In use without an owner",
        "definition": {
            "list": "assets",
            "violated_by": 'status == "in use" && owner == null',
            "severity": "high",
        },
    },
)
