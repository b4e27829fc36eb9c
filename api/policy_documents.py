"""Service level policies in bodies: as JSON, or as the YAML text of a document.

Both have the same fields and end in the same model, and the mistakes of both are told the same way:
all of them, each with a JSON pointer, those of a text with line and column as well.
"""

import asyncio
from typing import Annotated, Any, Self

from pydantic import Field, WithJsonSchema, model_validator

from api.fields import Name
from api.http.bodies import Body
from api.process_documents import flat_schema, problem_of, problem_of_findings
from domain.agreement import Agreement
from domain.desk import Desk
from domain.document_text import BadDocument, Located
from domain.service_level_document import AgreementDocument
from domain.service_level_text import meaning_of, parse
from domain.yaml_tree import BYTES_MAX

Document = Annotated[
    str,
    Field(
        min_length=1,
        max_length=BYTES_MAX,
        description="The policy in YAML, with its name: see `/schemas/service-level-policy`.",
        examples=["name: Gold\ncalendar: Office hours\ntargets: …\n"],
    ),
]


class Revision(Body):
    """A definition in place of the draft: as JSON, or as a document that has the same name."""

    definition: (
        Annotated[AgreementDocument, WithJsonSchema(flat_schema(AgreementDocument, "Agreement"))]
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


class NewPolicy(Revision):
    """A new policy: a name and a definition, or a document, which has its name in it."""

    name: Name | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if (self.name is None) == (self.definition is not None):
            raise ValueError("a name goes with a definition; a document has its own")
        return self


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
