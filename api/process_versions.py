"""The versions of approval processes over HTTP, as JSON and as documents, and their schema."""

from collections.abc import Iterator

from api import approval_processes
from api.document_versions import (
    VERSION_NAME,
    Documents,
    Version,
    responses,
    tagged,
    version_routes,
)
from api.document_versions import asked as asked_of
from api.http.calls import Call
from api.http.routing import Route
from domain.approval_process import ApprovalProcess
from domain.calendar_names import CalendarNames
from domain.desk import Desk
from domain.process_document import DefinitionDocument, schema
from domain.process_yaml import as_document, to_yaml

__all__ = ["PRACTICE", "VERSION_NAME", "asked", "process_routes", "responses", "tagged"]

PRACTICE = approval_processes.PRACTICE

PROCESSES = Documents(
    practice=PRACTICE,
    noun="approval process",
    as_document=lambda desk, definition, name: as_document(definition, name, _names(desk).name_of),
    to_yaml=lambda desk, definition, name: to_yaml(definition, name, _names(desk).name_of),
    fields=tuple(DefinitionDocument.model_fields),
    needed=("subjects", "stages"),
    schema=schema,
    schema_act="process_schema.read",
)


async def asked(call: Call) -> tuple[ApprovalProcess, Version]:
    """The process and the version that the path names. Raises NotFound."""
    process, version, _ = await asked_of(call, PROCESSES)
    assert isinstance(process, ApprovalProcess)
    return process, version


def process_routes() -> Iterator[Route]:
    return version_routes(PROCESSES)


def _names(desk: Desk) -> CalendarNames:
    return CalendarNames(desk.directory.calendars())
