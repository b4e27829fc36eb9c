"""The pages of assets: the register, and each with what it depends on and what depends on it."""

from typing import Any

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.people import name_of
from api.pages.tickets import place_of
from api.pages.visits import Visit
from domain.ids import number_of, parse_reference

LIMIT = 30
DEPTH = 5
DIRECTIONS = (("up", "What fails with it"), ("down", "What it needs"))


async def show_all(visit: Visit) -> Answer:
    """The assets that the words of the search box find, or all."""
    words, wrong = visit.query.text("q"), ""
    page: dict[str, Any] = {"data": [], "has_more": False, "next_cursor": None}
    try:
        page = await visit.get(
            "/assets",
            q=words or None,
            limit=LIMIT,
            cursor=visit.query.text("cursor") or None,
            min_position=visit.position,
        )
    except Problem as problem:
        if problem.code != "bad_query" or not words:
            raise
        wrong = str(problem)
    return visit.draw(
        "assets.html", page=page, words=words, wrong=wrong, name=lambda id: name_of(visit, id)
    )


async def show(visit: Visit) -> Answer:
    """An asset, now or as of a moment."""
    then = {"as_of": visit.query.text("as_of") or None}
    number = visit.params["ref"]
    asset = await visit.get("/assets/{ref}", number, **then)
    impact = [
        (label, (await visit.get(f"{PLACE}/impact", number, direction=key, depth=DEPTH, **then)))
        for key, label in DIRECTIONS
    ]
    return visit.draw(
        "asset.html",
        asset=asset,
        impact=[(label, page["data"]) for label, page in impact],
        as_of=visit.query.text("as_of"),
        name=lambda id: name_of(visit, id),
        number=lambda id: number_of(parse_reference(id)),
        place_of=place_of,
    )


PLACE = "/assets/{ref}"
PAGES = [Page(path="/assets", show=show_all), Page(path=PLACE, show=show)]
