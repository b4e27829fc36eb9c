"""Order guides over HTTP: a few questions, by whose answers several offerings go into one order."""

from typing import Annotated, Any

from pydantic import Field

from api.fields import Name, OfferingRef, Text
from api.http.bodies import Body
from api.http.calls import Call
from api.offerings import Form
from api.plain_definitions import Definition, practice_of
from domain.expression import TEXT_MAX
from domain.order_guide import ANSWERS_MAX, ITEMS_MAX, Guide, GuidedItem, OrderGuide

Given = Annotated[
    dict[str, Any],
    Field(max_length=ANSWERS_MAX, description="What it answers to the offering's form, as it is."),
]


class TheGuidedItem(Body):
    offering: OfferingRef
    when: Annotated[
        str,
        Field(
            max_length=TEXT_MAX,
            description="A condition on the answers, in CEL; without one it always is part.",
        ),
    ] = ""
    answers: Given = {}
    copies: Annotated[
        dict[Name, Name],
        Field(
            max_length=ANSWERS_MAX,
            description="Answers to the offering's form, each with the guide's answer that it is.",
        ),
    ] = {}
    is_optional: bool = False


class TheGuide(Definition):
    """What is asked, and what goes into the order by the answers."""

    items: Annotated[list[TheGuidedItem], Field(min_length=1, max_length=ITEMS_MAX)]
    form: Form = {}
    description: Text = ""

    async def checked(self, call: Call) -> None:
        items = tuple(GuidedItem(**item.model_dump()) for item in self.items)
        guide = Guide(items=items, form=self.form, description=self.description)
        OrderGuide.check(guide)
        await call.context.desk.check_guide(guide)


GUIDE = {
    "description": "All that somebody needs on their first day.",
    "form": {
        "type": "object",
        "properties": {
            "department": {"enum": ["sales", "other"], "title": "Where do they work?"},
            "travels": {"type": "boolean", "title": "Do they travel?"},
        },
        "required": ["department"],
        "additionalProperties": False,
    },
    "items": [
        {"offering": "OFR0000042", "answers": {"kind": "standard"}},
        {
            "offering": "OFR0000042",
            "when": 'answers.department == "sales" && answers.travels',
            "is_optional": True,
        },
    ],
}

PRACTICE = practice_of(
    OrderGuide,
    TheGuide,
    Guide,
    title="Order guides",
    example={"name": "New colleague", "definition": GUIDE},
)
