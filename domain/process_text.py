"""Reading the YAML of an approval process, and saying by line and column what is wrong with it."""

from uuid import UUID

from domain import document_text
from domain.approval_process import Definition, Finding, mistakes
from domain.document_text import BadDocument, Form, sentence
from domain.process_document import CalendarOf, ProcessDocument
from domain.process_errors import fields_of_process
from domain.process_repair import is_moot, repaired
from domain.rules import Refused

__all__ = ["BadDocument", "Located", "parse", "sentence"]

Located = document_text.Located[ProcessDocument, Definition]
_NO_CALENDAR = UUID(int=0)


def parse(content: bytes | str, calendar_of: CalendarOf) -> Located:
    """Read a document. Raises BadDocument with all its mistakes."""
    form = Form(
        model=ProcessDocument,
        about="a process is written as fields, such as `name: Normal changes`.",
        fields_at=fields_of_process,
        defined=lambda document: _defined(document, calendar_of),
        repaired=repaired,
        is_moot=is_moot,
    )
    return document_text.parse(content, form)


def _defined(
    document: ProcessDocument, calendar_of: CalendarOf
) -> tuple[Definition, list[Finding]]:
    found = []

    def lenient(name: str) -> UUID:
        try:
            return calendar_of(name)
        except Refused as refused:
            found.append(Finding("calendar", str(refused)))
            return _NO_CALENDAR

    definition = document.definition(lenient)
    return definition, [*found, *mistakes(definition)]
