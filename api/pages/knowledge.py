"""The pages of knowledge: what is published, an article, and whether it helped."""

from functools import cache
from typing import Any

from markupsafe import Markup

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.visits import Visit
from domain.article import Article
from domain.ids import parse_reference
from domain.policy import about

LIMIT = 20


@cache
def _markdown() -> Any:
    # Imported by the first article that is read: a desk that starts does not wait for it.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def drawn(text: str) -> Markup:
    """Markdown as HTML, with headings below that of the page. HTML in it is shown as text, and
    links lead to no scripts."""
    parser = _markdown()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))


async def show_all(visit: Visit) -> Answer:
    """The articles, or those in which words are found."""
    asked, cursor = visit.query.text("q"), visit.query.text("cursor") or None
    if asked:
        page = await visit.get("/search", q=asked, kind="article", limit=LIMIT, cursor=cursor)
    else:
        page = await visit.get(
            "/articles", status="published", limit=LIMIT, cursor=cursor, sort="-helpful,-at"
        )
    return visit.draw("knowledge.html", asked=asked, page=page)


async def show(visit: Visit) -> Answer:
    number = visit.params["ref"]
    article = await visit.get("/articles/{ref}", number)
    return visit.draw(
        "article.html",
        article=article,
        text=drawn(_text_of(article)),
        may_say=visit.may("article.give_feedback", about(await _found(visit, number))),
        may_report=visit.may("incident.log"),
    )


def _text_of(article: dict[str, Any]) -> str:
    """What is published, and to those who may read it the draft of what is not."""
    return str(article["text"] or article["draft"].get("text", ""))


async def _found(visit: Visit, number: str) -> Article:
    return await visit.context.ledger.find(Article, parse_reference(number))


async def send(visit: Visit) -> Answer:
    """Say whether it helped, or that it made a ticket needless."""
    number, form = visit.params["ref"], visit.form
    place = f"/knowledge/{number}"
    match form.text("act"):
        case "feedback":
            body = {"helpful": form.text("helpful") == "yes", "comment": form.text("comment")}
            done = await visit.post("/articles/{ref}/give-feedback", number, body=body)
            return visit.go(place, done="feedback", after=done)
        case "helped":
            done = await visit.post("/articles/{ref}/deflect", number)
            return visit.go(place, done="helped", after=done)
    raise Problem("bad_request", "There is nothing like this to do with an article.")


PAGES = [
    Page(path="/knowledge", show=show_all),
    Page(path="/knowledge/{ref}", show=show, send=send),
]
