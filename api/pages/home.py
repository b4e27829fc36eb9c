"""The page on which somebody begins: what waits for them, and their open tickets."""

from typing import Any

from api.http.answers import Answer
from api.pages.page import Page
from api.pages.visits import Visit

SHOWN = 8
WAITING_LOOKED_AT = 20
"""So many of one's latest tickets are looked through for what they wait for."""

DOORS = (
    ("/report", "Report an incident", "Something does not work as it should.", "incident.log"),
    ("/report?kind=question", "Ask a question", "How something is done.", "question.ask"),
    ("/catalogue", "Order something", "Hardware, software, access.", "offering.order"),
    ("/queue", "Work on tickets", "What waits for you and your teams.", "work_queue.read"),
    ("/knowledge", "Help yourself", "Articles that others found useful.", "article.list"),
)
RATED = {"incident": "incidents", "question": "questions", "request": "requests"}


async def show(visit: Visit) -> Answer:
    position = visit.position
    own = await visit.get("/tickets", limit=WAITING_LOOKED_AT, min_position=position)
    tickets = own["data"]
    return visit.draw(
        "home.html",
        doors=[(place, *said) for place, *said, act in DOORS if visit.may(act)],
        waiting=[
            *await _asked_to_vote(visit, position),
            *await _mentioned(visit, position),
            *[one for row in tickets for one in await _owed(visit, row)],
        ],
        tickets=[row for row in tickets if row["is_open"]][:SHOWN],
    )


async def _asked_to_vote(visit: Visit, position: str | None) -> list[dict[str, Any]]:
    inbox = await visit.get("/approvals", asks="vote", limit=SHOWN, min_position=position)
    return [
        {
            "place": f"/approvals/{row['number']}",
            "title": row["title"],
            "number": f"{row['number']} · {row['stage']}",
            "due": row["due"],
            "what": "Your decision",
        }
        for row in inbox["data"]
    ]


async def _mentioned(visit: Visit, position: str | None) -> list[dict[str, Any]]:
    """The tickets on which one was mentioned and has not read it, the latest first."""
    found = await visit.get(
        "/me/mentions", is_read="false", limit=SHOWN, expand="ticket", min_position=position
    )
    by_ticket = {row["number"]: row for row in reversed(found["data"])}
    return [
        {
            "place": f"/tickets/{number}",
            "title": row["ticket"]["title"] if isinstance(row["ticket"], dict) else number,
            "number": number,
            "due": None,
            "what": "You were mentioned",
        }
        for number, row in reversed(by_ticket.items())
    ]


async def _owed(visit: Visit, row: dict[str, Any]) -> list[dict[str, Any]]:
    """What a ticket waits for from its requester."""
    what, due = "", None
    if row["pending_reason"] == "customer" or row["is_information_asked"]:
        what = "Your answer"
    elif row["resolved_at"] and row["kind"] in RATED and row["status"] != "merged":
        record = await visit.get(f"/{RATED[row['kind']]}/{{ref}}", row["number"])
        due = record["rated_until"]
        what = "Your opinion" if due and due > visit.instant else ""
    place = f"/tickets/{row['number']}"
    told = {"place": place, "title": row["title"], "number": row["number"], "due": due}
    return [{**told, "what": what}] if what else []


PAGES = [Page(path="/home", show=show)]
