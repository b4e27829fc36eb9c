"""The pages of an order guide: its questions, then what the answers put together in one order."""

from decimal import Decimal
from typing import Any

from msgspec import Struct

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages import json_forms
from api.pages.json_forms import Answers, Field
from api.pages.page import Page
from api.pages.people import number_in
from api.pages.visits import Visit

QUESTIONS = "0"
"""The place of what the guide itself asks; that of an item is its number, from 1."""


class Part(Struct, frozen=True):
    """An item of the order, with what it still asks and what was answered."""

    item: dict[str, Any]
    answers: Answers
    fields: tuple[Field, ...]
    given: tuple[tuple[str, str], ...]
    """What the guide has answered, by its labels."""
    is_wanted: bool

    @property
    def place(self) -> str:
        return str(self.item["item"])


class Questions(Struct, frozen=True):
    guide: dict[str, Any]
    answers: Answers
    fields: tuple[Field, ...]

    @property
    def names(self) -> list[str]:
        return json_forms.names_of(self.fields)


async def show(visit: Visit) -> Answer:
    asked = await _questions(visit)
    if visit.form.text("step") == "order":
        # What was refused is beside what was typed; where the questions are wrong, they are asked.
        try:
            return _draw_parts(visit, asked, await _parts(visit, asked))
        except Problem as problem:
            visit.problem = visit.problem or problem
    return _draw_questions(visit, asked)


async def send(visit: Visit) -> Answer:
    """Go on as soon as the answers ask for nothing that the page before has not asked."""
    asked = await _questions(visit)
    known = set(visit.form.all("asked"))
    if not known.issuperset(asked.names):
        return _draw_questions(visit, asked, asks_more=True)
    try:
        parts = await _parts(visit, asked)
        names = {name for part in parts for name in json_forms.names_of(part.fields)}
        if visit.form.text("step") != "order" or not names <= known:
            asks_more = visit.form.text("step") == "order"
            return _draw_parts(visit, asked, parts, asks_more=asks_more)
        return await _order(visit, asked, parts)
    except Problem as problem:
        problem.errors = [
            {**error, "pointer": _named(str(error["pointer"]))} for error in problem.errors
        ]
        raise


async def _questions(visit: Visit) -> Questions:
    number = visit.form.text("guide") or visit.query.text("guide")
    guide = await visit.get("/order-guides/{ref}", number)
    schema = guide["form"]
    answers = json_forms.answers_of(schema, visit.form, QUESTIONS) if schema else {}
    fields = json_forms.fields_of(schema, answers, QUESTIONS) if schema else ()
    return Questions(guide, answers, fields)


async def _parts(visit: Visit, asked: Questions) -> list[Part]:
    body = {"answers": asked.answers} | _for_whom(visit)
    found = await visit.post("/order-guides/{ref}/try", asked.guide["number"], body=body)
    return [_part(visit, item) for item in found["data"]]


def _part(visit: Visit, item: dict[str, Any]) -> Part:
    schema, given, place = item["form"], item["given"], str(item["item"])
    typed = json_forms.answers_of(schema, visit.form, place) if schema else {}
    fields = json_forms.fields_of(schema, typed | given, place) if schema else ()
    wanted = not item["is_optional"] or visit.form.text("step") != "order"
    return Part(
        item=item,
        answers={name: value for name, value in typed.items() if name not in given},
        fields=tuple(field for field in fields if _word(field) not in given),
        given=tuple((field.label, _shown(field)) for field in fields if _word(field) in given),
        is_wanted=not item["why_not"] and (wanted or place in visit.form.all("with")),
    )


def _word(field: Field) -> str:
    """Its name in the form of the offering."""
    return field.name.partition(".")[2]


def _shown(field: Field) -> str:
    value = field.value
    return ", ".join(value) if isinstance(value, list) else str(value)


def _for_whom(visit: Visit) -> dict[str, Any]:
    if "requester" not in visit.form:
        return {}
    return {"requester": number_in(visit, visit.form.text("requester"))}


async def _order(visit: Visit, asked: Questions, parts: list[Part]) -> Answer:
    wanted = [part for part in parts if part.is_wanted]
    body: dict[str, Any] = {
        "answers": asked.answers,
        "items": [{"item": part.item["item"], "form": part.answers} for part in wanted],
        "without": [part.item["item"] for part in parts if not part.is_wanted],
        "description": visit.form.text("description"),
        **_for_whom(visit),
    }
    try:
        done = await visit.post("/order-guides/{ref}/order", asked.guide["number"], body=body)
    except Problem as problem:
        problem.errors = [_of_part(error, wanted) for error in problem.errors]
        raise
    requests = done["requests"]
    place = f"/tickets/{requests[0]}" if len(requests) == 1 else "/tickets"
    return visit.go(place, done="order", after=done)


def _of_part(error: Any, wanted: list[Part]) -> dict[str, Any]:
    """A mistake with the place of its item on the page, not in what was sent."""
    steps = str(error["pointer"]).strip("/").split("/")
    if steps[0] == "items" and len(steps) > 1 and steps[1].isdigit():
        steps[1] = wanted[int(steps[1])].place
    return {**error, "pointer": "/" + "/".join(steps)}


def _named(pointer: str) -> str:
    """The place of a mistake as the name of its field."""
    steps = pointer.strip("/").split("/")
    if steps[0] == "answers":
        steps = [QUESTIONS, *steps[1:]]
    elif steps[0] == "items" and len(steps) > 2:
        steps = [steps[1], *steps[3:]]
    else:
        return pointer
    first, *rest = steps
    return "/" + ".".join([first, *(step for step in rest if not step.isdigit())])


def _draw_questions(visit: Visit, asked: Questions, *, asks_more: bool = False) -> Answer:
    return visit.draw(
        "guide.html",
        guide=asked.guide,
        fields=asked.fields,
        asked=asked.names,
        was_asked=visit.form.all("asked"),
        asks_more=asks_more,
        for_another=visit.may("offering.order_for_another"),
    )


def _draw_parts(
    visit: Visit, asked: Questions, parts: list[Part], *, asks_more: bool = False
) -> Answer:
    names = [name for part in parts for name in json_forms.names_of(part.fields)]
    kept = [
        (name, text)
        for name, texts in visit.form.said.items()
        if name.startswith(f"{QUESTIONS}.") or name == "requester"
        for text in texts
    ]
    return visit.draw(
        "guide_items.html",
        guide=asked.guide,
        parts=parts,
        kept=kept,
        asked=[*asked.names, *names],
        was_asked=visit.form.all("asked"),
        asks_more=asks_more,
        sums=_sums(parts),
    )


def _sums(parts: list[Part]) -> list[str]:
    """The prices of what is wanted, together in each currency."""
    sums: dict[str, Decimal] = {}
    for part in parts:
        if part.is_wanted and part.item["price"]:
            currency = part.item["currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(part.item["price"])
    return [f"{amount} {currency}" for currency, amount in sums.items()]


PAGES = [Page(path="/guide", show=show, send=send)]
