"""The page on which incidents are reported and questions asked, after a look at what may help."""

from collections.abc import Mapping
from typing import Any

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.people import number_in
from api.pages.visits import Visit

KINDS: Mapping[str, tuple[str, str, str]] = {
    "incident": ("Something does not work", "incidents", "incident.log"),
    "question": ("I have a question", "questions", "question.ask"),
}
CHANNELS = tuple((word, word) for word in ("phone", "email", "chat", "walk-in", "portal"))


async def show(visit: Visit) -> Answer:
    return await _draw(visit)


async def _draw(visit: Visit, suggested: Any = None) -> Answer:
    kinds = [(kind, title) for kind, (title, _, act) in KINDS.items() if visit.may(act)]
    if not kinds:
        raise Problem("forbidden", "Only a requester or an agent can report something.")
    chosen = visit.form.text("kind") or visit.query.text("kind")
    return visit.draw(
        "report.html",
        kinds=kinds,
        kind=chosen if chosen in KINDS else kinds[0][0],
        title=visit.form.verbatim("title") or visit.query.text("title"),
        description=visit.form.verbatim("description"),
        is_second=visit.form.text("act") != "" and "title" in visit.form,
        is_staff=visit.may("incident.assign"),
        channels=CHANNELS,
        suggested=suggested if suggested is not None else [],
    )


async def send(visit: Visit) -> Answer:
    """Look for what may help, note that it did, or send it to the desk."""
    form = visit.form
    act, _, article = form.text("act").partition(":")
    if act == "helped":
        body = {"shown": form.all("shown")}
        done = await visit.post("/articles/{ref}/deflect", article, body=body)
        return visit.go("/home", done="helped", after=done)
    if act == "look" or form.text("kind") not in KINDS:
        said = form.given("title", "description")
        found = await visit.get("/articles/suggestions", **said) if "title" in said else None
        return await _draw(visit, found["data"] if found else None)
    plural = KINDS[form.text("kind")][1]
    opened = await visit.post(f"/{plural}", body=_opening(visit))
    for file in form.files:
        opened |= await visit.send(f"/{plural}/{{ref}}/attachments", opened["number"], file=file)
    return visit.go(f"/tickets/{opened['number']}", done="open", after=opened)


def _opening(visit: Visit) -> dict[str, Any]:
    form = visit.form
    body: dict[str, Any] = {"title": form.text("title"), "description": form.text("description")}
    body["channel"] = form.text("channel") or "portal"
    if "requester" in form:
        body["requester"] = number_in(visit, form.text("requester"))
    if form.text("kind") == "incident":
        body |= {name: form.whole(name) for name in ("impact", "urgency") if name in form}
    return body


PAGES = [Page(path="/report", show=show, send=send, takes_files=True)]
