"""The pages of tickets: one's own, and each with what was said on it and what can be done."""

import re
from collections.abc import Mapping
from typing import Any

from api.commands import Practice
from api.http.answers import Answer
from api.http.errors import Problem
from api.inline_images import images_of
from api.pages import change_page, ticket_acts
from api.pages.act import Act
from api.pages.page import Page
from api.pages.people import colleagues, name_of
from api.pages.visits import Visit
from api.practices import PRACTICES
from domain.article import Article
from domain.asset import Asset
from domain.ids import number_of, parse_reference, prefix_of
from domain.policy import about
from domain.ticket import Ticket

LIMIT = 25
CHANGES_SHOWN = 10
TICKETS: Mapping[str, Practice] = {
    practice.kind.prefix: practice for practice in PRACTICES if issubclass(practice.kind, Ticket)
}
STATES = (("open", "Open"), ("over", "Over"), ("all", "All"))
_OF_ITEM = re.compile(r"(complete_item|start_task|complete_task):(\d{1,4})")
"""The acts on one of several items of a ticket."""


async def show_own(visit: Visit) -> Answer:
    """The tickets of which one is the requester."""
    state = visit.query.text("state") or "open"
    page = await visit.get(
        "/tickets",
        limit=LIMIT,
        cursor=visit.query.text("cursor") or None,
        is_open={"open": "true", "over": "false"}.get(state),
        min_position=visit.position,
    )
    return visit.draw("tickets.html", page=page, state=state, states=STATES)


async def find(visit: Visit) -> tuple[Practice, Ticket]:
    """The ticket that the address names. Raises NotFound."""
    id = parse_reference(visit.params["ref"])
    practice = TICKETS.get(prefix_of(id))
    if practice is None:
        raise Problem("not_found", f"{visit.params['ref'][:80]} is no ticket.")
    record: Any = await visit.context.ledger.find(practice.kind, id)
    return practice, record


async def show(visit: Visit) -> Answer:
    """A ticket, as far as whoever visits may read it."""
    practice, record = await find(visit)
    shown = await visit.get(f"/{practice.plural}/{{ref}}", record.number)
    is_staff = visit.may(f"{practice.what}.read_internal", about(record))
    said = await _said(visit, practice, shown)
    acts = await ticket_acts.possible(visit, practice, record)
    return visit.draw(
        "ticket.html",
        practice=practice,
        ticket=shown,
        said=said,
        pictures=_pictures(said),
        acts=acts,
        may=lambda act: visit.may(f"{practice.what}.{act}", about(record)),
        is_staff=is_staff,
        is_own=record.requester == visit.me.person.id,
        name=lambda id: name_of(visit, id),
        number=lambda id: number_of(parse_reference(id)),
        place_of=place_of,
        clocks=await _clocks(visit, shown) if is_staff else [],
        choices=await _choices(visit, acts) if is_staff else {},
        people=colleagues(visit, (record.team, *visit.me.actor.teams)) if is_staff else [],
        questions=_open_questions(shown),
        is_edited=is_staff and record.editor_at(visit.now) is not None,
        changed=await _changed(visit, practice, record),
        can_take=_can_take(visit, practice, record),
        of_change=await change_page.parts(visit, record, shown) if is_staff else None,
    )


def place_of(number: str) -> str:
    """The page of a record; "" if it has none."""
    if number.startswith(Article.prefix):
        return f"/knowledge/{number}"
    if number.startswith(Asset.prefix):
        return f"/assets/{number}"
    return f"/tickets/{number}" if number[:3] in TICKETS else ""


async def _said(visit: Visit, practice: Practice, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said and attached, oldest first; with that of tickets that were merged into it."""
    if practice.kind.prefix != "CHG":
        told = await visit.get("/tickets/{ref}/conversation", shown["number"])
        return [
            {**one, "name": one["author"]["name"], "by": one["author"]["id"]}
            for one in told["said"]
        ]
    comments = [
        {**one, "kind": "comment", "name": name_of(visit, one["author"]), "by": one["author"]}
        for one in shown["comments"]
    ]
    files = [
        {**one, "kind": "attachment", "text": one["name"], "name": name_of(visit, one["by"])}
        for one in shown["attachments"]
    ]
    whole = [{"is_internal": False, "origin": shown["number"], **one} for one in comments + files]
    return sorted(whole, key=lambda one: str(one["at"]))


def _pictures(said: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The images that texts can show, by the number of the ticket that they are attached to."""
    files: dict[str, list[dict[str, Any]]] = {}
    for one in said:
        if one["kind"] == "attachment":
            files.setdefault(one["origin"], []).append({**one, "name": one["text"]})
    return {origin: images_of(found) for origin, found in files.items()}


async def _clocks(visit: Visit, shown: dict[str, Any]) -> list[dict[str, Any]]:
    board = await visit.find("/sla", ticket=shown["id"], limit=10)
    return board["data"] if board else []


async def _choices(visit: Visit, acts: list[Act]) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen for the fields of acts, by the kind of the field."""
    teams = await visit.find("/teams", limit=250, fields="id,name")
    is_told = any(act.name == "update_stakeholders" for act in acts)
    path = "/update-templates"
    templates = await visit.find(path, limit=250, is_retired="false") if is_told else None
    return {
        "team": [(row["id"], row["name"]) for row in teams["data"]] if teams else [],
        "template": [(row["id"], _named(row)) for row in templates["data"]] if templates else [],
    }


def _named(template: dict[str, Any]) -> str:
    for_whom = ", ".join(filter(None, (template["audience"], template["language"])))
    return f"{template['name']} ({for_whom})" if for_whom else str(template["name"])


def _open_questions(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """What approvers ask, and nobody has answered."""
    return [
        {**one, "stage": stage["name"]}
        for round in (shown.get("approval") or {}).values()
        if round["outcome"] == "pending"
        for stage in round["stages"]
        for one in stage["information"]
        if not one["answer"]
    ]


async def _changed(visit: Visit, practice: Practice, record: Ticket) -> list[dict[str, Any]]:
    """What happened to a ticket since the version that somebody wanted to act on."""
    if visit.problem is None or visit.problem.code != "outdated":
        return []
    seen, cursor = visit.form.whole("version"), None
    history: list[dict[str, Any]] = []
    while isinstance(seen, int):
        page = await visit.find(
            f"/{practice.plural}/{{ref}}/history", record.number, limit=250, cursor=cursor
        )
        history += [one for one in page["data"] if one["version"] > seen] if page else []
        cursor = page["next_cursor"] if page else None
        if cursor is None:
            break
    return history[-CHANGES_SHOWN:]


def _can_take(visit: Visit, practice: Practice, record: Ticket) -> bool:
    is_mine = record.assignee == visit.me.person.id
    return (
        not record.is_over and not is_mine and visit.may(f"{practice.what}.assign", about(record))
    )


# Acting --------------------------------------------------------------------------------------


async def send(visit: Visit) -> Answer:
    """Do what the form that was sent is for."""
    practice, record = await find(visit)
    place = f"/tickets/{record.number}"
    act = visit.form.text("act")
    if act == "say":
        return await _say(visit, practice, record, place)
    path, body = await _command(visit, record, act)
    done = await visit.post(
        f"/{practice.plural}/{{ref}}/{path.replace('_', '-')}",
        record.number,
        body=body,
        version=visit.form.text("version"),
    )
    return visit.go(place, done=path, after=done)


async def _command(visit: Visit, record: Ticket, act: str) -> tuple[str, dict[str, Any]]:
    form = visit.form
    if act == "take":
        team = {"team": number_of(record.team)} if record.team else {}
        return "assign", {**team, "assignee": number_of(visit.me.person.id)}
    if act.startswith("provide_information"):
        return "provide_information", form.given("answer", "stage")
    if item := _OF_ITEM.fullmatch(act):
        return item[1], {"number": int(item[2]), **form.given("note")}
    found = await ticket_acts.act_of(visit, record, act)
    if found is None:
        raise Problem("bad_request", "There is nothing like this to do with a ticket.")
    return act, ticket_acts.body_of(visit, found, form)


async def _say(visit: Visit, practice: Practice, record: Ticket, place: str) -> Answer:
    """A word on a ticket, with files or without."""
    done = None
    text, files = visit.form.text("text"), visit.form.files
    if text or not files:
        visibility = visit.form.text("visibility") or "public"
        done = await visit.post(
            f"/{practice.plural}/{{ref}}/comment",
            record.number,
            body={"text": text, "visibility": visibility},
        )
    for file in files:
        done = await visit.send(f"/{practice.plural}/{{ref}}/attachments", record.number, file=file)
    return visit.go(place, done="say", after=done)


async def show_history(visit: Visit) -> Answer:
    """All that ever happened to a ticket."""
    practice, record = await find(visit)
    page = await visit.get(
        f"/{practice.plural}/{{ref}}/history",
        record.number,
        limit=LIMIT * 2,
        cursor=visit.query.text("cursor") or None,
    )
    return visit.draw("ticket_history.html", number=record.number, page=page)


PAGES = [
    Page(path="/tickets", show=show_own),
    Page(path="/tickets/{ref}", show=show, send=send, takes_files=True),
    Page(path="/tickets/{ref}/events", show=show_history),
]
