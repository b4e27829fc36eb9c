"""Definitions in bodies: as JSON, or as the YAML text of a document.

Both have the same fields and end in the same model, and the mistakes of both are told the same way:
all of them, each with a JSON pointer, those of a text with line and column as well.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from api.commands import Asked, begin
from api.fields import Name
from api.http.bodies import ERRORS_SHOWN_MAX, Body
from api.http.calls import Call
from api.http.errors import Problem, clean
from domain.approval_process import Finding
from domain.desk import Desk
from domain.document_text import sentence
from domain.process_quorum import AGroup
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.versioned import Versioned
from domain.yaml_tree import BYTES_MAX, Mistake, Place, steps_of

Read = Callable[[Desk, Any, str], Awaitable[tuple[str, Any]]]
"""Gives the name and the definition of a body. The text is what the record is called if no document
says so. Raises Problem with all mistakes."""


def text_of(what: str, schema: str, example: str) -> Any:
    """The field of a document's text."""
    return Field(
        min_length=1,
        max_length=BYTES_MAX,
        description=f"The {what} in YAML, with its name: see `/schemas/{schema}`.",
        examples=[example],
    )


class Written(Body):
    """A definition as JSON, or a document."""

    definition: Any = None
    document: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.definition is None) == (self.document is None):
            raise ValueError("either a definition or a document is needed")
        return self

    def arguments(self) -> dict[str, Any]:
        return {"revision": self}


class Named(Written):
    """A name and a definition, or a document, which has its name in it."""

    name: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if (self.name is None) == (self.definition is not None):
            raise ValueError("a name goes with a definition; a document has its own")
        return self


def drafting(kind: type[Versioned[Any]], read: Read) -> Callable[..., Awaitable[Receipt]]:
    """Drafts a new record from a body."""

    async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
        name, definition = await read(desk, body, body.name or "")
        return await begin(kind, kind.draft)(desk, asked, name=name, definition=definition)

    return draft


def revising(kind: type[Versioned[Any]], read: Read) -> Callable[..., Awaitable[Receipt]]:
    """Puts the definition of a body in place of a record's draft."""

    async def revise(
        desk: Desk,
        id: UUID,
        *,
        expected: int | None,
        by: Provenance,
        revision: Written,
        **repeat: Any,
    ) -> Receipt:
        record = await desk.ledger.find(kind, id)
        _, definition = await read(desk, revision, record.name)
        return await desk.ledger.edit(
            kind,
            id,
            lambda record: record.revise(definition, by=by),
            expected=expected,
            by=by,
            **repeat,
        )

    return revise


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
