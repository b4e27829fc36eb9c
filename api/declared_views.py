"""Views of the desk's own making over HTTP: how they are declared."""

from typing import Annotated, Any

import msgspec
from pydantic import Discriminator, Field, Tag

from api.commands import Asked, Command, Creation, Practice
from api.fields import Name, Word
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing
from domain.declaration import SOURCE_MAX, of_source
from domain.declared_definition import ColumnType, ViewDefinition
from domain.declared_rules import COLUMNS_MAX, KEYS_MAX, NAMES_MAX, RULES_MAX, TEXT_MAX
from domain.declared_view import DeclaredView
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt

Expression = Annotated[str, Field(max_length=TEXT_MAX)]
Expressions = Annotated[dict[Word, Expression], Field(max_length=COLUMNS_MAX)]
Source = Annotated[str, Field(min_length=1, max_length=SOURCE_MAX)]
EventName = Annotated[str, Field(pattern=r"^(\*|[A-Za-z]+)\.(\*|[A-Za-z]+)$", max_length=80)]


class ViewColumn(Body):
    name: Word
    type: ColumnType
    is_optional: bool = False


class ViewRule(Body):
    """What events do to the row that they belong to, and to what is kept of their record."""

    on: Annotated[list[EventName], Field(min_length=1, max_length=NAMES_MAX)]
    when: Expression = ""
    remember: Expressions = {}
    set: Expressions = {}
    removes: bool = False


class TheDeclaration(Body):
    """Columns, key and rules, see docs/views.md."""

    columns: Annotated[list[ViewColumn], Field(min_length=1, max_length=COLUMNS_MAX)]
    key: Annotated[dict[Word, Expression], Field(min_length=1, max_length=KEYS_MAX)]
    rules: Annotated[list[ViewRule], Field(min_length=1, max_length=RULES_MAX)]
    remembered: Annotated[list[ViewColumn], Field(max_length=COLUMNS_MAX)] = []

    def told(self) -> ViewDefinition:
        return msgspec.convert(self.model_dump(), ViewDefinition)


class DeclarationInSql(Body):
    """A SELECT, see docs/views.md."""

    sql: Source

    def told(self) -> ViewDefinition:
        """Raises Refused with the place of what is wrong."""
        return of_source(self.sql, "sql").definition


class DeclarationInPython(Body):
    """A class, see docs/views.md."""

    python: Source

    def told(self) -> ViewDefinition:
        """Raises Refused with the place of what is wrong."""
        return of_source(self.python, "py").definition


def _language(said: Any) -> str:
    of = said if isinstance(said, dict) else dict(said) if isinstance(said, Body) else {}
    return next((name for name in ("sql", "python") if name in of), "rules")


AnyDeclaration = Annotated[
    Annotated[TheDeclaration, Tag("form:rules")]
    | Annotated[DeclarationInSql, Tag("form:sql")]
    | Annotated[DeclarationInPython, Tag("form:python")],
    Discriminator(lambda said: f"form:{_language(said)}"),
]


class ReviseDeclaration(Body):
    title: Name
    definition: AnyDeclaration

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"definition": self.definition.told()}


class DeclareView(ReviseDeclaration):
    name: Word


def about_new(call: Call, body: Any) -> About:
    return About(organisation=call.caller.person.organisation)


async def declare(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await desk.declare_view(**body.arguments(), **asked.keywords)


_EXAMPLE = {
    "title": "Times reopened by team",
    "definition": {
        "columns": [
            {"name": "team", "type": "text"},
            {"name": "reopened", "type": "integer"},
        ],
        "remembered": [{"name": "team", "type": "text"}],
        "key": {"team": "kept.team"},
        "rules": [
            {"on": ["Incident.Assigned"], "remember": {"team": "event.team"}},
            {"on": ["Incident.Reopened"], "set": {"reopened": "row.reopened + 1"}},
        ],
    },
}

PRACTICE = Practice(
    kind=DeclaredView,
    plural="views",
    what="declared_view",
    title="Declared views",
    creation=Creation(
        name="declare",
        body=DeclareView,
        summary="Declare a view, which covers all that ever happened",
        description="Its rows are folded from the first event on, see docs/views.md. It is told by "
        "columns, key and rules, or in SQL or Python.",
        about=about_new,
        use=declare,
        example={"name": "reopened_by_team", **_EXAMPLE},
    ),
    commands=(
        Command(
            method=DeclaredView.revise,
            body=ReviseDeclaration,
            summary="Declare it anew, as its next version",
            description="The version before serves until the new one has been built.",
            example=_EXAMPLE,
        ),
        Command(
            method=DeclaredView.retire,
            body=Nothing,
            summary="Have it no more",
            use=Desk.retire_view,
            needs_version=False,
        ),
    ),
)
