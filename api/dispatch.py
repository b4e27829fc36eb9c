"""The API as an ASGI application: finds the route, the caller and the endpoint, and says no."""

from collections.abc import Sequence
from time import monotonic

from api.context import Context
from api.http.answers import Answer, Header, Receive, Scope, Send
from api.http.calls import Call
from api.http.errors import Problem, of_domain, refuse_socket
from api.http.limits import Buckets
from api.http.routing import Route, Tree, allowed
from api.identity import Identity
from domain.rules import DomainError

ROOT = "/api/v1"


class Dispatch:
    def __init__(self, context: Context, routes: Sequence[Route]) -> None:
        self.context = context
        self.routes = list(routes)
        self.tree = Tree(routes)
        self.identity = Identity(context.desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await refuse_socket(receive, send)
            return
        call: Call | None = None
        limits: list[Header] = []
        try:
            routes, params = self.tree.find(scope["path"][len(ROOT) :])
            method = "GET" if scope["method"] == "HEAD" else scope["method"]
            route = routes.get(method)
            if route is None:
                answer = _no_route(routes, scope)
            else:
                scope["ledgerdesk.route"] = ROOT + route.path
                call = Call(self.context, route, scope, receive, dict(scope["headers"]), params)
                answer = await self._answer(call, limits)
        except Problem as problem:
            answer = problem.answer(scope["request_id"])
        except DomainError as error:
            has_precondition = call is not None and b"if-match" in call.headers
            answer = of_domain(error, has_precondition=has_precondition).answer(scope["request_id"])
        answer.headers += limits
        await answer.send(send, with_body=scope["method"] != "HEAD")

    async def _answer(self, call: Call, limits: list[Header]) -> Answer:
        if call.route.act:
            try:
                call.caller = await self.identity.caller(call, self.context.clock())
            except Problem:
                # Guessing tokens is limited like everything else that comes without one.
                limits += _spend(self.context.anonymous, call.address)
                raise
            limits += _spend(self.context.requests, call.caller.digest)
        else:
            limits += _spend(self.context.anonymous, call.address)
        return await call.route.endpoint(call)


def _spend(buckets: Buckets, name: str) -> list[Header]:
    left = buckets.take(name, monotonic())
    headers = [
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (buckets.capacity, buckets.seconds)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (max(0, left), buckets.seconds)),
    ]
    if left < 0:
        wait = int(buckets.seconds_until_one(left)) + 1
        raise Problem(
            "too_many_requests",
            f"At most {buckets.capacity} requests in {buckets.seconds:.0f} seconds. "
            f"Try again in {wait} s.",
            headers=[*headers, (b"retry-after", b"%d" % wait)],
        )
    return headers


def _no_route(routes: dict[str, Route], scope: Scope) -> Answer:
    if not routes:
        raise Problem("not_found", "There is nothing at this address.")
    allow = allowed(routes)
    if scope["method"] == "OPTIONS":
        return Answer(204, headers=[(b"allow", allow.encode())])
    raise Problem(
        "method_not_allowed",
        f"This address answers to {allow}.",
        headers=[(b"allow", allow.encode())],
    )
