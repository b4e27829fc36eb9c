"""The outermost layer: a request id, the headers that keep browsers safe, and the last resort."""

import logging
import re
from collections.abc import Awaitable, Callable
from secrets import token_hex
from time import perf_counter

from api.http.answers import Header, Message, Receive, Scope, Send
from api.http.errors import Problem
from api.http.metrics import Requests

CONTENT_SECURITY_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
SAFETY = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]

log = logging.getLogger("ledgerdesk.api")
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")


class Edge:
    def __init__(self, app: App, requests: Requests) -> None:
        self.app = app
        self.requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _request_id(scope)
        scope["request_id"] = request_id.decode()
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: list[Header] = message["headers"]
                headers.append((b"request-id", request_id))
                headers.extend(SAFETY)
            await send(message)

        try:
            await self.app(scope, receive, send_safely)
        except Exception:
            # Not the path: there are addresses with a secret in them.
            place = scope.get("ledgerdesk.route", "other")
            log.exception("Request %s to %s failed.", scope["request_id"], place)
            if status:
                raise
            problem = Problem("internal", "Tell the operators the request id, please.")
            await problem.answer(scope["request_id"]).send(send_safely)
        finally:
            place = scope.get("ledgerdesk.route", "other")
            self.requests.count(scope["method"], place, status, perf_counter() - started)


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"request-id" and _REQUEST_ID.match(value):
            given: bytes = value
            return given
    return token_hex(12).encode()
