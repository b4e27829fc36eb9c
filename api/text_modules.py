"""Text modules over HTTP."""

from typing import Annotated

from pydantic import Field

from api.fields import OptionalName, TeamRef, Words
from api.plain_definitions import Definition, practice_of
from domain.text_module import LANGUAGE_MAX, TEAMS_MAX, TextDefinition, TextModule

Language = Annotated[
    str, Field(max_length=LANGUAGE_MAX, pattern="^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$")
]


class TheText(Definition):
    """What is said again and again; `{{requester}}` and other variables stand for what differs."""

    text: Words
    category: OptionalName = ""
    language: Language = ""
    teams: Annotated[list[TeamRef], Field(max_length=TEAMS_MAX)] = []


PRACTICE = practice_of(
    TextModule,
    TheText,
    TextDefinition,
    title="Text modules",
    example={
        "name": "First words",
        "definition": {"text": "Dear {{requester}}, we look into {{number}}.", "language": "en"},
    },
)
