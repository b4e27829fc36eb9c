"""Definitions of approval processes in bodies."""

import asyncio
from typing import Annotated

from pydantic import WithJsonSchema

from api.written_definitions import (
    Named,
    Written,
    flat_schema,
    problem_of,
    problem_of_findings,
    text_of,
)
from domain.approval_process import Definition, Finding, mistakes
from domain.calendar_names import CalendarNames
from domain.desk import Desk
from domain.process_document import DefinitionDocument
from domain.process_text import BadDocument, Located, parse
from domain.rules import Refused

Document = Annotated[
    str,
    text_of(
        "process",
        "approval-process",
        "name: Normal changes\nsubjects: [change]\nstages: …\n",
    ),
]


class Revision(Written):
    """A definition in place of the draft: as JSON, or as a document that has the same name."""

    definition: (
        Annotated[DefinitionDocument, WithJsonSchema(flat_schema(DefinitionDocument, "Definition"))]
        | None
    ) = None
    document: Document | None = None


class NewProcess(Revision, Named):
    """A new process: a name and a definition, or a document, which has its name in it."""


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
