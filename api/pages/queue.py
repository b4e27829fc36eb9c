"""The pages of those who work at the desk: the queue, the board, and the search."""

from collections.abc import Mapping
from typing import Any

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.people import name_of
from api.pages.tickets import place_of
from api.pages.visits import Visit
from domain.ids import number_of
from projections.tickets import KINDS

LIMIT = 30
BOARD_MAX = 200
VIEWS_MAX = 30
QUEUES = (
    ("mine", "Mine"),
    ("teams", "My teams'"),
    ("unassigned", "Unassigned"),
    ("all", "All open"),
)
ORDER = (
    *("new", "asked", "requested", "proposed", "assigned", "in progress", "investigating"),
    *("known error", "in approval", "approved", "rejected", "scheduled", "implementing"),
    *("in fulfilment", "pending"),
)
"""The states of open tickets from the first to the last, as columns of the board."""


def asked(visit: Visit, which: str) -> dict[str, Any]:
    """What a queue asks of the list of all tickets."""
    found: dict[str, Any] = {"is_open": "true", "sort": "priority,due,opened_at"}
    if which == "mine":
        found["filter"] = "assignee == me"
    elif which == "teams":
        teams = ", ".join(f'"{number_of(team)}"' for team in sorted(visit.me.actor.teams))
        # Whoever is in no team asks for the tickets of nobody.
        found["filter"] = f"team in [{teams}]" if teams else "assignee == me && assignee != me"
    elif which == "unassigned":
        found["assignee"] = ""
    return found


async def show(visit: Visit) -> Answer:
    """A queue, a saved view, or what the words of the search box ask for."""
    which, view = visit.query.text("which") or "mine", visit.query.text("view")
    words = visit.query.text("q")
    query = {} if view else asked(visit, which)
    wrong, page = "", {"data": [], "has_more": False, "next_cursor": None}
    try:
        page = await visit.get(
            "/queue",
            limit=LIMIT,
            q=words or None,
            view=view or None,
            cursor=visit.query.text("cursor") or None,
            min_position=visit.position,
            **query,
        )
    except Problem as problem:
        if problem.code != "bad_query" or not words:
            raise
        wrong = str(problem)
    views = await visit.get("/saved-views", limit=VIEWS_MAX, list="queue")
    return visit.draw(
        "queue.html",
        page=page,
        which="" if view else which,
        queues=QUEUES,
        view=view,
        views=views["data"],
        words=words,
        wrong=wrong,
        name=lambda id: name_of(visit, id),
    )


async def show_board(visit: Visit) -> Answer:
    """The open tickets of a kind, in a column for each state."""
    which, kind = visit.query.text("which") or "all", visit.query.text("kind") or "incident"
    page = await visit.get("/queue", limit=BOARD_MAX, kind=kind, **asked(visit, which))
    columns: dict[str, list[Mapping[str, Any]]] = {}
    for row in page["data"]:
        columns.setdefault(row["status"], []).append(row)
    return visit.draw(
        "board.html",
        columns=sorted(columns.items(), key=lambda column: _place(column[0])),
        which=which,
        queues=QUEUES,
        kind=kind,
        kinds=list(KINDS.values()),
        has_more=page["has_more"],
        name=lambda id: name_of(visit, id),
    )


def _place(status: str) -> int:
    return ORDER.index(status) if status in ORDER else len(ORDER)


async def search(visit: Visit) -> Answer:
    """Whatever words are found in, as far as whoever asks may read it."""
    words, kind = visit.query.text("q"), visit.query.text("kind")
    page = {"data": [], "has_more": False, "next_cursor": None}
    if words:
        page = await visit.get(
            "/search",
            q=words,
            kind=kind or None,
            limit=LIMIT,
            cursor=visit.query.text("cursor") or None,
        )
    return visit.draw("search.html", words=words, page=page, kind=kind, place_of=place_of)


PAGES = [
    Page(path="/queue", show=show),
    Page(path="/board", show=show_board),
    Page(path="/search", show=search),
]
