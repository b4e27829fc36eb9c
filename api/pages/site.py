"""All pages of the desk for those who have signed in, and what is on each of them."""

from collections.abc import Mapping, Sequence

from starlette.routing import Route as AsgiRoute

from api.context import Context
from api.http.answers import Receive, Scope, Send
from api.http.errors import Problem
from api.http.refusals import nothing_here
from api.http.routing import Route
from api.pages import (
    approvals,
    assets,
    calendar,
    catalogue,
    dashboard,
    guides,
    history,
    home,
    knowledge,
    meetings,
    proposals,
    queue,
    releases,
    report,
    sign_in,
    tickets,
)
from api.pages.drawing import environment
from api.pages.page import refused, routes_of
from api.pages.visits import Inside, Visit

PRACTICES = (
    *(sign_in, home, tickets, report, catalogue, guides, knowledge, approvals, queue, dashboard),
    *(proposals, calendar, releases, meetings, assets, history),
)

MENU: Sequence[tuple[str, str, str]] = (
    ("Home", "/home", ""),
    ("Queue", "/queue", "work_queue.read"),
    ("Board", "/board", "work_queue.read"),
    ("Dashboard", "/dashboard", "reports.read"),
    ("Approvals", "/approvals", ""),
    ("My tickets", "/tickets", ""),
    ("Changes", "/calendar", "change_board.read"),
    ("Assets", "/assets", "asset.list"),
    ("Catalogue", "/catalogue", "offering.order"),
    ("Knowledge", "/knowledge", "article.list"),
    ("Search", "/search", "work_queue.read"),
    ("History", "/history", "ledger.read_events"),
)
"""What is in the menu, where it is, and the act without which it is not shown."""

DONE: Mapping[str, str] = {
    "open": "We have it, and will look into it.",
    "order": "It is ordered.",
    "helped": "Good to hear that it helped.",
    "feedback": "Thank you for saying so.",
    "say": "It is sent.",
    "rate": "Thank you for saying so.",
    "close": "It is closed.",
    "cancel": "It is cancelled.",
    "reopen": "It is open again.",
    "resolve": "It is resolved.",
    "fulfil": "It is fulfilled.",
    "give_answer": "It is answered.",
    "assign": "It is assigned.",
    "vote": "Your vote is recorded.",
    "retract-vote": "Your vote is taken back.",
    "request-information": "It is returned with your question.",
    "hand-on-vote": "It is handed on.",
    "provide_information": "Your answer is on its way to those who decide.",
}
"""What is said on the page to which a form led."""


class Site:
    def __init__(self, context: Context, routes: Sequence[Route]) -> None:
        self.templates = environment()
        self.templates.globals |= {"menu": menu, "notice": notice}
        self._inside = Inside(context, routes, self.templates)

    async def nothing_here(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer at an address that nothing is at: to browsers, a page."""
        if scope["type"] == "http" and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            visit = Visit(self._inside, scope, {}, {})
            answer = refused(visit, Problem("not_found", "There is nothing at this address."))
            await answer.send(send, with_body=scope["method"] != "HEAD")
        else:
            await nothing_here(scope, receive, send)

    def routes(self) -> list[AsgiRoute]:
        pages = [page for practice in PRACTICES for page in practice.PAGES]
        return routes_of(pages, self._inside)


def menu(visit: Visit) -> list[tuple[str, str]]:
    """The pages to which somebody can go from everywhere."""
    return [(label, place) for label, place, act in MENU if not act or visit.may(act)]


def notice(visit: Visit) -> str:
    return DONE.get(visit.query.text("done"), "")
