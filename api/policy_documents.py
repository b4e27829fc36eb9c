"""Definitions of service level policies in bodies."""

import asyncio
from typing import Annotated, Any

from pydantic import WithJsonSchema

from api.written_definitions import (
    Named,
    Written,
    flat_schema,
    problem_of,
    problem_of_findings,
    text_of,
)
from domain.agreement import Agreement
from domain.desk import Desk
from domain.document_text import BadDocument, Located
from domain.service_level_document import AgreementDocument
from domain.service_level_text import meaning_of, parse

Document = Annotated[
    str,
    text_of(
        "policy",
        "service-level-policy",
        "name: Gold\ncalendar: Office hours\ntargets: …\n",
    ),
]


class Revision(Written):
    """A definition in place of the draft: as JSON, or as a document that has the same name."""

    definition: (
        Annotated[AgreementDocument, WithJsonSchema(flat_schema(AgreementDocument, "Agreement"))]
        | None
    ) = None
    document: Document | None = None


class NewPolicy(Revision, Named):
    """A new policy: a name and a definition, or a document, which has its name in it."""


async def read(desk: Desk, body: Any, name: str) -> tuple[str, Agreement]:
    """The name and the agreement of a body; `name` is what the policy is called without a document.
    Raises Problem with all mistakes."""
    names = desk.policy_names()
    if body.document is not None:
        # In a thread: a large document takes half a second.
        try:
            located: Located[Any, Agreement] = await asyncio.to_thread(parse, body.document, names)
        except BadDocument as bad:
            raise problem_of(bad.mistakes) from None
        if name and located.name != name:
            rule = f"this policy is called {name!r}, which a revision does not change."
            raise problem_of([located.mistake("name", rule)])
        return located.name, located.definition
    if body.definition is None:
        raise ValueError("The body has neither a definition nor a document.")
    agreement, found = await asyncio.to_thread(meaning_of, body.definition, names)
    if found:
        raise problem_of_findings(found)
    return name, agreement
