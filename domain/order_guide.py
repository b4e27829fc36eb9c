"""Order guides: a few questions, by whose answers several offerings go into one order.

An item is part of the order where its condition on the answers holds. The guide may answer what
the offering's own form asks, always alike or by an answer to the guide; whoever orders answers the
rest.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain import form_answers, form_schema, text
from domain.expression import TEXT_MAX
from domain.guide_conditions import AnswersCondition
from domain.json_values import WrongJson, limits
from domain.plain_definition import PlainDefinition
from domain.rules import Refused, require
from domain.wrong_expression import WrongExpression

ITEMS_MAX = 20
ANSWERS_MAX = 100


class GuidedItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    offering: UUID
    when: str = ""
    """A condition on the answers, see `domain.guide_conditions`; without one it always is."""
    answers: dict[str, Any] = {}
    """What is answered to the offering's form, always alike."""
    copies: dict[str, str] = {}
    """What else is answered to it: the names of its answers, each with that of the guide's answer,
    which is taken over where it was given."""
    is_optional: bool = False
    """Whether whoever orders may leave it out."""


class Guide(Struct, frozen=True, kw_only=True, omit_defaults=True):
    items: tuple[GuidedItem, ...]
    form: dict[str, Any] = {}
    """What is asked, a form as that of offerings; empty: nothing."""
    description: str = ""


class Chosen(Struct, frozen=True, kw_only=True):
    """An item that is part of the order."""

    index: int
    """Its place among the items of the guide, 0 first."""
    item: GuidedItem
    given: dict[str, Any]
    """What the guide answers to the form of the offering."""


class OrderGuide(PlainDefinition[Guide]):
    prefix = "GUI"
    what = "order guide"

    versions: tuple[Guide, ...]

    @staticmethod
    def check(definition: Guide) -> None:
        text.body(definition.description, "description")
        form_schema.check(definition.form)
        items = definition.items
        require(0 < len(items) <= ITEMS_MAX, f"items: a guide has 1 to {ITEMS_MAX} items.")
        for index, item in enumerate(items):
            _check_item(f"items[{index}]", item, definition)

    class Defined(PlainDefinition.Defined):
        definition: Guide

    class Revised(PlainDefinition.Revised):
        definition: Guide


def _check_item(place: str, item: GuidedItem, guide: Guide) -> None:
    require(len(item.when) <= TEXT_MAX, f"{place}.when: at most {TEXT_MAX} characters.")
    try:
        AnswersCondition(item.when, guide.form)
    except WrongExpression as error:
        raise Refused(f"{place}.when: {error}") from None
    if found := limits(item.answers):
        raise WrongJson(f"{place}.answers", f"/definition/{place}/answers", found)
    require(
        len(item.answers) + len(item.copies) <= ANSWERS_MAX,
        f"{place}: a guide gives at most {ANSWERS_MAX} answers to a form.",
    )
    asked = guide.form.get("properties", {})
    for name, question in item.copies.items():
        require(name not in item.answers, f"{place}.copies: {name[:80]} is answered twice.")
        require(question in asked, f"{place}.copies: the guide does not ask {question[:80]}.")


def check_answers(guide: Guide, answers: Any) -> None:
    """Refuse answers that are not what the guide asks for. Raises WrongJson with the places."""
    form_answers.check(guide.form, answers, place="/answers")


def chosen(guide: Guide, answers: Mapping[str, Any]) -> Iterator[Chosen]:
    """The items of the order, for answers that fit the form of the guide."""
    for index, item in enumerate(guide.items):
        if AnswersCondition(item.when, guide.form).holds(answers):
            copied = {
                name: answers[question]
                for name, question in item.copies.items()
                if question in answers
            }
            yield Chosen(index=index, item=item, given=item.answers | copied)
