"""Update templates over HTTP: what the stakeholders of a major incident are told."""

from typing import Annotated

from pydantic import Field

from api.fields import OptionalName, Words
from api.plain_definitions import Definition, practice_of
from api.text_modules import Language
from domain.update_template import UpdateDefinition, UpdateTemplate


class TheUpdate(Definition):
    """What stakeholders are told; `{{services}}`, `{{next_update}}` and others stand for what
    differs."""

    text: Words
    audience: Annotated[
        OptionalName, Field(description="For whom it is, such as `customers`; empty for all.")
    ] = ""
    language: Language = ""


PRACTICE = practice_of(
    UpdateTemplate,
    TheUpdate,
    UpdateDefinition,
    title="Update templates",
    example={
        "name": "It goes on",
        "definition": {
            "text": "{{services}}: we are at work. The next news comes at {{next_update}}.",
            "audience": "customers",
            "language": "en",
        },
    },
)
