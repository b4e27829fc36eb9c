"""The pages on which a change is proposed and a problem raised."""

from typing import Any

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.act import same
from api.pages.page import Page
from api.pages.visits import Visit
from domain.change import Type
from domain.change_template import ChangeTemplate, Template
from domain.ids import parse_reference, prefix_of

TYPES = tuple(one for one in same(Type) if one[0] != "standard")
"""A standard change is made of a template."""
TEMPLATES_MAX = 250


async def show(visit: Visit) -> Answer:
    """A change: of a template of the catalogue, or one that is planned by itself."""
    number = visit.form.text("template") or visit.query.text("template")
    template = await _template(visit, number) if number else None
    found = await visit.find("/change-templates", limit=TEMPLATES_MAX, sort="name")
    return visit.draw(
        "propose.html",
        chosen=template,
        number=number,
        templates=[row for row in found["data"] if row["status"] == "published"] if found else [],
        types=TYPES,
    )


async def _template(visit: Visit, number: str) -> Template:
    id = parse_reference(number)
    if prefix_of(id) != ChangeTemplate.prefix:
        raise Problem("not_found", f"{number[:80]} is no change template.")
    await visit.get("/change-templates/{ref}", number)
    published = (await visit.context.ledger.find(ChangeTemplate, id)).published
    if published is None:
        raise Problem("not_found", f"{number} is not published.")
    return published


async def send(visit: Visit) -> Answer:
    form = visit.form
    body: dict[str, Any] = {name: form.text(name) for name in ("title", "description", "reason")}
    if number := form.text("template"):
        template = await _template(visit, number)
        asked = [(field.name, form.text(f"form.{field.name}")) for field in template.fields]
        said = {name: text for name, text in asked if text}
        body |= {"type": "standard", "template": number, "form": said}
    else:
        body["type"] = form.text("type") or "normal"
    made = await visit.post("/changes", body=body)
    return visit.go(f"/tickets/{made['number']}", done="open", after=made)


async def show_problem(visit: Visit) -> Answer:
    """A problem, by itself or of an incident."""
    number = visit.form.text("of") or visit.query.text("of")
    incident = await visit.get("/incidents/{ref}", number) if number else None
    return visit.draw("raise.html", incident=incident)


async def send_problem(visit: Visit) -> Answer:
    body = {name: visit.form.text(name) for name in ("title", "description")}
    made = await visit.post("/problems", body=body)
    if of := visit.form.text("of"):
        link = {"type": "caused by", "other": made["number"]}
        made |= {"position": (await visit.post("/incidents/{ref}/link", of, body=link))["position"]}
    return visit.go(f"/tickets/{made['number']}", done="open", after=made)


PAGES = [
    Page(path="/propose", show=show, send=send),
    Page(path="/raise", show=show_problem, send=send_problem),
]
