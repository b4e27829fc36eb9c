"""The pages of the catalogue: what can be ordered, and an order of one or several items."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages import json_forms
from api.pages.json_forms import Answers, Field
from api.pages.page import Page
from api.pages.people import number_in
from api.pages.visits import Visit
from domain.desk.orders import ITEMS_MAX

OFFERED_MAX = 250


class Item(Struct, frozen=True):
    """An offering in an order, with what it asks and what was answered."""

    offering: dict[str, Any]
    answers: Answers
    fields: tuple[Field, ...]


async def show_all(visit: Visit) -> Answer:
    found = await visit.get("/offerings", status="published", limit=OFFERED_MAX, sort="name")
    rows = sorted(found["data"], key=lambda row: str(row["category"]))
    groups = [(name, list(of)) for name, of in groupby(rows, key=lambda row: row["category"])]
    guides = await visit.get("/order-guides", is_retired="false", limit=OFFERED_MAX, sort="name")
    return visit.draw("catalogue.html", groups=groups, guides=guides["data"], many=ITEMS_MAX)


async def show_order(visit: Visit) -> Answer:
    chosen = visit.form.all("item") or visit.query.all("item")
    if not chosen:
        raise Problem("bad_request", "Choose what to order in the catalogue first.")
    return await _draw(visit, await _items(visit, chosen))


async def _items(visit: Visit, chosen: Sequence[str]) -> list[Item]:
    items = []
    for place, number in enumerate(chosen[:ITEMS_MAX]):
        offering = await visit.get("/offerings/{ref}", number)
        schema = offering["form"]
        answers = json_forms.answers_of(schema, visit.form, str(place)) if schema else {}
        fields = json_forms.fields_of(schema, answers, str(place)) if schema else ()
        items.append(Item(offering, answers, fields))
    return items


async def _draw(visit: Visit, items: list[Item], *, asks_more: bool = False) -> Answer:
    asked = [name for item in items for name in json_forms.names_of(item.fields)]
    return visit.draw(
        "order.html",
        items=items,
        asked=asked,
        was_asked=visit.form.all("asked"),
        asks_more=asks_more,
        for_another=visit.may("offering.order_for_another"),
    )


async def send(visit: Visit) -> Answer:
    """Order, unless the answers ask for more than the page has asked."""
    items = await _items(visit, visit.form.all("item"))
    if not items:
        raise Problem("bad_request", "Choose what to order in the catalogue first.")
    asked = {name for item in items for name in json_forms.names_of(item.fields)}
    if not asked <= set(visit.form.all("asked")):
        return await _draw(visit, items, asks_more=True)
    first, *more = items
    body: dict[str, Any] = {"form": first.answers, "description": visit.form.text("description")}
    body["more"] = [{"offering": one.offering["number"], "form": one.answers} for one in more]
    if "requester" in visit.form:
        body["requester"] = number_in(visit, visit.form.text("requester"))
    try:
        done = await visit.post("/offerings/{ref}/order", first.offering["number"], body=body)
    except Problem as problem:
        problem.errors = json_forms.places(list(problem.errors))
        raise
    requests = done["requests"]
    place = f"/tickets/{requests[0]}" if len(requests) == 1 else "/tickets"
    return visit.go(place, done="order", after=done)


PAGES = [
    Page(path="/catalogue", show=show_all),
    Page(path="/order", show=show_order, send=send),
]
