"""The pages on which people sign in and out."""

import re
from secrets import token_hex

import msgspec

from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page, form_cookie
from api.pages.visits import Visit

HOME = "/home"
_PLACE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def place_of(asked: str) -> str:
    """Where to go after signing in: an address of this desk, and of no other."""
    return asked if _PLACE.fullmatch(asked) else HOME


async def show(visit: Visit) -> Answer:
    is_new = not visit.secret
    visit.secret = visit.secret or token_hex(16)
    answer = visit.draw("sign_in.html", next=place_of(visit.query.text("next")))
    if is_new:
        settings = visit.context.settings
        secure = "; Secure" if settings.secure_cookies else ""
        value = f"{form_cookie(settings)}={visit.secret}; Path=/; HttpOnly; SameSite=Strict{secure}"
        answer.headers.append((b"set-cookie", value.encode()))
    return answer


async def sign_in(visit: Visit) -> Answer:
    """Open a session, and go to the page that was asked for."""
    body = {name: visit.form.verbatim(name) for name in ("username", "password")}
    headers = {**visit.headers, b"content-type": b"application/json"}
    try:
        session = await visit.ask(
            "POST", "/sessions", body=msgspec.json.encode(body), headers=headers
        )
    except Problem as problem:
        if problem.code not in ("unauthenticated", "invalid", "too_many_requests"):
            raise
        visit.problem = problem
        return await show(visit)
    answer = visit.go(place_of(visit.form.text("next")))
    answer.headers += [header for header in session.headers if header[0] == b"set-cookie"]
    return answer


async def sign_out(visit: Visit) -> Answer:
    """End the session."""
    ended = await visit.ask("DELETE", "/sessions/current", headers=visit.headers)
    answer = visit.go("/sign-in?left=yes")
    answer.headers += ended.headers
    return answer


async def ask_to_leave(visit: Visit) -> Answer:
    return visit.draw("sign_out.html")


PAGES = [
    Page(path="/sign-in", show=show, send=sign_in, is_open=True),
    Page(path="/sign-out", show=ask_to_leave, send=sign_out),
]
