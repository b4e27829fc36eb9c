"""Definitions of approval processes in bodies: as JSON, or as the YAML text of a document.

Both have the same fields and end in the same model, and the mistakes of both are told the same way:
all of them, each with a JSON pointer, those of a text with line and column as well.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, WithJsonSchema, model_validator

from api.fields import Name
from api.http.bodies import ERRORS_SHOWN_MAX, Body
from api.http.errors import Problem, clean
from domain.approval_process import Definition, Finding, mistakes
from domain.calendar_names import CalendarNames
from domain.desk import Desk
from domain.process_document import DefinitionDocument
from domain.process_quorum import AGroup
from domain.process_text import BadDocument, Located, parse, sentence
from domain.rules import Refused
from domain.yaml_tree import BYTES_MAX, Mistake, Place, steps_of

Document = Annotated[
    str,
    Field(
        min_length=1,
        max_length=BYTES_MAX,
        description="The process in YAML, with its name: see `/schemas/approval-process`.",
        examples=["name: Normal changes\nsubjects: [change]\nstages: …\n"],
    ),
]


_NESTED: Mapping[str, Any] = {"description": "Another quorum, in the same forms."}


def _flat(part: Any, named: Mapping[str, Any]) -> Any:
    """A schema without references, which goes one quorum deep: without end it would be too much
    for those who make examples of it. The whole one is at `/schemas/approval-process`."""
    if isinstance(part, list):
        return [_flat(each, named) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found = named[part["$ref"].rpartition("/")[2]]
        return _flat({**found, **{key: each for key, each in part.items() if key != "$ref"}}, named)
    if "kind" in part.get("properties", {}) or part.get("title") == AGroup.__name__:
        nested = {field: _NESTED for field in ("of", "reject") if field in part["properties"]}
        part = {**part, "properties": {**part["properties"], **nested}}
    return {key: _flat(each, named) for key, each in part.items()}


def flat_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema of the fields of a document for the OpenAPI document."""
    schema = model.model_json_schema()
    named = schema.pop("$defs")
    return {**_flat(schema, named), "title": title}


class Revision(Body):
    """A definition in place of the draft: as JSON, or as a document that has the same name."""

    definition: (
        Annotated[DefinitionDocument, WithJsonSchema(flat_schema(DefinitionDocument, "Definition"))]
        | None
    ) = None
    document: Document | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.definition is None) == (self.document is None):
            raise ValueError("either a definition or a document is needed")
        return self

    def arguments(self) -> dict[str, Any]:
        return {"revision": self}


class NewProcess(Revision):
    """A new process: a name and a definition, or a document, which has its name in it."""

    name: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if (self.name is None) == (self.definition is not None):
            raise ValueError("a name goes with a definition; a document has its own")
        return self


async def read(desk: Desk, body: Revision, name: str) -> tuple[str, Definition]:
    """The name and the definition of a body; `name` is what the process is called without a
    document. Raises Problem with all mistakes."""
    names = CalendarNames(desk.directory.calendars())
    if body.document is not None:
        # In a thread: a large document takes half a second.
        located = await asyncio.to_thread(_parsed, body.document, names)
        if name and located.name != name:
            rule = f"this process is called {name!r}, which a revision does not change."
            raise problem_of([located.mistake("name", rule)])
        return located.name, located.definition
    if body.definition is None:
        raise ValueError("The body has neither a definition nor a document.")
    try:
        definition = body.definition.definition(names.calendar_of)
    except Refused as refused:
        raise problem_of_findings([Finding("calendar", str(refused))]) from None
    if found := list(mistakes(definition)):
        raise problem_of_findings(found)
    return name, definition


def _parsed(document: str, names: CalendarNames) -> Located:
    try:
        return parse(document, names.calendar_of)
    except BadDocument as bad:
        raise problem_of(bad.mistakes) from None


def problem_of(found: Iterable[Mistake]) -> Problem:
    """The problem of a document with these mistakes, in the field `document`."""
    errors: list[Mapping[str, str | int]] = []
    told = []
    for mistake in found:
        told.append(sentence(mistake))
        errors.append(
            {
                "pointer": _pointer("document", mistake.place),
                "detail": clean(mistake.rule),
                "line": mistake.mark.line,
                "column": mistake.mark.column,
            }
        )
    return _invalid(told, errors)


def problem_of_findings(found: Iterable[Finding]) -> Problem:
    errors: list[Mapping[str, str | int]] = []
    told = []
    for finding in found:
        pointer = _pointer("definition", steps_of(finding.place))
        detail = finding.sentence.removeprefix(f"{finding.place}: ")
        told.append(f"{pointer}: {detail}")
        errors.append({"pointer": pointer, "detail": clean(detail)})
    return _invalid(told, errors)


def _invalid(told: list[str], errors: list[Mapping[str, str | int]]) -> Problem:
    more = f" ({len(told) - 1} more in errors)" if len(told) > 1 else ""
    return Problem("invalid", clean(f"{told[0]}{more}"), errors=errors[:ERRORS_SHOWN_MAX])


def _pointer(field: str, place: Place) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return clean("".join(f"/{step}" for step in (field, *steps))[:300])
