"""What a page is: what it shows, and what is done with the form that is sent to it.

Pages need no scripts. A form carries a token that no other site can know, and a key by which the
desk knows it when it is sent twice. What the desk refuses is shown on the same page, beside what
was typed; what it accepts leads to another page.
"""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from msgspec import Struct
from starlette.routing import Route

from api.dispatch import spend
from api.http import bodies
from api.http.answers import Answer, Receive, Scope, Send
from api.http.errors import Problem, of_domain
from api.identity import cookie
from api.pages import forms
from api.pages.visits import Inside, Visit
from api.settings import Settings
from domain.rules import DomainError

FORM_COOKIE = "ledgerdesk_form"
"""Binds the forms of open pages to the browser that asked for them, as there is no session."""

log = logging.getLogger("ledgerdesk.pages")

SHOWN_AGAIN = (
    "refused",
    "invalid",
    "outdated",
    "conflict",
    "key_reused",
    "version_needed",
    "locked",
)
"""The refusals that are told on the page from which they came."""


class Page(Struct, frozen=True, kw_only=True):
    path: str
    show: Callable[[Visit], Awaitable[Answer]]
    send: Callable[[Visit], Awaitable[Answer]] | None = None
    is_open: bool = False
    """Whether everybody may see it, known or not."""
    takes_files: bool = False


def routes_of(pages: list[Page], inside: Inside) -> list[Route]:
    """The pages as the framework takes them."""
    return [
        Route(
            page.path,
            Dispatch(page, inside),
            methods=["GET", "HEAD"] + (["POST"] if page.send else []),
        )
        # Those with a word before those that take anything in its place.
        for page in sorted(pages, key=lambda page: "{" in page.path)
    ]


class Dispatch:
    """What the framework routes to for a page: an ASGI application."""

    def __init__(self, page: Page, inside: Inside) -> None:
        self.page = page
        self.inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["ledgerdesk.route"] = self.page.path
        visit = Visit(self.inside, scope, scope["path_params"], {})
        try:
            answer = await self._answer(visit, receive)
        except Problem as problem:
            answer = refused(visit, problem)
        except DomainError as error:
            answer = refused(visit, of_domain(error, has_precondition=False))
        except Exception:
            log.exception("Request %s to %s failed.", scope["request_id"], self.page.path)
            answer = refused(visit, Problem("internal", "Nothing was changed by this page."))
        await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _answer(self, visit: Visit, receive: Receive) -> Answer:
        await self._recognise(visit)
        visit.query = forms.Form(forms.pairs(visit.scope["query_string"]))
        if visit.scope["method"] != "POST" or self.page.send is None:
            return await self.page.show(visit)
        visit.form = await self._sent(visit, receive)
        forms.require_token(visit.form, visit.context.settings.signing_key, visit.secret)
        try:
            return await self.page.send(visit)
        except Problem as problem:
            if problem.code not in SHOWN_AGAIN:
                raise
            visit.problem = problem
            return await self.page.show(visit)

    async def _recognise(self, visit: Visit) -> None:
        context = self.inside.context
        if self.page.is_open:
            spend(context.anonymous, visit.address)
            visit.secret = cookie(visit.headers, form_cookie(visit.context.settings))
            return
        method = visit.scope["method"]
        try:
            visit.who = await context.identity.caller(method, visit.headers, visit.now)
        except Problem:
            spend(context.anonymous, visit.address)
            raise
        visit.secret = visit.who.digest
        spend(context.requests, visit.who.digest)

    async def _sent(self, visit: Visit, receive: Receive) -> forms.Form:
        limit = visit.context.settings.body_bytes_max
        if self.page.takes_files and visit.context.files is not None:
            limit += visit.context.files.limits.bytes_max
        body = await bodies.read_from(receive, visit.headers, limit)
        return forms.read(visit.headers.get(b"content-type", b"").decode("latin-1"), body)


def form_cookie(settings: Settings) -> str:
    return f"__Host-{FORM_COOKIE}" if settings.secure_cookies else FORM_COOKIE


def refused(visit: Visit, problem: Problem) -> Answer:
    """A page that says why there is none; to strangers, the one on which they sign in."""
    if problem.code == "unauthenticated" and visit.scope["method"] in ("GET", "HEAD"):
        asked = visit.path
        if query := visit.scope["query_string"]:
            asked += "?" + query.decode("ascii", "replace")
        return visit.go(f"/sign-in?next={quote(asked, safe='/')}")
    visit.problem = problem
    return visit.draw(
        "refused.html",
        title=problem.title if problem.status < 500 else HTTPStatus(problem.status).phrase,
        request_id=visit.scope["request_id"],
    )
